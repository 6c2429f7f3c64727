using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Accounts that name one another. Pure.</summary>
internal static class NamedAccounts
{
    /// <summary>The accounts with those that they name (the one that pays a card, a loan, savings) by IBAN or number.</summary>
    public static IReadOnlyList<BankAccount> Resolve(IReadOnlyList<BankAccount> accounts)
    {
        string? Named(string? text) =>
            text is not null && accounts.FirstOrDefault(a => Names(a, text)) is { } found
                ? found.Iban ?? found.Number ?? text
                : text;

        return
        [
            .. accounts.Select(account =>
                account with
                {
                    CreditCard = account.CreditCard is { } card
                        ? card with
                        {
                            PayableAccount = Named(card.PayableAccount),
                        }
                        : null,
                    Loan = account.Loan is { } loan ? loan with { DebitedAccount = Named(loan.DebitedAccount) } : null,
                    Savings = account.Savings is { } savings
                        ? savings with
                        {
                            PivotAccount = Named(savings.PivotAccount),
                        }
                        : null,
                }
            ),
        ];
    }

    private static bool Names(BankAccount account, string text)
    {
        var tight = text.Replace(" ", "", StringComparison.Ordinal);
        return tight.Equals(account.Iban, StringComparison.OrdinalIgnoreCase)
            || tight == account.Number?.Replace(" ", "", StringComparison.Ordinal)
            || text == account.Name
            || account.Reference == text
            || account.Reference.EndsWith($"/{text}", StringComparison.Ordinal);
    }
}
