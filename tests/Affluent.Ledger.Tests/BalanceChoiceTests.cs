using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>Which of an account's balances is the balance.</summary>
public sealed class BalanceChoiceTests
{
    [Fact]
    public void The_best_kind_and_of_it_the_latest_day_in_the_accounts_currency() =>
        Assert.Equal(
            3,
            Chosen(
                BalanceChoice.Usual,
                Of(BankBalanceKind.Expected, 1, 9),
                Of(BankBalanceKind.ClosingBooked, 2, 7),
                Of(BankBalanceKind.ClosingBooked, 3, 8),
                Of(BankBalanceKind.ClosingBooked, 4, 9) with
                {
                    Currency = "USD",
                }
            )
        );

    [Fact]
    public void A_balance_with_a_credit_limit_in_it_comes_last() =>
        Assert.Equal(
            2,
            Chosen(
                BalanceChoice.Usual,
                Of(BankBalanceKind.ClosingBooked, 1, 9) with
                {
                    CreditLimitIncluded = true,
                },
                Of(BankBalanceKind.InterimAvailable, 2, 9)
            )
        );

    [Fact]
    public void The_order_of_the_bank_counts_and_what_it_leaves_out_comes_after()
    {
        AccountBalance[] all = [Of(BankBalanceKind.ClosingBooked, 1, 9), Of(BankBalanceKind.ValueDate, 2, 9)];

        Assert.Equal(2, Chosen([BankBalanceKind.ValueDate], all));
        Assert.Equal(1, Chosen([BankBalanceKind.Other], all));
    }

    [Fact]
    public void A_card_shows_what_it_has_spent() =>
        Assert.Equal(
            2,
            Chosen(BalanceChoice.UsualOfCards, Of(BankBalanceKind.ClosingBooked, 1, 9), Of(BankBalanceKind.Other, 2, 9))
        );

    [Fact]
    public void None_is_made_up() =>
        Assert.Null(BalanceChoice.Of([Of(BankBalanceKind.Other, 1, 9)], "USD", BalanceChoice.Usual));

    [Fact]
    public void Balances_without_an_exact_value_are_left_out()
    {
        var exact = new BankBalance
        {
            Kind = BankBalanceKind.ClosingBooked,
            Amount = 1.25m,
            Currency = " eur",
            Day = new DateOnly(1970, 1, 11),
            ChangedAt = DateTimeOffset.FromUnixTimeSeconds(77),
        };

        var read = Assert.Single(
            AccountBalance.Read([exact, exact with { Amount = 1.2500000000001m }, exact with { Currency = "??" }])
        );

        Assert.Equal((125L, "EUR", 10, 77L), (read.Amount, read.Currency, read.Day, read.ChangedAt));
    }

    private static decimal Chosen(IReadOnlyList<BankBalanceKind> order, params AccountBalance[] balances) =>
        BalanceChoice.Of(balances, "EUR", order)!.Amount;

    private static AccountBalance Of(BankBalanceKind kind, decimal amount, int day) =>
        new()
        {
            Kind = kind,
            Amount = amount,
            Currency = "EUR",
            Day = day,
        };
}
