using Affluent.Connectors.Reading;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>What kind of page the site shows. Told by what stands on it (forms, tables, words in French and English), not by its address.</summary>
internal abstract record PageKind
{
    private PageKind() { }

    /// <summary>A form that asks for a password.</summary>
    public sealed record Login(IHtmlFormElement Form) : PageKind;

    /// <summary>A form that asks for a one-time password.</summary>
    /// <param name="Picture">Where the image is that tells it; null: none.</param>
    public sealed record Code(IHtmlFormElement Form, IHtmlInputElement Field, string? Picture) : PageKind;

    /// <summary>A form that offers several ways to go on.</summary>
    /// <param name="Message">How the page says it.</param>
    /// <param name="IsList">A list to select one from; else each way is a button.</param>
    public sealed record Choice(IHtmlFormElement Form, string? Message, IReadOnlyList<WebOption> Options, bool IsList)
        : PageKind;

    /// <summary>The user is to approve in the bank's app; <paramref name="Message"/> is how the page says it.</summary>
    /// <param name="Picture">Where the image is that the app is to be held before; null: none.</param>
    public sealed record Approval(string? Message, string? Picture = null) : PageKind;

    /// <summary>The bank wants a new password first.</summary>
    public sealed record NewPassword : PageKind;

    /// <summary>Terms to accept, a form to fill: only the user can.</summary>
    public sealed record Action(string Title) : PageKind;

    /// <summary>The customer's access is locked.</summary>
    public sealed record Locked : PageKind;

    /// <summary>Closed for maintenance.</summary>
    public sealed record Maintenance : PageKind;

    /// <summary>A table of accounts, or the statement that there are none (null).</summary>
    public sealed record Accounts(PageTable? Table) : PageKind;

    /// <summary>A table of transactions, or the statement that there are none (null).</summary>
    public sealed record Transactions(PageTable? Table) : PageKind;

    /// <summary>None of these.</summary>
    public sealed record Other : PageKind;

    /// <summary>Looks at a page.</summary>
    public static PageKind Of(IHtmlDocument page)
    {
        var title = PageText.Plain($"{page.Title} {page.QuerySelector("h1")?.TextContent}");
        var passwords = page.QuerySelectorAll<IHtmlInputElement>("form input[type=password]").ToArray();
        if (
            passwords.Length > 1
            || title.ContainsAny(PasswordWords) && title.ContainsAny("expir", "nouveau", "new", "chang", "renouvel")
        )
        {
            return new NewPassword();
        }
        foreach (var form in page.Forms)
        {
            if (CodeField(form) is { } field)
            {
                return new Code(form, field, Pictures.SourceOn(page, form));
            }
        }
        if (passwords is [{ Form: { } login }])
        {
            return new Login(login);
        }
        // What is to come and what is booked, accounts and savings: pages show them in a table each.
        var tables = page.QuerySelectorAll<IHtmlTableElement>("table")
            .Select(PageTable.Of)
            .OfType<PageTable>()
            .ToArray();
        switch (tables.FirstOrDefault(t => HoldsTransactions(t) || HoldsAccounts(t)))
        {
            case { } first when HoldsTransactions(first):
                return new Transactions(PageTable.Of(tables.Where(HoldsTransactions)));
            case not null:
                return new Accounts(PageTable.Of(tables.Where(t => HoldsAccounts(t) && !HoldsTransactions(t))));
        }
        var text = PageText.Plain(page.QuerySelector("main")?.TextContent ?? page.Body?.TextContent ?? "");
        return title.ContainsAny("maintenance", "indisponible", "unavailable") ? new Maintenance()
            : MethodForm.On(page) is { } choice ? choice
            : title.ContainsAny(ApprovalWords) && title.ContainsAny(AppWords) && !AsksForText(page) ? ApprovalOf(page)
            : Has(page, "form")
            && (title.ContainsAny("condition", "terms", "cgu") || text.ContainsAny("acceptez", "accept "))
                ? ActionOf(page)
            : text.ContainsAny("aucun compte", "no account") ? new Accounts(null)
            : text.ContainsAny("aucun mouvement", "aucune operation", "no movement", "no transaction")
                ? new Transactions(null)
            : text.ContainsAny("maintenance") ? new Maintenance()
            : string.Join(' ', Alerts(page)).ContainsAny(LockedWords) ? new Locked()
            : new Other();
    }

    /// <summary>What the page complains about or points out, sentence by sentence, in plain words.</summary>
    public static IEnumerable<string> Alerts(IHtmlDocument page) =>
        page.QuerySelectorAll("[role=alert], .error, .alert")
            .Take(MostAlerts)
            .SelectMany(e => Texts(e))
            .Distinct(StringComparer.Ordinal);

    // By the pieces of text: one alert may lie in another.
    private static IEnumerable<string> Texts(IElement alert) =>
        alert
            .GetDescendants()
            .OfType<IText>()
            .Take(MostTexts)
            .SelectMany(text => PageText.Plain(Begin(text.Data)).Split('.', '!', '?'))
            .Select(sentence => sentence.Trim())
            .Where(sentence => sentence != "");

    /// <summary>Words with which a site says that access is locked.</summary>
    public static ReadOnlySpan<string> LockedWords => Locks;

    private const int MostAlerts = 20;
    private const int MostTexts = 100;
    private const int LongestAlert = 2000;
    private static readonly string[] Locks = ["bloque", "verrouille", "suspendu", "locked", "blocked", "suspended"];
    private static readonly string[] PasswordWords = ["mot de passe", "password"];

    private static readonly string[] ApprovalWords = ["valid", "approuv", "approv", "confirm"];
    private static readonly string[] AppWords = ["application", "your app", "mobile", "telephone", "phone"];

    private static bool AsksForText(IHtmlDocument page) =>
        page.QuerySelectorAll<IHtmlInputElement>("input")
            .Any(input => input.Type is "text" or "tel" or "email" or "number" or "date");

    private static Approval ApprovalOf(IHtmlDocument page) =>
        new(
            Lines.Join(Begin((page.QuerySelector("main p") ?? page.QuerySelector("p"))?.TextContent ?? "")),
            Pictures.SourceOn(page, page.QuerySelector("main"))
        );

    private static IHtmlInputElement? CodeField(IHtmlFormElement form) =>
        form.QuerySelector<IHtmlInputElement>("input[autocomplete=one-time-code]")
        ?? form.QuerySelectorAll<IHtmlInputElement>("input")
            .FirstOrDefault(i =>
                i.Type is "text" or "tel" or "number"
                && i.Name?.ToLowerInvariant() is "otp" or "code" or "sms_code" or "smscode" or "otp_code"
            );

    private static bool HoldsTransactions(PageTable table) =>
        table.Has(Column.Amount, Column.Label) || table.Has(Column.Debit, Column.Label);

    private static bool HoldsAccounts(PageTable table) =>
        table.Has(Column.Balance, Column.Name) || table.Has(Column.Balance, Column.Number);

    // Alerts may lie in one another, and each holds the text of those inside.
    private static string Begin(string text) => text.Length > LongestAlert ? text[..LongestAlert] : text;

    private static bool Has(IHtmlDocument page, string selector) => page.QuerySelector(selector) is not null;

    private static Action ActionOf(IHtmlDocument page) =>
        new(Begin(page.QuerySelector("h1")?.TextContent.Trim() ?? ""));
}
