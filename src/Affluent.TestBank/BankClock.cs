namespace Affluent.TestBank;

/// <summary>The bank's time. Its days are those of Paris.</summary>
internal sealed class BankClock(TimeProvider time)
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    public TimeProvider Time => time;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>When a day of the bank begins.</summary>
    public static DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(default);
        return new DateTimeOffset(midnight, Paris.GetUtcOffset(midnight));
    }

    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, Paris).DateTime);
}
