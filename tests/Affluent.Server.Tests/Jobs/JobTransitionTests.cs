using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Jobs;

/// <summary>The transition table of jobs: what it promises, that the database holds it to that, and that the pages draw it.</summary>
public sealed class JobTransitionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly Gen<Attendance?> User = Gen.Frequency(
        (1, Gen.Const((Attendance?)null)),
        (1, Gen.Long[1, 1_000_000].Select(until => (Attendance?)new Attendance([1, 2, 3], until)))
    );

    private static readonly Gen<long> At = Gen.Long[1, 1_000_000];

    private static readonly Gen<JobChange> Changes = Gen.OneOf<JobChange>(
        Gen.Select(Gen.Enum<JobRequest>(), User, At, Gen.Bool)
            .Select((what, user, now, follow) => (JobChange)new JobChange.Requested(what, user, now, follow)),
        At.Select(until => (JobChange)new JobChange.Claimed(until)),
        At.Select(until => (JobChange)new JobChange.PutOff(until)),
        At.Select(run => (JobChange)new JobChange.Begun(new RunId(run))),
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

    [Theory, OnBothDatabases]
    public async Task A_random_walk_leaves_the_same_job_in_the_database(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var user = await test.StoreUser();
        HashSet<JobState> visited = [];
        foreach (var (walk, number) in Changes.Array[60].Array[25].Single().Select((walk, i) => (walk, i)))
        {
            var job = New(user, number + 1);
            await test.Database.Write(db => JobStore.Insert(db, job), Stop);
            foreach (var change in walk)
            {
                var expected = JobTransitions.Apply(job, change);
                if (expected is null)
                {
                    await Assert.ThrowsAsync<InvalidOperationException>(() =>
                        test.Database.Write(db => JobStore.Apply(db, job, change), Stop)
                    );
                    continue;
                }
                job = await test.Database.Write(db => JobStore.Apply(db, job, change), Stop);
                var stored = await test.Database.Write(
                    db => JobStore.Lock(db, user, JobKind.Synchronization, job.SubjectId),
                    Stop
                );
                Assert.Equal(Comparable(expected), Comparable(job));
                Assert.Equal(Comparable(expected), Comparable(stored!));
                visited.Add(job.State);
            }
        }
        // Walks that never began to run would prove nothing; rarer states are reached in most runs, not in each.
        Assert.Contains(JobState.Running, visited);
    }

    [Theory, OnBothDatabases]
    public async Task A_job_that_another_node_has_claimed_meanwhile_is_not_written(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var user = await test.StoreUser();
        var idle = New(user, 1) with { DueAt = 1 };
        await test.Database.Write(db => JobStore.Insert(db, idle), Stop);
        var mine = await test.Database.Write(db => JobStore.Apply(db, idle, new JobChange.Claimed(60)), Stop);
        var dead = await test.Database.Write(db => JobStore.Apply(db, mine, new JobChange.Rescued(70)), Stop);
        await test.Database.Write(db => JobStore.Apply(db, dead, new JobChange.Claimed(130)), Stop);

        await Assert.ThrowsAsync<LeaseLostException>(() =>
            test.Database.Write(db => JobStore.Apply(db, mine, new JobChange.Begun(new RunId(9))), Stop)
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_database_refuses_a_job_whose_state_does_not_fit_its_columns(DatabaseKind kind)
    {
        string[] impossible =
        [
            "state = 'RUNNING'",
            "state = 'RUNNING', lease_until = 5",
            "state = 'WAITING_USER', due_at = 5",
            "state = 'WAITING_USER', due_at = null, run_id = 1, run_request = 'ALL'",
            "state = 'STOPPED'",
            "state = 'STOPPED', due_at = null, request = 'ALL'",
            "lease_until = 5",
            "run_id = 1",
            "progress = '{}'",
            "priority = 'ATTENDED'",
            "present_until = 5",
            "state = 'idle'",
            "request = 'SOMETHING'",
        ];
        await using var test = await TestDatabase.Create(kind);
        var user = await test.StoreUser();
        await test.Database.Write(db => JobStore.Insert(db, New(user, 1) with { DueAt = 1 }), Stop);

        foreach (var set in impossible)
        {
            var error = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() =>
                test.Database.Write(db => db.Execute($"update jobs set {set} where user_id = {user}"), Stop)
            );
            Assert.True(error.Message.Contains("check", StringComparison.OrdinalIgnoreCase), set);
        }
    }

    [Fact]
    public void What_is_running_has_a_lease_and_what_is_not_has_none() =>
        Changes
            .Array[40]
            .Sample(walk =>
            {
                var job = New(new UserId(1), 1);
                foreach (var change in walk)
                {
                    var next = JobTransitions.Apply(job, change);
                    if (next is null)
                    {
                        continue;
                    }
                    Assert.Equal(next.State == JobState.Running, next.LeaseUntil is not null);
                    Assert.True(next.Fence >= job.Fence);
                    // Whoever is asked for is due, in work, or waits for its user: never forgotten.
                    Assert.True(
                        next.Request is null
                            || next.State is JobState.Running or JobState.WaitingUser
                            || next.DueAt is not null
                    );
                    Assert.Equal((job.UserId, job.Id, job.SubjectId), (next.UserId, next.Id, next.SubjectId));
                    job = next;
                }
            });

    [Theory]
    [InlineData("All", null, "All", null)]
    [InlineData("ListAccounts", null, "All", "ListAccounts")]
    [InlineData("All", "ListAccounts", "All", "ListAccounts")]
    [InlineData("ListAccounts", null, "ListAccounts", null)]
    public void A_request_during_a_run_widens_what_is_wider_only(
        string asked,
        string? before,
        string running,
        string? after
    )
    {
        var job = JobDiagram.In(JobState.Running) with
        {
            RunRequest = Enum.Parse<JobRequest>(running),
            Request = before is null ? null : Enum.Parse<JobRequest>(before),
        };

        var next = JobTransitions.Apply(
            job,
            new JobChange.Requested(Enum.Parse<JobRequest>(asked), User: null, 100, FollowUp: false)
        );

        Assert.Equal(after is null ? (JobRequest?)null : Enum.Parse<JobRequest>(after), next!.Request);
    }

    [Theory]
    [InlineData("src/Affluent.Server/Jobs/README.md")]
    [InlineData("docs/advanced/synchronization.md")]
    public void The_pages_draw_the_table_as_it_is(string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page));
        var from = text.IndexOf(JobDiagram.Begin, StringComparison.Ordinal);
        var to = text.IndexOf(JobDiagram.End, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"{page} has no place for the diagram");

        // AFFLUENT_DRAW=1 writes the pages anew.
        if (Environment.GetEnvironmentVariable("AFFLUENT_DRAW") == "1")
        {
            text = $"{text[..from]}{JobDiagram.Begin}\n{JobDiagram.Draw()}\n{text[to..]}";
            to = text.IndexOf(JobDiagram.End, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(Repository.Root, page), text);
        }
        Assert.Equal(JobDiagram.Draw(), text[(from + JobDiagram.Begin.Length)..to].Trim());
    }

    private static Job New(UserId user, long number) =>
        new()
        {
            UserId = user,
            Id = new JobId(number),
            ClientId = new ClientId(1),
            SubjectId = number,
        };

    // The bytes of a sealed user are compared one by one.
    private static object Comparable(Job job) =>
        (job with { PresentUser = null }, job.PresentUser is null ? "" : Convert.ToHexString(job.PresentUser));
}
