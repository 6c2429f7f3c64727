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
    [InlineData("All", null, "All")]
    [InlineData("ListAccounts", null, "ListAccounts")]
    [InlineData("ListAccounts", "All", "ListAccounts")]
    [InlineData("All", "ListAccounts", "ListAccounts")]
    public void A_request_is_for_the_next_run_and_the_wider_of_two_wins(string asked, string? before, string after)
    {
        foreach (var begun in new[] { false, true })
        {
            var job = JobDiagram.In(JobState.Running, begun) with
            {
                Request = before is null ? null : Enum.Parse<JobRequest>(before),
            };

            var next = JobTransitions.Apply(
                job,
                new JobChange.Requested(Enum.Parse<JobRequest>(asked), User: null, 100)
            );

            Assert.Equal(job with { Request = Enum.Parse<JobRequest>(after) }, next);
        }
    }

    [Theory]
    [InlineData("All", "All", "All")]
    [InlineData("All", "ListAccounts", "ListAccounts")]
    [InlineData("ListAccounts", "All", "ListAccounts")]
    public void A_run_that_has_read_nothing_yet_takes_what_was_asked_for_meanwhile(
        string running,
        string asked,
        string after
    )
    {
        var job = JobDiagram.In(JobState.Running) with
        {
            RunRequest = Enum.Parse<JobRequest>(running),
            Request = Enum.Parse<JobRequest>(asked),
        };

        var next = JobTransitions.Apply(job, new JobChange.RequestTaken());

        Assert.Equal(job with { RunRequest = Enum.Parse<JobRequest>(after), Request = null }, next);
        Assert.Null(JobTransitions.Apply(next!, new JobChange.RequestTaken()));
    }

    [Theory]
    [InlineData(null, "All")]
    [InlineData("All", "All")]
    [InlineData("ListAccounts", "ListAccounts")]
    public void A_run_does_what_was_asked_for_and_takes_it_off_the_job(string? asked, string does)
    {
        var job = JobDiagram.In(JobState.Running, begun: false) with
        {
            Request = asked is null ? null : Enum.Parse<JobRequest>(asked),
        };

        var begun = JobTransitions.Apply(job, new JobChange.Begun(new RunId(7)));

        Assert.Equal(
            job with
            {
                RunId = new RunId(7),
                RunRequest = Enum.Parse<JobRequest>(does),
                Request = null,
            },
            begun
        );
    }

    [Fact]
    public void A_run_that_goes_on_is_not_begun_anew() =>
        Assert.Null(JobTransitions.Apply(JobDiagram.In(JobState.Running), new JobChange.Begun(new RunId(7))));

    [Fact]
    public void A_job_of_a_closed_client_is_due_later_unless_it_runs_or_is_not_due_at_all()
    {
        var due = JobWalks.New(new UserId(1), 1) with { DueAt = 5 };
        var running = JobTransitions.Apply(due, new JobChange.Claimed(60))!;

        Assert.Equal(due with { DueAt = 900 }, JobTransitions.Apply(due, new JobChange.PutOff(900)));
        Assert.Null(JobTransitions.Apply(due with { DueAt = null }, new JobChange.PutOff(900)));
        Assert.Null(JobTransitions.Apply(running, new JobChange.PutOff(900)));
    }

    [Fact]
    public void Only_a_run_comes_further_or_asks()
    {
        var (run, none) = (JobDiagram.In(JobState.Running), JobDiagram.In(JobState.Running, begun: false));

        Assert.Null(JobTransitions.Apply(none, new JobChange.Progressed("{}")));
        Assert.Null(JobTransitions.Apply(none, new JobChange.Asked(500)));
        Assert.Equal(run with { Progress = "{}" }, JobTransitions.Apply(run, new JobChange.Progressed("{}")));
        Assert.Equal(
            (JobState.WaitingUser, 500L, new RunId(6)),
            JobTransitions.Apply(run, new JobChange.Asked(500)) is { } asks
                ? (asks.State, asks.DueAt, asks.RunId)
                : default
        );
    }

    [Fact]
    public void A_question_that_has_become_pointless_ends_the_run_but_not_what_was_asked_for_meanwhile()
    {
        var waiting = JobDiagram.In(JobState.WaitingUser);

        var quiet = JobTransitions.Apply(waiting, new JobChange.Abandoned(170))!;
        var asked = JobTransitions.Apply(
            waiting with
            {
                Request = JobRequest.ListAccounts,
            },
            new JobChange.Abandoned(170)
        )!;

        Assert.Equal((JobState.Idle, null, null), (quiet.State, quiet.RunId, quiet.DueAt));
        Assert.Equal((JobRequest.ListAccounts, 170L), (asked.Request, asked.DueAt));
    }

    [Fact]
    public void Whoever_held_a_job_before_it_was_claimed_rescued_or_abandoned_has_lost_it()
    {
        Assert.Equal(6, FenceAfter(JobState.Idle, new JobChange.Claimed(160)));
        Assert.Equal(6, FenceAfter(JobState.Running, new JobChange.Rescued(140)));
        Assert.Equal(6, FenceAfter(JobState.WaitingUser, new JobChange.Abandoned(170)));
        Assert.Equal(5, FenceAfter(JobState.Running, new JobChange.Asked(500)));

        static long FenceAfter(JobState state, JobChange change) =>
            JobTransitions.Apply(JobDiagram.In(state) with { Fence = 5 }, change)!.Fence;
    }

    [Fact]
    public void Deaths_of_a_run_are_counted_until_it_asks_or_ends()
    {
        var once = JobDiagram.In(JobState.Running) with { Rescues = 1 };

        Assert.Equal(2, JobTransitions.Apply(once, new JobChange.Rescued(140))!.Rescues);
        Assert.Equal(1, JobTransitions.Apply(once, new JobChange.Released(300, 1))!.Rescues);
        Assert.Equal(0, JobTransitions.Apply(once, new JobChange.Asked(500))!.Rescues);
        Assert.Equal(0, JobTransitions.Apply(once, new JobChange.Ended(1000))!.Rescues);
    }

    [Fact]
    public void A_run_that_is_over_forgets_its_user_and_one_that_is_followed_does_not()
    {
        var job = JobDiagram.In(JobState.Running) with
        {
            Priority = JobPriority.Attended,
            PresentUser = [1],
            PresentUntil = 900,
            Request = JobRequest.ListAccounts,
        };

        var ended = JobTransitions.Apply(job, new JobChange.Ended(1000))!;
        var stopped = JobTransitions.Apply(job, new JobChange.EndedStopped())!;
        var followed = JobTransitions.Apply(job, new JobChange.EndedToFollow(JobRequest.All, 150))!;

        Assert.All([ended, stopped], j => Assert.Equal((null, null, null), (j.PresentUser, j.RunId, j.Request)));
        Assert.Equal((1000L, null), (ended.DueAt, stopped.DueAt));
        Assert.Equal((150L, JobRequest.All, 900L), (followed.DueAt, followed.Request, followed.PresentUntil));
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
