using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>From pages about accounts to accounts. Pure.</summary>
internal static class AccountPages
{
    /// <summary>An account of the list; null when the row names none.</summary>
    /// <param name="link">The account's own page on this site; null when the row links to none.</param>
    public static BankAccount? Account(PageRow row, string? link, TimeZoneInfo zone)
    {
        var iban = row.Text(Column.Iban)?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var number = row.Text(Column.Number);
        var name = row.Text(Column.Name);
        if ((link ?? iban ?? number ?? name) is not { } reference)
        {
            return null;
        }
        var balance = Amounts.Read(row.Text(Column.Balance), row.Text(Column.Currency));
        return new BankAccount
        {
            Reference = reference,
            Iban = iban,
            Number = number,
            Name = name,
            Type = TypeOf(row.Text(Column.Type)),
            Currency = row.Text(Column.Currency) ?? balance?.Currency ?? "EUR",
            Balance = balance?.Value,
            BalanceDay = Days.ReadPrinted(row.Text(Column.BalanceDay), zone),
            OwnerName = row.Text(Column.Owner),
            Usage = Words.Plain(row.Text(Column.Usage) ?? "") switch
            {
                var u when u.Say("pro", "entreprise", "business") => BankAccountUsage.Professional,
                var u when u.Say("perso", "prive", "private", "particulier") => BankAccountUsage.Personal,
                _ => null,
            },
        };
    }

    /// <summary>Null when the text names a kind that is none of ours. Cards first: "carte de crédit" is not a loan.</summary>
    public static BankAccountType? TypeOf(string? text) =>
        Words.Plain(text ?? "") switch
        {
            var t when t.Say("carte", "card") => BankAccountType.CreditCard,
            var t when t.Say("pret", "loan", "mortgage", "credit immobilier", "credit conso") => BankAccountType.Loan,
            var t when t.Say("epargne", "saving", "livret") => BankAccountType.Savings,
            var t when t.Say("courant", "current", "checking", "compte de depot", "compte cheque", "compte joint") =>
                BankAccountType.Checkings,
            _ => null,
        };

    /// <summary>Whether the account's own page is worth reading for its details.</summary>
    public static bool HasDetails(BankAccount account) =>
        account.Type is BankAccountType.Loan or BankAccountType.Savings or BankAccountType.CreditCard;

    /// <summary>The account with what its own page tells: pairs of a word and a value, in a list or a table.</summary>
    public static BankAccount WithDetails(BankAccount account, IHtmlDocument page, TimeZoneInfo zone)
    {
        var pairs = page.QuerySelectorAll("dt")
            .Select(dt => (Word: dt, Value: dt.NextElementSibling))
            .Concat(
                page.QuerySelectorAll("tr > th:first-child")
                    .Where(th => th.ParentElement!.Children.Length == 2)
                    .Select(th => (Word: th, Value: th.NextElementSibling))
            )
            .Select(p => (Word: Words.Plain(p.Word.TextContent), Value: Lines.Join(p.Value?.TextContent)))
            .ToArray();

        string? Find(Func<string, bool> word) => pairs.FirstOrDefault(p => word(p.Word)).Value;
        decimal? Amount(Func<string, bool> word) => Amounts.Read(Find(word), account.Currency)?.Value;
        DateOnly? Day(Func<string, bool> word) => Days.ReadPrinted(Find(word), zone);

        return account.Type switch
        {
            BankAccountType.Loan => account with
            {
                Loan = new BankLoan(
                    InitialBalance: Amount(w =>
                        w.Say("montant initial", "initial amount", "capital emprunte", "borrowed")
                    ),
                    Interest: Amounts.ReadRate(Find(w => w.Say("taux", "rate"))),
                    StartDay: Day(w => w.Say("debut", "start")),
                    EndDay: Day(w => w is "fin" or "end" || w.Say("date de fin", "end date", "derniere echeance")),
                    NextPayment: Amount(w =>
                        w.Say("prochaine echeance", "next instal", "next payment") && !w.Say("date")
                    ),
                    NextPaymentDay: Day(w =>
                        w.Say("prochaine echeance", "next instal", "next payment") && w.Say("date")
                    )
                ),
            },
            BankAccountType.Savings => account with
            {
                Savings = new BankSavings(
                    YieldRate: Amounts.ReadRate(Find(w => w.Say("taux", "rate"))),
                    EarnedThisYear: Amount(w => w.Say("interet", "interest") && !w.Say("taux", "rate")),
                    OpenedDay: Day(w => w.Say("ouvert", "opened", "opening"))
                ),
            },
            BankAccountType.CreditCard => account with
            {
                Number = Find(w => w.Say("numero de carte", "card number")) ?? account.Number,
                CreditCard = new BankCreditCard(
                    PayableAccount: Find(w => w.Say("compte de prelevement", "compte debite", "paying account")),
                    NextPayment: Amount(w => w.Say("prochain debit", "next debit") && w.Say("montant", "amount")),
                    NextPaymentDay: Day(w => w.Say("prochain debit", "next debit") && !w.Say("montant", "amount"))
                ),
            },
            _ => account,
        };
    }

    /// <summary>Cards with the reference of the account that pays them, where the site names it by its number or IBAN.</summary>
    public static IReadOnlyList<BankAccount> WithPayers(IReadOnlyList<BankAccount> accounts) =>
        [
            .. accounts.Select(account =>
                account.CreditCard?.PayableAccount is { } payer
                && accounts.FirstOrDefault(a => Names(a, payer)) is { } found
                    ? account with
                    {
                        CreditCard = account.CreditCard with { PayableAccount = found.Iban ?? found.Reference },
                    }
                    : account
            ),
        ];

    private static bool Names(BankAccount account, string text)
    {
        var tight = text.Replace(" ", "", StringComparison.Ordinal);
        return tight.Equals(account.Iban, StringComparison.OrdinalIgnoreCase)
            || tight == account.Number?.Replace(" ", "", StringComparison.Ordinal)
            || text == account.Name
            || account.Reference.EndsWith($"/{text}", StringComparison.Ordinal);
    }
}
