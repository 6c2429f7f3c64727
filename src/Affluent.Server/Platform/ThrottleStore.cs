using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>Whose wrong secrets are counted: hashed with a key, for it may be anybody's typing.</summary>
internal sealed record ThrottleKey(ThrottleKind Kind, string SubjectHash);

/// <summary>Whether an attempt may be made.</summary>
internal enum AttemptAnswer
{
    /// <summary>It is counted; its outcome is to be told.</summary>
    Begun,

    /// <summary>Not now: others are under way, and when one of them succeeds this one may go on.</summary>
    Undecided,

    /// <summary>Too many have failed.</summary>
    Blocked,
}

/// <summary>Makes the keys by which wrong secrets are counted.</summary>
internal sealed class ThrottleKeys(MasterKey masterKey)
{
    private readonly byte[] _key = masterKey.Derive("throttles");

    /// <param name="parts">What names the subject; two different lists never have the same key.</param>
    public ThrottleKey Of(ThrottleKind kind, params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part.Length).Append(':').Append(part);
        }
        var hash = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text.ToString()));
        return new ThrottleKey(kind, Convert.ToHexStringLower(hash));
    }
}

/// <summary>Plugs the counting of wrong secrets into the platform.</summary>
internal static class ThrottleServices
{
    public static void AddThrottles(this IServiceCollection services, MasterKey masterKey)
    {
        services.AddSingleton(new ThrottleKeys(masterKey));
        services.AddPeriodicTask("throttles", TimeSpan.FromMinutes(5), ThrottleStore.Prune);
    }
}

/// <summary>Wrong secrets in the database, so that all nodes count together.</summary>
internal static class ThrottleStore
{
    public static async Task<Throttle> Find(DbWork db, ThrottleKey key) =>
        await db.Find<Throttle>(
            """
            select failures, last_at, blocked_until, pending, pending_until from throttles where kind = @Kind and subject_hash = @SubjectHash
            """,
            key
        ) ?? new Throttle();

    public static Task<Throttle> AddFailure(DbWork db, ThrottleKey key, ThrottleRule rule, long now) =>
        Change(db, key, before => before.Failed(rule, now));

    /// <summary>Counts an attempt as a failure before its outcome is known; it counts for nothing while there is a block.</summary>
    /// <param name="until">UTC seconds by which its outcome must be known.</param>
    public static async Task<AttemptAnswer> TryBegin(
        DbWork db,
        ThrottleKey key,
        ThrottleRule.Growing rule,
        long now,
        long until
    )
    {
        var answer = AttemptAnswer.Begun;
        await Change(
            db,
            key,
            before =>
            {
                answer =
                    before.Wait(now) is null ? AttemptAnswer.Begun
                    : before.IsUndecided(now) ? AttemptAnswer.Undecided
                    : AttemptAnswer.Blocked;
                return answer == AttemptAnswer.Begun ? before.Begun(rule, now, until) : before;
            }
        );
        return answer;
    }

    /// <summary>What <see cref="TryBegin"/> counted was a failure.</summary>
    public static Task Confirm(DbWork db, ThrottleKey key) => Change(db, key, before => before.Confirmed());

    /// <summary>Takes back what <see cref="TryBegin"/> counted.</summary>
    public static Task Pardon(DbWork db, ThrottleKey key, ThrottleRule.Growing rule) =>
        Change(db, key, before => before.Pardoned(rule));

    public static Task Forget(DbWork db, ThrottleKey key) =>
        db.Execute("delete from throttles where kind = @Kind and subject_hash = @SubjectHash", key);

    /// <summary>Takes away at most so many counts that are too old to matter, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from throttles where (kind, subject_hash) in (
                select kind, subject_hash from throttles where last_at < @Before and blocked_until < @Now limit @AtMost
            )
            """,
            new
            {
                Before = now - Throttle.KeptFor,
                Now = now,
                AtMost = atMost,
            }
        );

    private static async Task<Throttle> Change(DbWork db, ThrottleKey key, Func<Throttle, Throttle> change)
    {
        // Made where there is none, and locked in one statement: between two, another could forget it.
        var before = await db.Find<Throttle>(
            """
            insert into throttles (kind, subject_hash, failures, last_at, blocked_until)
            values (@Kind, @SubjectHash, 0, 0, 0)
            on conflict (kind, subject_hash) do update set failures = throttles.failures
            returning failures, last_at, blocked_until, pending, pending_until
            """,
            key
        );
        var after = change(before!);
        await db.Execute(
            """
            update throttles set failures = @Failures, last_at = @LastAt, blocked_until = @BlockedUntil,
                pending = @Pending, pending_until = @PendingUntil
            where kind = @Kind and subject_hash = @SubjectHash
            """,
            new
            {
                key.Kind,
                key.SubjectHash,
                after.Failures,
                after.LastAt,
                after.BlockedUntil,
                after.Pending,
                after.PendingUntil,
            }
        );
        return after;
    }
}
