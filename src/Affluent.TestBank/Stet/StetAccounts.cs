using System.Text.RegularExpressions;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Stet;

/// <summary>Accounts, balances and transactions in the words of STET 1.4. Pure.</summary>
internal static partial class StetAccounts
{
    /// <summary>Longest remittance line of the standard.</summary>
    private const int LongestLine = 140;
    private const string Bic = "AFTBFRPPXXX";

    public static AccountResource Resource(Customer customer, Account account, Consent consent)
    {
        var balances = consent.Balances.Contains(account.Id, StringComparer.Ordinal);
        var transactions = consent.Transactions.Contains(account.Id, StringComparer.Ordinal);
        return new AccountResource
        {
            ResourceId = balances || transactions ? account.Id : null,
            BicFi = Bic,
            AccountId = Identification(account),
            Name = Cut(account.Name, 70),
            LinkedAccount = account.Kind == AccountKind.CreditCard ? LinkedTo(customer, account) : null,
            Usage = "PRIV",
            CashAccountType = account.Kind == AccountKind.CreditCard ? "CARD" : "CACC",
            Product = account.Card?.DebitDay is null ? null : "DEBIT DIFFERE",
            Currency = account.Currency,
            PsuStatus = "Account Holder",
            Links = new AccountLinks(
                balances ? Link(account, "/balances") : null,
                transactions ? Link(account, "/transactions") : null
            ),
        };
    }

    public static IReadOnlyList<BalanceResource> Balances(Statement statement)
    {
        var (account, booked, date) = (statement.Account, statement.Balance, statement.BalanceDate);
        var last = statement.Entries.FirstOrDefault(e => !e.Pending)?.Reference;
        if (account.Kind == AccountKind.CreditCard)
        {
            return [new BalanceResource("Encours carte", Amount(booked, account), "OTHR", date, last)];
        }

        var expected = booked + statement.Entries.Where(e => e.Pending).Sum(e => e.Amount);
        return
        [
            new BalanceResource("Solde comptable", Amount(booked, account), "CLBD", date, last),
            new BalanceResource("Solde instantané", Amount(expected, account), "XPCD", date, last),
        ];
    }

    public static TransactionResource Transaction(StatementEntry entry, Account account) =>
        new(
            entry.Reference,
            Amount(Math.Abs(entry.Amount), account),
            entry.Amount < 0 ? "DBIT" : "CRDT",
            entry.Pending ? "PDNG" : "BOOK",
            entry.BookingDate,
            entry.Pending ? null : entry.ValueDate,
            entry.Date,
            [.. Lines(entry.Label), .. entry.Memo is null ? [] : Lines(entry.Memo)],
            entry.Counterparty is not { } name ? null
                : entry.Amount < 0 ? new RelatedParties(null, new PartyIdentification(Cut(name, 140)))
                : new RelatedParties(new PartyIdentification(Cut(name, 140)), null)
        );

    /// <summary>The day that <c>dateFrom</c> and <c>dateTo</c> look at: booked entries by booking, pending ones by what happened.</summary>
    public static DateOnly ImputationDate(StatementEntry entry) => entry.Pending ? entry.Date : entry.BookingDate;

    /// <summary>The accounts that an <c>Access</c> list names, by IBAN or by other identification.</summary>
    public static IReadOnlyList<string>? Named(Customer customer, IReadOnlyList<AccountIdentification> list)
    {
        var ids = new List<string>();
        foreach (var wanted in list)
        {
            var found = PaymentAccounts
                .Of(customer)
                .Select(s => s.Account)
                .Where(a => IsSame(Identification(a), wanted))
                .Select(a => a.Id)
                .ToList();
            if (found.Count == 0)
            {
                return null;
            }

            ids.AddRange(found);
        }

        return [.. ids.Distinct(StringComparer.Ordinal)];
    }

    public static GenericLink Link(Account account, string rest) => new($"{StetPaths.Accounts}/{account.Id}{rest}");

    // The JSON reader gives null for an element of the list that is null.
    private static bool IsSame(AccountIdentification own, AccountIdentification? wanted) =>
        wanted is not null
        && (wanted.Currency is null || string.Equals(wanted.Currency, own.Currency, StringComparison.Ordinal))
        && (
            wanted.Iban is not null
                ? string.Equals(
                    wanted.Iban.Replace(" ", "", StringComparison.Ordinal),
                    own.Iban,
                    StringComparison.OrdinalIgnoreCase
                )
                : wanted.Other is not null
                    && string.Equals(wanted.Other.Identification, own.Other?.Identification, StringComparison.Ordinal)
        );

    private static AccountIdentification Identification(Account account)
    {
        var iban = Iban().IsMatch(account.Iban) ? account.Iban : null;
        var card = account.Card?.MaskedNumber is { } pan ? new GenericIdentification(pan, "CPAN", null) : null;
        var other = card ?? new GenericIdentification(Cut(account.Number, 70), "BANK", null);
        return new AccountIdentification(iban, other, account.Currency);
    }

    // A card of a file names no account: its movements are paid by the first current account.
    private static string? LinkedTo(Customer customer, Account card) =>
        card.Card?.LinkedAccount ?? customer.Person.Accounts.FirstOrDefault(a => a.Kind == AccountKind.Checkings)?.Id;

    private static AmountType Amount(long amount, Account account) =>
        new(Amounts.ToText(amount, account.Currency), account.Currency);

    private static IEnumerable<string> Lines(string text) =>
        text.Length == 0 ? [""] : text.Chunk(LongestLine).Select(chunk => new string(chunk));

    private static string Cut(string text, int length) => text.Length > length ? text[..length] : text;

    // AccountIdentification.iban of the standard.
    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Iban();
}
