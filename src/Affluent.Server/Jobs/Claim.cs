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
    /// Takes due jobs: those whose user waits before others, of the clients with the fewest runs under way before others, as
    /// <see cref="Admission"/> allows, and none of closed clients or banks. Jobs that a dead node left behind are made due before.
    /// </summary>
    public static async Task<Claimed> Due(DbWork db, RunLimits limits, FreePlaces free, long now)
    {
        await db.Database.TakeTurn(db, Turn.Claim);
        await Rescue(db, now, now);
        foreach (var bank in await limits.ClosedBanks(db))
        {
            await JobStore.PutOff(db, bank, PutOffAtOnce, now);
        }
        var admission = new Admission(limits, await JobStore.Running(db));
        List<Job> claimed = [];
        await Take(db, admission, JobPriority.Attended, free.OfAll, claimed, now);
        await Take(db, admission, JobPriority.Background, Math.Min(free.OfAll, free.OfBackground), claimed, now);
        return new(claimed, claimed.Count < free.OfAll && await JobStore.AnyDue(db, now));
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

    private static async Task Take(
        DbWork db,
        Admission admission,
        JobPriority priority,
        int upTo,
        List<Job> claimed,
        long now
    )
    {
        if (claimed.Count >= upTo)
        {
            return;
        }
        var clients = await JobStore.ClientsWithDue(db, priority, now);
        var closed = clients.Count == 0 ? [] : await ClientStore.Closed(db);
        foreach (var client in clients.Intersect(closed))
        {
            await PutOff(db, priority, client, now);
        }
        var waiting = clients.Except(closed).ToList();
        while (waiting.Count > 0 && claimed.Count < upTo)
        {
            var client = waiting.MinBy(admission.Of);
            var share = (upTo - claimed.Count + waiting.Count - 1) / waiting.Count;
            var due = await JobStore.LockDue(db, priority, client, admission, share, now);
            var admitted = due.Where(admission.Admits).ToList();
            claimed.AddRange(await JobStore.Claim(db, admitted, LeaseFrom(now)));
            // Where none may begin, none would the next time.
            if (due.Count < share || admitted.Count == 0)
            {
                waiting.Remove(client);
            }
        }
    }

    // They must not be looked at again and again.
    private static async Task PutOff(DbWork db, JobPriority priority, ClientId closed, long now)
    {
        foreach (var job in await JobStore.LockDueOf(db, priority, closed, PutOffAtOnce, now))
        {
            await JobStore.Apply(db, job, new JobChange.PutOff(now + (long)ClosedClientPause.TotalSeconds));
        }
    }

    private static long LeaseFrom(long now) => now + (long)Lease.TotalSeconds;
}

/// <summary>How many runs a node can begin.</summary>
/// <param name="OfAll">In all.</param>
/// <param name="OfBackground">Of those for which nobody waits: some places are always left to others.</param>
internal sealed record FreePlaces(int OfAll, int OfBackground);

/// <summary>What a node has taken.</summary>
/// <param name="HoldsBack">Whether due jobs were left because their bank or user has as many runs under way as may be.</param>
internal sealed record Claimed(IReadOnlyList<Job> Jobs, bool HoldsBack);
