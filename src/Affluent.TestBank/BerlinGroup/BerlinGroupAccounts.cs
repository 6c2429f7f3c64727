using System.Text.RegularExpressions;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>Accounts, cards, balances and transactions in the words of NextGenPSD2 1.3. Pure.</summary>
internal static partial class BerlinGroupAccounts
{
    /// <summary>Longest remittance line of the standard.</summary>
    private const int LongestLine = 140;

    /// <summary>Longest reference of an entry, and of a card transaction.</summary>
    private const int LongestReference = 35;
    private const string Bic = "AFTBFRPPXXX";

    /// <summary>What the consent lets be seen of one of the two lists.</summary>
    public static IEnumerable<Statement> Of(AllowedRequest request, bool cards) =>
        PaymentAccounts
            .WithClosed(request.Customer)
            .Where(s => IsCard(s.Account) == cards && request.Consent.Shows(s.Account.Id));

    public static bool IsCard(Account account) => account.Kind == AccountKind.CreditCard;

    public static AccountDetails Details(AllowedRequest request, Statement statement, bool withBalance)
    {
        var (account, consent) = (statement.Account, request.Consent);
        var links = new Dictionary<string, Link>(StringComparer.Ordinal);
        var balances = consent.Balances.Contains(account.Id, StringComparer.Ordinal);
        if (balances)
        {
            links["balances"] = new(PathOf(request.At, account) + "/balances");
        }

        if (consent.Transactions.Contains(account.Id, StringComparer.Ordinal))
        {
            links["transactions"] = new(PathOf(request.At, account) + "/transactions");
        }

        var (card, reference) = (IsCard(account), Reference(account));
        return new AccountDetails
        {
            ResourceId = account.Id,
            Iban = reference.Iban,
            Bban = reference.Bban,
            MaskedPan = reference.MaskedPan,
            Currency = account.Currency,
            OwnerName =
                consent.Demand!.OwnerName && request.Customer.Person.Owner.Length > 0
                    ? Cut(request.Customer.Person.Owner, 140)
                    : null,
            Name = Cut(account.Name, 70),
            Product = account.Card?.DebitDay is null ? null : "Débit différé",
            CashAccountType = card ? null : "CACC",
            Bic = card ? null : Bic,
            Status = request.Customer.Closed.Contains(statement) ? "deleted" : "enabled",
            LinkedAccounts = card ? account.Card?.LinkedAccount : null,
            Balances = balances && withBalance ? Balances(statement) : null,
            Links = links,
        };
    }

    public static string PathOf(BerlinGroupInterface at, Account account) =>
        $"{at.Api}/{(IsCard(account) ? "card-accounts" : "accounts")}/{account.Id}";

    public static AccountReference Reference(Account account) =>
        IsCard(account)
            ? new AccountReference(
                null,
                Cut(account.Card?.MaskedNumber ?? account.Number, LongestReference),
                account.Currency
            )
            : new AccountReference(IsIban(account.Iban) ? account.Iban : null, null, account.Currency)
            {
                Bban = IsIban(account.Iban) ? null : Bban().Replace(account.Number, ""),
            };

    public static IReadOnlyList<Balance> Balances(Statement statement)
    {
        var (account, date) = (statement.Account, statement.BalanceDate);
        var last = Short(statement.Entries.FirstOrDefault(e => !e.Pending)?.Reference);
        if (IsCard(account))
        {
            return [new Balance(AmountOf(statement.Balance, account), "nonInvoiced", date, last)];
        }

        var expected = statement.Balance + statement.Entries.Where(e => e.Pending).Sum(e => e.Amount);
        return
        [
            new Balance(AmountOf(statement.Balance, account), "closingBooked", date, last),
            new Balance(AmountOf(expected, account), "expected", date, last),
        ];
    }

    public static Transaction Transaction(BerlinGroupInterface at, StatementEntry entry, Account account)
    {
        string[] lines =
        [
            .. new[] { entry.Label, entry.Memo ?? "" }
                .Where(text => text.Length > 0)
                .SelectMany(text => text.Chunk(LongestLine))
                .Select(chunk => new string(chunk)),
        ];
        return new Transaction
        {
            TransactionId = entry.Reference,
            EntryReference = Short(entry.Reference),
            BookingDate = entry.Pending ? null : entry.BookingDate,
            ValueDate = entry.ValueDate,
            TransactionAmount = AmountOf(entry.Amount, account),
            CreditorName = entry.Amount < 0 ? Cut(entry.Counterparty, 70) : null,
            DebtorName = entry.Amount < 0 ? null : Cut(entry.Counterparty, 70),
            RemittanceInformationUnstructured = lines.FirstOrDefault("")!,
            RemittanceInformationUnstructuredArray = lines.Length > 1 ? lines : null,
            Links = new Dictionary<string, Link>(StringComparer.Ordinal)
            {
                ["transactionDetails"] = new(
                    $"{PathOf(at, account)}/transactions/{Uri.EscapeDataString(entry.Reference)}"
                ),
            },
        };
    }

    public static CardTransaction CardTransaction(StatementEntry entry, Account account) =>
        new(
            Short(entry.Reference),
            entry.Date,
            entry.Pending ? null : entry.BookingDate,
            AmountOf(entry.Amount, account),
            Reference(account).MaskedPan,
            entry.Memo is null ? entry.Label : $"{entry.Label} {entry.Memo}",
            Invoiced: !entry.Pending
        );

    public static bool IsIban(string text) => Iban().IsMatch(text);

    private static Amount AmountOf(long amount, Account account) =>
        new(account.Currency, Amounts.ToText(amount, account.Currency));

    private static string? Short(string? reference) => reference is { Length: <= LongestReference } ? reference : null;

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text, int length) => text?.Length > length ? text[..length] : text;

    // The standard's iban.
    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Iban();

    // What the standard's bban does not hold.
    [GeneratedRegex("[^a-zA-Z0-9]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Bban();
}
