using System.Diagnostics;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>
/// Opens a page and passes what stands before it: login, choice, code, and whatever ends the step. Logs in at most once in a step, because wrong passwords lock people out.
/// </summary>
internal sealed partial class SiteLogin(Browser browser, StepContext context, Uri home)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private const int MostPages = 8;
    private const int MostAlertLines = 20;
    private const int LongestAlertLine = 300;
    private bool _loggedIn;
    private string[] _standing = [];
    private bool _answered;
    private bool _codeGiven;
    private bool _sentOn;

    /// <summary>Opens a page of the inside; null = the one with the accounts.</summary>
    public async Task<SiteAccess> Enter(string? wanted, CancellationToken cancellation) =>
        await Pass(
            await browser.Open(wanted ?? browser.Session.Accounts ?? home.AbsoluteUri, home, cancellation),
            wanted,
            cancellation
        );

    /// <summary>Sends the form with the one-time password, and goes on from there.</summary>
    public Task<SiteAccess> GiveCode(WebForm form, CancellationToken cancellation)
    {
        _codeGiven = true;
        return Answer(form, cancellation);
    }

    /// <summary>Sends the form with the user's choice, and goes on from there.</summary>
    public async Task<SiteAccess> Answer(WebForm form, CancellationToken cancellation)
    {
        _answered = true;
        return await Pass(await browser.Submit(form, cancellation), null, cancellation);
    }

    /// <summary>Looks whether the user has approved in the app, and goes on from there. Never begins a new login: it would ask anew.</summary>
    public async Task<SiteAccess> Look(string approval, CancellationToken cancellation)
    {
        _answered = true;
        return await Pass(await browser.Open(approval, home, cancellation), null, cancellation);
    }

    private async Task<SiteAccess> Pass(Navigation navigation, string? wanted, CancellationToken cancellation)
    {
        browser.Session = browser.Session with { Approval = null, Code = null, Choice = null };
        for (var pages = 0; pages < MostPages; pages++)
        {
            if (navigation is Navigation.Unavailable unavailable)
            {
                return new SiteAccess.Ended(unavailable.Result);
            }
            if (navigation is Navigation.Overrun)
            {
                return Stop(Refusal.NotUnderstood, "a page is too large or too deep to be read");
            }
            if (navigation is not Navigation.Arrived page)
            {
                return Stop(Refusal.NotUnderstood, "the site sends on to another site, or round in circles");
            }
            var kind = PageKind.Of(page.Document);
            if (kind is PageKind.Login { Form: var form } && !_loggedIn && !_answered)
            {
                if (!HasCredentials)
                {
                    return new SiteAccess.Ended(
                        new StepResult.AskUser(new Question.Credentials()) { Session = browser.Session.Write() }
                    );
                }
                _loggedIn = true;
                _standing = [.. PageKind.Alerts(page.Document)];
                navigation = await browser.Submit(Filled(form, page.Address), cancellation);
                continue;
            }
            if (await Stopped(kind, page, cancellation) is { } stopped)
            {
                return stopped;
            }
            if (kind is PageKind.Accounts)
            {
                browser.Session = browser.Session with { Accounts = page.Address.AbsoluteUri };
            }
            if (Onwards(kind, page, wanted) is not { } next)
            {
                return new SiteAccess.Granted(page.Address, page.Status, page.Document, kind);
            }
            navigation = await browser.Open(next, page.Address, cancellation);
        }
        return Stop(Refusal.NotUnderstood, "too many pages stand before the accounts");
    }

    /// <summary>Where to go from a page of the inside that is not the one wanted; null when this is it, or the best there is.</summary>
    private string? Onwards(PageKind kind, Navigation.Arrived page, string? wanted)
    {
        if (wanted is not null)
        {
            var go = _loggedIn && browser.Resolve(wanted, home) != page.Address && !_sentOn;
            _sentOn |= go;
            return go ? wanted : null;
        }
        if (kind is PageKind.Accounts || _sentOn || _answered)
        {
            return null;
        }
        _sentOn = true;
        return page
            .Document.QuerySelectorAll("a[href]")
            .Where(a => PageText.Plain(a.TextContent).ContainsAny("comptes", "accounts"))
            .Select(a => a.GetAttribute("href")!)
            .FirstOrDefault(href => browser.Resolve(href, page.Address) is not null);
    }

    /// <summary>What ends the step at a page that only the user, or time, can pass; null for pages of the inside.</summary>
    private async Task<SiteAccess.Ended?> Stopped(
        PageKind kind,
        Navigation.Arrived page,
        CancellationToken cancellation
    ) =>
        kind switch
        {
            PageKind.Login login => AfterLogin(login, page),
            PageKind.Code code => await AskCode(code, page.Address, cancellation),
            PageKind.Choice choice => AskChoice(choice, page.Address),
            PageKind.Approval approval => await AskApproval(approval, page.Address, cancellation),
            PageKind.NewPassword => Stop(Refusal.PasswordChangeRequired, "the site wants a new password"),
            PageKind.Locked => Stop(Refusal.AccessLocked, "the site says that access is locked"),
            PageKind.Action action => AskAction(action),
            PageKind.Maintenance => Down(page.Address),
            PageKind.Accounts or PageKind.Transactions or PageKind.Other => null,
            _ => throw new UnreachableException(),
        };

    private SiteAccess.Ended AfterLogin(PageKind.Login login, Navigation.Arrived page)
    {
        // What stood there before the password was sent is no answer to it.
        var said = string.Join(". ", PageKind.Alerts(page.Document).Except(_standing, StringComparer.Ordinal));
        return RefusesField(login.Form)
                ? new SiteAccess.Ended(
                    new StepResult.Refused(
                        Refusal.FieldRefused,
                        "the site marks a field that may be left empty as wrong"
                    )
                    {
                        Session = browser.Session.Write(),
                        Message = Alert(page.Document),
                    }
                )
            : said.ContainsAny(PageKind.LockedWords) && !(CallsWrong(said) && said.ContainsAny(TriesLeft))
                ? Stop(Refusal.AccessLocked, "the site says that access is locked")
            : _loggedIn && CallsWrong(said) ? Stop(Refusal.WrongCredentials, "the site calls the credentials wrong")
            : said.ContainsAny("indisponible", "unavailable", "maintenance", "probleme technique") ? Down(page.Address)
            : _answered ? Stop(Refusal.ChallengeFailed, "the site wants a new login instead of another answer")
            : said.ContainsAny("session") ? Down(page.Address)
            : Stop(Refusal.WrongCredentials, "the site shows its login form again");
    }

    /// <summary>Plain words, whatever else is said beside them: a password that is wrong is not sent again.</summary>
    private static bool CallsWrong(string said) =>
        said.ContainsAny("mot de passe", "identifiant", "code", "password", "login", "credentials", "user")
        && said.ContainsAny("incorrect", "errone", "invalid", "wrong", "reconnu", "recogni", "ne correspond");

    /// <summary>"Two tries left before your access is locked": it is not locked.</summary>
    private static readonly string[] TriesLeft = ["avant", "before", "reste", "left", "remaining"];

    /// <summary>Whether what the form marks as wrong (aria-invalid) is nothing that it cannot do without: name and password are not among it.</summary>
    private bool RefusesField(IHtmlFormElement form)
    {
        var wrong = form.QuerySelectorAll<IHtmlInputElement>("input[aria-invalid=true]").Take(20).ToArray();
        return wrong.Length > 0
            && wrong.All(input =>
                context.Channel.Credentials.Any(c => c.Optional && (c.Name == input.Name || c.Name == input.Id))
            );
    }

    /// <summary>What the page complains about: a line for each paragraph and each row.</summary>
    private static string? Alert(IHtmlDocument page)
    {
        var lines = (
            page.QuerySelector("[role=alert]")?.QuerySelectorAll("p, tbody tr") ?? Enumerable.Empty<IElement>()
        )
            .Take(MostAlertLines)
            .Select(e =>
                e is IHtmlTableRowElement row
                    ? string.Join(" · ", row.Cells.Select(c => Lines.Join(c.TextContent)).OfType<string>())
                    : Lines.Join(e.TextContent)
            )
            .OfType<string>()
            .Select(line => line.Length > LongestAlertLine ? line[..LongestAlertLine] : line);
        return string.Join('\n', lines) is { Length: > 0 } text ? text : null;
    }

    private async Task<SiteAccess.Ended> AskCode(PageKind.Code code, Uri page, CancellationToken cancellation)
    {
        var image = await Picture(code.Picture, page, cancellation);
        var field = code.Field;
        browser.Session = browser.Session with { Code = WebForm.Of(code.Form, page) with { Asked = field.Name } };
        var question = new Question.OneTimePassword(
            SentTo(code.Form),
            field.MaxLength is > 0 and < 20 ? field.MaxLength : null,
            field.GetAttribute("inputmode") == "numeric" || field.Type is "number" or "tel",
            null,
            _codeGiven
        )
        {
            Image = image,
        };
        return new SiteAccess.Ended(new StepResult.AskUser(question) { Session = browser.Session.Write() });
    }

    // Without its image the question is put all the same: many pages also send what it tells.
    private async Task<QuestionImage?> Picture(string? source, Uri page, CancellationToken cancellation) =>
        source is null ? null : await browser.Picture(source, page, cancellation);

    private SiteAccess.Ended AskChoice(PageKind.Choice choice, Uri page)
    {
        var options = choice.Options.Select(o =>
            o.Action is { } action ? o with { Action = WebForm.AddressOf(action, page) } : o
        );
        browser.Session = browser.Session with
        {
            Choice = new WebChoice(WebForm.Of(choice.Form, page, withButton: choice.IsList), [.. options]),
        };
        var question = new Question.Choice(
            choice.Message,
            [.. choice.Options.Select(o => new ChoiceOption(o.Id, o.Label))]
        );
        return new SiteAccess.Ended(new StepResult.AskUser(question) { Session = browser.Session.Write() });
    }

    private async Task<SiteAccess.Ended> AskApproval(
        PageKind.Approval approval,
        Uri page,
        CancellationToken cancellation
    )
    {
        var image = await Picture(approval.Picture, page, cancellation);
        browser.Session = browser.Session with { Approval = page.AbsoluteUri };
        return new SiteAccess.Ended(
            new StepResult.AskUser(
                new Question.AppApproval(approval.Message, LookEvery, ExpiresAt: null) { Image = image }
            )
            {
                Session = browser.Session.Write(),
            }
        );
    }

    private SiteAccess.Ended AskAction(PageKind.Action action) =>
        context.User is null
            ? Stop(Refusal.SiteActionRequired, "the site wants something settled by the user")
            : new SiteAccess.Ended(
                new StepResult.AskUser(new Question.SiteAction(action.Title == "" ? null : action.Title, home))
                {
                    Session = browser.Session.Write(),
                }
            );

    private SiteAccess.Ended Down(Uri address) =>
        new(new BankAnswer { Status = 503, Address = address }.Unavailable(browser.Session.Write(), context.Now));

    private SiteAccess.Ended Stop(Refusal reason, string detail) =>
        new(new StepResult.Refused(reason, detail) { Session = browser.Session.Write() });

    private bool HasCredentials =>
        context.Channel.Credentials.All(c => c.Optional || !string.IsNullOrWhiteSpace(ValueOf(c)));

    private string ValueOf(CredentialField field) => context.Credentials.GetValueOrDefault(field.Id) ?? "";

    /// <summary>The login form with the credentials: by the name or id of the inputs, else by their kind and order.</summary>
    private WebForm Filled(IHtmlFormElement form, Uri page)
    {
        var filled = WebForm.Of(form, page);
        var inputs = form.QuerySelectorAll<IHtmlInputElement>("input[name]")
            .Where(i => i.Type is "text" or "password" or "email" or "tel" or "number" or "url")
            .ToList();
        foreach (var field in context.Channel.Credentials)
        {
            var wanted = field.Type == CredentialType.Pwd ? "password" : "text";
            var input =
                inputs.FirstOrDefault(i => i.Name == field.Name || i.Id == field.Name)
                ?? inputs.FirstOrDefault(i => (i.Type == "password" ? "password" : "text") == wanted);
            if (input is not null)
            {
                inputs.Remove(input);
                filled = filled.With(input.Name!, ValueOf(field));
            }
        }
        return filled;
    }

    /// <summary>Where the code went: the smallest piece of text that shows a masked number or address, else the sentence about it.</summary>
    private static string? SentTo(IHtmlFormElement form)
    {
        var leaves = (form.ParentElement ?? form)
            .QuerySelectorAll("p, span, strong, b, em, label, div")
            .Where(e => e.ChildElementCount == 0)
            .Select(e => Lines.Join(e.TextContent))
            .OfType<string>()
            .Where(t => t.Length <= 120)
            .ToArray();
        return leaves.FirstOrDefault(t => Masked().IsMatch(t))
            ?? form.QuerySelectorAll("p")
                .Select(e => Lines.Join(e.TextContent))
                .FirstOrDefault(t =>
                    t is { Length: <= 160 } && PageText.Plain(t).ContainsAny("envoy", "we sent", "sent to")
                );
    }

    [GeneratedRegex(@"[*•●·]{2,}|\b[xX]{2,}\b", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Masked();
}

/// <summary>What opening a page of the inside comes to.</summary>
internal abstract record SiteAccess
{
    private SiteAccess() { }

    /// <summary>A page behind the login.</summary>
    public sealed record Granted(Uri Address, int Status, IHtmlDocument Document, PageKind Kind) : SiteAccess;

    /// <summary>The step ends here.</summary>
    public sealed record Ended(StepResult Result) : SiteAccess;
}
