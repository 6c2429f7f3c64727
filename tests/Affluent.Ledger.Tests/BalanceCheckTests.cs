using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

public sealed class BalanceCheckTests
{
    [Fact]
    public void Balances_that_add_up_leave_no_gap() => Assert.Equal(0, BalanceCheck.Gap(10_000, 8_750, -2_250, 1_000));

    [Fact]
    public void Money_that_no_movement_tells_of_is_the_gap()
    {
        Assert.Equal(500, BalanceCheck.Gap(10_000, 10_500));
        Assert.Equal(-500, BalanceCheck.Gap(10_000, 9_500));
    }

    [Fact]
    public void Large_movements_that_cancel_out_do_no_harm() =>
        Assert.Equal(0, BalanceCheck.Gap(0, 0, long.MaxValue, long.MaxValue, -long.MaxValue, -long.MaxValue));

    [Fact]
    public void What_booked_counts_and_what_the_bank_took_back_counts_against()
    {
        var before = Account.Empty.After(Booked(-900, 10, "CB CINEMA"), Pending(-4210, 11, "CB CARREFOUR"));

        var changes = before.Changes(Booked(-4210, 12, "CB CARREFOUR"), Booked(100_000, 12, "VIR SALAIRE"));

        Assert.Equal(100_000 - 4_210 + 900, BalanceCheck.BookedBy(changes, before.Stored));
    }

    [Fact]
    public void What_comes_back_counts_again()
    {
        var (coffee, cinema) = (Booked(-250, 10, "CB CAFE"), Booked(-900, 10, "CB CINEMA"));
        var without = Account.Empty.After(coffee, cinema).After(coffee);

        Assert.Equal(-900, BalanceCheck.BookedBy(without.Changes(coffee, cinema), without.Stored));
    }
}
