using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>From pages of transactions to transactions. Pure.</summary>
internal static class TransactionPages
{
    private static readonly string[] PendingWords = ["en attente", "en cours", "a venir", "pending", "upcoming"];

    private static readonly string[] TitlesOfPending = ["en attente", "a venir", "pending", "upcoming"];

    /// <summary>Null when the row lacks an amount or a day.</summary>
    public static BankTransaction? Transaction(PageRow row, string currency, TimeZoneInfo zone)
    {
        var made = Dates.ReadPrinted(row.Text(Column.Day), zone);
        var booked = Dates.ReadPrinted(row.Text(Column.BookingDay), zone);
        var value = Dates.ReadPrinted(row.Text(Column.ValueDay), zone);
        if (Amount(row, currency) is not { } amount || (made ?? booked ?? value) is null)
        {
            return null;
        }
        var stand = PageText.Plain($"{row.Text(Column.Status)} {row.Text(Column.BookingDay)} {row.Classes}");
        var pending =
            stand.ContainsAny(PendingWords)
            || (row.Title.ContainsAny(TitlesOfPending) && !row.Title.ContainsAny("derni", "passe", "recent", "booked"));
        return new BankTransaction
        {
            Id = row.Text(Column.Reference),
            Amount = amount.Value,
            Currency = amount.Currency ?? currency,
            TransactionDay = made,
            // A site with one column of days books on that day.
            BookingDay = booked ?? (pending ? null : made ?? value),
            ValueDay = value,
            Status =
                pending ? BankTransactionStatus.Pending
                : stand.ContainsAny("refuse", "rejet", "reject") ? BankTransactionStatus.Rejected
                : BankTransactionStatus.Booked,
            Remittance = Lines.Clean([row.Text(Column.Label), row.Text(Column.Memo)]),
            Counterparty = row.Text(Column.Counterparty),
        };
    }

    /// <summary>What is wrong with a row of which <see cref="Transaction"/> makes nothing.</summary>
    public static UnreadableField Unreadable(PageRow row, string currency) =>
        Amount(row, currency) is null ? UnreadableField.Amount : UnreadableField.Day;

    /// <summary>Whether a transaction falls into the time asked for; pending ones always do.</summary>
    public static bool IsWanted(BankTransaction transaction, DateOnly? from) =>
        from is null
        || transaction.Status == BankTransactionStatus.Pending
        || (transaction.BookingDay ?? transaction.ValueDay ?? transaction.TransactionDay) >= from;

    /// <summary>The link to the next, older page.</summary>
    public static string? Next(IHtmlDocument page) =>
        (
            page.QuerySelector("a[rel~=next][href]")
            ?? page.QuerySelectorAll("nav a[href], .pagination a[href]")
                .FirstOrDefault(a =>
                    PageText.Plain(a.TextContent) is "suivant" or "page suivante" or "next" or "next page"
                )
        )?.GetAttribute("href");

    /// <summary>The link from an account's own page to its transactions.</summary>
    public static string? Link(IHtmlDocument page) =>
        (page.QuerySelector("main") ?? page.Body)
            ?.QuerySelectorAll("a[href]")
            .FirstOrDefault(a =>
                PageText
                    .Plain(a.TextContent)
                    .ContainsAny("mouvement", "operation", "movement", "transaction", "releve", "statement")
            )
            ?.GetAttribute("href");

    // One signed column, or two: debit and credit, each unsigned.
    private static PrintedAmount? Amount(PageRow row, string currency)
    {
        if (row.Text(Column.Amount) is { } text)
        {
            return Amounts.Read(text, currency);
        }
        return (row.Text(Column.Debit), row.Text(Column.Credit)) switch
        {
            ({ } debit, null) => Amounts.Read(debit, currency) is { } d ? d with { Value = -Math.Abs(d.Value) } : null,
            (null, { } credit) => Amounts.Read(credit, currency) is { } c ? c with { Value = Math.Abs(c.Value) } : null,
            _ => null,
        };
    }
}
