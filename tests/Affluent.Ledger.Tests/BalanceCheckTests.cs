using Affluent.Connectors.Contract;
using CsCheck;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>Whether the movements explain the balance, reading after reading.</summary>
public sealed class BalanceCheckTests
{
    private static readonly Movement Coffee = Booked(-250, 10, "CB CAFE");
    private static readonly Movement Cinema = Booked(-900, 11, "CB CINEMA");

    [Fact]
    public void What_booked_counts_and_what_the_bank_took_back_counts_against()
    {
        var before = Account.Empty.After(Booked(-900, 10, "CB CINEMA"), Pending(-4210, 11, "CB CARREFOUR"));

        var changes = before.Changes(Booked(-4210, 12, "CB CARREFOUR"), Booked(100_000, 12, "VIR SALAIRE"));

        Assert.Equal(100_000 - 4_210 + 900, BalanceCheck.BookedBy(changes, before.Stored, "EUR"));
        Assert.Equal(0, BalanceCheck.BookedBy(changes, before.Stored, "USD"));
    }

    [Fact]
    public void What_comes_back_counts_again()
    {
        var without = Account.Empty.After(Coffee, Cinema).After(Coffee);

        Assert.Equal(-900, BalanceCheck.BookedBy(without.Changes(Coffee, Cinema), without.Stored, "EUR"));
    }

    [Fact]
    public void A_first_reading_has_nothing_to_compare_with() =>
        Assert.Equal(BalanceCheckReason.FirstReading, Story.Begun.Read(10, 10_000, Coffee).State.Reason);

    [Fact]
    public void Movements_that_explain_the_balance_are_well() =>
        Assert.Equal(Ok, Story.Begun.Read(10, 10_000, Coffee).Read(11, 9_100, Coffee, Cinema).Found);

    [Fact]
    public void Money_that_no_movement_tells_of_is_a_gap_since_the_balance_before()
    {
        var story = Story.Begun.Read(10, 10_000, Coffee).Read(12, 10_500, Coffee);

        Assert.Equal(new Found(BalanceCheckStatus.Gap, 500, 10, null), story.Found);
    }

    [Fact]
    public void A_row_that_comes_late_makes_the_gap_go()
    {
        var gap = Story.Begun.Read(10, 10_000, Coffee).Read(12, 9_100, Coffee);
        Assert.Equal(-900, gap.Found.Gap);

        Assert.Equal(Ok, gap.Read(13, 9_100, Coffee, Cinema).Found);
    }

    [Fact]
    public void A_gap_stays_the_same_while_everything_else_is_explained()
    {
        var later = Booked(-100, 14, "CB PAIN");
        var story = Story.Begun.Read(10, 10_000, Coffee).Read(12, 9_100, Coffee).Read(14, 9_000, Coffee, later);

        Assert.Equal(new Found(BalanceCheckStatus.Gap, -900, 10, null), story.Found);
    }

    [Fact]
    public void A_gap_that_nothing_explains_is_not_shown_for_ever()
    {
        var story = Story.Begun.Read(10, 10_000, Coffee).Read(12, 9_100, Coffee);
        Assert.Equal(BalanceCheckStatus.Gap, story.Read(12 + 90, 9_100, Coffee).Found.Status);

        story = story.Read(12 + 91, 9_100, Coffee);

        Assert.Equal(BalanceCheckReason.GapTooOld, story.Found.Reason);
        Assert.Equal(Ok, story.Read(12 + 92, 9_100, Coffee).Found);
    }

    [Fact]
    public void A_reading_without_a_balance_is_explained_by_the_next()
    {
        var without = Story.Begun.Read(10, 10_000, Coffee).Read(11, [], Coffee, Cinema);
        Assert.Equal(BalanceCheckReason.NoBalance, without.Found.Reason);

        Assert.Equal(Ok, without.Read(12, 9_100, Coffee, Cinema).Found);
        Assert.Equal(-50, without.Read(12, 9_050, Coffee, Cinema).Found.Gap);
    }

