using Affluent.Server.Platform;
using Affluent.Server.SimpleFin;
using Xunit;

namespace Affluent.Server.Tests.SimpleFin;

/// <summary>How many requests of an access a node lets through, and how many of them it writes down when.</summary>
public sealed class SimpleFinUsesTests
{
    private const int Day = 20_000;
    private const long Morning = (Day * 86_400L) + 28_800;

    private static readonly SimpleFinAccess New = new() { Id = new SimpleFinAccessId(7) };

    private static SimpleFinAccess Stored(int requests, long usedAt, int day = Day) =>
        New with
        {
            Requests = requests,
            RequestsDay = day,
            UsedAt = usedAt,
        };

    [Fact]
    public void The_first_request_is_written_at_once_and_the_next_ones_together_after_a_pause()
    {
        var uses = new SimpleFinUses();

        Assert.Equal(1, uses.Count(New, 100, Morning));
        Assert.Equal(0, uses.Count(New, 100, Morning));
        Assert.Equal(0, uses.Count(New, 100, Morning + 299));
        Assert.Equal(3, uses.Count(New, 100, Morning + 300));
        Assert.Equal(0, uses.Count(New, 100, Morning + 301));
    }

    [Fact]
    public void What_is_not_yet_written_counts_towards_the_limit()
    {
        var uses = new SimpleFinUses();
        // Another request may have read the row before this one was written.
        Assert.Equal([1, 0, 0, null, null], Enumerable.Range(0, 5).Select(i => uses.Count(New, 3, Morning + i)));
        Assert.Null(uses.Count(Stored(1, Morning), 3, Morning + 400));
        // The next day in UTC.
        Assert.Equal(1, uses.Count(Stored(1, Morning), 3, Morning + 57_600));
    }

    [Fact]
    public void What_other_nodes_have_written_counts_too()
    {
        var uses = new SimpleFinUses();

        Assert.Equal(0, uses.Count(Stored(1, Morning), 4, Morning + 10));
        Assert.Equal(0, uses.Count(Stored(2, Morning), 4, Morning + 20));
        Assert.Null(uses.Count(Stored(2, Morning), 4, Morning + 30));
        Assert.Equal(3, uses.Count(Stored(0, Morning, Day - 1), 9, Morning + 300));
    }

    [Fact]
    public void Others_who_write_do_not_keep_a_node_from_writing()
    {
        var uses = new SimpleFinUses();

        Assert.Equal(0, uses.Count(Stored(1, Morning), 100, Morning + 10));
        Assert.Equal(2, uses.Count(Stored(5, Morning + 299), 100, Morning + 310));
    }

    [Fact]
    public void Without_a_limit_all_are_let_through_and_counted()
    {
        var uses = new SimpleFinUses();

        Assert.Equal(1, uses.Count(New, null, Morning));
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.Equal(0, uses.Count(New, null, Morning + 1)));
        Assert.Equal(10_001, uses.Count(New, null, Morning + 300));
    }
}
