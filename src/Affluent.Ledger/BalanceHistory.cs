namespace Affluent.Ledger;

/// <summary>How an entry of a history of balances came about.</summary>
public enum DayBalanceOrigin
{
    /// <summary>The bank gave it.</summary>
    Known,

    /// <summary>Counted from a balance that the bank gave, by what is booked between the two days.</summary>
    Derived,
}

/// <summary>The balance at the end of a day (see <see cref="DayNumbers"/>).</summary>
public sealed record DayBalance(int Day, decimal Amount, DayBalanceOrigin Origin);

/// <summary>The balance of each day, as far as the movements tell it. Amounts in minor units of the account's currency.</summary>
public static class BalanceHistory
{
    /// <summary>
    /// The days of which a balance can be told, the latest first: from the day of the last reading back to the oldest row held, but
    /// none across a gap, and none before something that cannot be told.
    /// </summary>
    /// <param name="oldest">The first day from which rows count: of the oldest one, or the day after one in another currency.</param>
    /// <param name="last">The day of the last reading.</param>
    public static IEnumerable<int> Days(BalanceState state, int oldest, int last)
    {
        if (state.Latest is not { } latest)
        {
            return [];
        }
        if (state.Explained is null)
        {
            return [latest.Day];
        }
        var first = Math.Min(Math.Max(oldest, state.CompleteFrom ?? oldest), latest.Day);
        var until = Math.Max(latest.Day, last);
        return state.Status switch
        {
            BalanceCheckStatus.Gap => Down(until, latest.Day)
                .Concat(Down(Math.Min(state.Explained.Day, latest.Day - 1), first)),
            BalanceCheckStatus.Ok or BalanceCheckStatus.Unknown => Down(until, first),
        };
    }

    /// <summary>The balances of these days.</summary>
    /// <param name="days">Some of <see cref="Days"/>, the latest first.</param>
    /// <param name="bookedOn">What is booked on each day that is later than the last of <paramref name="days"/>.</param>
    public static IReadOnlyList<DayBalance> Of(
        BalanceState state,
        IReadOnlyList<int> days,
        IReadOnlyDictionary<int, decimal> bookedOn
    )
    {
        if (state.Latest is not { } latest)
        {
            return [];
        }
        List<DayBalance> balances = new(days.Count);
        var later = bookedOn.OrderByDescending(total => total.Key).ToArray();
        var (next, after) = (0, 0m);
        foreach (var day in days)
        {
            for (; next < later.Length && later[next].Key > day; next++)
            {
                after += later[next].Value;
            }
            if (day == latest.Day)
            {
                balances.Add(new DayBalance(day, latest.Amount, DayBalanceOrigin.Known));
                continue;
            }
            // Before a gap the balance that was explained counts: nobody knows on which day the lacking amount was.
            var explained = state.Explained ?? latest;
            var isAcross = state.Status == BalanceCheckStatus.Gap && day > latest.Day;
            var level = isAcross ? latest.Levels[0].Amount : explained.Levels[0].Amount + state.BookedSince;
            balances.Add(
                day == explained.Day
                    ? new DayBalance(day, explained.Amount, DayBalanceOrigin.Known)
                    : new DayBalance(day, level - after, DayBalanceOrigin.Derived)
            );
        }
        return balances;
    }

    private static IEnumerable<int> Down(int from, int to) =>
        Enumerable.Range(0, (int)Math.Max(0, (long)from - to + 1)).Select(i => from - i);
}
