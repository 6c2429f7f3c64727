namespace Affluent.Server.Platform;

/// <summary>Times as stored and shown: UTC seconds since 1970.</summary>
internal static class Clock
{
    /// <summary>Now, in UTC seconds.</summary>
    public static long Seconds(this TimeProvider time) => time.GetUtcNow().ToUnixTimeSeconds();
}
