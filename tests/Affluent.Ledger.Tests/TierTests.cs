using Affluent.Connectors.Contract;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>Tiers are data: each can be left out, and says by what it made a pair.</summary>
public sealed class TierTests
{
    private static readonly Movement[] Signs =
    [
        Booked(-1230, 10, "CB BOULANGERIE PAUL"),
        Booked(-4500, 11, "PRLV EDF CLIENT"),
        Booked(-720, 12, "CB TABAC"),
    ];

    public static TheoryData<MatchTier, MatchReason, Movement[], Movement[]> Pairs { get; } =
        new()
        {
            {
                MatchTier.Booked,
                MatchReason.StatusOnly,
                [Pending(-4210, 10, "CB LECLERC")],
                [Booked(-4210, 10, "CB LECLERC")]
            },
            {
                MatchTier.Booked,
                MatchReason.WordsAlike,
                [Pending(-4210, 10, "CB LECLERC")],
                [Booked(-4210, 12, "CARTE LECLERC RENNES")]
            },
            {
                MatchTier.Booked,
                MatchReason.SameDayMade,
                [Pending(-4210, 10, "CB LECLERC")],
                [Booked(-4210, 31, "CARTE LECLERC RENNES") with { TransactionDay = 10 }]
            },
            {
                MatchTier.Booked,
                MatchReason.OneForOne,
                [Pending(-4217, 10, "AUTORISATION")],
                [Booked(-4217, 12, "CARTE LECLERC RENNES")]
            },
            {
                MatchTier.Edited,
                MatchReason.WordsAlike,
                [Booked(-4210, 10, "CB LECLERC RENNES")],
                [Booked(-4210, 11, "LECLERC RENNES")]
            },
            {
                MatchTier.Amount,
                MatchReason.AmountNear,
                [Pending(-4210, 10, "CB LECLERC 50.00 USD")],
                [Booked(-4300, 12, "CB LECLERC 50.00 USD")]
            },
            {
                MatchTier.Convention,
                MatchReason.SignsTurned,
                Signs,
                [.. Signs.Select(row => row with { Amount = -row.Amount })]
            },
        };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_tier_makes_its_pairs_says_why_and_can_be_left_out(
        MatchTier tier,
        MatchReason reason,
        Movement[] before,
        Movement[] after
    )
    {
        var account = Account.Empty.After(before);

        var changes = account.Changes(after);

        Assert.Empty(changes.Inserts);
        Assert.All(changes.Updates, u => Assert.Equal((tier, reason), (u.Evidence.Tier, u.Evidence.Reason)));
        Assert.Equal(tier == MatchTier.Convention ? reason : null, changes.Convention);
        var settings = account.Rules.Settings;
        var without = account with
        {
            Rules = account.Rules with
            {
                Settings = settings with { Tiers = [.. settings.Tiers.Where(t => t != tier)] },
            },
        };
        Assert.Equal(after.Length, without.Changes(after).Inserts.Count);
    }

    [Theory]
    [InlineData("VIR MARTIN LOYER", 11, 1)]
    [InlineData("VIR MARTIN LOYER MARS", 10, 2)]
    public void Where_the_bank_words_nothing_anew_other_words_are_another_movement(string text, int day, int held)
    {
        var account = Account.Empty.After(Booked(-4210, 10, "VIR MARTIN LOYER")) with
        {
            Rules = new() { Settings = new() { TextEdits = false } },
        };

        Assert.Equal(held, account.After(Booked(-4210, day, text)).Stored.Count);
    }

    [Theory]
    [InlineData(-12000, -9000, 25, 1)]
    [InlineData(-12000, -15000, 25, 1)]
    [InlineData(-12000, -8999, 25, 2)]
    [InlineData(-12000, -15001, 25, 2)]
    [InlineData(-12000, -12001, 0, 2)]
    public void A_card_payment_may_differ_by_as_many_percent_as_the_bank_states(
        long announced,
        long booked,
        int percent,
        int held
    )
    {
        var account = Account.Empty.After(Pending(announced, 10, "CB TOTAL ACCESS")) with
        {
            Rules = new() { Settings = new() { CardAmountPercent = percent } },
        };

        var later = account.After(Booked(booked, 12, "CB TOTAL ACCESS") with { TransactionDay = 10 });

        Assert.Equal(held, later.Stored.Count);
        Assert.Equal(held == 2, later.Stored[^1].Ambiguous);
    }

