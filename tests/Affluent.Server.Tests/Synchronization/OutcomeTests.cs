using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class OutcomeTests
{
    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 10L * 365 * 86400]
        .Select(s => new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(s));

    private static readonly Gen<ChannelResult> Results = Gen.OneOf(
        Gen.Enum<Refusal>().Select(Outcome.Of),
        Gen.Enum<LaterReason>().Select(Outcome.Of),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Outcome.OfAccounts)
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
                    var end = Outcome.End(results, autoSync, () => slot);
                    Assert.Equal(
                        results.All(r => r.IsSuccess && r.AccountsFailed == 0),
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
            var events = Outcome.Events(new ConnectionId(1), new ChannelDefinitionId("100"), result);
            Assert.NotEmpty(events);
            Assert.All(events, e => Assert.True(Enum.IsDefined(e.Name)));
            Assert.Equal(result.IsSuccess, result.Reason is null);
        });

    [Fact]
    public void Every_event_is_described_in_the_reference()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Affluent.slnx")))
        {
            folder = folder.Parent!;
        }
        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "reference", "events.md"));

        Assert.All(Vocabulary<EventName>.Words, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }
}
