namespace Affluent.TestBank;

/// <summary>The bank's time. Its days are those of Paris.</summary>
internal sealed class BankClock(TimeProvider time)
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    public TimeProvider Time => time;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The end of a day, or the moment that the bank allows at most.</summary>
    public DateTimeOffset EndOf(DateOnly? day, DateTimeOffset most) =>
        day is { } last && last < DateOnly.FromDateTime(most.UtcDateTime)
            ? new DateTimeOffset(last.AddDays(1).ToDateTime(default), Paris.GetUtcOffset(Now))
            : most;

    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, Paris).DateTime);
}
