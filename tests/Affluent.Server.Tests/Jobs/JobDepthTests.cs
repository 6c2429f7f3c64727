using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Jobs;

public sealed class JobDepthTests
{
    private const long Now = 1_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task An_operator_sees_how_many_jobs_wait_for_how_long_and_how_many_run(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var user = await test.StoreUser();
        Job[] jobs =
        [
            Background(user, 1) with
            {
                DueAt = Now - 70,
            },
            Background(user, 2) with
            {
                DueAt = Now,
            },
            Background(user, 3) with
            {
                DueAt = Now + 1,
            },
            Background(user, 4),
            Background(user, 5) with
            {
                DueAt = Now - 500,
            },
            Background(user, 6) with
            {
                Priority = JobPriority.Attended,
                PresentUser = [1],
                PresentUntil = Now + 60,
                DueAt = Now - 3,
            },
        ];
        await test.Database.Write(
            async db =>
            {
                foreach (var job in jobs)
                {
                    await JobStore.Insert(db, job);
                }
                // The fifth is taken: it waits no more.
                await JobStore.Apply(db, jobs[4], new JobChange.Claimed(Now + 60));
            },
            Stop
        );

        var depths = await test.Database.Read(db => JobStore.Depths(db, Now), Stop);

        Assert.Equal(
            [
                new JobDepth
                {
                    Priority = JobPriority.Attended,
                    Due = 1,
                    OldestDueAt = Now - 3,
                    Running = 0,
                },
                new JobDepth
                {
                    Priority = JobPriority.Background,
                    Due = 2,
                    OldestDueAt = Now - 70,
                    Running = 1,
                },
            ],
            depths
        );
    }

    [Theory, OnBothDatabases]
    public async Task Without_jobs_there_is_nothing_to_wait_for(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);

        var depths = await test.Database.Read(db => JobStore.Depths(db, Now), Stop);

        Assert.All(depths, depth => Assert.Equal((0, null, 0), (depth.Due, depth.OldestDueAt, depth.Running)));
        Assert.Equal(2, depths.Count);
    }

    private static Job Background(UserId user, long subject) =>
        new()
        {
            UserId = user,
            Id = new JobId(subject),
            ClientId = new ClientId(1),
            Kind = JobKind.Synchronization,
            SubjectId = subject,
            Priority = JobPriority.Background,
        };
}
