using System.Collections.Frozen;
using Affluent.Ledger;

namespace Affluent.Server.Synchronization;

/// <summary>Enumerations of the ledger as the published API writes them: upper snake case.</summary>
internal static class Codes
{
    private static readonly FrozenDictionary<TransactionType, string> Types = Enum.GetValues<TransactionType>()
        .ToFrozenDictionary(t => t, t => UpperSnake(t.ToString()));

    private static readonly FrozenDictionary<TransactionStatus, string> Statuses = Enum.GetValues<TransactionStatus>()
        .ToFrozenDictionary(s => s, s => UpperSnake(s.ToString()));

    private static readonly FrozenDictionary<string, TransactionStatus> ByText = Statuses.ToFrozenDictionary(
        pair => pair.Value,
        pair => pair.Key,
        StringComparer.Ordinal
    );

    public static string Of(TransactionType type) => Types[type];

    public static string Of(TransactionStatus status) => Statuses[status];

    public static TransactionStatus Status(string text) => ByText[text];

    private static string UpperSnake(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));
}
