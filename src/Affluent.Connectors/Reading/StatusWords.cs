using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Reading;

/// <summary>What a row is, by the bank's word for its state.</summary>
internal enum RowStatus
{
    /// <summary>Booked.</summary>
    Booked,

    /// <summary>Announced.</summary>
    Pending,

    /// <summary>No movement of the account at all.</summary>
    Drop,
}

/// <summary>A bank's words for the state of a row, where they are others than its standard's.</summary>
internal sealed class StatusWords
{
    private static readonly Dictionary<string, RowStatus> Meanings = new()
    {
        ["BOOKED"] = RowStatus.Booked,
        ["PENDING"] = RowStatus.Pending,
        ["DROP"] = RowStatus.Drop,
    };

    private readonly Dictionary<string, RowStatus> _words;

    private StatusWords(IEnumerable<Field> fields) =>
        _words = fields
            .Where(field => Meanings.ContainsKey(field.Value))
            .DistinctBy(field => field.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(field => field.Name, field => Meanings[field.Value], StringComparer.OrdinalIgnoreCase);

    public static readonly ConnectorSetting Setting = new(
        "status_words",
        SettingKind.Fields,
        false,
        $"what a row of a list of transactions is, by the bank's word for its status or list (information, at some): {string.Join(", ", Meanings.Keys)}; rows of other lists than booked and pending are left out unless said"
    );

    /// <summary>What is wrong with a setting, in words for the author of the entry.</summary>
    public static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> settings) =>
        Field
            .Read(settings.GetValueOrDefault(Setting.Name))
            .Where(field => field.Value != "" && !Meanings.ContainsKey(field.Value))
            .Select(field =>
                $"setting '{Setting.Name}': {field.Name} means none of: {string.Join(", ", Meanings.Keys)}"
            );

    /// <summary>Reads settings that the catalogue has checked.</summary>
    public static StatusWords Of(ChannelDefinition channel) =>
        new(Field.Read(channel.Settings.GetValueOrDefault(Setting.Name)));

    /// <summary>Whether the standard says it all.</summary>
    public bool IsEmpty => _words.Count == 0;

    /// <summary>Null: what the standard says.</summary>
    public RowStatus? Of(string? word) =>
        word is not null && _words.TryGetValue(word, out var meaning) ? meaning : null;
}
