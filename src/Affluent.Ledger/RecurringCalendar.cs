namespace Affluent.Ledger;

/// <summary>Days of what recurs. Bank days are those of TARGET, the calendar of the euro.</summary>
internal static class RecurringCalendar
{
    public static readonly RecurringPeriod[] ShortestFirst = Enum.GetValues<RecurringPeriod>();

    /// <summary>The day on which the occurrence of this number is due, counted from a first one.</summary>
    public static int Due(int first, RecurringPeriod period, int number)
    {
        var date = DayNumbers.Of(first);
        return MonthsOf(period) is { } months
            ? DayNumbers.From(date.AddMonths(months * number))
            : first + (DaysOf(period) * number);
    }

    /// <summary>By how many days an occurrence may be early or late: weekends, bank holidays, slow banks.</summary>
    public static int Tolerance(RecurringPeriod period) =>
        period switch
        {
            RecurringPeriod.Weekly => 2,
            RecurringPeriod.TwoWeekly => 3,
            RecurringPeriod.Monthly or RecurringPeriod.BiMonthly => 5,
            RecurringPeriod.Quarterly or RecurringPeriod.HalfYearly => 7,
            RecurringPeriod.Yearly => 10,
        };

    /// <summary>How many make a series.</summary>
    public static int Fewest(RecurringPeriod period) =>
        period switch
        {
            RecurringPeriod.Weekly => 5,
            RecurringPeriod.TwoWeekly => 4,
            RecurringPeriod.Monthly
            or RecurringPeriod.BiMonthly
            or RecurringPeriod.Quarterly
            or RecurringPeriod.HalfYearly => 3,
            RecurringPeriod.Yearly => 2,
        };

    /// <summary>How many series of one payee and one price there may be at a time: more is a habit, not a contract.</summary>
    public static int MostAtOnce(RecurringPeriod period) =>
        period is RecurringPeriod.Weekly or RecurringPeriod.TwoWeekly ? 1 : 3;

    /// <summary>The day itself, or the next one (<paramref name="step"/> 1) or the one before (-1) on which banks book.</summary>
    public static int BankDay(int day, int step)
    {
        while (IsClosed(DayNumbers.Of(day)))
        {
            day += step;
        }
        return day;
    }

    private static bool IsClosed(DateOnly date) =>
        date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday
        || (date.Month, date.Day) is (1, 1) or (5, 1) or (12, 25) or (12, 26)
        || date.DayNumber - Easter(date.Year).DayNumber is -2 or 1;

    // The Gregorian computus.
    private static DateOnly Easter(int year)
    {
        var (a, b, c) = (year % 19, year / 100, year % 100);
        var h = ((19 * a) + b - (b / 4) - ((b - ((b + 8) / 25) + 1) / 3) + 15) % 30;
        var l = (32 + (2 * (b % 4)) + (2 * (c / 4)) - h - (c % 4)) % 7;
        var m = (a + (11 * h) + (22 * l)) / 451;
        var month = (h + l - (7 * m) + 114) / 31;
        return new DateOnly(year, month, ((h + l - (7 * m) + 114) % 31) + 1);
    }

    private static int? MonthsOf(RecurringPeriod period) =>
        period switch
        {
            RecurringPeriod.Weekly or RecurringPeriod.TwoWeekly => null,
            RecurringPeriod.Monthly => 1,
            RecurringPeriod.BiMonthly => 2,
            RecurringPeriod.Quarterly => 3,
            RecurringPeriod.HalfYearly => 6,
            RecurringPeriod.Yearly => 12,
        };

    private static int DaysOf(RecurringPeriod period) => period == RecurringPeriod.Weekly ? 7 : 14;
}
