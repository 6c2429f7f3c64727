using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>Whose wrong secrets are counted together.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ThrottleKind
{
    /// <summary>The users of one name at one client, whether or not anybody has that name.</summary>
    SignInName,

    /// <summary>All names, tried from one address.</summary>
    SignInAddress,

    /// <summary>All names of one client.</summary>
    SignInClient,

    /// <summary>One login at one bank, whoever tries it.</summary>
    BankLogin,
}

/// <summary>What follows from wrong secrets.</summary>
internal abstract record ThrottleRule
{
    private ThrottleRule() { }

    /// <summary>
    /// After so many failures within the window, a block, and one twice as long after each further failure. A success forgets them.
    /// </summary>
    public sealed record Growing(int Allowed, long Window, long ShortestBlock, long LongestBlock) : ThrottleRule;

    /// <summary>So many failures within the window, spread evenly once they are used up: a brake, for what many people share.</summary>
    public sealed record Steady(int Allowed, long Window) : ThrottleRule;

    public static Growing SignInName { get; } =
        new(Allowed: 5, Window: 15 * 60, ShortestBlock: 30, LongestBlock: 15 * 60);

    /// <summary>Banks lock people out after three to five failures.</summary>
    public static Growing BankLogin { get; } =
        new(Allowed: 3, Window: 3600, ShortestBlock: 60, LongestBlock: 12 * 3600);

    /// <summary>A quarter of an hour.</summary>
    public static Steady Sprayed(int allowed) => new(allowed, Window: 15 * 60);
}

/// <summary>Wrong secrets that are counted together.</summary>
internal sealed record Throttle
{
    /// <summary>Seconds after which a failure matters no more: long after every block and the watch behind it.</summary>
    public const long KeptFor = 24 * 3600;

    public int Failures { get; init; }

    /// <summary>UTC seconds of the last failure; where failures wear off evenly, of the first one since all had.</summary>
    public long LastAt { get; init; }

    /// <summary>UTC seconds until which every attempt is refused.</summary>
    public long BlockedUntil { get; init; }

    /// <summary>Attempts that are counted as failures although their outcome is not known yet.</summary>
    public int Pending { get; init; }

    /// <summary>UTC seconds after which no attempt is waited for: whoever made it has died.</summary>
    public long PendingUntil { get; init; }

    /// <summary>Whether an attempt under way may yet end the block: it may turn out to be no failure.</summary>
    public bool IsUndecided(long now) => Pending > 0 && PendingUntil > now;

    /// <summary>With one more attempt, which counts as a failure until its outcome is known.</summary>
    /// <param name="until">UTC seconds by which it must be known.</param>
    public Throttle Begun(ThrottleRule.Growing rule, long now, long until) =>
        Failed(rule, now) with
        {
            Pending = Pending + 1,
            PendingUntil = until,
        };

    /// <summary>After an attempt that was counted beforehand and is a failure indeed.</summary>
    public Throttle Confirmed() => this with { Pending = Math.Max(0, Pending - 1) };

    /// <summary>Seconds until the next attempt counts; null: now.</summary>
    public long? Wait(long now) => BlockedUntil > now ? BlockedUntil - now : null;

    /// <summary>After one more failure.</summary>
    public Throttle Failed(ThrottleRule rule, long now) =>
        rule switch
        {
            ThrottleRule.Growing growing => Failed(growing, now),
            ThrottleRule.Steady steady => Failed(steady, now),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>After an attempt that was counted beforehand and turned out not to be a failure.</summary>
    public Throttle Pardoned(ThrottleRule.Growing rule) =>
        this with
        {
            Failures = Math.Max(0, Failures - 1),
            Pending = Math.Max(0, Pending - 1),
            BlockedUntil = Failures - 1 < rule.Allowed ? 0 : BlockedUntil,
        };

    private Throttle Failed(ThrottleRule.Growing rule, long now)
    {
        // What was blocked stays under watch for a window after its block ends.
        var failures = now - Math.Max(LastAt, BlockedUntil) > rule.Window ? 1 : Failures + 1;
        var block =
            failures < rule.Allowed
                ? 0
                : Math.Min(rule.LongestBlock, rule.ShortestBlock << Math.Min(failures - rule.Allowed, 20));
        return this with { Failures = failures, LastAt = now, BlockedUntil = now + block };
    }

    private Throttle Failed(ThrottleRule.Steady rule, long now)
    {
        var wornOff = Math.Max(0, now - LastAt) * rule.Allowed / rule.Window;
        return Failures <= wornOff
            ? new Throttle { Failures = 1, LastAt = now }
            : new Throttle
            {
                Failures = Failures + 1,
                LastAt = LastAt,
                BlockedUntil =
                    Failures + 1 - wornOff < rule.Allowed ? 0 : now + Math.Max(1, rule.Window / rule.Allowed),
            };
    }
}
