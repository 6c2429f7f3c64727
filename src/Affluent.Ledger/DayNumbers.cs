namespace Affluent.Ledger;

/// <summary>Calendar days as whole numbers, counted from 1970-01-01 (day 0), as the database keeps them. No time, no zone.</summary>
public static class DayNumbers
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>The number of a day; negative before 1970.</summary>
    public static int From(DateOnly day) => day.DayNumber - Epoch;

    /// <summary>The day of a number.</summary>
    public static DateOnly Of(int number) => DateOnly.FromDayNumber(number + Epoch);
}
