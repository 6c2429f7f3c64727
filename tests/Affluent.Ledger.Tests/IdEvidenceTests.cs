using Affluent.Connectors.Contract;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>What a bank's ids turn out to be worth, and that it is said and lasts.</summary>
public sealed class IdEvidenceTests
{
    private static readonly Movement Cafe = Booked(-350, 10, "CB BOULANGERIE", "1");

    public static TheoryData<IdFault?, Movement[]> Lists { get; } =
        new()
        {
            { null, [Cafe] },
            { null, [Cafe, Cafe] },
            { null, [Booked(-350, 12, "CB BOULANGERIE", "1")] },
            { null, [Booked(-350, 10, "LE FOURNIL", "1")] },
            { null, [Cafe, Pending(-900, 11, "CB CINEMA", "1")] },
            { IdFault.OneForSeveral, [Cafe, Booked(-350, 11, "CB BOULANGERIE", "1")] },
            { IdFault.OneForSeveral, [Cafe, Booked(-900, 10, "CB BOULANGERIE", "1")] },
            { IdFault.OtherAmount, [Booked(-420, 10, "CB BOULANGERIE", "1")] },
            { IdFault.OtherDay, [Booked(-350, 16, "CB BOULANGERIE", "1")] },
            { IdFault.OtherDay, [Booked(-350, 11, "CB BOULANGERIE", "1"), Booked(-350, 10, "CB BOULANGERIE", "2")] },
            { IdFault.OtherWords, [Booked(-350, 10, "CB TABAC", "1"), Booked(-350, 10, "CB BOULANGERIE", "2")] },
        };

    [Theory]
    [MemberData(nameof(Lists))]
    public void Ids_are_worth_what_they_are_seen_on(IdFault? fault, Movement[] list)
    {
        var account = Account.With(TransactionIds.Stable).After(Cafe);

        var found = account.Changes(list).Ids;

        Assert.Equal(new IdFinding(fault is null ? TransactionIds.Stable : TransactionIds.Absent, fault), found);
    }

    [Fact]
    public void What_was_found_against_them_lasts()
    {
        var account = Account.With(TransactionIds.Stable).After(Cafe).After(Booked(-420, 10, "CB BOULANGERIE", "1"));
        Assert.Equal(IdFault.OtherAmount, account.Rules.Demoted);

        var later = account.Changes(Booked(-420, 10, "CB BOULANGERIE", "1"), Booked(-900, 12, "CB CINEMA", "7"));

        Assert.Equal(new IdFinding(TransactionIds.Absent, IdFault.OtherAmount), later.Ids);
        Assert.Null(Assert.Single(later.Inserts).Movement.BankId);
    }

    [Fact]
    public void Where_the_catalogue_gives_ids_no_worth_there_is_nothing_to_find() =>
        Assert.Equal(
            new IdFinding(TransactionIds.Absent, null),
            Account.Empty.After(Cafe).Changes(Booked(-420, 10, "CB BOULANGERIE", "1")).Ids
        );

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, IdFault.NewEachTime)]
    public void Ids_that_are_new_each_time_are_taken_over_once_and_then_left_alone(int rows, IdFault? fault)
    {
        Movement[] List(string reading) =>
            [.. Enumerable.Range(1, rows).Select(i => Booked(-100 * i, i, $"CB SHOP {i}", $"{reading}{i}"))];
        var account = Account.With(TransactionIds.Stable).After(List("a"));

        var second = account.Changes(List("b"));
        var third = account.Apply(second).Changes(List("c"));

        Assert.Equal((TransactionIds.Stable, fault), (second.Ids.Worth, second.Ids.Fault));
        Assert.Equal(rows, second.Updates.Count);
        Assert.Equal(fault is not null, third.IsEmpty);
    }

    [Fact]
    public void Ids_that_last_on_some_rows_are_not_new_each_time()
    {
        var lasting = Booked(-900, 9, "CB CINEMA", "k");
        Movement[] List(string reading) =>
            [lasting, .. Enumerable.Range(1, 3).Select(i => Booked(-100 * i, i, $"CB SHOP {i}", $"{reading}{i}"))];

        Assert.Null(Account.With(TransactionIds.Stable).After(List("a")).Changes(List("b")).Ids.Fault);
    }

    [Theory]
    [InlineData(240, 10, "CB CAFE", 2)]
    [InlineData(-300, 11, "CB TABAC", 2)]
    [InlineData(-300, 11, "CB CAFE DES ARTS", 1)]
    [InlineData(-240, 10, "LE ZINC", 1)]
    [InlineData(-240, 11, "LE ZINC", 2)]
    public void The_id_of_an_announced_row_is_not_believed_against_all_else(
        long amount,
        int made,
        string text,
        int held
    )
    {
        var account = Account.With(TransactionIds.Stable).After(Pending(-240, 10, "CB CAFE", "p"));

        var now = Booked(amount, 12, text, "p") with { TransactionDay = made };
        var later = account.After(now);

        Assert.Equal(held, later.Stored.Count);
    }
}
