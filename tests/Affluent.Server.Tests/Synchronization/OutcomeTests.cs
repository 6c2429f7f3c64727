using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class OutcomeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static ChannelResult Read => Outcome.OfAccounts(1, [], 0, hasWorked: true);
    private static ChannelResult NotUnderstood => Outcome.Of(Refusal.NotUnderstood);
    private static ChannelResult ConsentExpired => Outcome.Of(Refusal.ConsentExpired);

    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 10L * 365 * 86400]
        .Select(s => new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(s));

    private static readonly Gen<ChannelResult> Results = Gen.OneOf(
        Gen.Enum<Refusal>().Select(Outcome.Of),
        Gen.Enum<LaterReason>().Select(Outcome.Of),
        Gen.Select(Gen.Int[0, 3], Gen.Enum<ChannelReason>().Array[0, 3], Gen.Int[0, 3])
            .Select((read, failures, incomplete) => Outcome.OfAccounts(read, failures, incomplete, read % 2 == 0))
    );

    [Fact]
    public void A_run_never_retries_for_ever_and_never_before_the_bank_allows() =>
        Gen.Select(Times, Gen.Int[0, 200_000], Gen.Bool, Gen.Int[0, 20], Gen.Long)
            .Sample(
                (now, wait, attended, attempt, seed) =>
                {
                    var retry = Outcome.Retry(now.AddSeconds(wait), attended, attempt, seed, now);
                    if (attempt >= 6 || wait > 6 * 3600 || (attended && wait > 60))
                    {
                        Assert.Null(retry);
                    }
                    if (retry is { } at)
                    {
                        Assert.True(at >= now.AddSeconds(wait) && at > now);
                    }
                }
            );

    [Fact]
    public void The_end_of_a_run_agrees_with_its_channels() =>
        Gen.Select(Results.Array[1, 2], Gen.Bool, Times)
            .Sample(
                (results, autoSync, slot) =>
                {
                    var end = Outcome.End(results, autoSync, _ => slot, failingSince: null, now: 0);
                    Assert.Equal(
                        results.All(r => r.IsSuccess && r.AccountsFailed == 0 && r.AccountsIncomplete == 0),
                        end.Status == ConnectionStatus.Success
                    );
                    Assert.Equal(results.All(r => !r.IsSuccess), end.Status == ConnectionStatus.Failed);
                    JobChange expected = results.All(r => r.NeedsUser)
                        ? new JobChange.EndedStopped()
                        : new JobChange.Ended(autoSync ? slot.ToUnixTimeSeconds() : null);
                    Assert.Equal(expected, end.Change);
                }
            );

    [Fact]
    public void What_needs_the_user_is_never_tried_without_them() =>
        Results.Sample(result =>
        {
            Assert.Equal(!result.NeedsUser, Outcome.MayTry(result.Status, result.Reason, attended: false));
            Assert.Equal(
                result.Reason is not (ChannelReason.WrongCredentials or ChannelReason.PasswordChangeRequired),
                Outcome.MayTry(result.Status, result.Reason, attended: true)
            );
        });

    [Fact]
    public void Every_result_says_why_and_leaves_an_event_of_the_catalogue() =>
        Results.Sample(result =>
        {
            var events = Events(result);
            Assert.NotEmpty(events);
            Assert.All(events, e => Assert.True(Enum.IsDefined(e.Name)));
            Assert.Equal(result.IsSuccess, result.Reason is null);
        });

    [Fact]
    public void A_channel_fails_when_accounts_failed_and_none_was_read_and_says_why()
    {
        const ChannelReason Refused = ChannelReason.AccountsRefused;
        const ChannelReason Down = ChannelReason.BankUnavailable;

        Assert.Equal(new ChannelResult(ChannelStatus.Success), Outcome.OfAccounts(0, [], 0, hasWorked: true));
        Assert.Equal(
            new ChannelResult(ChannelStatus.Success, null, 2, 0),
            Outcome.OfAccounts(2, [], 0, hasWorked: true)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Success, null, 1, 2),
            Outcome.OfAccounts(1, [Refused, Down], 0, hasWorked: true)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Failed, Refused, 0, 1),
            Outcome.OfAccounts(0, [Refused], 0, hasWorked: true)
        );
        const ChannelReason Unauthorized = ChannelReason.ConsentExpired;
        Assert.Equal(
            new ChannelResult(ChannelStatus.TokenExpired, Unauthorized, 0, 2),
            Outcome.OfAccounts(0, [Unauthorized, Unauthorized], 0, hasWorked: true)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Failed, Refused, 0, 1),
            Outcome.OfAccounts(0, [Unauthorized], 0, hasWorked: false)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Failed, Refused, 0, 2),
            Outcome.OfAccounts(0, [Unauthorized, Refused], 0, hasWorked: true)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Success, null, 1, 1),
            Outcome.OfAccounts(1, [Unauthorized], 0, hasWorked: true)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Failed, Down, 0, 2),
            Outcome.OfAccounts(0, [Down, Down], 0, hasWorked: true)
        );
        Assert.Equal(
            new ChannelResult(ChannelStatus.Failed, Refused, 0, 2),
            Outcome.OfAccounts(0, [Down, Refused], 0, hasWorked: true)
        );
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 30)]
    public void A_fault_of_ours_is_tried_again_a_few_times_with_growing_pauses(bool attended, int first)
    {
        var pauses = Enumerable.Range(0, 10).Select(attempt => Outcome.RetryFault(attended, attempt, 1, Now)).ToArray();

        Assert.All(pauses[Outcome.MostRetriesOfFault..], Assert.Null);
        for (var attempt = 0; attempt < Outcome.MostRetriesOfFault; attempt++)
        {
            var pause = TimeSpan.FromSeconds(first * Math.Pow(2, attempt));
            Assert.InRange(pauses[attempt]!.Value - Now, pause, pause * 1.25);
        }
    }

    [Fact]
    public void The_user_is_needed_for_what_they_can_mend_and_not_for_faults_of_banks_and_operators()
    {
        Refusal[] faults = [Refusal.AccountRefused, Refusal.OperatorFault, Refusal.NotUnderstood];

        Assert.All(
            Enum.GetValues<Refusal>(),
            refusal => Assert.Equal(!faults.Contains(refusal), Outcome.Of(refusal).NeedsUser)
        );
        Assert.All(Enum.GetValues<LaterReason>(), reason => Assert.False(Outcome.Of(reason).NeedsUser));
        Assert.False(Outcome.OfAccounts(1, [], 0, hasWorked: true).NeedsUser);
        Assert.False(Outcome.NeedsUser(ChannelStatus.Empty));
        Assert.False(Outcome.NeedsUser(ChannelStatus.Running));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_channel_that_was_never_set_up_is_not_tried(bool attended) =>
        Assert.False(Outcome.MayTry(ChannelStatus.Empty, null, attended));

    [Theory]
    [InlineData(true, 4, true)]
    [InlineData(true, 5, false)]
    [InlineData(false, 2, true)]
    [InlineData(false, 3, false)]
    public void A_run_is_put_off_five_times_before_a_user_and_three_times_without(
        bool attended,
        int attempt,
        bool again
    ) => Assert.Equal(again, Outcome.Retry(Now, attended, attempt, 1, Now) is not null);

    [Theory]
    [InlineData(true, 60)]
    [InlineData(false, 6 * 3600)]
    public void A_user_waits_a_minute_at_most_for_a_bank_and_a_run_by_itself_six_hours(bool attended, int seconds)
    {
        var last = Now.AddSeconds(seconds);

        Assert.Equal(last, Outcome.Retry(last, attended, 0, 1, Now));
        Assert.Null(Outcome.Retry(last.AddTicks(1), attended, 0, 1, Now));
    }

    [Theory]
    [InlineData(true, 0, 2)]
    [InlineData(true, 1, 4)]
    [InlineData(false, 0, 300)]
    [InlineData(false, 1, 600)]
    public void A_bank_that_names_no_time_is_asked_again_after_seconds_before_a_user_and_after_minutes_without(
        bool attended,
        int attempt,
        int seconds
    ) =>
        Assert.InRange(
            Outcome.Retry(Now, attended, attempt, 1, Now)!.Value - Now,
            TimeSpan.FromSeconds(seconds),
            TimeSpan.FromSeconds(seconds * 1.25)
        );

    [Fact]
    public void A_run_over_no_channel_has_failed_and_its_job_stays_on_the_schedule() =>
        Assert.Equal(
            new RunEnd(ConnectionStatus.Failed, 7, new JobChange.Ended(Now.ToUnixTimeSeconds())),
            Outcome.End([], autoSync: true, _ => Now, failingSince: 7, now: 9)
        );

    [Fact]
    public void The_reading_of_accounts_follows_a_list_of_which_something_came()
    {
        var list = new Job { RunRequest = JobRequest.ListAccounts };

        Assert.Equal(JobRequest.All, Follows(list, NotUnderstood, Read));
        Assert.Null(Follows(list, NotUnderstood, ConsentExpired));
        Assert.Null(Follows(list with { RunRequest = JobRequest.All }, Read));
    }

    [Fact]
    public void What_was_asked_for_meanwhile_comes_first() =>
        Assert.Equal(
            JobRequest.ListAccounts,
            Follows(new Job { RunRequest = JobRequest.ListAccounts, Request = JobRequest.ListAccounts }, Read)
        );

    [Fact]
    public void The_end_of_a_consent_is_told_by_its_cause_and_as_an_expired_token()
    {
        Assert.Equal([EventName.ConsentDenied, EventName.TokenExpired], Names(ChannelReason.ConsentDenied));
        Assert.Equal([EventName.ConsentExpired, EventName.TokenExpired], Names(ChannelReason.ConsentExpired));
        Assert.Equal([EventName.TokenExpired], Names(ChannelReason.AuthorizationRequired));

        static IEnumerable<EventName> Names(ChannelReason reason) =>
            Events(new ChannelResult(ChannelStatus.TokenExpired, reason)).Select(e => e.Name);
    }

    [Fact]
    public void An_event_says_how_its_channel_ended_and_why()
    {
        var told = Assert.Single(Events(Outcome.Of(Refusal.WrongCredentials)));

        Assert.Equal(("AUTH_FAILED", "wrong_credentials"), (told.Status, told.Reason));
    }

    [Fact]
    public void A_channel_that_has_not_ended_tells_of_no_end()
    {
        Assert.Throws<ArgumentException>(() => Events(new ChannelResult(ChannelStatus.Empty)));
        Assert.Throws<ArgumentException>(() => Events(new ChannelResult(ChannelStatus.Running)));
    }

    [Fact]
    public void A_consent_that_ends_before_its_day_was_revoked() =>
        Assert.Equal(
            [EventName.ConsentRevoked, EventName.TokenExpired],
            Outcome
                .Events(
                    new ConnectionId(1),
                    new ChannelDefinitionId("100"),
                    new ChannelResult(ChannelStatus.TokenExpired, ChannelReason.ConsentExpired),
                    isEarly: true
                )
                .Select(e => e.Name)
        );

    private static JobRequest? Follows(Job job, params ChannelResult[] channels) => Outcome.Following(job, channels);

    private static IReadOnlyList<NewEvent> Events(ChannelResult result) =>
        Outcome.Events(new ConnectionId(1), new ChannelDefinitionId("100"), result);
}
