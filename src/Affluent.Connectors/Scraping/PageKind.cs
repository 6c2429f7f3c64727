using Affluent.Connectors.Reading;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>What kind of page the site shows. Told by what stands on it (forms, tables, words in French and English), not by its address.</summary>
internal abstract record PageKind
{
    private PageKind() { }

    /// <summary>A form that asks for a password; <paramref name="Message"/> is what the page complains about, in plain words.</summary>
    public sealed record Login(IHtmlFormElement Form, string Message) : PageKind;

    /// <summary>A form that asks for a one-time password.</summary>
    public sealed record Code(IHtmlFormElement Form, IHtmlInputElement Field, string Message) : PageKind;

    /// <summary>The user is to approve in the bank's app; <paramref name="Message"/> is how the page says it.</summary>
    public sealed record Approval(string? Message) : PageKind;

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
        var alerts = PageText.Plain(
            string.Join(
                ' ',
                page.QuerySelectorAll("[role=alert], .error, .alert").Take(MostAlerts).Select(e => Begin(e.TextContent))
            )
        );
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
                return new Code(form, field, alerts);
            }
        }
        if (passwords is [{ Form: { } login }])
        {
            return new Login(login, alerts);
        }
        foreach (
            var table in page.QuerySelectorAll<IHtmlTableElement>("table").Select(PageTable.Of).OfType<PageTable>()
        )
        {
            if (table.Has(Column.Amount, Column.Label) || table.Has(Column.Debit, Column.Label))
            {
                return new Transactions(table);
            }
            if (table.Has(Column.Balance, Column.Name) || table.Has(Column.Balance, Column.Number))
            {
                return new Accounts(table);
            }
        }
        var text = PageText.Plain(page.QuerySelector("main")?.TextContent ?? page.Body?.TextContent ?? "");
        return title.ContainsAny("maintenance", "indisponible", "unavailable") ? new Maintenance()
            : title.ContainsAny(ApprovalWords) && title.ContainsAny(AppWords) && !AsksForText(page) ? ApprovalOf(page)
            : Has(page, "form")
            && (title.ContainsAny("condition", "terms", "cgu") || text.ContainsAny("acceptez", "accept "))
                ? ActionOf(page)
            : text.ContainsAny("aucun compte", "no account") ? new Accounts(null)
            : text.ContainsAny("aucun mouvement", "aucune operation", "no movement", "no transaction")
                ? new Transactions(null)
            : text.ContainsAny("maintenance") ? new Maintenance()
            : alerts.ContainsAny(LockedWords) ? new Locked()
            : new Other();
    }

    /// <summary>Words with which a site says that access is locked.</summary>
    public static ReadOnlySpan<string> LockedWords => Locks;

    private const int MostAlerts = 20;
    private const int LongestAlert = 2000;
    private static readonly string[] Locks = ["bloque", "verrouille", "suspendu", "locked", "blocked", "suspended"];
    private static readonly string[] PasswordWords = ["mot de passe", "password"];

    private static readonly string[] ApprovalWords = ["valid", "approuv", "approv", "confirm"];
    private static readonly string[] AppWords = ["application", "your app", "mobile", "telephone", "phone"];

    private static bool AsksForText(IHtmlDocument page) =>
        page.QuerySelectorAll<IHtmlInputElement>("input")
            .Any(input => input.Type is "text" or "tel" or "email" or "number" or "date");

    private static Approval ApprovalOf(IHtmlDocument page) =>
        new(Lines.Join(Begin((page.QuerySelector("main p") ?? page.QuerySelector("p"))?.TextContent ?? "")));

    private static IHtmlInputElement? CodeField(IHtmlFormElement form) =>
        form.QuerySelector<IHtmlInputElement>("input[autocomplete=one-time-code]")
        ?? form.QuerySelectorAll<IHtmlInputElement>("input")
            .FirstOrDefault(i =>
                i.Type is "text" or "tel" or "number"
                && i.Name?.ToLowerInvariant() is "otp" or "code" or "sms_code" or "smscode" or "otp_code"
            );

    // Alerts may lie in one another, and each holds the text of those inside.
    private static string Begin(string text) => text.Length > LongestAlert ? text[..LongestAlert] : text;

    private static bool Has(IHtmlDocument page, string selector) => page.QuerySelector(selector) is not null;

    private static Action ActionOf(IHtmlDocument page) =>
        new(Begin(page.QuerySelector("h1")?.TextContent.Trim() ?? ""));
}
