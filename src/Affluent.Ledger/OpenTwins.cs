using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// New rows beside which the list shows one of the same price, words and day in the other state: a movement announced and
/// booked at once under two ids, or two movements. Nothing in the list says which, so they are flagged.
/// </summary>
internal static class OpenTwins
{
    private const int Confidence = 35;

    /// <summary>Two texts whose telling words are at least so alike may speak of one.</summary>
    private const double Alike = 0.7;

    /// <summary>Flags rows of <paramref name="rows"/>.</summary>
    /// <param name="rows">Not held as they are.</param>
    /// <param name="equal">Held as they are, each with its stored one.</param>
    /// <param name="settings">Of the bank.</param>
    public static void Doubt(Side rows, IEnumerable<Candidate> equal, ReconciliationSettings settings)
    {
        if (!rows.HasFree)
        {
            return;
        }
        var prices = rows.Where(row => row.IsFree).Select(Price).ToHashSet();
        Candidate[] all = [.. rows, .. equal.Where(row => prices.Contains(Price(row)))];
        if (!Array.Exists(all, row => row.IsOpen))
        {
            return;
        }
        var open = all.Where(row => row.IsOpen).ToLookup(Price);
        foreach (var booked in all.Where(row => !row.IsOpen))
        {
            foreach (var other in open[Price(booked)])
            {
                var (one, beside) = IsNew(booked) ? (booked, other) : (other, booked);
                if (IsNew(one) && MayBeOne(other, booked, settings))
                {
                    one.StayApart(MatchReason.PendingAndBooked, Confidence, [beside]);
                }
            }
        }
    }

    private static (decimal, string) Price(Candidate row) => (row.Movement.Amount, row.Movement.Currency);

    private static bool IsNew(Candidate row) => row is { IsFree: true, Stored: null };

    private static bool MayBeOne(Candidate open, Candidate booked, ReconciliationSettings settings)
    {
        var (early, late) = (open.Movement, booked.Movement);
        return !Contradictions.OfReferences(early, late)
            && !Contradictions.OfDayMade(early, late)
            && (
                early.TransactionDay is { } used
                    && used == late.TransactionDay
                    && Math.Abs(late.Day - early.Day) <= settings.PendingDays
                    && (
                        open.Fingerprint == booked.Fingerprint
                        || WordComparison.Likeness(open.Words, booked.Words) >= Alike
                    )
                || (early.Day == late.Day && open.Fingerprint == booked.Fingerprint && early.BankId != late.BankId)
            );
    }
}
