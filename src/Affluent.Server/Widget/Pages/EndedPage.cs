using System.Diagnostics;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Server.Widget.Pages;

/// <summary>The end of a session: tells the client's page, and takes the user back to the client.</summary>
internal sealed class EndedPage(SessionContext session, WidgetOutcome outcome) : WidgetPage(session)
{
    private const int StandardDelay = 3;

    /// <summary>Seen from the pages.</summary>
    private const string OwnEnd = "../success";

    public static EndedPage? For(SessionContext session) =>
        session.State is { Step: WidgetStep.Done, Outcome: { } outcome } ? new(session, outcome) : null;

    public override PageStep Step => PageStep.End;

    public override PageMessage Message =>
        new()
        {
            EventName = PageEvent.RedirectTo,
            RedirectUrl = "/success",
            ReturnUrl = Place?.AbsoluteUri,
            Status = outcome.Status,
            Result = outcome.Result,
            ConnectionId = State.ConnectionId,
            QueueId = State.QueueId,
        };

    /// <summary>The client's place where the user ends.</summary>
    private Uri? Place =>
        outcome is WidgetOutcome.Cancelled
            ? State.Parameters.CancelUrl ?? State.Parameters.RedirectUrl
            : State.Parameters.RedirectUrl;

    /// <summary>Whether a page of the client looks on, and is to be told how it ended.</summary>
    private bool IsWatched => State.Framed || State.Parameters.Display == WidgetDisplay.Popup;

    public override IResult Render(PageRequest request)
    {
        var success = outcome is WidgetOutcome.Success;
        var address =
            Place is { } place ? AddressOf(place.AbsoluteUri)
            // Whoever shows the widget in a window of its own sees by this address that it is over.
            : success && !IsWatched ? AddressOf(OwnEnd)
            : null;
        var delay = success ? State.Parameters.CongratsBypassDelay ?? StandardDelay : 0;
        if (address is not null && delay == 0 && !IsWatched)
        {
            return new SeeOther(address);
        }
        var (title, body) = Words(request.Language);
        return PageMarkup.Of<Ended, EndedView>(
            request.Frame with
            {
                MayCancel = false,
                Leaving = address is null ? null : new Leaving(address, delay),
                HasError = outcome is WidgetOutcome.Error,
            },
            new EndedView
            {
                Title = title,
                Body = body,
                Success = success,
                LeadsBack = Place is not null,
                MayStartAgain = State.AddsBank || !success,
            }
        );
    }

    public override Task<FormResult> Submit(PostedForm form) =>
        Task.FromResult<FormResult>(
            form.Action<EndedAction>() switch
            {
                EndedAction.Restart => new FormResult.To(State.Restart()),
                null => new FormResult.Ignored(),
            }
        );

    /// <summary>An address that is told how it ended.</summary>
    private string AddressOf(string place)
    {
        Dictionary<string, string?> query = new()
        {
            ["status"] = outcome.Status.Word(),
            ["result"] = outcome.Result,
            ["connection_id"] = State.ConnectionId?.ToString(),
            ["queue_id"] = State.QueueId?.ToString(),
        };
        return QueryHelpers.AddQueryString(place, query.Where(pair => pair.Value is not null));
    }

    private (string Title, string Body) Words(Language language)
    {
        var texts = new EndedTexts(language);
        var (done, bank) = (new CommonTexts(language).Done, BankName(language));
        return outcome switch
        {
            WidgetOutcome.Cancelled => (texts.CancelledTitle, texts.CancelledBody),
            WidgetOutcome.Error { Failure: LinkFailure.NoAccounts } => (texts.NoAccountsTitle, texts.NoAccountsBody),
            WidgetOutcome.Error => (texts.FailedTitle, texts.FailedBody),
            WidgetOutcome.Success { Partial: true } => (done, texts.Partial),
            WidgetOutcome.Success success => success.What switch
            {
                SuccessResult.Created => (done, texts.Added(bank)),
                SuccessResult.Updated => (done, Session.Provider is null ? texts.Saved : texts.Updated(bank)),
                SuccessResult.Accepted => (done, texts.Accepted),
                SuccessResult.NothingToAnswer => (
                    new NothingToAnswerTexts(language).Title,
                    new NothingToAnswerTexts(language).Body
                ),
            },
            _ => throw new UnreachableException(),
        };
    }
}

[WordCase(WordCase.LowerSnake)]
internal enum EndedAction
{
    Restart,
}

/// <summary>How it ended.</summary>
public sealed record EndedView
{
    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>What came out.</summary>
    public required string Body { get; init; }

    /// <summary>Whether it went well.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it goes on at the client.</summary>
    public required bool LeadsBack { get; init; }

    /// <summary>Whether the same session may go through its pages again.</summary>
    public required bool MayStartAgain { get; init; }
}

internal sealed class EndedTexts(Language language) : Texts(language)
{
    public string Added(string bank) => Say(en: $"{bank} is linked.", fr: $"{bank} est connectée.");

    public string Updated(string bank) => Say(en: $"{bank} is up to date.", fr: $"{bank} est à jour.");

    public string Partial =>
        Say(
            en: "A part of your accounts could not be read. What your bank gives later, we read by ourselves.",
            fr: "Une partie de vos comptes n’a pas pu être lue. Ce que votre banque donnera plus tard, nous le lirons automatiquement."
        );

    public string Accepted => Say(en: "Thank you. Your agreement is noted.", fr: "Merci. Votre accord est enregistré.");

    public string Saved => Say(en: "Your choice is saved.", fr: "Votre choix est enregistré.");
    public string Leaving => Say(en: "We take you back.", fr: "Nous vous ramenons au service.");
    public string AddAnother => Say(en: "Link another bank", fr: "Connecter une autre banque");
    public string CancelledTitle => Say(en: "Stopped", fr: "Arrêté");

    public string CancelledBody =>
        Say(
            en: "Nothing more is read. You can start again whenever you like.",
            fr: "Plus rien n’est lu. Vous pouvez recommencer quand vous voulez."
        );

    public string NoAccountsTitle => Say(en: "No account is linked", fr: "Aucun compte n’est connecté");

    public string NoAccountsBody =>
        Say(
            en: "There is no account that could be read. You can start again whenever you like.",
            fr: "Il n’y a aucun compte à lire. Vous pouvez recommencer quand vous voulez."
        );

    public string FailedTitle => Say(en: "This did not work", fr: "Cela n’a pas fonctionné");

    public string FailedBody =>
        Say(
            en: "Your bank was not linked. You can start again whenever you like.",
            fr: "Votre banque n’est pas connectée. Vous pouvez recommencer quand vous voulez."
        );
}