    // The balance is that of yesterday's end, while the list shows what is booked today.
    [Theory]
    [InlineData(BankBalanceKind.ClosingBooked)]
    [InlineData(BankBalanceKind.InterimBooked)]
    [InlineData(BankBalanceKind.Other)]
    public void A_balance_counts_only_what_is_booked_by_its_day(BankBalanceKind kind)
    {
        var story = Story.Begun.Read(10, Of(kind, 10_000, 10), Coffee);
        story = story.Read(11, Of(kind, 10_000, 10), Coffee, Cinema);
        Assert.Equal(Ok, story.Found);

        Assert.Equal(Ok, story.Read(12, Of(kind, 9_100, 11), Coffee, Cinema).Found);
        Assert.Equal(-77, story.Read(12, Of(kind, 9_023, 11), Coffee, Cinema).Found.Gap);
    }

    [Fact]
    public void A_balance_may_lag_behind_the_day_that_it_names()
    {
        var story = Story.Begun.Read(11, Of(BankBalanceKind.ClosingBooked, 10_000, 11), Coffee, Cinema);

        // The cinema of that day is in it only now.
        Assert.Equal(Ok, story.Read(12, Of(BankBalanceKind.ClosingBooked, 9_100, 12), Coffee, Cinema).Found);
    }

    [Fact]
    public void An_expected_balance_counts_what_is_pending()
    {
        var pending = Pending(-900, 11, "CB CINEMA");
        var story = Story.Begun.Read(10, Of(BankBalanceKind.Expected, 10_000, 10), Coffee);

        Assert.Equal(Ok, story.Read(11, Of(BankBalanceKind.Expected, 9_100, 11), Coffee, pending).Found);
        Assert.Equal(
            -900,
            story
                .Read(11, Of(BankBalanceKind.ClosingBooked, 9_100, 11) with { Kind = BankBalanceKind.Expected }, Coffee)
                .Found.Gap
        );
    }

    [Fact]
    public void A_booked_balance_does_not_count_what_is_pending()
    {
        var pending = Pending(-900, 11, "CB CINEMA");
        var story = Story.Begun.Read(10, 10_000, Coffee);

        Assert.Equal(Ok, story.Read(11, 10_000, Coffee, pending).Found);
        Assert.Equal(-900, story.Read(11, 9_100, Coffee, pending).Found.Gap);
    }

    [Fact]
    public void Another_kind_of_balance_is_not_compared()
    {
        var pending = Pending(-900, 11, "CB CINEMA");
        var story = Story
            .Begun.Read(10, Of(BankBalanceKind.ClosingBooked, 10_000, 10), Coffee)
            .Read(11, Of(BankBalanceKind.Expected, 9_100, 11), Coffee, pending);
        Assert.Equal(BalanceCheckReason.KindChanged, story.Found.Reason);

        Assert.Equal(Ok, story.Read(12, Of(BankBalanceKind.Expected, 9_100, 12), Coffee, pending).Found);
    }

    [Fact]
    public void The_kind_that_was_compared_is_compared_as_long_as_the_bank_gives_it()
    {
        var (booked, expected) = (
            Of(BankBalanceKind.ClosingBooked, 10_000, 10),
            Of(BankBalanceKind.Expected, 7_000, 10)
        );
        var story = Story.Begun.Read(10, [expected], Coffee);

        Assert.Equal(Ok, story.Read(11, [booked with { Amount = 1 }, expected], Coffee).Found);
    }

