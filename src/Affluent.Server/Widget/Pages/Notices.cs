using System.Globalization;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Widget.Pages;

/// <summary>What is said where no page of a session can be shown.</summary>
internal static class Notices
{
    /// <summary>There is no such session, or no longer.</summary>
    public static IResult Expired(HttpContext context)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        var (title, body) = new NoticeTexts(language).Expired;
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        var frame = Bare(context, language) with
        {
            HasError = true,
            Message = PageMessage.SessionOver.Write(),
            Origins = "*",
        };
        return NoticeView.Show(frame, title, body);
    }

    /// <summary>A parameter of the page's address cannot be used.</summary>
    public static IResult BadLink(HttpContext context, SessionContext session, WidgetParameter parameter)
    {
        var language = PageRenderer.LanguageOf(context, session);
        var words = new NoticeTexts(language).BadLink(parameter.Word());
        return Error(context, StatusCodes.Status400BadRequest, language, words);
    }

    /// <summary>The way back from the bank is not open, or no longer.</summary>
    public static IResult LinkUsed(HttpContext context)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        return Error(context, StatusCodes.Status400BadRequest, language, new NoticeTexts(language).LinkUsed);
    }

    /// <summary>The browser is not the one that was to go to the bank.</summary>
    public static IResult OtherBrowser(HttpContext context, SessionContext? session)
    {
        var language = PageRenderer.LanguageOf(context, session);
        return Error(context, StatusCodes.Status403Forbidden, language, new NoticeTexts(language).OtherBrowser);
    }

    /// <summary>The client that sent the user here has been closed.</summary>
    public static IResult ServiceClosed(HttpContext context)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        return Error(context, StatusCodes.Status403Forbidden, language, new NoticeTexts(language).ServiceClosed);
    }

    /// <summary>The bank has not yet said where users go: the page looks again by itself.</summary>
    public static IResult OneMoment(HttpContext context)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        var (title, body) = new NoticeTexts(language).OneMoment;
        context.Response.Headers["Refresh"] = "1";
        return NoticeView.Show(Bare(context, language), title, body);
    }

    /// <summary>More than the limits allow.</summary>
    public static IResult TooMany(HttpContext context, long retryAfter)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        context.Response.Headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        return Error(context, StatusCodes.Status429TooManyRequests, language, new NoticeTexts(language).TooMany);
    }

    /// <summary>A fault of ours.</summary>
    public static IResult Broken(HttpContext context)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        var words = new FailedTexts(language).Of(LinkFailure.InternalError, bank: "");
        return Error(context, StatusCodes.Status500InternalServerError, language, words);
    }

    /// <summary>Back from the bank, in a tab of its own.</summary>
    public static IResult Returned(HttpContext context)
    {
        var language = PageRenderer.LanguageOf(context, session: null);
        var (title, body) = new NoticeTexts(language).Returned;
        return NoticeView.Show(Bare(context, language), title, body);
    }

    /// <summary>Where users end whose client names no place.</summary>
    public static IResult Success(HttpContext context)
    {
        var frame = Bare(context, PageRenderer.LanguageOf(context, session: null));
        return NoticeView.Show(frame, frame.Texts.Done, frame.Texts.ClosePage);
    }

    private static RazorComponentResult<Notice> Error(
        HttpContext context,
        int status,
        Language language,
        (string Title, string Body) words
    )
    {
        context.Response.StatusCode = status;
        return NoticeView.Show(Bare(context, language) with { HasError = true }, words.Title, words.Body);
    }

    private static Frame Bare(HttpContext context, Language language) =>
        new()
        {
            Language = language,
            Assets = Assets.Version,
            Root = RootOf(context.Request.Path.Value ?? ""),
        };

    // These pages are shown at addresses beside and below those of the sessions.
    private static string RootOf(string path) =>
        path.EndsWith("/success", StringComparison.Ordinal) ? "widget/"
        : path.Contains("/authorize/", StringComparison.Ordinal) ? "../widget/"
        : path.Contains("/bank_callback/", StringComparison.Ordinal) ? "../"
        : "";
}

internal sealed class NoticeTexts(Language language) : Texts(language)
{
    public (string Title, string Body) Returned =>
        Say(
            en: (
                "Thank you",
                "Your bank has answered. Go back to the page that you came from: it goes on there. You can close this one."
            ),
            fr: (
                "Merci",
                "Votre banque a répondu. Revenez à la page d’où vous venez : la suite s’y passe. Vous pouvez fermer celle-ci."
            )
        );

    public (string Title, string Body) LinkUsed =>
        Say(
            en: (
                "This link is no longer valid",
                "It was used already, or too much time has gone by. Go back to the service that you came from; if your bank is not linked yet, start again there."
            ),
            fr: (
                "Ce lien n’est plus valable",
                "Il a déjà servi, ou trop de temps a passé. Revenez au service d’où vous venez ; si votre banque n’est pas encore connectée, recommencez-y."
            )
        );

    public (string Title, string Body) OtherBrowser =>
        Say(
            en: (
                "This did not begin in this browser",
                "So nothing was linked, and your bank's answer was not used. If somebody sent you this link, they may have been after your accounts: if you agreed at your bank, take it back there. If you began yourself, start again at the service and stay in one browser, with cookies allowed."
            ),
            fr: (
                "Cette démarche n’a pas commencé dans ce navigateur",
                "Rien n’a donc été connecté et la réponse de votre banque n’a pas été utilisée. Si quelqu’un vous a envoyé ce lien, il cherchait peut-être à accéder à vos comptes : si vous avez donné votre accord à votre banque, retirez-le chez elle. Si vous avez commencé vous-même, recommencez auprès du service et restez dans un seul navigateur, cookies autorisés."
            )
        );

    public (string Title, string Body) ServiceClosed =>
        Say(
            en: (
                "This service is closed",
                "The service that you came from may not read accounts at present. Nothing was read from your bank. Ask that service when it is open again."
            ),
            fr: (
                "Ce service est fermé",
                "Le service d’où vous venez ne peut pas lire de comptes actuellement : rien n’a été lu auprès de votre banque. Demandez à ce service quand il rouvrira."
            )
        );

    public (string Title, string Body) OneMoment =>
        Say(en: ("One moment", "Your bank is being reached."), fr: ("Un instant", "Votre banque est contactée."));

    public (string Title, string Body) TooMany =>
        Say(
            en: (
                "That was too much at once",
                "Wait a minute, then go back one page and try again: nothing that you did before is lost."
            ),
            fr: (
                "Cela faisait trop à la fois",
                "Attendez une minute, puis revenez à la page précédente et réessayez : rien de ce que vous avez fait n’est perdu."
            )
        );

    public (string Title, string Body) Expired =>
        Say(
            en: (
                "This page has expired",
                "For your safety a session ends after some time. Go back to the service that you came from and start again there."
            ),
            fr: (
                "Cette page a expiré",
                "Pour votre sécurité, une session se termine après un certain temps. Revenez au service d’où vous venez et recommencez-y."
            )
        );

    public (string Title, string Body) BadLink(string parameter) =>
        Say(
            en: (
                "This page was opened with a wrong address",
                $"The service that sent you here has to correct its parameter '{parameter}'. You have done nothing wrong."
            ),
            fr: (
                "Cette page a été ouverte avec une mauvaise adresse",
                $"Le service qui vous a envoyé ici doit corriger son paramètre « {parameter} ». Vous n’y êtes pour rien."
            )
        );
}
