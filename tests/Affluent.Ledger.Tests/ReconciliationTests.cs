using Affluent.Connectors.Contract;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

public sealed class ReconciliationTests
{
    private static readonly Account StableIds = Account.With(TransactionIds.Stable);
    private static readonly Account BookedIds = Account.With(TransactionIds.StableOnceBooked);

    [Fact]
    public void The_first_list_is_taken_as_it_is()
    {
        var changes = Account.Empty.Changes(Pending(-1999, 11, "CB CINEMA"), Booked(-250, 10, "CB CAFE"));

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
    public void Amounts_that_differ_by_less_than_a_cent_are_two()
    {
        var (one, other) = (Booked(-250.5m, 10, "CB CAFE"), Booked(-250.1m, 10, "CB CAFE"));

        var both = Account.Empty.After(one).Changes(one, other);

        Assert.Equal(-250.1m, Assert.Single(both.Inserts).Movement.Amount);
        Assert.True(Account.Empty.After(one, other).Changes(other, one).IsEmpty);
        Assert.Equal([1L], Account.Empty.After(one).Changes(Booked(-250, 10, "CB CAFE")).Disappeared);
    }

    [Fact]
    public void A_pending_row_finer_than_cents_books_under_its_id()
    {
        var changes = Account.Empty.After(Pending(-250.5m, 10, "CB CAFE")).Changes(Booked(-250.5m, 11, "CB CAFE"));

        Assert.Equal((1L, 0), (Assert.Single(changes.Updates).Id, changes.Inserts.Count));
    }

    [Fact]
    public void Two_equal_coffees_are_two_and_a_third_is_one_more()
    {
        var coffee = Booked(-250, 10, "CB CAFE");
        var account = Account.Empty.After(coffee, coffee);

        Assert.Equal(2, account.Stored.Count);
        Assert.True(account.Changes(coffee, coffee).IsEmpty);
        Assert.Single(account.Changes(coffee, coffee, coffee).Inserts);
        Assert.Equal([2L], account.Changes(coffee).Disappeared);
    }

    [Fact]
    public void Equal_coffees_with_ids_of_their_own_are_two()
    {
        var account = StableIds.After(Booked(-250, 10, "CB CAFE", "a"), Booked(-250, 10, "CB CAFE", "b"));

        Assert.Equal(["a", "b"], account.Stored.Select(s => s.Movement.BankId));
        Assert.True(account.Changes(Booked(-250, 10, "CB CAFE", "b"), Booked(-250, 10, "CB CAFE", "a")).IsEmpty);
    }

    [Fact]
    public void Blank_ids_are_no_ids()
    {
        var read = Movement.Read(
            new BankTransaction
            {
                Id = " ",
                Amount = -2.5m,
                Currency = "EUR",
                BookingDay = new DateOnly(2026, 3, 1),
                Status = BankTransactionStatus.Booked,
                Remittance = ["CB CAFE"],
            }
        );

        Assert.Null(Assert.IsType<Reading.Row>(read).Movement.BankId);
        Assert.Equal(2, StableIds.After(Given(read), Given(read)).Stored.Count);

        static Movement Given(Reading reading) => ((Reading.Row)reading).Movement;
    }

    [Fact]
    public void New_ids_at_each_reading_do_no_harm_where_they_are_known_to_be_worthless()
    {
        var account = Account.Empty.After(Booked(-250, 10, "CB CAFE", "monday"));

        Assert.True(account.Changes(Booked(-250, 10, "CB CAFE", "tuesday")).IsEmpty);
    }

    [Fact]
    public void Ids_that_a_bank_issues_anew_are_taken_over()
    {
        var account = StableIds
            .After(Booked(-250, 10, "CB CAFE", "a"), Booked(-900, 11, "CB CINEMA", "b"))
            .After(Booked(-250, 10, "CB CAFE", "x"), Booked(-900, 11, "CB CINEMA", "y"));

        Assert.Equal([(1L, "x"), (2L, "y")], account.Stored.Select(s => (s.Id, s.Movement.BankId!)));
    }

    [Fact]
    public void An_id_used_again_for_another_movement_does_not_overwrite_the_first()
    {
        var first = Booked(-250, 10, "CB CAFE", "1");
        var other = Booked(-7700, 11, "PRLV EDF", "1");

        var account = StableIds.After(first).After(new Window(11), other);

        Assert.Equal([-250, -7700], account.Stored.Select(s => s.Movement.Amount));
        Assert.True(account.Changes(new Window(11), other).IsEmpty);
    }

    [Fact]
    public void An_id_that_two_rows_share_is_taken_for_the_id_of_neither()
    {
        var account = StableIds
            .After(Pending(-5000, 10, "PREAUTORISATION", "a"))
            .After(Booked(-250, 10, "CB CAFE", "a"), Booked(-900, 11, "CB CINEMA", "a"));

        Assert.Equal(
            [TransactionStatus.Expired, TransactionStatus.Booked, TransactionStatus.Booked],
            account.Stored.Select(s => s.Movement.Status)
        );
    }

    [Theory]
    [InlineData(-4210, 12, "QUITTANCE", "EUR", 1)]
    [InlineData(-4210, 10, "QUITTANCE", "EUR", 1)]
    [InlineData(-9900, 10, "VIR LOYER", "EUR", 2)]
    [InlineData(-9900, 12, "VIR LOYER", "EUR", 2)]
    [InlineData(-9900, 12, "QUITTANCE", "EUR", 2)]
    [InlineData(-4210, 12, "QUITTANCE", "USD", 2)]
    public void An_id_is_believed_of_a_booked_row_only_under_the_same_amount(
        long amount,
        int day,
        string text,
        string currency,
        int held
    )
    {
        var account = StableIds.After(Booked(-4210, 10, "VIR LOYER", "a"));

        Assert.Equal(held, account.After(Booked(amount, day, text, "a") with { Currency = currency }).Stored.Count);
    }

    [Fact]
    public void A_reference_that_begins_again_names_another_movement()
    {
        var account = Account
            .With(TransactionIds.StableOnceBooked)
            .After(Booked(-350, 1, "CB BOULANGERIE", "0001"))
            .After(
                new Window(5),
                Booked(-350, 1, "CB BOULANGERIE", "0001"),
                Booked(-350, 15, "CB BOULANGERIE", "0001"),
                Booked(-900, 15, "CB CINEMA", "0002")
            );

        Assert.Equal([1, 15, 15], account.Stored.Select(s => s.Movement.Day));
        Assert.All(account.Stored, s => Assert.False(s.Missing));
        Assert.True(
            account
                .Changes(
                    new Window(5),
                    Booked(-350, 15, "CB BOULANGERIE", "0001"),
                    Booked(-900, 15, "CB CINEMA", "0002")
                )
                .IsEmpty
        );
    }

    [Fact]
    public void One_reference_on_every_payment_of_an_order_keeps_them_all()
    {
        Movement[] list = [.. new[] { 1, 8, 15, 22 }.Select(day => Booked(-2500, day, "VIR EPARGNE", "ORDER-7"))];

        var account = Account.With(TransactionIds.Stable).After(list);

        Assert.Equal(4, account.Stored.Count);
        Assert.True(account.Changes(list).IsEmpty);
    }

    [Fact]
    public void Of_two_equal_rows_the_one_that_was_still_listed_is_the_one_that_is_listed_now()
    {
        var (booked, pending) = (Booked(-250, 10, "CB CAFE"), Pending(-900, 10, "CB CINEMA"));
        var account = Account.Empty with
        {
            Stored =
            [
                new(1, booked, Missing: true),
                new(2, booked),
                new(3, pending with { Status = TransactionStatus.Expired }),
                new(4, pending),
            ],
        };

        Assert.True(account.Changes(booked, pending).IsEmpty);
    }

    [Fact]
    public void A_pending_row_that_books_under_another_id_and_other_words_keeps_ours()
    {
        var account = BookedIds
            .After(Pending(-4210, 10, "AUTORISATION CARREFOUR EXPR", "p1"))
            .After(Booked(-4210, 12, "CARTE 10/03 CARREFOUR EXPRESS PARIS CB*1234", "b7"));

        var only = Assert.Single(account.Stored);
        Assert.Equal((1L, "b7", TransactionStatus.Booked), (only.Id, only.Movement.BankId, only.Movement.Status));
        Assert.Equal(10, only.Movement.TransactionDay);
        Assert.InRange(only.Confidence, 50, 99);
    }

    [Fact]
    public void A_pending_row_that_books_under_its_own_id_keeps_ours_whatever_else_changed()
    {
        var account = StableIds
            .After(Pending(-5000, 10, "PREAUTORISATION", "a"))
            .After(Booked(-3712, 13, "STATION SERVICE", "a"));

        var only = Assert.Single(account.Stored);
        Assert.Equal((1L, -3712L, 100), (only.Id, only.Movement.Amount, only.Confidence));
    }

    [Fact]
    public void A_row_listed_as_pending_and_as_booked_under_one_id_is_booked()
    {
        var account = StableIds.After(Pending(-250, 10, "CAFE", "a"), Booked(-250, 11, "CB CAFE", "a"));

        Assert.Equal(TransactionStatus.Booked, Assert.Single(account.Stored).Movement.Status);
    }

    [Fact]
    public void A_pending_row_missed_at_one_reading_still_books_under_its_id()
    {
        var account = Account.Empty.After(Pending(-250, 10, "CB CAFE DES ARTS")).After();
        Assert.Equal(TransactionStatus.Expired, account.Stored[0].Movement.Status);

        var later = Assert.Single(account.After(Booked(-250, 12, "CB CAFE DES ARTS PARIS")).Stored);
        Assert.Equal((1L, TransactionStatus.Booked), (later.Id, later.Movement.Status));
    }

    [Fact]
    public void A_pending_row_dated_in_the_future_books_under_its_id()
    {
        var account = Account.Empty.After(Pending(-1250, 19, "CB LIBRAIRIE")).After(Booked(-1250, 12, "CB LIBRAIRIE"));

        Assert.Equal(1, Assert.Single(account.Stored).Id);
    }

    [Fact]
    public void Of_two_pending_twins_one_books_and_one_waits()
    {
        var twin = Pending(-250, 10, "CB CAFE");
        var account = Account.Empty.After(twin, twin).After(twin, Booked(-250, 11, "CB CAFE"));

        Assert.Equal(
            [TransactionStatus.Pending, TransactionStatus.Booked],
            account.Stored.Select(s => s.Movement.Status)
        );
        Assert.All(account.Stored, s => Assert.False(s.Ambiguous));
    }

    [Fact]
    public void Yesterdays_pending_coffee_books_while_todays_is_pending()
    {
        var account = Account
            .Empty.After(Pending(-250, 10, "CB CAFE"))
            .After(Pending(-250, 11, "CB CAFE"), Booked(-250, 12, "CB CAFE") with { TransactionDay = 10 });

        Assert.Equal(
            [(1L, TransactionStatus.Booked), (2L, TransactionStatus.Pending)],
            account.Stored.Select(s => (s.Id, s.Movement.Status))
        );
    }

    [Fact]
    public void What_could_be_either_of_two_is_kept_apart_and_says_so()
    {
        var account = Account
            .Empty.After(Pending(-1050, 10, "AUTORISATION ALPHA"), Pending(-1050, 10, "AUTORISATION BRAVO"))
            .After(Booked(-1050, 11, "PAIEMENT 123456789"));

        var booked = account.Stored.Single(s => s.Movement.Status == TransactionStatus.Booked);
        Assert.Equal(3, booked.Id);
        Assert.True(booked.Ambiguous);
        Assert.InRange(booked.Confidence, 1, 99);
        Assert.Equal(2, account.Stored.Count(s => s.Movement.Status == TransactionStatus.Expired));
    }

    [Fact]
    public void A_round_amount_alone_does_not_join_two_shops()
    {
        var account = Account
            .Empty.After(Pending(-1000, 10, "AUTORISATION COFFEE HOUSE"))
            .After(Booked(-1000, 10, "CARTE BOOKSHOP"));

        Assert.Equal(2, account.Stored.Count);
        Assert.True(account.Stored[1].Ambiguous);
    }

    [Fact]
    public void Another_amount_is_another_movement()
    {
        var account = Account.Empty.After(Pending(-1000, 10, "CB HOTEL")).After(Booked(-1001, 10, "CB HOTEL"));

        Assert.Equal(2, account.Stored.Count);
        Assert.All(account.Stored, s => Assert.False(s.Ambiguous));
    }

    [Fact]
    public void A_booked_row_that_moves_by_a_day_keeps_its_id()
    {
        var account = Account.Empty.After(Booked(-4210, 10, "VIR LOYER")).After(Booked(-4210, 12, "VIR LOYER"));

        Assert.Equal((1L, 12), account.Stored.Select(s => (s.Id, s.Movement.Day)).Single());
    }

    [Fact]
    public void A_label_rewritten_after_booking_keeps_the_id_and_tells_of_the_change()
    {
        var account = Account.Empty.After(Booked(-4210, 10, "14.03 JANSEN BAKKERIJ"));

        var update = Assert.Single(account.Changes(Booked(-4210, 10, "JANSEN BAKKERIJ")).Updates);

        Assert.Equal((1L, true, MatchTier.Edited), (update.Id, update.TextChanged, update.Evidence.Tier));
    }

    [Fact]
    public void Lines_in_another_order_are_no_change()
    {
        var account = Account.Empty.After(Booked(-4210, 10, "VIR\nMARTIN\nLOYER"));

        Assert.True(account.Changes(Booked(-4210, 10, "LOYER\nVIR\nMARTIN")).IsEmpty);
    }

    [Fact]
    public void A_daily_coffee_before_the_window_is_not_mistaken_for_todays()
    {
        var account = Account.Empty.After(Booked(-255, 10, "CB CAFE"));

        var changes = account.Changes(new Window(11), Booked(-255, 11, "CB CAFE"));

        Assert.Single(changes.Inserts);
        Assert.Empty(changes.Updates);
        Assert.Empty(changes.Disappeared);
    }

    [Fact]
    public void What_the_bank_no_longer_lists_is_marked_and_comes_back_when_it_does()
    {
        var (kept, gone) = (Booked(-250, 10, "CB CAFE"), Booked(-900, 11, "CB CINEMA"));
        var without = Account.Empty.After(kept, gone).After(kept);
        Assert.True(without.Stored[1].Missing);
        Assert.True(without.Changes(kept).IsEmpty);

        var update = Assert.Single(without.Changes(kept, gone).Updates);
        Assert.Equal((2L, true), (update.Id, update.Reappeared));
    }

    [Theory]
    [InlineData(11, null)]
    [InlineData(0, 9)]
    [InlineData(null, null)]
    public void What_lies_outside_of_the_banks_list_is_out_of_sight_not_gone(int? from, int? to)
    {
        var account = Account.Empty.After(Booked(-250, 10, "CB CAFE"), Pending(-900, 10, "CB CINEMA"));

        Assert.True(account.Changes(new Window(from, to)).IsEmpty);
    }

    [Theory]
    [InlineData(10, null)]
    [InlineData(0, 10)]
    [InlineData(10, 10)]
    public void The_first_and_the_last_day_of_the_banks_list_belong_to_it(int from, int? to)
    {
        var account = Account.Empty.After(Booked(-250, 10, "CB CAFE"), Pending(-900, 10, "CB CINEMA"));

        var changes = account.Changes(new Window(from, to));

        Assert.Equal([2L], changes.Disappeared);
        Assert.Equal([1L], changes.Expired);
    }

    [Fact]
    public void A_list_that_names_no_first_day_covers_what_follows_its_earliest_row()
    {
        Movement[] list = [Booked(-250, 10, "CB CAFE"), Booked(-900, 20, "CB CINEMA"), Booked(-700, 30, "CB HOTEL")];

        var changes = Account.Empty.After(list).Changes(new Window(null), list[0], list[2]);

        Assert.Equal([2L], changes.Disappeared);
    }

    [Fact]
    public void Days_that_disagree_about_the_window_prove_nothing()
    {
        var account = Account.Empty.After(Booked(-250, 10, "CB CAFE") with { ValueDay = 9 });

        Assert.True(account.Changes(new Window(10)).IsEmpty);
    }

    [Fact]
    public void A_bank_that_keeps_less_history_than_before_does_not_erase_ours()
    {
        var (old, recent) = (Booked(-250, 10, "CB CAFE"), Booked(-900, 200, "CB CINEMA"));

        Assert.True(Account.Empty.After(old, recent).Changes(new Window(null), recent).IsEmpty);
    }

    [Fact]
    public void A_doubt_stays_with_the_row()
    {
        var account = Account
            .Empty.After(Pending(-4210, 10, "AUTORISATION CARREFOUR EXPR"))
            .After(Booked(-4210, 12, "CARREFOUR EXPRESS PARIS"));
        var confidence = account.Stored[0].Confidence;

        var later = account.After(Booked(-4210, 12, "CARREFOUR EXPRESS PARIS") with { ValueDay = 13 });

        Assert.Equal(confidence, later.Stored[0].Confidence);
        Assert.Equal(13, later.Stored[0].Movement.ValueDay);
    }
}