    // What can be spent moves with a limit that no movement tells of.
    [Theory]
    [InlineData(BankBalanceKind.InterimAvailable, null)]
    [InlineData(BankBalanceKind.ValueDate, null)]
    [InlineData(BankBalanceKind.ClosingBooked, true)]
    public void What_need_not_follow_the_rows_shows_no_gap(BankBalanceKind kind, bool? withLimit)
    {
        var balance = Of(kind, 10_000, 10) with { CreditLimitIncluded = withLimit };
        var story = Story.Begun.Read(10, [balance], Coffee);

        Assert.Equal(
            BalanceCheckReason.KindNotComparable,
            story.Read(11, [balance with { Amount = 60_000 }], Coffee).Found.Reason
        );
        Assert.Equal(Ok, story.Read(11, [balance with { Amount = 9_100 }], Coffee, Cinema).Found);
    }

    [Fact]
    public void Balances_of_other_currencies_are_left_aside()
    {
        var dollars = Of(BankBalanceKind.ClosingBooked, 77, 10) with { Currency = "USD" };
        Assert.Equal(BalanceCheckReason.OtherCurrency, Story.Begun.Read(10, [dollars], Coffee).Found.Reason);

        var euros = Of(BankBalanceKind.ClosingBooked, 10_000, 10);
        var story = Story.Begun.Read(10, [dollars, euros], Coffee);
        Assert.Equal(Ok, story.Read(11, [dollars with { Amount = 5 }, euros], Coffee).Found);
    }

    [Fact]
    public void What_is_booked_in_another_currency_breaks_the_comparison_once()
    {
        var hotel = Cinema with { Currency = "USD" };
        var story = Story.Begun.Read(10, 10_000, Coffee).Read(11, 9_200, Coffee, hotel);
        Assert.Equal(BalanceCheckReason.OtherCurrency, story.Found.Reason);

        Assert.Equal(Ok, story.Read(12, 9_200, Coffee, hotel).Found);
    }

    [Fact]
    public void Rows_left_out_break_the_comparison_until_a_whole_reading_follows_a_whole_one()
    {
        var story = Story.Begun.Read(10, 10_000, Coffee).Read(11, 9_100, r => r with { RowsLeftOut = true }, Coffee);
        Assert.Equal(BalanceCheckReason.RowsLeftOut, story.Found.Reason);

        // The lost row comes after all: it was in the balance before.
        story = story.Read(12, 9_100, Coffee, Cinema);
        Assert.Equal(BalanceCheckReason.FirstReading, story.Found.Reason);
        Assert.Equal(Ok, story.Read(13, 9_100, Coffee, Cinema).Found);
    }

    [Fact]
    public void A_list_that_does_not_reach_back_to_the_last_reading_explains_nothing()
    {
        var story = Story.Begun.Read(10, 10_000, Coffee).Read(200, 4_000, r => r with { WindowFrom = 111 });
        Assert.Equal(BalanceCheckReason.PartialWindow, story.Found.Reason);
        Assert.Equal(111, story.State.CompleteFrom);

        Assert.Equal(Ok, story.Read(201, 4_000).Found);
    }

    [Fact]
    public void A_balance_older_than_the_rows_at_hand_shows_no_gap()
    {
        var old = Of(BankBalanceKind.ClosingBooked, 10_000, -400);
        var story = Story.Begun.Read(10, [old], Coffee);
        Assert.Equal(Ok, story.Read(11, [old], r => r with { StoredFrom = 0 }, Coffee).Found);

        Assert.Equal(
            BalanceCheckReason.DayTooOld,
            story.Read(11, [old], r => r with { StoredFrom = 0 }, Coffee, Cinema).Found.Reason
        );
    }

    [Fact]
    public void Cards_and_loans_are_not_checked() =>
        Assert.Equal(
            BalanceCheckReason.CardOrLoan,
            Story.Begun.Read(10, 10_000, Coffee).Read(11, 1, r => r with { CardOrLoan = true }, Coffee).Found.Reason
        );

    [Fact]
    public void What_a_bank_counts_finer_than_in_cents_adds_up_too()
    {
        var begun = Story.Begun.Read(10, 10_000, Coffee);
        var finer = Booked(-1_234.5m, 11, "CB FUEL");

        Assert.Equal(Ok, begun.Read(11, 8_765.5m, Coffee, finer).Found);
        Assert.Equal(0.5m, begun.Read(11, 8_766, Coffee, finer).Found.Gap);
    }

