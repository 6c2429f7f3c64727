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
    /// <summary>So many rows that did not change under new ids, and none under its own, are no coincidence.</summary>
    internal const int Enough = 3;

    /// <summary>
    /// The catalogue's word, or <see cref="TransactionIds.Absent"/> when one id stands on settled movements that cannot be one: a
    /// reference of a standing order, a number that begins again with each statement.
    /// </summary>
    /// <param name="rules">Of the account.</param>
    /// <param name="stored">What is held.</param>
    /// <param name="bank">What the bank lists.</param>
    /// <param name="window">What the list covers, its first day known.</param>
    public static IdFinding Weigh(
        ReconciliationRules rules,
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank,
        Window window
    )
    {
        if (rules.Ids == TransactionIds.Absent)
        {
            return new(TransactionIds.Absent, null);
        }
        var fault = rules.Demoted ?? FaultOf(stored, bank, rules, window);
        return new(fault is null ? rules.Ids : TransactionIds.Absent, fault);
    }

    /// <summary>The id of a movement, where ids of this worth may be relied on.</summary>
    internal static string? Trusted(Movement movement, TransactionIds ids) =>
        ids == TransactionIds.Stable
        || (ids == TransactionIds.StableOnceBooked && movement.Status == TransactionStatus.Booked)
            ? movement.BankId
            : null;

    /// <summary>Whether two rows of one trusted id may be one movement.</summary>
    internal static bool IsOneMovement(Candidate held, Candidate row)
    {
        var (old, now) = (held.Movement, row.Movement);
        if (old.Currency != now.Currency || Contradictions.OfReferences(old, now))
        {
            return false;
        }
        if (!held.IsOpen)
        {
            return old.Amount == now.Amount;
        }
        // What is not settled may still change, its amount too; but not its sign, nor all that it tells at once.
        var sameSign = Math.Sign(old.Amount) * Math.Sign(now.Amount) >= 0;
        return sameSign
            && (
                WordComparison.Likeness(held.Words, row.Words) >= WordComparison.Contradiction
                || (old.Amount == now.Amount && !Contradictions.OfDayMade(old, now))
            );
    }

    private static IdFault? FaultOf(
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank,
        ReconciliationRules rules,
        Window window
    )
    {
        var known = new Dictionary<string, Movement>(bank.Count, StringComparer.Ordinal);
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
        var before = Counted(stored.Where(s => !s.Missing).Select(s => s.Movement));
        var listed = Counted(bank);
        IdFault? found = null;
        foreach (var row in stored)
        {
            if (row.Movement is { BankId: { } id, IsOpen: false } held && known.TryGetValue(id, out var now))
            {
                // The least of them, whatever the order of the rows.
                var fault =
                    Against(held, now, rules.Settings.DateShiftDays)
                    ?? (held.Day == now.Day && held.Text == now.Text ? null : InOtherPlace(held, now));
                found = fault is { } against && !(found <= against) ? against : found;
            }
        }
        return found;

        // The id went to another row while its own is listed as before, or is out of sight.
        IdFault? InOtherPlace(Movement held, Movement now)
        {
            var words = WordComparison.Fingerprint(held.Text);
            var sameWords = words == WordComparison.Fingerprint(now.Text);
            var place = (held.Amount, held.Day, words);
            if (
                (!sameWords || held.Day != now.Day)
                && listed.Value.GetValueOrDefault(place) is > 0 and var count
                && count >= before.Value.GetValueOrDefault(place)
            )
            {
                return sameWords ? IdFault.OtherDay : IdFault.OtherWords;
            }
            return
                !sameWords
                && !Side.Covers(window, held)
                && WordComparison.Likeness(WordComparison.Telling(held.Text), WordComparison.Telling(now.Text))
                    < WordComparison.Contradiction
                ? IdFault.OtherWords
                : null;
        }
    }

    // Read only when there is need.
    private static Lazy<Dictionary<(decimal Amount, int Day, ulong Words), int>> Counted(IEnumerable<Movement> rows) =>
        new(() =>
            rows.GroupBy(row => (row.Amount, row.Day, WordComparison.Fingerprint(row.Text)))
                .ToDictionary(same => same.Key, same => same.Count())
        );

    // A bank moves a row by some days or words it anew; it does neither and change the amount besides.
    private static IdFault? Against(Movement a, Movement b, int shift) =>
        a.Amount != b.Amount || a.Currency != b.Currency ? IdFault.OtherAmount
        : Math.Abs(a.Day - b.Day) > shift ? IdFault.OtherDay
        : null;
}
