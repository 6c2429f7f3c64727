namespace Affluent.TestBank.Scenarios;

/// <summary>How much a file may ask of the bank: everybody can name one.</summary>
internal static class ScenarioLimits
{
    /// <summary>In bytes.</summary>
    public const int LargestFile = 2 * 1024 * 1024;

    /// <summary>Lines of a pipe-separated file, or elements of the lists of a JSON scenario.</summary>
    public const int MostRecords = 25_000;

    /// <summary>Of one person.</summary>
    public const int MostAccounts = 100;

    /// <summary>That one person may choose from.</summary>
    public const int MostMethods = 10;

    /// <summary>Of one file: those it lists, and those that the bank makes of it (<see cref="MovementsOf"/>).</summary>
    public const int MostMovements = 20_000;

    /// <summary>Characters of one value.</summary>
    public const int LongestText = 500;

    /// <summary>Seconds of one wait: a day.</summary>
    public const int LongestWait = 86_400;

    /// <summary>Errors, and warnings, that are told of one file.</summary>
    public const int MostRemarks = 100;

    public static readonly DateOnly FirstDay = new(1950, 1, 1);
    public static readonly DateOnly LastDay = new(2149, 12, 31);

    private const int ShortestMonth = 28;

    /// <summary>How many movements the bank would make of the account, or a few more: counted without making them.</summary>
    public static long MovementsOf(Account account, DateOnly today)
    {
        var (first, last) = Statements.Horizon(account, today);
        return account.Movements.Count
            + account.Recurring.Sum(r => Returns(r, last))
            + account.Spending.Sum(s => 1L + Math.Max(0, last.DayNumber - first.DayNumber) / s.EveryDays);
    }

    private static long Returns(RecurringMovement recurring, DateOnly last)
    {
        if (recurring.Times is { } times)
        {
            return times;
        }

        var days = (recurring.Until ?? last).DayNumber - recurring.Start.DayNumber;
        var every = recurring.Every.Unit switch
        {
            IntervalUnit.Day => (long)recurring.Every.Count,
            IntervalUnit.Month => (long)recurring.Every.Count * ShortestMonth,
        };
        return 1 + Math.Max(0, days) / every;
    }
}