    [Fact]
    public void Large_movements_that_cancel_out_do_no_harm()
    {
        var (plus, minus) = (Booked(long.MaxValue, 11, "VIR A"), Booked(-long.MaxValue, 11, "VIR B"));
        var all = new[] { plus, minus, plus with { Text = "VIR C" }, minus with { Text = "VIR D" } };

        Assert.Equal(Ok, Story.Begun.Read(10, 0).Read(11, 0, all).Found);
    }

    // Amounts that no sum of others makes: a gap can then only be what was kept back.
    [Fact]
    public void A_bank_that_hides_nothing_never_shows_a_gap_and_one_that_hides_a_row_does() =>
        Gen.Select(
                Gen.Int[1, 12].Array[1, 10],
                Gen.OneOf(BankBalanceKind.ClosingBooked, BankBalanceKind.InterimBooked, BankBalanceKind.Other),
                Gen.Int[0, 1],
                Gen.Int[1, 4],
                Gen.Int[0, 20]
            )
            .Sample(
                (days, kind, lag, step, hidden) =>
                {
                    var rows = days.Select((day, i) => Booked(-(1L << i), day, $"CB SHOP {(char)('A' + i)}")).ToArray();
                    var story = Story.Begun;
                    for (var today = 0; today <= 20; today += step)
                    {
                        var at = today - lag;
                        var balance = Of(kind, 10_000 + rows.Where(r => r.Day <= at).Sum(r => r.Amount), at);
                        story = story.Read(
                            today,
                            [balance],
                            [.. rows.Where((row, i) => row.Day <= today && i != hidden)]
                        );
                        if (story.Found.Status == BalanceCheckStatus.Gap && story.Found.Gap != -(1L << hidden))
                        {
                            return false;
                        }
                    }
                    return hidden >= rows.Length || story.Found.Gap == -(1L << hidden);
                }
            );

    private static readonly Found Ok = new(BalanceCheckStatus.Ok, null, null, null);

    private static AccountBalance Of(BankBalanceKind kind, decimal amount, int day) =>
        new()
        {
            Kind = kind,
            Amount = amount,
            Currency = "EUR",
            Day = day,
        };

    private sealed record Found(BalanceCheckStatus Status, decimal? Gap, int? Since, BalanceCheckReason? Reason);

    /// <summary>An account that is read again and again.</summary>
    private sealed record Story(Account Account, BalanceState? Before, int? ReadBefore)
    {
        public static readonly Story Begun = new(Account.Empty, null, null);

        public BalanceState State => Before!;

        public Found Found => new(State.Status, State.Gap, State.Since, State.Reason);

        public Story Read(int today, decimal? balance, params Movement[] rows) => Read(today, balance, r => r, rows);

        public Story Read(int today, AccountBalance balance, params Movement[] rows) => Read(today, [balance], rows);

        public Story Read(int today, IReadOnlyList<AccountBalance> balances, params Movement[] rows) =>
            Read(today, balances, r => r, rows);

        public Story Read(
            int today,
            decimal? balance,
            Func<BalanceReading, BalanceReading> change,
            params Movement[] rows
        ) =>
            Read(
                today,
                balance is { } amount ? [Of(BankBalanceKind.ClosingBooked, amount, today) with { Day = null }] : [],
                change,
                rows
            );

        public Story Read(
            int today,
            IReadOnlyList<AccountBalance> balances,
            Func<BalanceReading, BalanceReading> change,
            params Movement[] rows
        )
        {
            var changes = Account.Changes(rows);
            var reading = new BalanceReading
            {
                Currency = "EUR",
                Balances = balances,
                Stored = Account.Stored,
                Changes = changes,
                ReadBefore = ReadBefore,
                Today = today,
            };
            return new Story(Account.Apply(changes), BalanceCheck.Next(Before, change(reading)), today);
        }
    }
}
