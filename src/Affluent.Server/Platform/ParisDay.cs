namespace Affluent.Server.Platform;

/// <summary>
/// How the published API writes a day: the UTC second at which it begins in Europe/Paris. Days inside are
/// whole numbers counted from 1970-01-01.
/// </summary>
internal static class ParisDay
{
    private const int SecondsOfADay = 86_400;

    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    // Asking the zone's rules costs more than the rest of a row: each day is asked once. Paris begins no day at second 0, so 0 means
    // "not asked yet"; two threads that fill the same day write the same number.
    private static readonly long[] Starts = new long[36_525];

    /// <summary>When the day begins in Paris, in UTC seconds.</summary>
    public static long Start(int day)
    {
        if ((uint)day >= (uint)Starts.Length)
        {
            return Ask(day);
        }
        var start = Starts[day];
        return start != 0 ? start : Starts[day] = Ask(day);
    }

    /// <inheritdoc cref="Start(int)"/>
    public static long Start(DateOnly day) => Start(Ledger.DayNumbers.From(day));

    /// <summary>The day that it is in Paris at a UTC second.</summary>
    public static int Of(long seconds)
    {
        var utc = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return (int)Math.Floor((seconds + Paris.GetUtcOffset(utc).TotalSeconds) / SecondsOfADay);
    }

    /// <summary>A UTC second, as the time that it is in Paris.</summary>
    public static DateTimeOffset Time(long seconds) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), Paris);

    private static long Ask(int day)
    {
        var midnight = DateTime.UnixEpoch.AddDays(day);
        return ((long)day * SecondsOfADay)
            - (long)Paris.GetUtcOffset(DateTime.SpecifyKind(midnight, DateTimeKind.Unspecified)).TotalSeconds;
    }
}
