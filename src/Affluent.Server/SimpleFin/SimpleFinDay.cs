namespace Affluent.Server.SimpleFin;

/// <summary>
/// Days as SimpleFIN writes them. Banks book by the day, the protocol counts seconds: a day stands as its noon in UTC, which is the same day
/// nearly everywhere on earth, whatever zone an application reads it in.
/// </summary>
internal static class SimpleFinDay
{
    public const int Seconds = 86_400;

    private const int Noon = Seconds / 2;

    /// <summary>The day, counted from 1970-01-01, in UTC seconds.</summary>
    public static long Of(int day) => ((long)day * Seconds) + Noon;

    /// <summary>The first day that is not before a time.</summary>
    public static int FirstFrom(long seconds) => (int)Math.Ceiling((seconds - Noon) / (decimal)Seconds);

    /// <summary>The last day that is before a time.</summary>
    public static int LastBefore(long seconds) => FirstFrom(seconds) - 1;

    /// <summary>The day, counted from 1970-01-01, of a time.</summary>
    public static int At(long seconds) => (int)(seconds / Seconds);

    /// <summary>How many seconds are left of the day of a time.</summary>
    public static long Left(long seconds) => Seconds - (seconds % Seconds);
}
