using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>Lists that begin later than was asked for, and do not say so.</summary>
public sealed class OutOfSightTests
{
    private static readonly Window Asked = new(0);

    private static readonly Movement[] Month =
    [
        .. Enumerable.Range(1, 30).Select(day => Booked(-100 - day, day, $"CB SHOP {(char)('A' + day)}")),
    ];

    [Theory]
    [InlineData(30)]
    [InlineData(5)]
    [InlineData(0)]
    public void Three_booked_rows_in_front_of_the_whole_list_are_out_of_sight(int listed) =>
        Assert.Empty(Account.Empty.After(Month).Changes(Asked, Month[^Math.Min(listed, 27)..]).Disappeared);

    [Fact]
    public void Two_in_front_of_the_list_are_missing() =>
        Assert.Equal([1, 2], Account.Empty.After(Month).Changes(Asked, Month[2..]).Disappeared);

    [Fact]
    public void What_is_not_listed_among_the_others_is_missing_all_the_same() =>
        Assert.Equal(
            [25],
            Account.Empty.After(Month).Changes(Asked, [.. Month[10..].Where(row => row.Day != 25)]).Disappeared
        );

    [Fact]
    public void Three_that_were_booked_twice_on_the_first_day_are_missing_once_taken_back()
    {
        Movement[] day = [Booked(-100, 1, "VIR A"), Booked(-200, 1, "VIR B"), Booked(-300, 1, "VIR C")];

        Assert.Equal(3, Account.Empty.After([.. day, .. day]).Changes(Asked, day).Disappeared.Count);
    }

    [Fact]
    public void What_is_announced_expires_also_where_the_list_begins_later()
    {
        var account = Account.Empty.After([Pending(-900, 1, "CB CINEMA"), .. Month]);

        Assert.Equal([1], account.Changes(Asked, Month[20..]).Expired);
    }
}
