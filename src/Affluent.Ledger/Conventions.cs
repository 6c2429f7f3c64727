using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// A bank that lists all its rows in another way than before: signs turned, day and month swapped, all days moved. One row alone says nothing;
/// several different ones that fit at once, just as those held went, do.
/// </summary>
internal static class Conventions
{
    /// <summary>So many different rows must fit.</summary>
    public const int Enough = 3;

    private const int FarthestMove = 5;

    /// <summary>Pairs what is free on both sides under turned signs, else under swapped day and month; null: neither is so.</summary>
    public static MatchReason? TurnedOrSwapped(Side held, Side rows)
    {
        // Those at the edge of the list's days are in it as well, but prove nothing.
        var free = held.Where(have =>
                have is { IsFree: true, Stored.Missing: false } && have.Movement.Status != TransactionStatus.Expired
            )
            .ToArray();
        if (free.Count(have => have.HasVanished) < Enough || rows.Count(row => row.IsFree) < Enough)
        {
            return null;
        }
        if (Pair(free, rows, Turned, MatchReason.SignsTurned))
        {
            return MatchReason.SignsTurned;
        }
        return Pair(free, rows, Swapped, MatchReason.DayAndMonthSwapped) ? MatchReason.DayAndMonthSwapped : null;
    }

    /// <summary>By how many days all rows moved; null: they did not.</summary>
    public static int? DaysMoved(ReconciliationInput input)
    {
        var before = Counts(
            input
                .Held.Where(s =>
                    !s.Missing
                    && s.Movement.Status != TransactionStatus.Expired
                    && Side.Covers(input.Window, s.Movement)
                )
                .Select(s => s.Movement)
        );
        var now = Counts(input.Rows);
        var all = Math.Min(before.Values.Sum(), now.Values.Sum());
        var unmoved = Fitting(0).Rows;
        var best = Enumerable
            .Range(1, FarthestMove)
            .SelectMany(days => new[] { days, -days })
            .Select(days => (Days: days, Fit: Fitting(days)))
            .MaxBy(move => move.Fit.Rows);
        return best.Fit.Different >= Enough && best.Fit.Rows > unmoved * 2 && best.Fit.Rows * 5 >= all * 4
            ? best.Days
            : null;

        (int Rows, int Different) Fitting(int days)
        {
            var rows = 0;
            HashSet<(decimal, ulong)> different = [];
            foreach (var (place, count) in before)
            {
                if (now.TryGetValue(place with { Day = place.Day + days }, out var there))
                {
                    rows += Math.Min(count, there);
                    different.Add((place.Amount, place.Words));
                }
            }
            return (rows, different.Count);
        }
    }

    private static Dictionary<(decimal Amount, int Day, ulong Words), int> Counts(IEnumerable<Movement> rows) =>
        rows.GroupBy(row => (row.Amount, row.Day, WordComparison.Fingerprint(row.Text)))
            .ToDictionary(same => same.Key, same => same.Count());

    private static bool Pair(Candidate[] free, Side rows, Func<Candidate, Key?> listedAs, MatchReason reason)
    {
        var waiting = new Dictionary<Key, Queue<Candidate>>();
        foreach (var have in free)
        {
            if (listedAs(have) is { } key)
            {
                (waiting.TryGetValue(key, out var same) ? same : waiting[key] = new Queue<Candidate>(1)).Enqueue(have);
            }
        }
        List<(Candidate Held, Candidate Row)> pairs = [];
        foreach (var row in rows)
        {
            if (row.IsFree && waiting.TryGetValue(Key.Short(row), out var same) && same.TryDequeue(out var have))
            {
                pairs.Add((have, row));
            }
        }
        var different = pairs.Select(pair => (pair.Row.Movement.Amount, pair.Row.Fingerprint)).Distinct().Count();
        if (different < Enough || pairs.Count * 5 < free.Count(have => have.HasVanished) * 3)
        {
            return false;
        }
        foreach (var (have, row) in pairs)
        {
            Candidate.Pair(have, row, MatchTier.Convention, reason, 95);
        }
        return true;
    }

    private static Key? Turned(Candidate have) =>
        have.Movement.Amount == 0 ? null : Key.Short(have) with { Amount = -have.Movement.Amount };

    private static Key? Swapped(Candidate have)
    {
        var day = DayNumbers.Of(have.Movement.Day);
        return day.Day > 12 || day.Day == day.Month
            ? null
            : Key.Short(have) with
            {
                Day = DayNumbers.From(new DateOnly(day.Year, day.Day, day.Month)),
            };
    }
}
