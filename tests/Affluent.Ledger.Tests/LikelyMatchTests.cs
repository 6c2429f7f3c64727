using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>Rows that neither an id nor equal attributes join.</summary>
public sealed class LikelyMatchTests
{
    [Theory]
    [InlineData(20, 1)]
    [InlineData(21, 2)]
    [InlineData(0, 1)]
    [InlineData(-1, 2)]
    public void A_pending_row_books_within_ten_days(int day, int held)
    {
        var account = Account.Empty.After(Pending(-4210, 10, "CB CARREFOUR"));

        Assert.Equal(held, account.After(new Window(-9), Booked(-4210, day, "CB CARREFOUR")).Stored.Count);
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(16, 2)]
    [InlineData(5, 1)]
    [InlineData(4, 2)]
    public void A_booked_row_moves_by_five_days_at_most(int day, int held)
    {
        var account = Account.Empty.After(Booked(-4210, 10, "VIR LOYER"));

        Assert.Equal(held, account.After(Booked(-4210, day, "VIR LOYER")).Stored.Count);
    }

    [Fact]
    public void A_row_that_books_late_is_found_by_the_day_on_which_it_was_made() =>
        Assert.Single(
            Account
                .Empty.After(Pending(-4210, 8, "CB CARREFOUR") with { TransactionDay = null })
                .After(Booked(-4210, 30, "CARREFOUR PARIS") with { TransactionDay = 10 })
                .Stored
        );

    [Fact]
    public void A_row_that_was_made_early_is_still_found_by_the_day_of_its_listing() =>
        Assert.Single(
            Account
                .Empty.After(Pending(-4210, 35, "CB CARREFOUR") with { TransactionDay = null })
                .After(Booked(-4210, 30, "CARREFOUR PARIS") with { TransactionDay = 10 })
                .Stored
        );

    [Theory]
    [InlineData(10, 1, false)]
    [InlineData(11, 2, true)]
    [InlineData(12, 2, false)]
    public void Of_two_days_on_which_it_was_made_one_apart_is_a_doubt_and_more_is_another(
        int made,
        int held,
        bool doubt
    )
    {
        var stored = Account
            .Empty.After(Pending(-4210, 10, "CB CARREFOUR"))
            .After(Booked(-4210, 13, "CARTE CARREFOUR") with { TransactionDay = made })
            .Stored;

        Assert.Equal((held, doubt), (stored.Count, stored[^1].Ambiguous));
    }

    [Fact]
    public void A_booked_row_that_moved_far_is_the_same_when_it_was_made_on_the_same_day() =>
        Assert.Single(
            Account
                .Empty.After(Booked(-4210, 10, "VIR LOYER") with { TransactionDay = 2 })
                .After(Booked(-4210, 18, "VIR LOYER") with { TransactionDay = 2 })
                .Stored
        );

    [Fact]
    public void A_booked_row_does_not_become_pending_again() =>
        Assert.Equal(
            2,
            Account.Empty.After(Booked(-4210, 10, "VIR LOYER")).After(Pending(-4210, 10, "VIR LOYER")).Stored.Count
        );

    [Theory]
    [InlineData("AUTORISATION COFFEE HOUSE", "CARTE BOOKSHOP", true)]
    [InlineData("APPLE.COM/BILL CORK", "GOOGLE YOUTUBE PREMIUM", true)]
    [InlineData("PAIEMENT CARTE", "CARTE BOOKSHOP", false)]
    [InlineData("AUTORISATION AMZN MKTP", "CARTE AMAZON MARKETPLACE", false)]
    public void Price_and_nearness_make_no_pair_of_rows_that_name_different_things(
        string before,
        string after,
        bool apart
    )
    {
        var stored = Account.Empty.After(Pending(-4217, 10, before)).After(Booked(-4217, 11, after)).Stored;

        if (apart)
        {
            Assert.Equal(
                [(before, TransactionStatus.Expired, false), (after, TransactionStatus.Booked, true)],
                stored.Select(s => (s.Movement.Text, s.Movement.Status, s.Ambiguous))
            );
        }
        else
        {
            Assert.Equal(TransactionStatus.Booked, Assert.Single(stored).Movement.Status);
        }
    }

    [Fact]
    public void Counterparties_contradict_each_other_too()
    {
        var (apple, google) = (Pending(-999, 10, "PAIEMENT"), Booked(-999, 11, "PAIEMENT"));

        var stored = Account
            .Empty.After(apple with { Counterparty = "Apple" })
            .After(google with { Counterparty = "Google" })
            .Stored;

        Assert.Equal(2, stored.Count);
    }

    [Theory]
    [InlineData(8, "CARTE CARREFOUR CITY", true)]
    [InlineData(9, "CARTE CARREFOUR CITY", false)]
    [InlineData(8, "CARTE FNAC", false)]
    public void A_movement_announced_and_booked_in_one_list_under_two_ids_is_in_doubt(
        int made,
        string booked,
        bool doubt
    )
    {
        var announced = Pending(-2345, 8, "CB CARREFOUR CITY", "p1") with { TransactionDay = 8 };
        var account = Account.Empty.After(announced);

        var both = account.After(announced, Booked(-2345, 10, booked, "b1") with { TransactionDay = made });

        Assert.Equal([false, doubt], both.Stored.Select(s => s.Ambiguous));
    }

