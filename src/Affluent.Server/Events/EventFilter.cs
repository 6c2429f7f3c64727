using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Which events somebody wants: those of some names, or of some types; empty: all.</summary>
internal sealed record EventFilter(IReadOnlyList<EventName> Names, IReadOnlyList<EventType> Types)
{
    public static EventFilter All { get; } = new([], []);

    /// <summary>The words that it can be said in.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [.. Vocabulary<EventType>.Words, .. Vocabulary<EventName>.Words];

    /// <summary>The query parameter that says it.</summary>
    public static Parameter<EventFilter?> Parameter { get; } =
        new(
            "types",
            "Only events of these types or names, separated by commas, such as `CONSENT,SYNCHRONIZATION_ENDED`; absent: all.",
            ParameterKind.Words,
            static (string text, out EventFilter? value) =>
            {
                value = Read(text.Split(',', StringSplitOptions.TrimEntries), out var unknown);
                return value is null ? $"holds '{unknown}', which is neither a type nor a name of events" : null;
            }
        )
        {
            Words = Words,
        };

    public bool IsAll => Names.Count + Types.Count == 0;

    /// <summary>Reads words; null where one is neither a type nor a name.</summary>
    public static EventFilter? Read(IReadOnlyList<string> words, out string? unknown)
    {
        unknown = words.FirstOrDefault(word => !Words.Contains(word, StringComparer.Ordinal));
        return unknown is null
            ? new EventFilter(
                [.. Vocabulary<EventName>.Among(words).Distinct()],
                [.. Vocabulary<EventType>.Among(words).Distinct()]
            )
            : null;
    }
}
