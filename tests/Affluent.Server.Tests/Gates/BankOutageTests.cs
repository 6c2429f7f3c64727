using Affluent.Connectors.Contract;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Xunit;

namespace Affluent.Server.Tests.Gates;

/// <summary>When a bank is taken to be down, and for how long.</summary>
public sealed class BankOutageTests
{
    private const long Now = 1_000_000;

    private static readonly ChannelDefinitionId Channel = new("101");
    private static readonly OutageSettings Settings = new()
    {
        Failures = 3,
        FirstPause = TimeSpan.FromSeconds(60),
        LongestPause = TimeSpan.FromSeconds(300),
    };

    [Fact]
    public void Three_connections_in_a_row_are_an_outage_and_one_that_fails_for_ever_is_none()
    {
        var alone = After(null, 1, 1, 1, 1, 1);

        Assert.Equal((1, null), (alone.Failures, alone.DownUntil));
        Assert.Equal((3, Now + 60), (After(null, 1, 2, 3).Failures, After(null, 1, 2, 3).DownUntil));
        Assert.Null(After(null, 1, 2).DownUntil);
    }

    [Fact]
    public void Each_run_that_tries_in_vain_doubles_the_pause_up_to_the_longest()
    {
        var outage = After(null, 1, 2, 3);

        var pauses = Enumerable
            .Range(0, 5)
            .Select(_ =>
            {
                outage = Fail(outage with { ProbedBy = new(9), DownUntil = Now + 120 }, 9);
                return outage.DownUntil - Now;
            });

        Assert.Equal([120, 240, 300, 300, 300], pauses);
        Assert.Null(outage.ProbedBy);
    }

    [Fact]
    public void Runs_that_began_before_add_nothing_to_the_pause()
    {
        var down = After(null, 1, 2, 3);

        Assert.Equal(down, Fail(down, 4));
        // Nor while another one tries.
        var tried = down with
        {
            ProbedBy = new(9),
            DownUntil = Now + 120,
        };
        Assert.Equal(tried, Fail(tried, 4));
    }

    [Fact]
    public void A_time_that_the_bank_names_counts_for_all_and_is_believed_up_to_the_longest_pause()
    {
        Assert.Equal(Now + 90, Fail(null, 1, named: Now + 90).DownUntil);
        Assert.Equal(Now + 300, Fail(null, 1, named: Now + 86_400).DownUntil);
        Assert.Null(Fail(null, 1, named: Now - 5).DownUntil);
        Assert.Equal(Now + 200, Fail(After(null, 1, 2, 3), 4, named: Now + 200).DownUntil);
    }

    private static BankOutage After(BankOutage? before, params int[] failed) =>
        failed.Aggregate(before, (known, connection) => Fail(known, connection))!;

    private static BankOutage Fail(BankOutage? before, long connection, long? named = null) =>
        BankOutage.After(before, Channel, new ConnectionId(connection), named, Settings, Now);
}
