using Affluent.Connectors.Contract;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>What a held row keeps and what it takes over from the bank's.</summary>
public sealed class RenewalTests
{
    private static readonly Movement Pending = Rows.Pending(-4210, 10, "CB CARREFOUR") with
    {
        Counterparty = "Carrefour",
        CheckNumber = "17",
        Code = "PMNT-CCRD-POSD",
    };

    private static readonly Movement Silent = Booked(-4210, 10, "CB CARREFOUR");

    [Fact]
    public void What_the_bank_tells_no_longer_once_a_row_is_booked_is_kept()
    {
        var renewed = Assert.Single(Account.Empty.After(Pending).After(Silent).Stored).Movement;

        Assert.Equal(
            Silent with
            {
                TransactionDay = 10,
                Counterparty = "Carrefour",
                CheckNumber = "17",
                Code = "PMNT-CCRD-POSD",
            },
            renewed
        );
    }

    [Fact]
    public void What_the_bank_tells_anew_is_taken_over()
    {
        var told = Silent with
        {
            TransactionDay = 9,
            ValueDay = 12,
            Counterparty = "Carrefour SA",
            CheckNumber = "18",
            Code = "PMNT-CCRD-CWDL",
        };

        var announced = Pending with { CheckNumber = null, TransactionDay = null };
        Assert.Equal(told, Assert.Single(Account.Empty.After(announced).After(told).Stored).Movement);
    }

    [Fact]
    public void The_day_on_which_a_booked_row_was_made_may_be_corrected()
    {
        var corrected = Silent with { TransactionDay = 9 };

        var held = Assert.Single(Account.Empty.After(Silent with { TransactionDay = 8 }).After(corrected).Stored);

        Assert.Equal(corrected, held.Movement);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(9, 2)]
    public void What_was_announced_of_one_day_is_not_what_is_booked_of_another(int made, int held) =>
        Assert.Equal(held, Account.Empty.After(Pending).After(Silent with { TransactionDay = made }).Stored.Count);

    [Theory]
    [InlineData("18", 2)]
    [InlineData("0017", 1)]
    public void Another_check_is_another_movement(string number, int held) =>
        Assert.Equal(held, Account.Empty.After(Pending).After(Silent with { CheckNumber = number }).Stored.Count);

    [Fact]
    public void Only_the_status_changing_leaves_no_doubt()
    {
        var update = Assert.Single(Account.Empty.After(Pending).Changes(Silent).Updates);

        Assert.Equal(new Evidence(MatchTier.Booked, 100) { Reason = MatchReason.StatusOnly }, update.Evidence);
        Assert.False(update.TextChanged);
        Assert.False(update.Reappeared);
    }

    [Fact]
    public void Another_code_alone_is_no_change() =>
        Assert.True(Account.Empty.After(Pending).Changes(Pending with { Code = "OTHER" }).IsEmpty);

    [Theory]
    [InlineData(TransactionIds.Absent, null, null)]
    [InlineData(TransactionIds.StableOnceBooked, null, "b")]
    [InlineData(TransactionIds.Stable, "p", "b")]
    public void Only_ids_that_can_be_relied_on_are_held(TransactionIds ids, string? pending, string? booked)
    {
        var account = Account
            .With(ids)
            .After(Rows.Pending(-900, 10, "CB CINEMA", "p"), Booked(-250, 11, "CB CAFE", "b"));

        Assert.Equal([pending, booked], account.Stored.Select(s => s.Movement.BankId));
    }

    [Fact]
    public void A_channel_without_ids_leaves_the_id_that_another_told()
    {
        var account = Account.With(TransactionIds.Stable).After(Booked(-250, 11, "CB CAFE", "b"));
        var withoutIds = account with { Rules = Account.Empty.Rules };

        Assert.True(withoutIds.Changes(Booked(-250, 11, "CB CAFE")).IsEmpty);
        Assert.Equal("b", withoutIds.After(Booked(-250, 12, "CB CAFE")).Stored[0].Movement.BankId);
    }

    [Fact]
    public void Changes_are_told_by_the_day_and_by_the_id_of_what_is_held()
    {
        Movement[] gone =
        [
            Booked(-100, 4, "CB A"),
            Booked(-200, 5, "CB B"),
            Rows.Pending(-300, 6, "CB C"),
            Rows.Pending(-301, 7, "CB D"),
        ];
        var (first, second) = (Booked(-250, 2, "CB CAFE"), Booked(-900, 3, "CB CINEMA"));
        var account = Account.Empty.After([first, second, .. gone]).After([second, .. gone]);

        var changes = account.Changes(Booked(-7, 9, "NEW"), Booked(-8, 8, "NEW"), second with { ValueDay = 5 }, first);

        Assert.Equal([8, 9], changes.Inserts.Select(i => i.Movement.Day));
        Assert.Equal([1, 2], changes.Updates.Select(u => u.Id));
        Assert.Equal([3, 4], changes.Disappeared);
        Assert.Equal([5, 6], changes.Expired);
    }
}
