using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Jobs;

/// <summary>The database holds jobs to their transition table.</summary>
public sealed class JobStoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_random_walk_leaves_the_same_job_in_the_database(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var user = await test.StoreUser();
        HashSet<JobState> visited = [];
        foreach (var (walk, number) in JobWalks.Changes.Array[60].Array[25].Single().Select((walk, i) => (walk, i)))
        {
            var job = JobWalks.New(user, number + 1);
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
        var idle = JobWalks.New(user, 1) with { DueAt = 1 };
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
        await test.Database.Write(db => JobStore.Insert(db, JobWalks.New(user, 1) with { DueAt = 1 }), Stop);

        foreach (var set in impossible)
        {
            var error = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() =>
                test.Database.Write(db => db.Execute($"update jobs set {set} where user_id = {user}"), Stop)
            );
            Assert.True(error.Message.Contains("check", StringComparison.OrdinalIgnoreCase), set);
        }
    }

    // The bytes of a sealed user are compared one by one.
    private static object Comparable(Job job) =>
        (job with { PresentUser = null }, job.PresentUser is null ? "" : Convert.ToHexString(job.PresentUser));
}
