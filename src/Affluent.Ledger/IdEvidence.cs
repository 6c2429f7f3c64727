using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// What a bank's transaction ids are worth, by what they are seen on. The catalogue says how far they may be trusted; rows that show the
/// contrary count for more.
/// </summary>
public static class IdEvidence
{
    /// <summary>
    /// The catalogue's word, or <see cref="TransactionIds.Absent"/> when one id stands on settled movements that cannot be one: a
    /// reference of a standing order, a number that begins again with each statement.
    /// </summary>
    /// <param name="rules">Of the bank.</param>
    /// <param name="stored">What is held.</param>
    /// <param name="bank">What the bank lists.</param>
    public static TransactionIds Weigh(
        ReconciliationRules rules,
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank
    ) =>
        rules.Ids != TransactionIds.Absent && IsReused(stored, bank, rules.DateShiftDays)
            ? TransactionIds.Absent
            : rules.Ids;

    /// <summary>Whether two rows of one trusted id may be one movement.</summary>
    internal static bool IsOneMovement(Candidate held, Candidate row)
    {
        var (old, now) = (held.Movement, row.Movement);
        // What is not settled may still change, its amount too.
        return held.IsOpen || (old.Currency == now.Currency && old.Amount == now.Amount);
    }

    private static bool IsReused(IReadOnlyList<StoredTransaction> stored, IReadOnlyList<Movement> bank, int shift)
    {
        var known = new Dictionary<string, Movement>(StringComparer.Ordinal);
        foreach (var movement in bank)
        {
            if (
                movement is { BankId: { } id, IsOpen: false }
                && !known.TryAdd(id, movement)
                && !IsSame(known[id], movement, shift: 0)
            )
            {
                return true;
            }
        }
        foreach (var row in stored)
        {
            if (
                row.Movement is { BankId: { } id, IsOpen: false }
                && known.TryGetValue(id, out var now)
                && !IsSame(row.Movement, now, shift)
            )
            {
                return true;
            }
        }
        return false;
    }

    // A bank moves a row by some days or words it anew; it does neither and change the amount besides.
    private static bool IsSame(Movement a, Movement b, int shift) =>
        a.Amount == b.Amount && a.Currency == b.Currency && Math.Abs(a.Day - b.Day) <= shift;
}
