using Affluent.Server.Connections;
using Xunit;

namespace Affluent.Server.Tests.Connections;

/// <summary>How often a bank may be read without the user.</summary>
public sealed class AccessBudgetTests
{
    private const long Day = 86_400;
    private const long Now = 1_000_000;

    [Fact]
    public void Four_readings_in_24_hours_and_a_fifth_when_the_first_is_a_day_old()
    {
        string? readings = null;
        foreach (var at in (long[])[Now, Now + 10, Now + 20, Now + 30])
        {
            Assert.Null(Of(readings).ClosedUntil(at));
            readings = Of(readings).Write(at);
        }

        Assert.Equal(0, Of(readings).Remaining(Now + 40));
        Assert.Equal(Now + Day, Of(readings).ClosedUntil(Now + 40));
        Assert.Equal(0, Of(readings).Remaining(Now + Day - 1));
        Assert.Equal(1, Of(readings).Remaining(Now + Day));
        Assert.Equal(Now + 10 + Day, Of(readings).ResetsAt(Now + Day));
    }

    [Fact]
    public void What_is_kept_does_not_grow()
    {
        var readings = "";
        for (var night = 0; night < 100; night++)
        {
            readings = Of(readings).Write(Now + (night * (Day - 60)));
        }

        Assert.Equal(2, readings.Split(',').Length);
    }

    [Fact]
    public void A_bank_that_wants_no_more_is_spared_until_its_time_whatever_is_left()
    {
        var budget = AccessBudget.Of(4, $"{Now - 5}", Now + 600);

        Assert.Equal((0, Now + 600), (budget.Remaining(Now), budget.ClosedUntil(Now)));
        Assert.Equal((3, null), (budget.Remaining(Now + 600), budget.ClosedUntil(Now + 600)));
        // Of a channel without a limit, too.
        Assert.Equal(Now + 600, AccessBudget.Of(null, null, Now + 600).ClosedUntil(Now));
        Assert.Null(AccessBudget.Of(null, null, Now + 600).Remaining(Now + 600));
    }

    [Fact]
    public void A_limit_that_was_lowered_waits_until_enough_of_the_readings_are_a_day_old() =>
        Assert.Equal(Now + 20 + Day, AccessBudget.Of(1, $"{Now},{Now + 10},{Now + 20}", null).ClosedUntil(Now + 30));

    private static AccessBudget Of(string? readings) => AccessBudget.Of(4, readings, sparedUntil: null);
}
