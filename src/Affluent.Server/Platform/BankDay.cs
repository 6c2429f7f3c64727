namespace Affluent.Server.Platform;

/// <summary>Days as a bank means them, in its own zone. Days inside are whole numbers counted from 1970-01-01.</summary>
internal static class BankDay
{
    private const int SecondsOfADay = 86_400;

    /// <summary>When the day begins where the bank is, in UTC seconds.</summary>
    public static long Start(int day, TimeZoneInfo zone)
    {
        var local = DateTime.SpecifyKind(DateTime.UnixEpoch.AddDays(day), DateTimeKind.Unspecified);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUnixTimeSeconds();
    }

    /// <summary>The day that it is where the bank is at a UTC second.</summary>
    public static int Of(long seconds, TimeZoneInfo zone)
    {
        var utc = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return (int)Math.Floor((seconds + zone.GetUtcOffset(utc).TotalSeconds) / SecondsOfADay);
    }
}
