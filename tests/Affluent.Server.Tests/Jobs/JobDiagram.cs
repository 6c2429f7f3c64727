using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Tests.Jobs;

/// <summary>One example of everything that can happen to a job, with the words of the diagram.</summary>
internal static class JobDiagram
{
    public const string Begin = "<!-- the transition table of jobs, written by its test -->";
    public const string End = "<!-- end of the transition table -->";

    private static readonly Attendance User = new([1], 900);

    public static IReadOnlyList<(JobChange Change, string Words)> Changes { get; } =
    [
        (new JobChange.Requested(JobRequest.All, User, 100), "asked for"),
        (new JobChange.Claimed(160), "due, claimed by a node"),
        (new JobChange.PutOff(3_690), "its client is closed"),
        (new JobChange.Begun(new RunId(7)), "begins a run"),
        (new JobChange.RequestTaken(), "takes what was asked for meanwhile"),
        (new JobChange.LeaseRenewed(200), "renews the lease"),
        (new JobChange.Progressed("{}"), "comes further"),
        (new JobChange.Asked(500), "the bank asks and the user is there"),
        (new JobChange.Answered(User, 120), "answered"),
        (new JobChange.QuestionCancelled(130), "cancelled"),
        (new JobChange.Abandoned(170), "the answer has become pointless"),
        (new JobChange.Released(300, 1), "given back: the bank wants time, the node stops"),
        (new JobChange.Rescued(140), "its lease ran out"),
        (new JobChange.Ended(1000), "over"),
        (new JobChange.EndedToFollow(JobRequest.All, 150), "over, the next follows at once"),
        (new JobChange.EndedStopped(), "every channel needs the user"),
    ];

    /// <summary>A job in a state, with what it must have there.</summary>
    public static Job In(JobState state, bool begun = true)
    {
        var run = begun && state != JobState.Stopped;
        return new Job
        {
            UserId = new UserId(1),
            Id = new JobId(2),
            ClientId = new ClientId(3),
            SubjectId = 4,
            State = state,
            DueAt = state is JobState.Idle or JobState.WaitingUser ? 90 : null,
            LeaseUntil = state == JobState.Running ? 150 : null,
            RunId = run ? new RunId(6) : null,
            RunRequest = run ? JobRequest.All : null,
        };
    }

    /// <summary>The diagram, as Mermaid draws it.</summary>
    public static string Draw()
    {
        var arrows =
            from state in Enum.GetValues<JobState>()
            from change in Changes
            let next = JobTransitions.Apply(In(state), change.Change)
                ?? JobTransitions.Apply(In(state, begun: false), change.Change)
            where next is not null && (next.State != state || next.DueAt != In(state).DueAt)
            group change.Words by (From: state, To: next.State) into arrow
            select $"    {arrow.Key.From.Word()} --> {arrow.Key.To.Word()}: {string.Join(" · ", arrow)}";
        return string.Join('\n', ["```mermaid", "stateDiagram-v2", "    [*] --> IDLE", .. arrows, "```"]);
    }
}
