namespace Affluent.Server.Storage;

/// <summary>A table's columns and how a row fills them, for bulk inserts.</summary>
internal sealed record BulkTable<T>(string Name, IReadOnlyList<BulkColumn<T>> Columns);

/// <summary>One column: what it is called, what it holds, and its cell of a row.</summary>
internal sealed record BulkColumn<T>(string Name, BulkType Type, Func<T, BulkCell> Cell);

/// <summary>One value on its way into a table. A number is not boxed: a first synchronization writes millions of them.</summary>
internal readonly struct BulkCell
{
    private readonly long _number;
    private readonly object? _content;

    private BulkCell(long number, object? content) => (_number, _content) = (number, content);

    public bool IsNull => _content is null;

    public long Number => _content == Counted ? _number : throw NotA("number");

    public string Text => _content as string ?? throw NotA("text");

    public byte[] Bytes => _content as byte[] ?? throw NotA("row of bytes");

    // Stands in the place of a content, so that a number and no value at all can be told apart.
    private static object Counted { get; } = new();

    public static implicit operator BulkCell(long? number) => number is { } known ? new(known, Counted) : default;

    public static implicit operator BulkCell(DateOnly? day) =>
        day is { } known ? new(DapperMapping.ToDays(known), Counted) : default;

    public static implicit operator BulkCell(bool? flag) => flag is { } known ? new(known ? 1 : 0, Counted) : default;

    public static implicit operator BulkCell(string? text) => new(0, text);

    public static implicit operator BulkCell(byte[]? bytes) => new(0, bytes);

    private InvalidOperationException NotA(string kind) =>
        new($"The cell holds no {kind} but {_content?.GetType().Name}.");
}

/// <summary>What a column holds, as both databases must be told.</summary>
internal enum BulkType
{
    /// <summary>bigint.</summary>
    Long,

    /// <summary>integer; of a day, the days since 1970-01-01.</summary>
    Int,

    /// <summary>boolean.</summary>
    Bool,

    /// <summary>text.</summary>
    Text,

    /// <summary>{bytes}.</summary>
    Bytes,
}
