using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>
/// Who may work on a job: one node at a time, by a lease that it renews and a fence that grows with each claim. A node that was away
/// too long finds that its fence is no longer the row's, and stops.
/// </summary>
internal static class Claim
{
    /// <summary>A node that is silent for this long has lost its job: the user need not wait much longer than that.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>Jobs of a closed client are looked at this often: it may be opened again.</summary>
    public static readonly TimeSpan ClosedClientPause = TimeSpan.FromHours(1);

    private const int RescuesAtOnce = 100;
    private const int PutOffAtOnce = 1_000;

    /// <summary>
    /// Takes due jobs, those whose user waits first, none of closed clients. Jobs that a dead node left behind are made due before.
    /// </summary>
    public static async Task<IReadOnlyList<Job>> Due(DbWork db, int atMost, long now)
    {
        await Rescue(db, now, now);
        var attended = await Take(db, JobPriority.Attended, atMost, now);
        return attended.Count == atMost
            ? attended
            : [.. attended, .. await Take(db, JobPriority.Background, atMost - attended.Count, now)];
    }

    /// <summary>
    /// Makes due again whatever runs, for a node that knows itself alone: it begins, and what it did in its former life is dead. Were
    /// another one at work all the same, the fence would stop it.
    /// </summary>
    public static async Task RescueAll(DbWork db, long now)
    {
        while (await Rescue(db, long.MaxValue, now) == RescuesAtOnce) { }
    }

    /// <summary>Locks a job that this node runs, and renews its lease when a third of that is over: the first thing in every transaction of a run.</summary>
    /// <exception cref="LeaseLostException">Another node has the job, or it is gone: stop, write nothing.</exception>
    public static async Task<Job> Hold(DbWork db, Job job, long now)
    {
        var held = await JobStore.LockRunning(db, job) ?? throw new LeaseLostException();
        return NeedsRenewal(held, now)
            ? await JobStore.Apply(db, held, new JobChange.LeaseRenewed(LeaseFrom(now)))
            : held;
    }

    /// <summary>Whether a third of the lease is over.</summary>
    public static bool NeedsRenewal(Job job, long now) => job.LeaseUntil - now <= Lease.TotalSeconds * 2 / 3;

    /// <summary>Gives a job back as it is, due at <paramref name="dueAt"/>; nothing when another node has it.</summary>
    public static async Task Release(DbWork db, Job job, int attempt, long dueAt)
    {
        if (await JobStore.LockRunning(db, job) is { } held)
        {
            await JobStore.Apply(db, held, new JobChange.Released(dueAt, attempt));
        }
    }

    private static async Task<int> Rescue(DbWork db, long leaseUntil, long now)
    {
        var dead = await JobStore.LockDead(db, leaseUntil, RescuesAtOnce);
        foreach (var job in dead)
        {
            await JobStore.Apply(db, job, new JobChange.Rescued(now));
        }
        return dead.Count;
    }

    private static async Task<IReadOnlyList<Job>> Take(DbWork db, JobPriority priority, int atMost, long now)
    {
        List<Job> claimed = [];
        IReadOnlyList<ClientId>? closed = null;
        for (var put = 0; claimed.Count < atMost && put < PutOffAtOnce; )
        {
            var due = await JobStore.LockDue(db, priority, atMost - claimed.Count, now);
            if (due.Count > 0)
            {
                closed ??= await ClientStore.Closed(db);
            }
            var putBefore = put;
            foreach (var job in due)
            {
                if (closed!.Contains(job.ClientId))
                {
                    await JobStore.Apply(db, job, new JobChange.PutOff(now + (long)ClosedClientPause.TotalSeconds));
                    put++;
                }
                else
                {
                    claimed.Add(await JobStore.Apply(db, job, new JobChange.Claimed(LeaseFrom(now))));
                }
            }
            // Jobs of closed clients must not stand in the way of others: look behind them.
            if (put == putBefore)
            {
                break;
            }
        }
        return claimed;
    }

    private static long LeaseFrom(long now) => now + (long)Lease.TotalSeconds;
}