    [Theory]
    [InlineData(0, "AUTORISATION", "PAIEMENT BRAVO", 1)]
    [InlineData(10, "AUTORISATION ALPHA", "PAIEMENT BRAVO", 2)]
    [InlineData(10, "AUTORISATION ALPHA", "PAIEMENT ALPHA", 1)]
    [InlineData(10, "VIR SEPA", "SEPA VIR", 1)]
    [InlineData(10, "VIR SEPA", "VIR 12", 2)]
    public void What_the_banks_list_does_not_cover_has_not_gone_and_is_joined_by_its_words_alone(
        int from,
        string before,
        string after,
        int held
    )
    {
        var account = Account.Empty.After(Pending(-4210, 8, before));

        var later = account.After(new Window(from), Booked(-4210, 10, after));

        Assert.Equal(held, later.Stored.Count);
        Assert.All(later.Stored, s => Assert.False(s.Ambiguous));
    }

    [Theory]
    [InlineData(10, 13, 20, 2)]
    [InlineData(10, 11, 20, 3)]
    [InlineData(7, 10, 0, 1)]
    [InlineData(9, 10, 0, 3)]
    public void Of_two_held_rows_the_nearer_is_taken_where_it_is_clearly_nearer(
        int first,
        int second,
        int booked,
        long taken
    )
    {
        var account = Account
            .Empty.After(
                Pending(-4210, first, "AUTORISATION CARREFOUR"),
                Pending(-4210, second, "AUTORISATION CARREFOUR")
            )
            .After(Booked(-4210, booked, "CARREFOUR PARIS"));

        var row = account.Stored.Single(s => s.Movement.Status == TransactionStatus.Booked);
        Assert.Equal((taken, taken == 3), (row.Id, row.Ambiguous));
    }

    [Fact]
    public void A_day_of_use_that_both_state_decides_between_two_held_rows()
    {
        var account = Account
            .Empty.After(
                Pending(-4210, 10, "AUTORISATION CARREFOUR") with
                {
                    TransactionDay = 12,
                },
                Pending(-4210, 12, "AUTORISATION CARREFOUR") with
                {
                    TransactionDay = null,
                }
            )
            .After(Booked(-4210, 20, "CARREFOUR PARIS") with { TransactionDay = 12 });

        Assert.Equal(1, account.Stored.Single(s => s.Movement.Status == TransactionStatus.Booked).Id);
    }

    [Fact]
    public void What_was_doubtful_is_clear_once_another_row_has_found_its_own()
    {
        var account = Account
            .Empty.After(Pending(-4210, 10, "AUTORISATION CARREFOUR"), Pending(-4210, 14, "AUTORISATION CARREFOUR"))
            .After(Booked(-4210, 10, "CARREFOUR PARIS"), Booked(-4210, 12, "CARREFOUR PARIS"));

        Assert.Equal([(1L, 10), (2L, 12)], account.Stored.Select(s => (s.Id, s.Movement.Day)));
    }

    [Theory]
    [InlineData("CARREFOUR PARIS", "CARREFOUR PARIS")]
    [InlineData("CARREFOUR PARIS", "CARREFOUR LYON")]
    public void Two_equal_pending_rows_that_book_under_other_words_keep_their_ids(string one, string other)
    {
        var pending = Pending(-4210, 10, "AUTORISATION CARREFOUR");

        var account = Account.Empty.After(pending, pending).After(Booked(-4210, 11, one), Booked(-4210, 11, other));

        Assert.Equal([1, 2], account.Stored.Select(s => s.Id));
        Assert.All(account.Stored, s => Assert.Equal(TransactionStatus.Booked, s.Movement.Status));
    }

    [Fact]
    public void More_rows_than_equal_held_ones_are_kept_apart()
    {
        var pending = Pending(-4210, 10, "AUTORISATION CARREFOUR");

        var account = Account
            .Empty.After(pending, pending)
            .After(
                Booked(-4210, 11, "CARREFOUR PARIS"),
                Booked(-4210, 11, "CARREFOUR LYON"),
                Booked(-4210, 11, "CARREFOUR NICE")
            );

        Assert.Equal([3, 4, 5], account.Stored.Where(s => s.Ambiguous).Select(s => s.Id));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Up_to_sixteen_candidates_are_compared_and_rows_far_away_are_none(int near, bool joined)
    {
        var far = Enumerable.Range(0, 5).Select(i => Pending(-4210, i, "AUTORISATION HHHHHH"));
        var candidates = Enumerable
            .Range(0, near)
            .Select(i => Pending(-4210, 110, $"AUTORISATION {new string((char)('A' + i), 6)}"));
        var before = Account.Empty.After([.. far, .. candidates]);
        var expected = before.Stored.Single(s => s.Movement is { Day: 110, Text: "AUTORISATION HHHHHH" });

        var account = before.After(Booked(-4210, 111, "CARTE HHHHHH PARIS"));

        var booked = account.Stored.Single(s => s.Movement.Status == TransactionStatus.Booked);
        Assert.Equal((joined, !joined), (booked.Id == expected.Id, booked.Ambiguous));
        Assert.InRange(booked.Confidence, 51, 99);
    }

    [Theory]
    [InlineData("Zahlung vorgemerkt EDEKA", "EDEKA MARKT KOELN")]
    [InlineData("Gereserveerd: ALBERT HEIJN", "BETAALPAS ALBERT HEIJN UTRECHT")]
    [InlineData("AUTORIZACION MERCADONA", "COMPRA TARJETA MERCADONA VALENCIA")]
    [InlineData("In attesa: ESSELUNGA", "PAGAMENTO CARTA ESSELUNGA MILANO")]
    [InlineData("Authorisation TESCO STORES", "CARD PAYMENT TESCO STORES LEEDS")]
    public void A_movement_announced_and_booked_at_once_is_flagged_in_whatever_language(string announced, string booked)
    {
        var changes = Account.Empty.Changes(
            Pending(-2500, 10, announced),
            Booked(-2500, 11, booked) with
            {
                TransactionDay = 10,
            }
        );

        Assert.Single(changes.Inserts, insert => insert.Evidence.Reason == MatchReason.PendingAndBooked);
    }
}
