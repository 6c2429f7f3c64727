using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>When an authorization that is to be ended is tried again, and when no more.</summary>
public sealed class RevocationDecisionTests
{
    private const long Now = 1_772_000_000;
    private const long Minute = 60;
    private const long Hour = 3_600;
    private const long Day = 86_400;

    [Fact]
    public void Pauses_grow_from_a_minute_to_six_hours()
    {
        var pauses = Enumerable.Range(0, 12).Select(n => Again(Of(attempts: n), Away()).NextAt - Now).ToArray();

        Assert.InRange(pauses[0], Minute, Minute * 5 / 4);
        Assert.All(pauses.Zip(pauses.Skip(1)), pair => Assert.True(pair.Second >= pair.First * 4 / 5));
        Assert.InRange(pauses[^1], 6 * Hour, 6 * Hour * 5 / 4);
    }

    [Fact]
    public void A_refusal_waits_for_an_hour_at_least_and_keeps_no_other_waiting()
    {
        var again = Again(Of(), new StepResult.Refused(Refusal.OperatorFault, "ours") { Session = "" });

        Assert.InRange(again.NextAt - Now, Hour, Hour * 5 / 4);
        Assert.Null(again.OthersUntil);
        Assert.Equal(1, again.Attempts);
    }

    [Fact]
    public void The_banks_own_time_counts_for_all()
    {
        var again = Again(Of(), Away(after: 5 * Hour, named: true));

        Assert.Equal((Now + (5 * Hour), Now + (5 * Hour)), (again.NextAt, again.OthersUntil!.Value));
    }

    [Fact]
    public void One_that_waits_for_hours_keeps_the_others_for_minutes()
    {
        var again = Again(Of(attempts: 11), Away());

        Assert.Equal(Now + (5 * Minute), again.OthersUntil);
    }

    [Fact]
    public void The_last_try_comes_at_the_end_and_then_none()
    {
        var late = Of(attempts: 30) with { GiveUpAt = Now + Minute };

        Assert.Equal(Now + Minute, Again(late, Away()).NextAt);
        Assert.Equal(
            new RevocationDecision.Over(RevocationEnd.GivenUp),
            RevocationDecision.After(late, Away(), Now + Minute)
        );
        Assert.Equal(
            new RevocationDecision.Over(RevocationEnd.Revoked),
            RevocationDecision.After(late, new StepResult.Done { Session = "" }, Now + Minute)
        );
        Assert.Equal(
            new RevocationDecision.Over(RevocationEnd.GivenUp),
            RevocationDecision.Closed(late, Now + Day, Now + Minute)
        );
    }

    [Fact]
    public void One_that_was_over_is_done() =>
        Assert.Equal(
            new RevocationDecision.Over(RevocationEnd.OverBefore),
            RevocationDecision.After(Of(), new StepResult.Refused(Refusal.ConsentExpired, "gone") { Session = "" }, Now)
        );

    [Theory]
    [InlineData(null, 30 * Day)]
    [InlineData(180 * Day, 30 * Day)]
    [InlineData(3 * Day, 3 * Day)]
    [InlineData(-Day, 30 * Day)]
    public void It_is_given_up_after_a_month_or_at_the_authorizations_own_end(long? expiresIn, long givenUpAfter) =>
        Assert.Equal(Now + givenUpAfter, BankRevocation.GivenUpAt(Now + expiresIn, Now));

    private static RevocationDecision.Again Again(BankRevocation revocation, StepResult result) =>
        Assert.IsType<RevocationDecision.Again>(RevocationDecision.After(revocation, result, Now));

    private static BankRevocation Of(int attempts = 0) =>
        new()
        {
            ConnectionId = new ConnectionId(4711),
            DefinitionId = new ChannelDefinitionId("101"),
            Attempts = attempts,
            GiveUpAt = Now + (30 * Day),
        };

    private static StepResult.Later Away(long after = 0, bool named = false) =>
        new StepResult.Later(DateTimeOffset.FromUnixTimeSeconds(Now + after), LaterReason.BankUnavailable)
        {
            Session = "",
            IsNamed = named,
        };
}
