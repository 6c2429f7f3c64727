using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>From pages about accounts to accounts. Pure.</summary>
internal static class AccountPages
{
    private const int MostDetails = 200;
    private const int LongestGreeting = 150;
    private static readonly string[] Greetings = ["Bonjour ", "Bienvenue ", "Welcome ", "Hello "];

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
        var currency = row.Text(Column.Currency) ?? balance?.Currency ?? "EUR";
        return new BankAccount
        {
            Reference = reference,
            Iban = iban,
            Number = number,
            Name = name,
            Type = TypeOf(row.Text(Column.Type)),
            Currency = currency,
            Balances = balance is { } read
                ?
                [
                    new BankBalance
                    {
                        // "Solde" on a page may count what is pending, or not.
                        Kind = BankBalanceKind.Other,
                        Amount = read.Value,
                        Currency = read.Currency ?? currency,
                        Day = Dates.ReadPrinted(row.Text(Column.BalanceDay), zone),
                    },
                ]
                : [],
            OwnerName = row.Text(Column.Owner),
            Usage = PageText.Plain(row.Text(Column.Usage) ?? "") switch
            {
                var u when u.ContainsAny("pro", "entreprise", "business") => BankAccountUsage.Professional,
                var u when u.ContainsAny("perso", "prive", "private", "particulier") => BankAccountUsage.Personal,
                _ => null,
            },
        };
    }

    /// <summary>Null when the text names a kind that is none of ours. Cards first: "carte de crédit" is not a loan.</summary>
    public static BankAccountType? TypeOf(string? text) =>
        PageText.Plain(text ?? "") switch
        {
            var t when t.ContainsAny("carte", "card") => BankAccountType.CreditCard,
            var t when t.ContainsAny("pret", "loan", "mortgage", "credit immobilier", "credit conso") =>
                BankAccountType.Loan,
            var t when t.ContainsAny("epargne", "saving", "livret") => BankAccountType.Savings,
            var t
                when t.ContainsAny(
                    "courant",
                    "current",
                    "checking",
                    "compte de depot",
                    "compte cheque",
                    "compte joint"
                ) => BankAccountType.Checkings,
            _ => null,
        };

    /// <summary>Who signed in, as the page greets them ("Bonjour MME ANNA BRUN"); null when it greets nobody.</summary>
    public static string? Holder(IHtmlDocument page) =>
        page.QuerySelectorAll("p, span, h1, h2")
            .Take(MostDetails)
            .Select(e => Lines.Join(e.TextContent) ?? "")
            .Select(text =>
                text.Length <= LongestGreeting
                && Greetings.FirstOrDefault(g => text.StartsWith(g, StringComparison.OrdinalIgnoreCase)) is { } greeting
                    ? text[greeting.Length..].Trim(' ', ',', '!')
                    : ""
            )
            .FirstOrDefault(name => name.Length > 0);

    /// <summary>Whether the account's own page is worth reading for its details.</summary>
    public static bool HasDetails(BankAccount account) =>
        account.Type is BankAccountType.Loan or BankAccountType.Savings or BankAccountType.CreditCard;

    /// <summary>The account with what its own page tells: pairs of a word and a value, in a list or a table.</summary>
    public static BankAccount WithDetails(BankAccount account, IHtmlDocument page, TimeZoneInfo zone)
    {
        var pairs = page.QuerySelectorAll("dt")
            .Take(MostDetails)
            .Select(dt => (Word: dt, Value: dt.NextElementSibling))
            .Concat(
                page.QuerySelectorAll("tr > th:first-child")
                    .Take(MostDetails)
                    .Where(th => th.ParentElement!.Children.Length == 2)
                    .Select(th => (Word: th, Value: th.NextElementSibling))
            )
            .Select(p => (Word: PageText.Plain(p.Word.TextContent), Value: Lines.Join(p.Value?.TextContent)))
            .ToArray();

        string? Find(Func<string, bool> word) => pairs.FirstOrDefault(p => word(p.Word)).Value;
        decimal? Amount(Func<string, bool> word) => Amounts.Read(Find(word), account.Currency)?.Value;
        // Some banks write what is to be paid with the sign of a debit.
        decimal? Due(Func<string, bool> word) => Amount(word) is { } amount ? Math.Abs(amount) : null;
        DateOnly? Day(Func<string, bool> word) => Dates.ReadPrinted(Find(word), zone);

        return account.Type switch
        {
            BankAccountType.Loan => account with
            {
                Loan = new BankLoan(
                    InitialBalance: Amount(w =>
                        w.ContainsAny("montant initial", "initial amount", "capital emprunte", "borrowed")
                    ),
                    Interest: Amounts.ReadRate(Find(w => w.ContainsAny("taux", "rate"))),
                    StartDay: Day(w => w.ContainsAny("debut", "start")),
                    EndDay: Day(w =>
                        w is "fin" or "end" || w.ContainsAny("date de fin", "end date", "derniere echeance")
                    ),
                    NextPayment: Due(w =>
                        w.ContainsAny("prochaine echeance", "next instal", "next payment") && !w.ContainsAny("date")
                    ),
                    NextPaymentDay: Day(w =>
                        w.ContainsAny("prochaine echeance", "next instal", "next payment") && w.ContainsAny("date")
                    ),
                    Kind: Find(w => w.ContainsAny("type de pret", "nature du pret", "type of loan", "loan type")),
                    Frequency: Find(w => w.ContainsAny("periodicite", "frequence", "frequency")),
                    DebitedAccount: Find(w =>
                        w.ContainsAny("compte debite", "compte de prelevement", "debited account")
                    )
                ),
            },
            BankAccountType.Savings => account with
            {
                Savings = new BankSavings(
                    YieldRate: Amounts.ReadRate(Find(w => w.ContainsAny("taux", "rate"))),
                    EarnedThisYear: Amount(w => w.ContainsAny("interet", "interest") && !w.ContainsAny("taux", "rate")),
                    OpenedDay: Day(w => w.ContainsAny("ouvert", "opened", "opening")),
                    EndDay: Day(w =>
                        w is "fin" or "end" || w.ContainsAny("date de fin", "end date", "terme", "maturity")
                    ),
                    Kind: Find(w => w.ContainsAny("type d'epargne", "type of savings", "savings type")),
                    PivotAccount: Find(w => w.ContainsAny("compte pivot", "compte support", "pivot account"))
                ),
            },
            BankAccountType.CreditCard => account with
            {
                Number = Find(w => w.ContainsAny("numero de carte", "card number")) ?? account.Number,
                CreditCard = new BankCreditCard(
                    PayableAccount: Find(w =>
                        w.ContainsAny("compte de prelevement", "compte debite", "paying account")
                    ),
                    NextPayment: Due(w =>
                        w.ContainsAny("prochain debit", "next debit") && w.ContainsAny("montant", "amount")
                    ),
                    NextPaymentDay: Day(w =>
                        w.ContainsAny("prochain debit", "next debit") && !w.ContainsAny("montant", "amount")
                    )
                ),
            },
            BankAccountType.Checkings or null => account,
        };
    }
}
