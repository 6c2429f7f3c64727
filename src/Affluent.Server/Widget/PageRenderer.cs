using Affluent.Server.Widget.Pages;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget;

/// <summary>Shows the page of a session.</summary>
internal static class PageRenderer
{
    /// <param name="rejected">The form that is to be corrected; null when the page is shown for the first time.</param>
    public static IResult Render(
        HttpContext context,
        SessionContext session,
        WidgetPage page,
        RejectedForm? rejected = null
    )
    {
        var origins = session.Client.RedirectOrigins;
        var state = session.State;
        // Who came from a page of ours goes back there, and to nobody else's.
        var back = state.Parameters.RedirectUrl?.GetLeftPart(UriPartial.Authority);
        var leads =
            back is null || origins.Split(' ').Contains(back, StringComparer.Ordinal)
                ? origins
                : $"{origins} {back}".Trim();
        context.Response.Headers.ContentSecurityPolicy = Policy(leads, framedBy: origins);
        var sessionId = Uri.EscapeDataString(session.Session.Id);
        var frame = new Frame
        {
            Language = LanguageOf(context, session),
            Action = $"{WidgetEndpoints.Path(state.Purpose)}?session_id={sessionId}",
            FormToken = session.Session.FormToken,
            Assets = Assets.Version,
            Theme = state.Parameters.Theme.IsStandard ? null : state.Parameters.Theme.Address,
            Showing = page.Key,
            Progress = page.IsLive ? $"progress?session_id={sessionId}" : null,
            MayCancel = state.Parameters.CancelUrl is not null,
            HasError = rejected is not null,
            Message = page.Message.Write(),
            Origins = origins,
            Note = context.Request.IsHttps ? null : new CommonTexts(LanguageOf(context, session)).ReadOnlyNote,
            EndsIn = state.Outcome is null ? session.Session.ExpiresAt - session.Now : null,
        };
        return page.Render(new PageRequest(frame, context.Request.Query, rejected));
    }

    /// <summary>The language that the client wants, or else the browser.</summary>
    public static Language LanguageOf(HttpContext context, SessionContext? session) =>
        session?.State.Parameters.Language ?? Languages.Of(context.Request);

    /// <summary>Nothing is cached, no address (which holds secrets) is told to anyone, nothing of the device is used.</summary>
    public static void Protect(IHeaderDictionary headers)
    {
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
    }

    /// <summary>
    /// The content security policy (CSP 3). Forms may end at the client's origins, because browsers hold the redirect after a form to
    /// this rule too.
    /// </summary>
    /// <param name="origins">The client's, separated by blanks.</param>
    public static string Policy(string origins, string framedBy) =>
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + $"form-action 'self' {origins}; base-uri 'none'; frame-ancestors {(framedBy.Length == 0 ? "'none'" : framedBy)}";
}

/// <summary>303: the browser goes on with GET.</summary>
internal sealed record SeeOther(string Address) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = Address;
        return Task.CompletedTask;
    }
}
