using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Jobs;

/// <summary>The transition table of jobs: what it promises, and that the pages draw it.</summary>
public sealed class JobTransitionTests
{
    [Fact]
    public void What_is_running_has_a_lease_and_what_is_not_has_none() =>
        JobWalks
            .Changes.Array[40]
            .Sample(walk =>
            {
                var job = JobWalks.New(new UserId(1), 1);
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
}
