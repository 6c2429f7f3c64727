using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>Why a bank's transaction ids are no longer believed on an account.</summary>
public enum IdFault
{
    /// <summary>One id stands on several settled rows of one list that cannot be one movement.</summary>
    OneForSeveral,

    /// <summary>The id of a settled movement came back on one of another amount.</summary>
    OtherAmount,

    /// <summary>The id of a settled movement came back on one of another day.</summary>
    OtherDay,

    /// <summary>The id of a settled movement came back on one of other words.</summary>
    OtherWords,

    /// <summary>Rows that did not change came under new ids.</summary>
    NewEachTime,
}

/// <summary>What a bank's ids are worth on an account.</summary>
/// <param name="Worth">As they were used in this reading.</param>
/// <param name="Fault">
/// What speaks against them, now or since an earlier reading; null: nothing. Keep it with the account, show it, and hand it over as
/// <see cref="ReconciliationRules.Demoted"/> from then on.
/// </param>
public sealed record IdFinding(TransactionIds Worth, IdFault? Fault);

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
    /// <param name="rules">Of the account.</param>
    /// <param name="stored">What is held.</param>
    /// <param name="bank">What the bank lists.</param>
    public static IdFinding Weigh(
        ReconciliationRules rules,
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank
    )
    {
        if (rules.Ids == TransactionIds.Absent)
        {
            return new(TransactionIds.Absent, null);
        }
        var fault = rules.Demoted ?? FaultOf(stored, bank, rules.Settings.DateShiftDays);
        return new(fault is null ? rules.Ids : TransactionIds.Absent, fault);
    }

    /// <summary>Whether two rows of one trusted id may be one movement.</summary>
    internal static bool IsOneMovement(Candidate held, Candidate row)
    {
        var (old, now) = (held.Movement, row.Movement);
        // What is not settled may still change, its amount too.
        return held.IsOpen || (old.Currency == now.Currency && old.Amount == now.Amount);
    }

    private static IdFault? FaultOf(IReadOnlyList<StoredTransaction> stored, IReadOnlyList<Movement> bank, int shift)
    {
        var known = new Dictionary<string, Movement>(StringComparer.Ordinal);
        foreach (var movement in bank)
        {
            if (
                movement is { BankId: { } id, IsOpen: false }
                && !known.TryAdd(id, movement)
                && Against(known[id], movement, shift: 0) is not null
            )
            {
                return IdFault.OneForSeveral;
            }
        }
        foreach (var row in stored)
        {
            if (
                row.Movement is { BankId: { } id, IsOpen: false }
                && known.TryGetValue(id, out var now)
                && Against(row.Movement, now, shift) is { } fault
            )
            {
                return fault;
            }
        }
        return null;
    }

    // A bank moves a row by some days or words it anew; it does neither and change the amount besides.
    private static IdFault? Against(Movement a, Movement b, int shift) =>
        a.Amount != b.Amount || a.Currency != b.Currency ? IdFault.OtherAmount
        : Math.Abs(a.Day - b.Day) > shift ? IdFault.OtherDay
        : null;
}
