namespace Affluent.Ledger;

/// <summary>
/// Finds what recurs on an account: subscriptions, salaries, rents, loans and other standing movements. Pure, and independent of the
/// order in which movements are handed over.
/// </summary>
public static class Recurring
{
    /// <summary>How far back movements are looked at: a yearly one must have been seen twice.</summary>
    public const int HistoryDays = 1_100;

    /// <summary>Movements of one payee that are compared; the newest of them.</summary>
    private const int MostOfPayee = 500;

    /// <summary>The series among the movements of one account, those of which the next is due soonest first.</summary>
    /// <param name="movements">Of one account; later than today or older than <see cref="HistoryDays"/> does not count.</param>
    public static IReadOnlyList<RecurringSeries> Find(IEnumerable<RecurringMovement> movements, int today) =>
        [
            .. movements
                .Where(m => m.Amount != 0 && (m.Day <= today || m.Pending) && m.Day >= today - HistoryDays)
                .GroupBy(RecurringPayee.Of)
                .Where(payee => payee.Key is not null)
                .SelectMany(payee => OfPayee([.. payee.OrderBy(m => m.Day).ThenBy(m => m.Id)], today))
                .OrderBy(series => series.Next?.Day ?? int.MaxValue)
                .ThenByDescending(series => series.Last.Id),
        ];

    private static List<RecurringSeries> OfPayee(IReadOnlyList<RecurringMovement> rows, int today)
    {
        var pending = rows.Where(row => row.Pending).ToList();
        List<RecurringSeries> series = [];
        foreach (var chain in Chains([.. rows.Where(row => !row.Pending).TakeLast(MostOfPayee)]))
        {
            var found = Conclude(chain, today);
            // Each pending one is the next of one series.
            if (found.Next is { } next && Announcing(next, chain, pending) is { } announcing)
            {
                pending.Remove(announcing);
                found = found with { Next = next with { AnnouncedBy = announcing.Id } };
            }
            series.Add(found);
        }
        return series;
    }

    private static RecurringMovement? Announcing(
        RecurringNext next,
        RecurringChain chain,
        List<RecurringMovement> pending
    )
    {
        var tolerance = RecurringCalendar.Tolerance(chain.Period);
        return pending
            .Where(row => row.Day >= next.From - tolerance && row.Day <= next.Until + tolerance)
            .Where(row => IsNewPrice(chain.Last, row))
            .MinBy(row => (Math.Abs(row.Amount - chain.Last.Amount), Math.Abs(row.Day - next.Day), row.Id));
    }

    private static List<RecurringChain> Chains(IReadOnlyList<RecurringMovement> rows)
    {
        var left = new List<RecurringMovement>(rows);
        List<RecurringChain> chains = [];
        // By price first: two contracts of one payee differ in it, or at least in their days.
        foreach (var price in rows.GroupBy(row => row.Amount).Where(price => price.Count() > 1).ToArray())
        {
            foreach (var period in RecurringCalendar.ShortestFirst)
            {
                Extract(period, [.. price.Where(left.Contains)], left, rows, chains);
            }
        }
        FollowPrices(chains, left);
        if (left.Count > 0)
        {
            foreach (var period in RecurringCalendar.ShortestFirst)
            {
                if (Varying(period, left) is { } chain)
                {
                    chains.Add(chain);
                    left.RemoveAll(chain.Movements.Contains);
                }
            }
        }
        return chains;
    }

    // All chains of one price and period, or none: where they leave most of the rows over, these come as they like.
    private static void Extract(
        RecurringPeriod period,
        List<RecurringMovement> price,
        List<RecurringMovement> left,
        IReadOnlyList<RecurringMovement> payee,
        List<RecurringChain> chains
    )
    {
        if (price.Count < RecurringCalendar.Fewest(period))
        {
            return;
        }
        List<RecurringChain> found = [];
        var free = new List<RecurringMovement>(price);
        for (var start = 0; start < free.Count; )
        {
            var chain = RecurringChain.Follow(period, free[start], free, (_, _) => true);
            if (chain.IsRegular)
            {
                found.Add(chain);
                free.RemoveAll(chain.Movements.Contains);
            }
            else
            {
                start++;
            }
        }
        var rows = period == RecurringPeriod.Yearly ? payee : price;
        if (found.Count > 0 && found.Count <= RecurringCalendar.MostAtOnce(period) && Share(found, rows) >= 0.6)
        {
            chains.AddRange(found);
            left.RemoveAll(row => found.Any(chain => chain.Movements.Contains(row)));
        }
    }

    // The part that chains make up of all rows of their time.
    private static double Share(List<RecurringChain> chains, IReadOnlyList<RecurringMovement> rows)
    {
        var (from, to) = (chains.Min(chain => chain.First.Day), chains.Max(chain => chain.Last.Day));
        return (double)chains.Sum(chain => chain.Movements.Count) / rows.Count(row => row.Day >= from && row.Day <= to);
    }

