using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using CsCheck;

namespace Affluent.Server.Tests.Jobs;

/// <summary>New jobs, and whatever can happen to them in any order.</summary>
internal static class JobWalks
{
    private static readonly Gen<Attendance?> User = Gen.Frequency(
        (1, Gen.Const((Attendance?)null)),
        (1, Gen.Long[1, 1_000_000].Select(until => (Attendance?)new Attendance([1, 2, 3], until)))
    );

    private static readonly Gen<long> At = Gen.Long[1, 1_000_000];

    public static readonly Gen<JobChange> Changes = Gen.OneOf<JobChange>(
        Gen.Select(Gen.Enum<JobRequest>(), User, At)
            .Select((what, user, now) => (JobChange)new JobChange.Requested(what, user, now)),
        At.Select(until => (JobChange)new JobChange.Claimed(until)),
        At.Select(until => (JobChange)new JobChange.PutOff(until)),
        At.Select(run => (JobChange)new JobChange.Begun(new RunId(run))),
        Gen.Const((JobChange)new JobChange.RequestTaken()),
        At.Select(until => (JobChange)new JobChange.LeaseRenewed(until)),
        At.Select(n => (JobChange)new JobChange.Progressed($"{{\"{n}\":1}}")),
        At.Select(until => (JobChange)new JobChange.Asked(until)),
        At.Select(now => (JobChange)new JobChange.Answered(new Attendance([4], now + 900), now)),
        At.Select(now => (JobChange)new JobChange.QuestionCancelled(now)),
        At.Select(now => (JobChange)new JobChange.Abandoned(now)),
        Gen.Select(At, Gen.Int[0, 9]).Select((due, attempt) => (JobChange)new JobChange.Released(due, attempt)),
        At.Select(now => (JobChange)new JobChange.Rescued(now)),
        Gen.OneOf(At.Select(next => (long?)next), Gen.Const((long?)null))
            .Select(next => (JobChange)new JobChange.Ended(next)),
        Gen.Select(Gen.Enum<JobRequest>(), At).Select((next, now) => (JobChange)new JobChange.EndedToFollow(next, now)),
        Gen.Const((JobChange)new JobChange.EndedStopped())
    );

    public static Job New(UserId user, long number) =>
        new()
        {
            UserId = user,
            Id = new JobId(number),
            ClientId = new ClientId(1),
            SubjectId = number,
        };
}
