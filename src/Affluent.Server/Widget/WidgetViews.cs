using System.Globalization;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Widget.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Server.Widget;

/// <summary>A form as it was sent, and what is wrong with it; empty when a page is shown for the first time.</summary>
internal sealed record Typed(IFormCollection? Form = null, IReadOnlyDictionary<string, FieldFault>? Faults = null)
{
    public FieldFault? Fault(string field) =>
        Faults is not null && Faults.TryGetValue(field, out var fault) ? fault : null;
}

/// <summary>Turns what a session shows into a page.</summary>
internal static class WidgetViews
{
    private const int StandardDelay = 3;

    public static IResult Render(HttpContext context, Visit visit, Screen screen, Typed typed)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy(
            visit.Client.RedirectOrigins,
            framedBy: visit.Client.RedirectOrigins
        );
        var texts = TextsOf(context, visit);
        var frame = Frame(context, visit, texts) with
        {
            Showing = screen.Key,
            HasError = typed.Faults is { Count: > 0 },
        };
        var live = frame with { Progress = $"progress?session_id={Uri.EscapeDataString(visit.Session.Id)}" };
        var bank = visit.Provider?.Name ?? texts.Account;
        switch (screen)
        {
            case Screen.Banks:
                return Banks(context, visit, frame);
            case Screen.Consent:
                return Consent(visit, frame);
            case Screen.Channels:
                var channels = Screens.InService(visit.Provider!);
                return Page<ChannelChoice>(
                    (nameof(ChannelChoice.Frame), frame),
                    (nameof(ChannelChoice.Bank), bank),
                    (nameof(ChannelChoice.RedirectId), channels[0].Id),
                    (nameof(ChannelChoice.EmbeddedId), channels[^1].Id)
                );
            case Screen.Credentials credentials:
                return Page<Credentials>(
                    (nameof(Credentials.Frame), frame),
                    (nameof(Credentials.Bank), bank),
                    (nameof(Credentials.Fields), Fields(credentials.Channel, texts, typed))
                );
            case Screen.Handoff handoff:
                return Page<Handoff>(
                    (nameof(Handoff.Frame), live),
                    (nameof(Handoff.Bank), bank),
                    (nameof(Handoff.Address), handoff.Address.AbsoluteUri),
                    (nameof(Handoff.Target), Target(visit.State))
                );
            case Screen.Code code:
                return Page<OneTimeCode>(
                    (nameof(OneTimeCode.Frame), frame with { HasError = frame.HasError || code.Asked.Retry }),
                    (nameof(OneTimeCode.QuestionId), Ids.Text(code.QuestionId)),
                    (nameof(OneTimeCode.SentTo), code.Asked.SentTo),
                    (nameof(OneTimeCode.Length), code.Asked.Length),
                    (nameof(OneTimeCode.Digits), code.Asked.Digits),
                    (nameof(OneTimeCode.Error), CodeError(texts, code, typed))
                );
            case Screen.Approval approval:
                return Page<Waiting>(
                    (nameof(Waiting.Frame), live),
                    (nameof(Waiting.Title), texts.ApprovalTitle),
                    (nameof(Waiting.Intro), texts.ApprovalIntro(bank)),
                    (nameof(Waiting.BankWords), approval.Asked.Message),
                    (nameof(Waiting.Status), texts.ApprovalWaiting),
                    (nameof(Waiting.QuestionId), Ids.Text(approval.QuestionId))
                );
            case Screen.Site site:
                return Page<Waiting>(
                    (nameof(Waiting.Frame), live),
                    (nameof(Waiting.Title), texts.SiteTitle),
                    (nameof(Waiting.Intro), texts.SiteIntro(bank)),
                    (nameof(Waiting.BankWords), site.Asked.Message),
                    (nameof(Waiting.Status), ""),
                    (nameof(Waiting.QuestionId), Ids.Text(site.QuestionId)),
                    (nameof(Waiting.Link), site.Asked.Address?.AbsoluteUri),
                    (nameof(Waiting.LinkLabel), texts.SiteLink(bank)),
                    (nameof(Waiting.Confirm), texts.SiteDone)
                );
            case Screen.Working working:
                return Page<Waiting>(
                    (nameof(Waiting.Frame), live),
                    (nameof(Waiting.Title), texts.ProgressTitle),
                    (nameof(Waiting.Intro), texts.ProgressHint),
                    (nameof(Waiting.Status), Phase(texts, working.Phase, bank))
                );
            case Screen.Accounts:
                return ChooseAccounts(visit, frame, typed);
            case Screen.Other:
                return Page<OtherAccounts>((nameof(OtherAccounts.Frame), frame), (nameof(OtherAccounts.Bank), bank));
            case Screen.Failed failed:
                var (title, body) = texts.Trouble(failed.Trouble, bank);
                return Notice(frame with { HasError = true }, title, body, WaysOn(texts, visit.State));
            case Screen.UnknownConnection:
                return Notice(
                    frame with
                    {
                        HasError = true,
                    },
                    texts.UnknownConnectionTitle,
                    texts.UnknownConnectionBody,
                    [new Choice("leave", texts.Continue, Primary: true)]
                );
            case Screen.NothingToAnswer:
                return Notice(
                    frame,
                    texts.NothingToAnswerTitle,
                    texts.NothingToAnswerBody,
                    [new Choice("finish", texts.Continue, Primary: true)]
                );
            case Screen.Ended ended:
                return End(visit, frame, ended.Outcome, bank);
            default:
                throw new InvalidOperationException($"A screen of type {screen.GetType().Name}.");
        }
    }

    /// <summary>What the live page says of the bank's work; null on others.</summary>
    public static string? ProgressText(HttpContext context, Visit visit, Screen screen) =>
        screen is Screen.Working working
            ? Phase(TextsOf(context, visit), working.Phase, visit.Provider?.Name ?? "")
            : null;

    public static IResult Expired(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        var texts = TextsOf(context, visit: null);
        return Notice(Bare(texts) with { HasError = true }, texts.ExpiredTitle, texts.ExpiredBody, []);
    }

    public static IResult BadLink(HttpContext context, Visit visit, string parameter)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var texts = TextsOf(context, visit);
        return Notice(Bare(texts) with { HasError = true }, texts.BadLinkTitle, texts.BadLinkBody(parameter), []);
    }

    public static IResult LinkUsed(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var texts = TextsOf(context, visit: null);
        return Notice(Bare(texts) with { HasError = true }, texts.LinkUsedTitle, texts.LinkUsedBody, []);
    }

    public static IResult Returned(HttpContext context)
    {
        var texts = TextsOf(context, visit: null);
        return Notice(Bare(texts), texts.ReturnedTitle, texts.ReturnedBody, []);
    }

    public static IResult Success(HttpContext context)
    {
        var texts = TextsOf(context, visit: null);
        return Notice(Bare(texts) with { Root = "widget/" }, texts.SuccessTitle, texts.SuccessClose, []);
    }

    /// <summary>303: the browser goes on with GET.</summary>
    public static IResult SeeOther(string address) => new SeeOtherResult(address);

    /// <summary>
    /// The content security policy (CSP 3). Forms may end at the client's origins, because browsers hold the redirect after a form to
    /// this rule too.
    /// </summary>
    /// <param name="origins">The client's, separated by blanks.</param>
    public static string Policy(string origins, string framedBy) =>
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + $"form-action 'self' {origins}; base-uri 'none'; frame-ancestors {(framedBy.Length == 0 ? "'none'" : framedBy)}";

    private static RazorComponentResult<BankList> Banks(HttpContext context, Visit visit, Frame frame)
    {
        var professional = visit.State.Page == WidgetPage.ProfessionalAccount;
        var search = context.Request.Query["search"].ToString();
        var banks = context.RequestServices.GetRequiredService<Providers.Banks>().All;
        return Page<BankList>(
            (nameof(BankList.Frame), frame),
            (nameof(BankList.Title), professional ? frame.Texts.ProfessionalTitle : frame.Texts.BankListTitle),
            (nameof(BankList.Intro), professional ? frame.Texts.ProfessionalIntro : frame.Texts.BankListIntro),
            (nameof(BankList.SearchAction), WidgetEndpoints.Path(visit.State.Page)),
            (nameof(BankList.SessionId), visit.Session.Id),
            (nameof(BankList.Search), search),
            (
                nameof(BankList.Banks),
                BankSearch.Find(banks, search, visit.State.Parameters.Countries, frame.Texts.Culture)
            )
        );
    }

    private static RazorComponentResult<Consent> Consent(Visit visit, Frame frame)
    {
        var (state, texts) = (visit.State, frame.Texts);
        var bank = state.Page == WidgetPage.Terms ? null : visit.Provider?.Name;
        var title =
            bank is null ? texts.TermsTitle
            : state.Page == WidgetPage.EditCredentials ? texts.RenewTitle(bank)
            : texts.ConsentTitle(bank);
        return Page<Consent>(
            (nameof(Pages.Consent.Frame), frame),
            (nameof(Pages.Consent.Title), title),
            (nameof(Pages.Consent.Bank), bank),
            (nameof(Pages.Consent.TermsHeader), state.Parameters.TermsHeader ?? texts.TermsTitle),
            (
                nameof(Pages.Consent.TermsBody),
                state.Parameters.TermsBody is { } own ? Paragraphs(own) : texts.TermsBody
            ),
            (
                nameof(Pages.Consent.MayGoBack),
                state.Parameters.ProviderId is null
                    && state.Page is WidgetPage.AddConnection or WidgetPage.ProfessionalAccount
            )
        );
    }

    private static IResult ChooseAccounts(Visit visit, Frame frame, Typed typed)
    {
        var (texts, managing) = (frame.Texts, visit.State.Page == WidgetPage.ManageAccounts);
        if (visit.Accounts.Count == 0)
        {
            return Notice(
                frame,
                texts.ManageTitle,
                texts.ManageNone,
                [new Choice("accounts", texts.Continue, Primary: true)]
            );
        }
        return Page<AccountList>(
            (nameof(AccountList.Frame), frame),
            (nameof(AccountList.Title), managing ? texts.ManageTitle : texts.AccountsTitle),
            (
                nameof(AccountList.Intro),
                managing ? texts.ManageIntro
                : visit.State.Parameters.ConsentPerAccount ? texts.AccountsConsentIntro
                : texts.AccountsIntro
            ),
            (nameof(AccountList.Button), managing ? texts.ManageButton : texts.AccountsButton),
            (nameof(AccountList.Choices), visit.Accounts.Select(a => ToChoice(a, texts)).ToList()),
            (nameof(AccountList.Error), typed.Fault("account-0") is null ? null : texts.AccountsMissing)
        );
    }

    private static IResult End(Visit visit, Frame frame, WidgetOutcome outcome, string bank)
    {
        var (state, texts) = (visit.State, frame.Texts);
        var success = outcome.Status == WidgetOutcome.Success;
        var connectionId = state.ConnectionId is { } id ? Ids.Text(id) : null;
        var queueId = state.QueueId is { } queue ? Ids.Text(queue) : null;
        var place =
            outcome.Status == WidgetOutcome.Cancelled
                ? state.Parameters.CancelUrl ?? state.Parameters.RedirectUrl
                : state.Parameters.RedirectUrl;
        var address = place is null
            ? null
            : QueryHelpers.AddQueryString(
                place.AbsoluteUri,
                new Dictionary<string, string?>
                {
                    ["status"] = outcome.Status,
                    ["result"] = outcome.Result,
                    ["connection_id"] = connectionId,
                    ["queue_id"] = queueId,
                }
                    .Where(pair => pair.Value is not null)
                    .ToDictionary()
            );
        var delay = success ? state.Parameters.CongratsBypassDelay ?? StandardDelay : 0;
        if (address is not null && delay == 0 && !state.Framed)
        {
            return SeeOther(address);
        }
        var message = new OutcomeMessage
        {
            RedirectUrl = place?.AbsoluteUri ?? "/success",
            Status = outcome.Status,
            Result = outcome.Result,
            ConnectionId = connectionId,
            QueueId = queueId,
        };
        var (title, body) = outcome switch
        {
            { Status: WidgetOutcome.Cancelled } => (texts.CancelledTitle, texts.CancelledBody),
            { Status: WidgetOutcome.Error } => (texts.FailedTitle, texts.FailedBody),
            { Partial: true } => (texts.SuccessTitle, texts.SuccessPartial),
            { Result: "accepted" } => (texts.SuccessTitle, texts.SuccessAccepted),
            { Result: "nothing_to_answer" } => (texts.NothingToAnswerTitle, texts.NothingToAnswerBody),
            { Result: "created" } => (texts.SuccessTitle, texts.SuccessAdded(bank)),
            _ => (texts.SuccessTitle, visit.Provider is null ? texts.SuccessSaved : texts.SuccessUpdated(bank)),
        };
        return Page<Ending>(
            (
                nameof(Ending.Frame),
                frame with
                {
                    MayCancel = false,
                    Leaving = address is null ? null : new Leaving(address, delay),
                    HasError = outcome.Status == WidgetOutcome.Error,
                }
            ),
            (nameof(Ending.Title), title),
            (nameof(Ending.Body), body),
            (nameof(Ending.Success), success),
            (nameof(Ending.Message), JsonSerializer.Serialize(message, WidgetJson.Default.OutcomeMessage)),
            (nameof(Ending.Origins), visit.Client.RedirectOrigins),
            (
                nameof(Ending.MayAddAnother),
                state.Page is WidgetPage.AddConnection or WidgetPage.ProfessionalAccount || !success
            )
        );
    }

    private static List<Choice> WaysOn(Texts texts, WidgetState state)
    {
        List<Choice> choices = [new("retry", texts.TryAgain, Primary: true)];
        if (
            state.Page is WidgetPage.AddConnection or WidgetPage.ProfessionalAccount
            && state.Parameters.ProviderId is null
        )
        {
            choices.Add(new("back", texts.ChooseAnotherBank, Primary: false));
        }
        if (state.Framed || state.Parameters.RedirectUrl is not null)
        {
            choices.Add(new("leave", texts.Leave, Primary: false));
        }
        return choices;
    }

    private static List<Field> Fields(ChannelDefinition channel, Texts texts, Typed typed) =>
        [
            .. channel.Credentials.Select(field =>
            {
                var label =
                    field.Labels.GetValueOrDefault(texts.Language)
                    ?? field.Labels.Values.FirstOrDefault()
                    ?? field.Name;
                var password = field.Type == CredentialType.Password;
                return new Field(
                    field.Name,
                    label,
                    password,
                    field.Optional,
                    password ? "" : typed.Form?[field.Name].ToString() ?? "",
                    typed.Fault(field.Name) switch
                    {
                        FieldFault.Missing => texts.FieldMissing(label),
                        FieldFault.Malformed => texts.FieldMalformed(label),
                        _ => null,
                    }
                );
            }),
        ];

    private static string? CodeError(Texts texts, Screen.Code code, Typed typed) =>
        typed.Fault("otp") switch
        {
            FieldFault.Missing => texts.CodeMissing,
            FieldFault.Malformed => texts.FieldMalformed(texts.CodeLabel),
            _ => code.Asked.Retry ? texts.CodeWrong : null,
        };

    private static AccountChoice ToChoice(LinkAccount account, Texts texts)
    {
        var kind = account.Type switch
        {
            "CHECKINGS" => texts.Checkings,
            "SAVINGS" => texts.Savings,
            "LOAN" => texts.Loan,
            "CREDIT_CARD" => texts.CreditCard,
            _ => texts.Account,
        };
        var number = account.Iban ?? account.AccountNumber;
        var end = number is { Length: > 4 } ? $" ···· {number[^4..]}" : "";
        var culture = CultureInfo.GetCultureInfo(texts.Culture);
        return new AccountChoice(
            Ids.Text(account.Id),
            account.Name ?? kind,
            kind + end,
            account.BalanceMinor is { } minor
                ? string.Create(culture, $"{Money.ToDecimal(minor, account.Currency):N2} {account.Currency}")
                : null,
            account.Selected
        );
    }

    private static string Phase(Texts texts, WorkPhase phase, string bank) =>
        phase switch
        {
            WorkPhase.Connecting => texts.ProgressConnecting(bank),
            WorkPhase.Reading => texts.ProgressReading,
            _ => throw new ArgumentOutOfRangeException(nameof(phase)),
        };

    private static string Target(WidgetState state) =>
        state switch
        {
            { Framed: false } => "_self",
            // Banks refuse to be framed: the whole window goes, and the client's page opens the widget again.
            { Parameters.AspspCallbackUri: not null } => "_top",
            _ => "_blank",
        };

    private static Frame Frame(HttpContext context, Visit visit, Texts texts)
    {
        var state = visit.State;
        return new Frame
        {
            Texts = texts,
            Action = $"{WidgetEndpoints.Path(state.Page)}?session_id={Uri.EscapeDataString(visit.Session.Id)}",
            FormToken = visit.Session.FormToken,
            Assets = Assets.Version,
            Theme = state.Parameters.Theme.IsStandard ? null : state.Parameters.Theme.Address,
            MayCancel = state.Parameters.CancelUrl is not null,
        };
    }

    private static Frame Bare(Texts texts) => new() { Texts = texts, Assets = Assets.Version };

    private static RazorComponentResult<Notice> Notice(
        Frame frame,
        string title,
        string body,
        IReadOnlyList<Choice> choices
    ) =>
        Page<Notice>(
            (nameof(Pages.Notice.Frame), frame),
            (nameof(Pages.Notice.Title), title),
            (nameof(Pages.Notice.Body), body),
            (nameof(Pages.Notice.Choices), choices)
        );

    private static RazorComponentResult<T> Page<T>(params (string Name, object? Value)[] parameters)
        where T : IComponent =>
        new(parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal))
        {
            PreventStreamingRendering = true,
        };

    /// <summary>The language of the client's parameter, or the first of the browser's that is spoken here.</summary>
    private static Texts TextsOf(HttpContext context, Visit? visit)
    {
        var locale = visit?.State.Parameters.Locale ?? context.Request.Query["locale"].FirstOrDefault();
        if (!string.IsNullOrEmpty(locale))
        {
            return Texts.For(locale);
        }
        var spoken = context
            .Request.GetTypedHeaders()
            .AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString())
            .FirstOrDefault(tag =>
                tag.StartsWith("fr", StringComparison.OrdinalIgnoreCase)
                || tag.StartsWith("en", StringComparison.OrdinalIgnoreCase)
            );
        return Texts.For(spoken);
    }

    private static List<string> Paragraphs(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private sealed record SeeOtherResult(string Address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = Address;
            return Task.CompletedTask;
        }
    }
}
