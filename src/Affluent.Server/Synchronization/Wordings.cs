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

    private readonly Dictionary<Movement, Wording> _known = [];

    public Wording Of(Movement movement)
    {
        if (own.Rules.LookAtAmounts)
        {
            return Wording.Of(movement, accountType, own);
        }
        var worded = movement with
        {
            // Of the amount only the sign counts, and nothing of the days and of where it stands.
            Amount = Math.Sign(movement.Amount),
            BankId = null,
            Day = 0,
            BookingDay = null,
            ValueDay = null,
            TransactionDay = null,
            Status = TransactionStatus.Booked,
        };
        if (_known.TryGetValue(worded, out var known))
        {
            return known;
        }
        var wording = Wording.Of(movement, accountType, own);
        if (_known.Count < Most)
        {
            _known.Add(worded, wording);
        }
        return wording;
    }
}
