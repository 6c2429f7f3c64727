using System.Globalization;

namespace Affluent.TestBank.Scenarios;

public enum IntervalUnit
{
    Day,
    Month,
}

/// <summary>How often something comes back: every so many days or calendar months.</summary>
public sealed record Interval(int Count, IntervalUnit Unit)
{
    /// <summary>Reads <c>15</c>, <c>15 days</c>, <c>2 weeks</c>, <c>1 month</c>, <c>monthly</c>, <c>1 year</c>.</summary>
    public static Interval? Parse(string text)
    {
        var words = text.Trim().ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            ["daily"] => new Interval(1, IntervalUnit.Day),
            ["weekly"] => new Interval(7, IntervalUnit.Day),
            ["monthly"] => new Interval(1, IntervalUnit.Month),
            ["yearly"] => new Interval(12, IntervalUnit.Month),
            [var count] => Of(count, "days"),
            [var count, var unit] => Of(count, unit),
            _ => null,
        };
    }

    /// <summary>
    /// The day of the n-th return (0 = the start); null beyond the calendar. Months keep the day of the start where the month has it.
    /// </summary>
    public DateOnly? After(DateOnly start, int returns)
    {
        var steps = (long)Count * returns;
        var days = Unit == IntervalUnit.Day ? steps : steps * 31;
        if (days > DateOnly.MaxValue.DayNumber - start.DayNumber)
        {
            return null;
        }

        return Unit == IntervalUnit.Day ? start.AddDays((int)steps) : start.AddMonths((int)steps);
    }

    private static Interval? Of(string count, string unit)
    {
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n is < 1 or > 1000)
        {
            return null;
        }

        return unit switch
        {
            "day" or "days" => new Interval(n, IntervalUnit.Day),
            "week" or "weeks" => new Interval(n * 7, IntervalUnit.Day),
            "month" or "months" => new Interval(n, IntervalUnit.Month),
            "year" or "years" => new Interval(n * 12, IntervalUnit.Month),
            _ => null,
        };
    }
}
