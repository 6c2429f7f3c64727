using System.Runtime.InteropServices;
using Affluent.Connectors.Contract;
using Affluent.Ledger;

namespace Affluent.Server.Synchronization;

/// <summary>What the ledger makes of a movement's text.</summary>
/// <param name="Category">Null: as it is.</param>
/// <param name="GivesBack">See <see cref="Originals.IsReturn"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Wording(
    string Label,
    TransactionType Type,
    CategoryDecision? Category,
    string? MerchantKey,
    References References,
    bool GivesBack
)
{
    public static Wording Of(Movement movement, BankAccountType? accountType, OwnCategories own)
    {
        var parts = LabelParts.Of(movement);
        return new(
            parts.Label,
            parts.Type,
            own.Decide(movement, parts, accountType),
            parts.MerchantKey,
            new(parts.CheckNumber, parts.Mandate, parts.CreditorId, parts.EndToEndId),
            Originals.IsReturn(movement)
        );
    }
}

/// <summary>What a text names where the bank gives no field.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct References(
    string? CheckNumber,
    string? Mandate,
    string? CreditorId,
    string? EndToEndId
);

/// <summary>The wordings of an account's new movements. A text that comes again is not read again: most accounts have few shops and many visits.</summary>
internal sealed class Wordings(BankAccountType? accountType, OwnCategories own)
{
    /// <summary>So many texts are remembered; what comes after them is read each time.</summary>
    public const int Most = 20_000;

    private readonly Dictionary<Movement, Wording> _known = new(new SameWords());

    public Wording Of(Movement movement)
    {
        if (own.Rules.LookAtAmounts)
        {
            return Wording.Of(movement, accountType, own);
        }
        if (_known.TryGetValue(movement, out var known))
        {
            return known;
        }
        var wording = Wording.Of(movement, accountType, own);
        if (_known.Count < Most)
        {
            _known.Add(movement, wording);
        }
        return wording;
    }

    /// <summary>Of the amount only the sign counts, and nothing of the days, of the bank's id and of where it stands.</summary>
    internal sealed class SameWords : IEqualityComparer<Movement>
    {
        public bool Equals(Movement? x, Movement? y) =>
            x is not null
            && y is not null
            && x.Text == y.Text
            && Math.Sign(x.Amount) == Math.Sign(y.Amount)
            && x.Currency == y.Currency
            && x.Counterparty == y.Counterparty
            && x.Code == y.Code
            && x.CheckNumber == y.CheckNumber
            && x.Mandate == y.Mandate
            && x.CreditorId == y.CreditorId
            && x.EndToEndId == y.EndToEndId
            && x.MerchantCategory == y.MerchantCategory;

        // Most that differ differ in their text.
        public int GetHashCode(Movement movement) => movement.Text.GetHashCode(StringComparison.Ordinal);
    }
}
