using Affluent.Server.Platform;

namespace Affluent.Server.Jobs;

/// <summary>What happens to a job. Times are UTC seconds.</summary>
internal abstract record JobChange
{
    private JobChange() { }

    /// <summary>Somebody asks for a run.</summary>
    /// <param name="User">The user, when present.</param>
    public sealed record Requested(JobRequest What, Attendance? User, long Now) : JobChange;

    /// <summary>A node takes the due job.</summary>
    public sealed record Claimed(long LeaseUntil) : JobChange;

    /// <summary>Its client is closed: nobody takes it before <paramref name="Until"/>.</summary>
    public sealed record PutOff(long Until) : JobChange;

    /// <summary>The node begins a run; what was asked for is what it does.</summary>
    public sealed record Begun(RunId RunId) : JobChange;

    /// <summary>The run under way has read nothing yet: it does what was asked for meanwhile, too.</summary>
    public sealed record RequestTaken : JobChange;

    /// <summary>The node is alive.</summary>
    public sealed record LeaseRenewed(long LeaseUntil) : JobChange;

    /// <summary>The run has come further.</summary>
    public sealed record Progressed(string Progress) : JobChange;

    /// <summary>The run waits for the user, or looks again at <paramref name="Until"/>.</summary>
    public sealed record Asked(long Until) : JobChange;

    /// <summary>The user answered.</summary>
    public sealed record Answered(Attendance User, long Now) : JobChange;

    /// <summary>The user gave up.</summary>
    public sealed record QuestionCancelled(long Now) : JobChange;

    /// <summary>What the run waits for has become pointless: it ends without a result.</summary>
    public sealed record Abandoned(long Now) : JobChange;

    /// <summary>The node gives the run back as it is: it is stopping, or the other side wants time.</summary>
    public sealed record Released(long DueAt, int Attempt) : JobChange;

    /// <summary>The node was silent for longer than its lease.</summary>
    public sealed record Rescued(long Now) : JobChange;

    /// <summary>The run is over.</summary>
    /// <param name="NextAt">When the next one is due; null: when somebody asks.</param>
    public sealed record Ended(long? NextAt) : JobChange;

    /// <summary>The run is over, and another one follows at once for the same user.</summary>
    public sealed record EndedToFollow(JobRequest Next, long Now) : JobChange;

    /// <summary>The run is over, and nothing gets better until somebody asks.</summary>
    public sealed record EndedStopped : JobChange;
}

/// <summary>How jobs move. Pure; the only place that decides it.</summary>
internal static class JobTransitions
{
    /// <summary>The job after the change; null: a job in this state cannot undergo it.</summary>
    public static Job? Apply(Job job, JobChange change) =>
        (job.State, change) switch
        {
            (JobState.Idle or JobState.Stopped, JobChange.Requested asked) => WithRequest(job, asked) with
            {
                State = JobState.Idle,
                DueAt = asked.Now,
            },
            (JobState.Running or JobState.WaitingUser, JobChange.Requested asked) => WithRequest(job, asked),

            (JobState.Idle or JobState.WaitingUser, JobChange.Claimed claimed) when job.DueAt is not null => job with
            {
                State = JobState.Running,
                DueAt = null,
                LeaseUntil = claimed.LeaseUntil,
                Fence = job.Fence + 1,
            },

            (JobState.Idle or JobState.WaitingUser, JobChange.PutOff off) when job.DueAt is not null => job with
            {
                DueAt = off.Until,
            },

            (JobState.Running, JobChange.Begun begun) when job.RunId is null => job with
            {
                RunId = begun.RunId,
                RunRequest = job.Request ?? JobRequest.All,
                Request = null,
                Progress = null,
                Attempt = 0,
            },
            (JobState.Running, JobChange.RequestTaken) when job is { RunId: not null, Request: { } request } => job with
            {
                RunRequest = Wider(job.RunRequest, request),
                Request = null,
            },
            (JobState.Running, JobChange.LeaseRenewed renewed) => job with { LeaseUntil = renewed.LeaseUntil },
            (JobState.Running, JobChange.Progressed progressed) when job.RunId is not null => job with
            {
                Progress = progressed.Progress,
            },
            (JobState.Running, JobChange.Asked asked) when job.RunId is not null => job with
            {
                State = JobState.WaitingUser,
                DueAt = asked.Until,
                LeaseUntil = null,
                Rescues = 0,
            },

            (JobState.WaitingUser, JobChange.Answered answered) => Attended(job, answered.User) with
            {
                DueAt = answered.Now,
            },
            // The node looks by itself just now (an approval in the bank's app) and finds the answer when it looks again.
            (JobState.Running, JobChange.Answered) => job,
            (JobState.WaitingUser, JobChange.QuestionCancelled cancelled) => job with { DueAt = cancelled.Now },
            (JobState.WaitingUser, JobChange.Abandoned abandoned) => WithoutRun(job) with
            {
                State = JobState.Idle,
                // What was asked for meanwhile is not forgotten with it.
                DueAt = job.Request is null ? null : abandoned.Now,
                Fence = job.Fence + 1,
            },

            (JobState.Running, JobChange.Released released) => job with
            {
                State = JobState.Idle,
                DueAt = released.DueAt,
                LeaseUntil = null,
                Attempt = released.Attempt,
            },
            (JobState.Running, JobChange.Rescued rescued) => job with
            {
                State = JobState.Idle,
                DueAt = rescued.Now,
                LeaseUntil = null,
                Fence = job.Fence + 1,
                Rescues = job.Rescues + 1,
            },

            (JobState.Running, JobChange.Ended ended) => Unattended(Over(job)) with
            {
                State = JobState.Idle,
                DueAt = ended.NextAt,
            },
            (JobState.Running, JobChange.EndedToFollow ended) => Over(job) with
            {
                State = JobState.Idle,
                DueAt = ended.Now,
                Request = ended.Next,
            },
            (JobState.Running, JobChange.EndedStopped) => Unattended(Over(job)) with { State = JobState.Stopped },

            _ => null,
        };

    // A run under way may have read what was to be read before it was asked for: it leaves the request to the one that follows.
    private static Job WithRequest(Job job, JobChange.Requested asked)
    {
        var wanted = job with { Request = Wider(job.Request, asked.What) };
        return asked.User is { } user ? Attended(wanted, user) : wanted;
    }

    private static JobRequest Wider(JobRequest? one, JobRequest other) =>
        one == JobRequest.ListAccounts ? JobRequest.ListAccounts : other;

    private static Job Attended(Job job, Attendance user) =>
        job with
        {
            Priority = JobPriority.Attended,
            PresentUser = user.User,
            PresentUntil = user.Until,
        };

    private static Job Unattended(Job job) =>
        job with
        {
            Priority = JobPriority.Background,
            PresentUser = null,
            PresentUntil = null,
        };

    private static Job Over(Job job) => WithoutRun(job) with { Request = null, LeaseUntil = null, Rescues = 0 };

    private static Job WithoutRun(Job job) =>
        job with
        {
            RunId = null,
            RunRequest = null,
            Progress = null,
            Attempt = 0,
        };
}