    // A price that changed: another chain, or single rows so far, in the turns that follow.
    private static void FollowPrices(List<RecurringChain> chains, List<RecurringMovement> left)
    {
        for (var i = 0; i < chains.Count; i++)
        {
            var joined = chains
                .Where(later => IsNewPrice(chains[i].Last, later.First))
                .Select(later => (Later: later, Chain: chains[i].Joined(later)))
                .FirstOrDefault(pair => pair.Chain is not null);
            if (joined.Chain is { } chain)
            {
                chains[i] = chain;
                chains.Remove(joined.Later);
                i = -1;
            }
        }
        for (var i = 0; i < chains.Count; i++)
        {
            chains[i] = chains[i].GoOn(left, IsNewPrice);
            left.RemoveAll(chains[i].Movements.Contains);
        }
    }

    private static bool IsNewPrice(RecurringMovement last, RecurringMovement next) => IsWithin(last, next, 1.5);

    private static RecurringChain? Varying(RecurringPeriod period, List<RecurringMovement> left)
    {
        foreach (var first in left)
        {
            var isShopping = first.Type is TransactionType.PointOfSale or TransactionType.Atm or TransactionType.Cash;
            // A habit of shopping is no contract: amounts must then nearly agree.
            var ratio = isShopping || period == RecurringPeriod.Yearly ? 1.25 : 4;
            var chain = RecurringChain.Follow(period, first, left, (last, next) => IsWithin(last, next, ratio));
            if (chain.IsRegular && Share([chain], left) >= (isShopping ? 0.8 : 0.7))
            {
                return chain;
            }
        }
        return null;
    }

    private static bool IsWithin(RecurringMovement last, RecurringMovement next, double ratio) =>
        Math.Max(Size(last), Size(next)) <= ratio * Math.Min(Size(last), Size(next));

    private static double Size(RecurringMovement movement) => Math.Abs((double)movement.Amount);

    private static RecurringSeries Conclude(RecurringChain chain, int today)
    {
        var prices = chain
            .Movements.Zip(chain.Movements.Skip(1))
            .Count(pair => pair.First.Amount != pair.Second.Amount);
        var isPrice = prices <= Math.Max(1, chain.Movements.Count / 6);
        var next = Next(chain, today);
        List<RecurringReason> reasons =
        [
            RecurringPayee.Reason(chain.Last),
            prices == 0 ? RecurringReason.SameAmount
            : isPrice ? RecurringReason.PriceChanged
            : RecurringReason.AmountsVary,
        ];
        if (chain.Missed > 0)
        {
            reasons.Add(RecurringReason.SomeMissed);
        }
        return new RecurringSeries
        {
            Movements = chain.Movements,
            Period = chain.Period,
            Kind = RecurringPayee.Kind(chain.Last, isPrice),
            Status = next is null ? RecurringStatus.Ended : RecurringStatus.Active,
            Next = next,
            Confidence = Confidence(chain, prices, isPrice),
            Reasons = reasons,
        };
    }

    // The turn after the last one; the one after that when it is overdue. None when that is overdue too.
    private static RecurringNext? Next(RecurringChain chain, int today)
    {
        var delays = chain.Delays.ToArray();
        var usual = RecurringChain.Median(delays);
        var tolerance = RecurringCalendar.Tolerance(chain.Period);
        foreach (var turn in (int[])[chain.Turns[^1] + 1, chain.Turns[^1] + 2])
        {
            var due = RecurringCalendar.Due(chain.First.Day, chain.Period, turn) + usual;
            // What is fetched comes late when banks are closed, what an employer sends comes early.
            var day = RecurringCalendar.BankDay(due, chain.Last.Amount < 0 ? 1 : -1);
            var from = Math.Min(day, due + Math.Max(delays.Min() - usual, -tolerance) - 1);
            var until = Math.Max(day, due + Math.Min(delays.Max() - usual, tolerance) + 1);
            if (today <= Math.Max(until, due + tolerance))
            {
                return new RecurringNext(day, from, until);
            }
        }
        return null;
    }

    private static int Confidence(RecurringChain chain, int prices, bool isPrice)
    {
        var delays = chain.Delays.ToArray();
        var usual = RecurringChain.Median(delays);
        var sure = chain.Movements.Count switch
        {
            2 => 50,
            3 => 75,
            4 => 84,
            5 => 90,
            _ => 96,
        };
        sure -=
            prices == 0 ? 0
            : isPrice ? 4
            : 12;
        sure -= Math.Min(2, chain.Missed) * 8;
        sure -= delays.Average(delay => Math.Abs(delay - usual)) > 1.5 ? 6 : 0;
        sure += chain.Last.Mandate is null ? 0 : 3;
        return Math.Clamp(sure, 30, 99);
    }
}
