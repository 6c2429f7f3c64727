using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>How it ended with an authorization that was to be ended at its bank.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum RevocationEnd
{
    /// <summary>The bank has ended it.</summary>
    Revoked,

    /// <summary>The bank says that it was over.</summary>
    OverBefore,

    /// <summary>The bank offers no way, or no longer.</summary>
    NotOffered,

    /// <summary>The bank could not be asked in all that time, or did not do it.</summary>
    GivenUp,
}

/// <summary>What becomes of an authorization that is to be ended. Pure.</summary>
internal abstract record RevocationDecision
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPauseWhenRefused = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    /// <summary>For how long one that had no answer keeps the others off its bank: it may be the only one.</summary>
    private static readonly TimeSpan PauseOfOthers = TimeSpan.FromMinutes(5);

    private RevocationDecision() { }

    /// <summary>Token and key are destroyed.</summary>
    public sealed record Over(RevocationEnd End) : RevocationDecision;

    /// <summary>It is tried again.</summary>
    /// <param name="OthersUntil">Until when the others at this bank wait, too, in UTC seconds; null: they need not.</param>
    public sealed record Again(int Attempts, long NextAt, long? OthersUntil = null) : RevocationDecision;

    /// <summary>After the bank has answered, or has not.</summary>
    public static RevocationDecision After(BankRevocation revocation, StepResult result, long now)
    {
        var attempts = revocation.Attempts + 1;
        switch (result)
        {
            case StepResult.Done:
                return new Over(RevocationEnd.Revoked);
            case StepResult.Refused { Reason: Refusal.ConsentExpired }:
                return new Over(RevocationEnd.OverBefore);
            case StepResult.Later later:
                var named = later.NotBefore.ToUnixTimeSeconds();
                var next = Math.Max(named, now + Pause(attempts, FirstPause, revocation));
                var others = later.IsNamed ? named : Math.Min(next, now + (long)PauseOfOthers.TotalSeconds);
                return Bounded(revocation, new Again(attempts, next, others), now);
            default:
                // Most of the time our own fault, which somebody has to mend.
                return Bounded(
                    revocation,
                    new Again(attempts, now + Pause(attempts, FirstPauseWhenRefused, revocation)),
                    now
                );
        }
    }

    /// <summary>While the bank must not be asked: no attempt is counted.</summary>
    public static RevocationDecision Closed(BankRevocation revocation, long until, long now) =>
        Bounded(revocation, new Again(revocation.Attempts, until, until), now);

    // The last try comes at the end.
    private static RevocationDecision Bounded(BankRevocation revocation, Again again, long now) =>
        now >= revocation.GiveUpAt
            ? new Over(RevocationEnd.GivenUp)
            : new Again(again.Attempts, Math.Min(again.NextAt, revocation.GiveUpAt), again.OthersUntil);

    private static long Pause(int attempt, TimeSpan first, BankRevocation revocation) =>
        (long)Schedule.Backoff(attempt, first, revocation.ConnectionId.Value, LongestPause).TotalSeconds;
}
