namespace Affluent.Server.SimpleFin;

/// <summary>
/// Days as SimpleFIN writes them. Banks book by the day, the protocol counts seconds: a day stands as its noon in UTC, which is the same day
/// nearly everywhere on earth, whatever zone an application reads it in.
/// </summary>
internal static class SimpleFinDay
{
    public const int Seconds = 86_400;

    private const int Noon = Seconds / 2;

    /// <summary>For how long an application may go on asking for what there is up to the time at which it began, in seconds.</summary>
    private const int Delay = 3600;

    /// <summary>The day, counted from 1970-01-01, in UTC seconds.</summary>
    public static long Of(int day) => ((long)day * Seconds) + Noon;

    /// <summary>The first day that is not before a time.</summary>
    public static int FirstFrom(long seconds) => (int)Math.Ceiling((seconds - Noon) / (decimal)Seconds);

    /// <summary>
    /// The last day that is before a time. Of the day that is under way all counts: applications read up to now, and what was booked today would be told
    /// from its noon on alone.
    /// </summary>
    /// <param name="now">UTC seconds.</param>
    public static int LastBefore(long seconds, long now) =>
        At(seconds) == At(now) && seconds > now - Delay ? At(now) : FirstFrom(seconds) - 1;

    /// <summary>The day, counted from 1970-01-01, of a time.</summary>
    public static int At(long seconds) => (int)(seconds / Seconds);

    /// <summary>How many seconds are left of the day of a time.</summary>
    public static long Left(long seconds) => Seconds - (seconds % Seconds);
}
