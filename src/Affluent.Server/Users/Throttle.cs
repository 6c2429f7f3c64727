namespace Affluent.Server.Users;

/// <summary>
/// Failed sign-ins of one name at one client, whether or not anybody has that name. After five in a quarter of an hour the name is
/// refused for 30 seconds, and for twice as long after each further failure, up to a quarter of an hour. A success forgets them.
/// </summary>
internal sealed record Throttle
{
    public const int Allowed = 5;
    public const long Window = 15 * 60;
    public const long ShortestBlock = 30;
    public const long LongestBlock = 15 * 60;

    /// <summary>Seconds after which a failure matters no more: long after its block and the watch behind it.</summary>
    public const long KeptFor = 24 * 3600;

    public int Failures { get; init; }

    /// <summary>UTC seconds of the last failure.</summary>
    public long LastAt { get; init; }

    /// <summary>UTC seconds until which every attempt is refused.</summary>
    public long BlockedUntil { get; init; }

    /// <summary>Seconds until the next attempt counts; null: now.</summary>
    public long? Wait(long now) => BlockedUntil > now ? BlockedUntil - now : null;

    /// <summary>After one more failure.</summary>
    public Throttle Failed(long now)
    {
        // A name that was blocked stays under watch for a window after its block ends.
        var failures = now - Math.Max(LastAt, BlockedUntil) > Window ? 1 : Failures + 1;
        var block = failures < Allowed ? 0 : Math.Min(LongestBlock, ShortestBlock << Math.Min(failures - Allowed, 20));
        return new Throttle
        {
            Failures = failures,
            LastAt = now,
            BlockedUntil = now + block,
        };
    }
}
