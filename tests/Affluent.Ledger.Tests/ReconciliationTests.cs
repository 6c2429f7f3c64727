using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

public sealed class ReconciliationTests
{
    [Fact]
    public void The_first_list_is_taken_as_it_is()
    {
        var changes = Account.Empty.Changes(Booked(-250, 10, "CB CAFE"), Pending(-1999, 11, "CB CINEMA"));

        Assert.Equal([-250, -1999], changes.Inserts.Select(i => i.Movement.Amount));
        Assert.All(changes.Inserts, i => Assert.Equal(new Evidence(MatchTier.New, 100), i.Evidence));
    }

    [Fact]
    public void The_same_list_again_changes_nothing()
    {
        Movement[] list = [Booked(-250, 10, "CB CAFE"), Pending(-1999, 11, "CB CINEMA"), Booked(100, 3, "")];

        var again = Account.Empty.After(list).Changes(list);

        Assert.True(again.IsEmpty);
        Assert.Equal(3, again.Unchanged);
    }

    [Fact]
    public void Two_equal_coffees_are_two()
    {
        var account = Account.Empty.After(Booked(-250, 10, "CB CAFE"), Booked(-250, 10, "CB CAFE"));

        Assert.Equal(2, account.Stored.Count);
        var third = account.Changes(
            Booked(-250, 10, "CB CAFE"),
            Booked(-250, 10, "CB CAFE"),
            Booked(-250, 10, "CB CAFE")
        );
        Assert.Single(third.Inserts);
        Assert.Equal(2, third.Unchanged);
    }

    [Fact]
    public void A_pending_row_that_books_under_other_words_keeps_its_id()
    {
        var before = Account.Empty.After(Pending(-4210, 10, "AUTORISATION CARREFOUR EXPR"));
        var after = before.After(Booked(-4210, 12, "CARTE 10/03 CARREFOUR EXPRESS PARIS CB*1234"));

        var only = Assert.Single(after.Stored);
        Assert.Equal(before.Stored[0].Id, only.Id);
        Assert.Equal(TransactionStatus.Booked, only.Movement.Status);
        Assert.InRange(only.Confidence, 50, 99);
    }
}
