namespace Affluent.TestBank;

/// <summary>The bank's time. Its days are those of Paris.</summary>
internal sealed class BankClock(TimeProvider time)
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    public TimeProvider Time => time;

    public DateTimeOffset Now => time.GetUtcNow();

    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, Paris).DateTime);
}
