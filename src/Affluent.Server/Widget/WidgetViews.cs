using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Widget.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using static Affluent.Server.Widget.WidgetAnswers;

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
                    (nameof(ChannelChoice.RedirectId), channels[0].Id.Value),
                    (nameof(ChannelChoice.EmbeddedId), channels[^1].Id.Value)
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
            // Opened to answer a question that nobody was there for: the bank asks it again.
            case Screen.Failed when visit.State is { Page: WidgetPage.UserInput, Touched: false }:
                return Notice(
                    frame,
                    texts.SiteTitle,
                    texts.CodeIntro,
                    [new Choice("retry", texts.Continue, Primary: true)]
                );
            case Screen.Failed failed:
                var (title, body) = texts.Trouble(failed.Trouble, bank);
                return Notice(frame with { HasError = true }, title, body, WaysOn(texts, visit));
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
                return EndingView.Render(visit, frame, ended.Outcome, bank);
            default:
                throw new InvalidOperationException($"A screen of type {screen.GetType().Name}.");
        }
    }

    /// <summary>What the live page says of the bank's work; null on others.</summary>
    public static string? ProgressText(HttpContext context, Visit visit, Screen screen) =>
        screen is Screen.Working working
            ? Phase(TextsOf(context, visit), working.Phase, visit.Provider?.Name ?? "")
            : null;

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
            (nameof(Pages.Consent.MayGoBack), state.Parameters.ProviderId is null && Screens.Adds(state))
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

    private static List<Choice> WaysOn(Texts texts, Visit visit)
    {
        var state = visit.State;
        List<Choice> choices = [new("retry", texts.TryAgain, Primary: true)];
        if (Screens.Adds(state) && visit.Connection is { Accounts.Count: > 0 })
        {
            choices.Add(new("skip", texts.GoOnWithout, Primary: false));
            return choices;
        }
        if (Screens.Adds(state) && state.Parameters.ProviderId is null)
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

    private static AccountChoice ToChoice(WidgetAccount account, Texts texts)
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

    private static List<string> Paragraphs(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
