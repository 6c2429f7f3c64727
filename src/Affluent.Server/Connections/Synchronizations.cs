using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;

namespace Affluent.Server.Connections;

/// <summary>Asks for synchronizations.</summary>
internal static class Synchronizations
{
    /// <summary>
    /// Asks for a run, due at once; during a run, for one that follows it. False: the user has no such connection, or it is closed.
    /// </summary>
    /// <param name="user">The user, when present; null: the run must not ask questions.</param>
    public static async Task<bool> Request(UserWork work, ConnectionId connectionId, JobRequest what, PresentUser? user)
    {
        if (
            await ConnectionJobs.Lock(work, connectionId) is not { } job
            || !await ConnectionsStore.SetRunning(work.Db, work.UserId, connectionId)
        )
        {
            return false;
        }
        await ConnectionJobs.Request(work, job, what, user);
        await EventLog.Append(work, NewEvent.OfConnection(EventName.SynchronizationRequested, connectionId));
        return true;
    }

    /// <summary>Asks for a run of each of the user's connections that is not closed; their ids, oldest first.</summary>
    public static async Task<IReadOnlyList<ConnectionId>> RequestAll(UserWork work, JobRequest what, PresentUser? user)
    {
        var jobs = await JobStore.LockAll(work.Db, work.UserId, JobKind.Synchronization);
        var running = (await ConnectionsStore.SetAllRunning(work.Db, work.UserId)).ToHashSet();
        List<ConnectionId> asked = [];
        foreach (var job in jobs.Where(job => running.Contains(new ConnectionId(job.SubjectId))))
        {
            await ConnectionJobs.Request(work, job, what, user);
            asked.Add(new ConnectionId(job.SubjectId));
        }
        asked.Sort((one, other) => one.Value.CompareTo(other.Value));
        await EventLog.Append(
            work,
            [.. asked.Select(id => NewEvent.OfConnection(EventName.SynchronizationRequested, id))]
        );
        return asked;
    }
}
