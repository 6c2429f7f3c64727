using Affluent.Connectors.Contract;

namespace Affluent.Server.Storage;

/// <summary>A table's columns and how a row fills them, for bulk inserts.</summary>
internal sealed record BulkTable<T>(string Name, IReadOnlyList<BulkColumn<T>> Columns);

/// <summary>
/// One column. <paramref name="Value"/> gives long, int, bool, string, byte[], DateOnly, an id, a value of a vocabulary, or null.
/// </summary>
internal sealed record BulkColumn<T>(string Name, BulkType Type, Func<T, object?> Value)
{
    /// <summary>What the driver is given for a row.</summary>
    public object? Of(T row) =>
        Value(row) switch
        {
            IId id => id.Value,
            Enum word => Vocabulary.Of(word.GetType()).Word(word),
            ProviderId or ChannelDefinitionId => Value(row)!.ToString(),
            DateOnly day => DapperMapping.ToDays(day),
            var other => other,
        };
}

/// <summary>What a column holds, as both databases must be told.</summary>
internal enum BulkType
{
    /// <summary>bigint.</summary>
    Long,

    /// <summary>integer.</summary>
    Int,

    /// <summary>integer days since 1970-01-01, from a DateOnly.</summary>
    Day,

    /// <summary>boolean.</summary>
    Bool,

    /// <summary>text.</summary>
    Text,

    /// <summary>{bytes}.</summary>
    Bytes,
}