    [Fact]
    public void What_stays_in_doubt_names_those_that_it_may_be_the_likeliest_first()
    {
        var account = Account.Empty.After(
            Pending(-4210, 9, "AUTORISATION CARREFOUR"),
            Pending(-4210, 11, "AUTORISATION CARREFOUR"),
            Pending(-4210, 11, "AUTORISATION LECLERC")
        );

        var insert = Assert.Single(account.Changes(Booked(-4210, 10, "CARREFOUR PARIS")).Inserts);

        Assert.Equal((MatchTier.New, true), (insert.Evidence.Tier, insert.Evidence.Ambiguous));
        Assert.Equal(MatchReason.SeveralAlike, insert.Evidence.Reason);
        Assert.Equal([1, 2], insert.Evidence.Candidates.Take(2));
        Assert.Empty(insert.Beside);
    }

    [Fact]
    public void Two_new_rows_that_may_be_one_name_each_other_by_place()
    {
        var changes = Account.Empty.Changes(
            Booked(-100, 1, "CB TABAC"),
            Pending(-2345, 8, "CB CARREFOUR CITY", "p"),
            Booked(-2345, 10, "CARTE CARREFOUR CITY", "b") with
            {
                TransactionDay = 8,
            }
        );

        var doubtful = changes.Inserts.Single(insert => insert.Evidence.Ambiguous);

        Assert.Equal(MatchReason.PendingAndBooked, doubtful.Evidence.Reason);
        Assert.Empty(doubtful.Evidence.Candidates);
        Assert.Equal(TransactionStatus.Pending, changes.Inserts[Assert.Single(doubtful.Beside)].Movement.Status);
    }

    [Fact]
    public void No_more_candidates_are_named_than_are_compared()
    {
        var account = Account.Empty.After([
            .. Enumerable
                .Range(0, 40)
                .Select(i => Pending(-1000, 10, $"AUTORISATION SHOP{(char)('A' + (i % 26))}{(char)('A' + (i / 26))}")),
        ]);

        var insert = Assert.Single(account.Changes(Booked(-1000, 11, "PAIEMENT 123456789")).Inserts);

        Assert.Equal(MatchReason.TooMany, insert.Evidence.Reason);
        Assert.Equal(Evidence.MostCandidates, insert.Evidence.Candidates.Count);
    }

    [Fact]
    public void What_a_doubt_may_be_stays_with_the_row()
    {
        var account = Account
            .Empty.After(Pending(-999, 10, "APPLE.COM/BILL CORK"))
            .After(Booked(-999, 12, "GOOGLE YOUTUBE PREMIUM"));

        var update = Assert.Single(account.Changes(Booked(-999, 12, "GOOGLE YOUTUBE PREMIUM DUBLIN")).Updates);

        Assert.Equal((2, true, 1), (update.Id, update.Evidence.Ambiguous, Assert.Single(update.Evidence.Candidates)));
    }

    [Theory]
    [InlineData(false, 2, true)]
    [InlineData(true, 1, false)]
    public void What_was_settled_as_different_is_not_taken_for_the_other(bool settled, int inserted, bool doubt)
    {
        var account = Account.Empty with
        {
            Stored =
            [
                new(1, Pending(-1000, 10, "AUTORISATION CARREFOUR") with { Status = TransactionStatus.Expired }),
                new(2, Booked(-1000, 10, "CARREFOUR CITY")),
            ],
            Settled = settled ? new([new SettledPair(2, 1)]) : Settled.Nothing,
        };

        var later = account.After(Booked(-1000, 10, "CARREFOUR CITY PARIS"));

        Assert.Equal(doubt, later.Stored.Any(s => s.Ambiguous));
        Assert.Equal(inserted == 2 ? 3 : 2, later.Stored.Count);
    }
}
