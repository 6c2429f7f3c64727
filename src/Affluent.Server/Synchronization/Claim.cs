using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>A connection that this node works on. All writes of the run say <c>fence = @Fence</c>.</summary>
internal sealed record ClaimedConnection
{
    public long UserId { get; init; }
    public long Id { get; init; }
    public long ClientId { get; init; }
    public string ProviderId { get; init; } = "";
    public bool AutoSync { get; init; }
    public bool ConsentPerAccount { get; init; }
    public bool SelectAccounts { get; init; }
    public string? Request { get; init; }
    public bool Attended { get; init; }
    public byte[]? PresentUser { get; init; }
    public long? PresentUntil { get; init; }

    /// <summary>Null: the run is about to begin.</summary>
    public long? RunId { get; init; }
    public string? RunType { get; init; }
    public string? Progress { get; init; }
    public int Attempt { get; init; }

    /// <summary>How often a run of this connection was found dead in a row.</summary>
    public int Rescues { get; init; }
    public long Fence { get; init; }
}

/// <summary>
/// Who may work on a connection: one node at a time, by a lease that it renews and a fence that grows with each claim. A node that
/// was away too long finds that its fence is no longer the row's, and stops.
/// </summary>
internal static class Claim
{
    /// <summary>A node that is silent for this long has lost its run: its user need not wait much longer than that.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private const string Columns =
        "user_id, id, client_id, provider_id, auto_sync, consent_per_account, select_accounts, request, attended, present_user, present_until, run_id, run_type, progress, attempt, rescues, fence";

    /// <summary>Takes due connections, those whose user waits first.</summary>
    public static async Task<IReadOnlyList<ClaimedConnection>> Due(DbWork db, int atMost, long now)
    {
        var attended = await Take(db, "attended", atMost, now);
        return attended.Count == atMost
            ? attended
            : [.. attended, .. await Take(db, "not attended", atMost - attended.Count, now)];
    }

    /// <summary>Makes due again what a dead node left behind.</summary>
    public static Task<int> Rescue(DbWork db, long now) => Rescue(db, now, now);

    private static Task<int> Rescue(DbWork db, long leaseUntil, long now) =>
        db.Execute(
            """
            update connections set job = 'idle', due_at = @Now, lease_until = null, fence = fence + 1, rescues = rescues + 1
            where job = 'running' and lease_until <= @LeaseUntil
            """,
            new { LeaseUntil = leaseUntil, Now = now }
        );

    /// <summary>
    /// Makes due again whatever runs, for a node that knows itself alone: it begins, and what it did in its former life is dead. Were
    /// another one at work all the same, the fence would stop it.
    /// </summary>
    public static Task<int> RescueAll(DbWork db, long now) => Rescue(db, long.MaxValue, now);

    /// <summary>Renews the lease and locks the row: the first statement of every transaction of a run.</summary>
    /// <exception cref="LeaseLostException">Another node has the run, or the connection is gone: stop, write nothing.</exception>
    public static async Task Hold(DbWork db, ClaimedConnection claim, long now)
    {
        var held = await db.Execute(
            """
            update connections set lease_until = @Until
            where user_id = @UserId and id = @Id and fence = @Fence and job = 'running'
            """,
            new
            {
                claim.UserId,
                claim.Id,
                claim.Fence,
                Until = now + (long)Lease.TotalSeconds,
            }
        );
        if (held == 0)
        {
            throw new LeaseLostException();
        }
    }

    /// <summary>Gives the run back as it is, due at <paramref name="dueAt"/>: this node is stopping, or the bank wants time.</summary>
    public static Task<int> Release(DbWork db, ClaimedConnection claim, int attempt, long dueAt) =>
        db.Execute(
            """
            update connections set job = 'idle', due_at = @DueAt, lease_until = null, attempt = @Attempt
            where user_id = @UserId and id = @Id and fence = @Fence and job = 'running'
            """,
            new
            {
                claim.UserId,
                claim.Id,
                claim.Fence,
                Attempt = attempt,
                DueAt = dueAt,
            }
        );

    private static Task<IReadOnlyList<ClaimedConnection>> Take(DbWork db, string which, int atMost, long now) =>
        db.Query<ClaimedConnection>(
            $$"""
            with due as materialized (
                select user_id, id from connections where due_at <= @Now and {{which}}
                order by due_at limit @AtMost {skip locked}
            )
            update connections set job = 'running', status = 'RUNNING', due_at = null, lease_until = @Until, fence = fence + 1
            where (user_id, id) in (select user_id, id from due)
            returning {{Columns}}
            """,
            new
            {
                Now = now,
                AtMost = atMost,
                Until = now + (long)Lease.TotalSeconds,
            }
        );
}

/// <summary>The run belongs to somebody else by now. Not a fault: the other one goes on.</summary>
internal sealed class LeaseLostException() : Exception("The run was taken over, or its connection is gone.");
