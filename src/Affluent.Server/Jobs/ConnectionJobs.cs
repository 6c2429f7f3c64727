using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>Makes the jobs of connections, and asks for their runs. The worker takes them from their rows.</summary>
internal static class ConnectionJobs
{
    /// <summary>How long a user who asked or answered is taken to be still there.</summary>
    public static readonly TimeSpan Presence = TimeSpan.FromMinutes(15);

    /// <summary>Makes the job of a new connection, already asked for its first run.</summary>
    public static async Task Create(UserWork work, ConnectionId connectionId, ProviderId bank, PresentUser user)
    {
        var idle = new Job
        {
            UserId = work.UserId,
            Id = work.Ids.Next<JobId>(),
            ClientId = work.ClientId,
            Kind = JobKind.Synchronization,
            SubjectId = connectionId.Value,
            ProviderId = bank,
        };
        await JobStore.Insert(
            work.Db,
            JobTransitions.Apply(idle, await Requested(work, connectionId, JobRequest.All, user))!
        );
        WakeWorker(work.Db);
    }

    /// <summary>Locks the job of a connection; null: the user has no such connection.</summary>
    public static Task<Job?> Lock(UserWork work, ConnectionId connectionId) =>
        JobStore.Lock(work.Db, work.UserId, JobKind.Synchronization, connectionId.Value);

    /// <summary>Asks for a run, due at once; during a run, for one that follows it.</summary>
    /// <param name="user">The user, when present; null: the run must not ask questions.</param>
    public static async Task Request(UserWork work, Job job, JobRequest what, PresentUser? user)
    {
        await JobStore.Apply(work.Db, job, await Requested(work, new ConnectionId(job.SubjectId), what, user));
        WakeWorker(work.Db);
    }

    /// <summary>Ends a run that waits for an answer which has become pointless; a run that works is left to end by itself.</summary>
    public static async Task<Job> AbandonWaiting(UserWork work, Job job)
    {
        if (job.State != JobState.WaitingUser)
        {
            return job;
        }
        await QuestionStore.Delete(work.Db, job);
        return await JobStore.Apply(work.Db, job, new JobChange.Abandoned(work.Now));
    }

    /// <summary>Lets the worker of this process look once the transaction has committed.</summary>
    public static void WakeWorker(DbWork db) => db.AfterCommit(() => db.Database.Signals.Raise(Worker.Due));

    /// <summary>The user who is there, for the job's row.</summary>
    public static Attendance Seal(UserKey key, long subjectId, PresentUser user, long now) =>
        new(
            key.Seal(JsonSerializer.Serialize(user, JobJson.Default.PresentUser), Sealed.PresentUser(subjectId)),
            now + (long)Presence.TotalSeconds
        );

    /// <summary>The user who waits for the job's run; null: nobody does.</summary>
    public static PresentUser? Attending(Job job, UserKey key, long now) =>
        job.IsAttended(now) && key.Open(job.PresentUser, Sealed.PresentUser(job.SubjectId)) is { } text
            ? JsonSerializer.Deserialize(text, JobJson.Default.PresentUser)
            : null;

    private static async Task<JobChange.Requested> Requested(
        UserWork work,
        ConnectionId connectionId,
        JobRequest what,
        PresentUser? user
    ) => new(what, user is null ? null : Seal(await work.Key(), connectionId.Value, user, work.Now), work.Now);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(PresentUser))]
internal sealed partial class JobJson : JsonSerializerContext;
