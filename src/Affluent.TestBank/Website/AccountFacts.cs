using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Website;

/// <summary>What the page of an account says besides its movements: a name for scrapers, words for people, the value.</summary>
internal static class AccountFacts
{
    public static IReadOnlyList<(string Name, string Words, string? Value)> Of(
        Statement statement,
        Customer customer,
        Texts texts,
        DateOnly today
    )
    {
        var account = statement.Account;
        string? Amount(long? amount) => amount is { } a ? Format.Amount(a, account.Currency) : null;
        string? Day(DateOnly? day) => day is { } d ? Format.Day(d) : null;
        string? Rate(decimal? rate) => rate is { } r ? Format.Rate(r) : null;
        string? Number(string? id) =>
            customer.Person.Accounts.FirstOrDefault(a => string.Equals(a.Id, id, StringComparison.Ordinal)) is { } other
                ? FirstOf(other.Iban, other.Number)
                : id;

        List<(string, string, string?)> details =
        [
            ("number", texts["number"], account.Number),
            ("iban", "IBAN", account.Iban),
            ("type", texts["type"], texts.Type(account)),
            ("currency", texts["currency"], account.Currency),
            ("balance", texts["balance"], Format.Amount(statement.Balance, account.Currency)),
            ("balance-date", texts["balance_date"], Format.Day(statement.BalanceDate)),
            ("owner", texts["owner"], account.Owner),
        ];
        if (account.Loan is { } loan)
        {
            details.AddRange([
                ("loan-type", texts["loan_type"], loan.LoanType),
                ("loan-frequency", texts["frequency"], loan.Frequency),
                ("loan-initial-amount", texts["initial_amount"], Amount(loan.InitialAmount)),
                ("loan-rate", texts["rate"], Rate(loan.Rate)),
                ("loan-start-date", texts["start_date"], Day(loan.StartDate)),
                ("loan-end-date", texts["end_date"], Day(loan.EndDate)),
                ("loan-debited-account", texts["debited_account"], Number(loan.DebitedAccount)),
                ("loan-payment-amount", texts["payment_amount"], Amount(loan.PaymentAmount)),
                ("loan-payment-date", texts["payment_date"], Day(Next(loan.PaymentDay, today))),
            ]);
        }

        if (account.Savings is { } savings)
        {
            details.AddRange([
                ("savings-type", texts["savings_type"], savings.SavingsType),
                ("savings-rate", texts["rate"], Rate(savings.Rate)),
                ("savings-opened-on", texts["opened_on"], Day(savings.OpenedOn)),
                ("savings-end-date", texts["end_date"], Day(savings.EndDate)),
                ("savings-pivot-account", texts["pivot_account"], Number(savings.PivotAccount)),
                ("savings-earned", texts["earned"], Amount(savings.EarnedThisYear)),
                ("savings-ceiling", texts["ceiling"], Amount(savings.Ceiling)),
            ]);
        }

        if (account.Card is { } card)
        {
            details.AddRange([
                ("card-number", texts["card_number"], card.MaskedNumber),
                ("card-linked-account", texts["linked_account"], Number(card.LinkedAccount)),
                ("card-debit-date", texts["debit_date"], Day(Next(card.DebitDay, today))),
                ("card-debit-amount", texts["debit_amount"], card.DebitDay is null ? null : Amount(statement.Balance)),
            ]);
        }

        return details;
    }

    private static DateOnly? Next(int? dayOfMonth, DateOnly today)
    {
        if (dayOfMonth is not { } day)
        {
            return null;
        }

        var thisMonth = new DateOnly(today.Year, today.Month, day);
        return thisMonth > today ? thisMonth : thisMonth.AddMonths(1);
    }

    private static string FirstOf(string a, string b) => a.Length > 0 ? a : b;
}
