using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Jobs;

/// <summary>What a job does. Each kind has one runner.</summary>
internal enum JobKind
{
    /// <summary>Reads a connection's bank; the subject is the connection.</summary>
    Synchronization,
}

/// <summary>Where a job stands. <see cref="JobTransitions"/> says how it moves.</summary>
internal enum JobState
{
    /// <summary>Nobody works on it: it is due at a time, or waits to be asked for.</summary>
    Idle,

    /// <summary>A node works on it, as long as its lease lasts.</summary>
    Running,

    /// <summary>Its run has asked the user something; due when nobody has answered by then.</summary>
    WaitingUser,

    /// <summary>Nothing gets better until somebody asks for it.</summary>
    Stopped,
}

/// <summary>Whom a job makes wait.</summary>
internal enum JobPriority
{
    /// <summary>Nobody: the run must not ask questions.</summary>
    Background,

    /// <summary>The user, who is there until <see cref="Job.PresentUntil"/>.</summary>
    Attended,
}

/// <summary>What a run is to do.</summary>
internal enum JobRequest
{
    /// <summary>A synchronization: balances and transactions of the known accounts.</summary>
    All,

    /// <summary>
    /// A synchronization: lists the accounts anew, adds new and formerly deleted ones; a run of type ALL follows by itself.
    /// </summary>
    ListAccounts,
}

/// <summary>
/// A piece of work that waits in the database: for its time, for a node, for its user. The row is the workflow; any node takes the
/// next step. Times are UTC seconds.
/// </summary>
internal sealed record Job
{
    public UserId UserId { get; init; }
    public JobId Id { get; init; }
    public ClientId ClientId { get; init; }
    public JobKind Kind { get; init; }

    /// <summary>What it is about: the id of a connection, for a synchronization.</summary>
    public long SubjectId { get; init; }

    /// <summary>The bank that it asks; null: unknown.</summary>
    public ProviderId? ProviderId { get; init; }

    public JobState State { get; init; }

    /// <summary>What is asked of its next run; null: nothing but what its kind does by itself.</summary>
    public JobRequest? Request { get; init; }
    public JobPriority Priority { get; init; }

    /// <summary>When a node may take it; null: not before somebody asks.</summary>
    public long? DueAt { get; init; }

    /// <summary>Until when the node that runs it may be silent; set exactly while it runs.</summary>
    public long? LeaseUntil { get; init; }

    /// <summary>Grows with each claim: a node that holds an older one has lost the job.</summary>
    public long Fence { get; init; }

    /// <summary>How often the run under way was put off.</summary>
    public int Attempt { get; init; }

    /// <summary>How often a run of it was found dead in a row.</summary>
    public int Rescues { get; init; }

    /// <summary>The run under way, also while it waits; null: the next claim begins one.</summary>
    public RunId? RunId { get; init; }

    /// <summary>What the run under way does.</summary>
    public JobRequest? RunRequest { get; init; }

    /// <summary>How far the run under way has come, in words of its kind. Ids and codes only.</summary>
    public string? Progress { get; init; }

    /// <summary>The user who waits, sealed.</summary>
    public byte[]? PresentUser { get; init; }
    public long? PresentUntil { get; init; }

    /// <summary>Whether the user is there now, so that questions may be asked.</summary>
    public bool IsAttended(long now) => Priority == JobPriority.Attended && PresentUntil > now;
}

/// <summary>A user who is there, as a job keeps them.</summary>
/// <param name="User">The sealed <see cref="Affluent.Connectors.Contract.PresentUser"/>.</param>
/// <param name="Until">When they are no longer taken to be there.</param>
internal sealed record Attendance(byte[] User, long Until);
