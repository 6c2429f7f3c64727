using System.Diagnostics;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Widget;

/// <summary>The widget's addresses: the session for clients, pages for users, the way back for banks.</summary>
internal static partial class WidgetEndpoints
{
    /// <summary>Below the widget's host: the versions of the published API, and the addresses of older integrations.</summary>
    private static readonly string[] Roots = ["/embed/v2.1", "/embed/v2", "/embed"];

    public static IServiceCollection AddWidget(this IServiceCollection services)
    {
        services.AddRazorComponents();
        return services
            .AddSingleton<WidgetFlow>()
            .AddSingleton<WidgetSessions>()
            .AddSingleton<ReadingApplications>()
            .AddPeriodicTask("widget_sessions", TimeSpan.FromMinutes(10), WidgetStore.Prune);
    }

    public static void MapWidget(this IEndpointRouteBuilder app)
    {
        foreach (var root in Roots)
        {
            var version = root["/embed".Length..];
            var sessions = app.MapPost(
                $"{root}/widget/widget_session",
                (HttpContext c, WidgetSessions s) => s.Create(c, version)
            );
            if (version == ApiVersion.V21.Path)
            {
                DescribeSessions(sessions);
            }
            app.MapPost($"{root}/widget_session", (HttpContext c, WidgetSessions s) => s.Create(c, version));

            var pages = app.MapGroup($"{root}/widget").AddEndpointFilter(Protect);
            foreach (var purpose in Enum.GetValues<WidgetPurpose>())
            {
                MapPage(pages, purpose);
            }
            pages.MapGet("progress", Progress);
            pages.MapGet("leave", BankRedirects.Leave);
            pages.MapGet("bank_callback/{place}", BankRedirects.Return);
            app.MapGet($"{root}/authorize/{{secret}}", BankRedirects.FollowLink)
                .AddEndpointFilter(Protect)
                .ExcludeFromDescription();
            app.MapGet($"{root}/success", Success).AddEndpointFilter(Protect);

            app.MapGet($"{root}/widget/widget.css", () => Assets.Css).ExcludeFromDescription();
            app.MapGet($"{root}/widget/widget.js", () => Assets.Script).ExcludeFromDescription();
            app.MapGet($"{root}/widget/theme.css", ThemeCss).ExcludeFromDescription();
        }
    }

    /// <summary>The page of a session, relative to the others.</summary>
    public static string Page(SessionContext session) => Link(session.State.Purpose, session.Session.Id);

    /// <summary>A page of a session, relative to the others.</summary>
    public static string Link(WidgetPurpose purpose, string sessionId) =>
        $"{Path(purpose)}?session_id={Uri.EscapeDataString(sessionId)}";

    /// <summary>The path of the pages of a session, relative to the others.</summary>
    public static string Path(WidgetPurpose purpose) =>
        purpose == WidgetPurpose.ProfessionalAccount ? "professional-account" : purpose.Word();

    private static void DescribeSessions(RouteHandlerBuilder sessions) =>
        sessions
            .WithTags("Widget")
            .Describe(
                "createWidgetSession",
                "Open a widget session",
                """
                For your server only: the call carries the secret of the client. Send the user's browser to one of the links, with the
                parameters of the page added by `&`. With the `session_id` of a session that is still open, and another access token of the same
                user, that session lives on (200). Also served at `/widget_session`.
                """
            )
            .Accepts<WidgetSessionRequest>(
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data"
            )
            .Produces<WidgetSessionMessage>(200)
            .Produces<WidgetSessionMessage>(201)
            .Answers(400, 401, 403, 404, 413, 415, 429, 500, 503);

    private static void MapPage(RouteGroupBuilder pages, WidgetPurpose purpose)
    {
        var path = Path(purpose);
        pages.MapGet(
            path,
            (HttpContext context, WidgetFlow flow, ILogger<WidgetFlow> log) => Show(context, flow, purpose, log)
        );
        pages.MapPost(path, (HttpContext context, WidgetFlow flow) => Submit(context, flow, purpose));
    }

    private static async Task<IResult> Show(
        HttpContext context,
        WidgetFlow flow,
        WidgetPurpose purpose,
        ILogger<WidgetFlow> log
    )
    {
        var query = context.Request.Query;
        if (await flow.Find(ReturnCookie.SessionOf(context.Request), context.RequestAborted) is not { } known)
        {
            return Notices.Expired(context);
        }
        WidgetParameters? parameters = null;
        if (WidgetParameters.AreIn(query))
        {
            (parameters, var wrong, var ignored) = WidgetParameters.Read(query, known.Client.AllowsRedirect);
            WidgetLog.LookIgnored(log, known.Client.Id, ignored);
            if (parameters is null)
            {
                return Notices.BadLink(context, known, wrong!.Value);
            }
        }
        if (Missing(purpose, parameters ?? known.State.Parameters) is { } missing)
        {
            return Notices.BadLink(context, known, missing);
        }
        var session = await flow.Open(known, purpose, parameters, IsFramed(context.Request), context.RequestAborted);
        if (session is null)
        {
            return Notices.Expired(context);
        }
        DepartureCookie.Give(context, session);
        return WidgetPages.Find(session) is { } page
            ? PageRenderer.Render(context, session, page)
            : throw new InvalidOperationException($"No page shows a session at the step {session.State.Step}.");
    }

    private static async Task<IResult> Submit(HttpContext context, WidgetFlow flow, WidgetPurpose purpose)
    {
        var sessionId = context.Request.Query["session_id"].ToString();
        if (!context.Request.HasFormContentType)
        {
            return new Problem(415, "unsupported_media_type", "This address takes the widget's own forms.");
        }
        // Only where a file is asked for a form may be as large as one.
        var known = StatementFiles.IsForm(context.Request) ? await flow.Find(sessionId, context.RequestAborted) : null;
        var asking = known is null ? null : UploadPage.For(known);
        var (form, problem) = await Body.ReadForm(
            context.Request,
            asking is null ? null : StatementFiles.AllowForm(context)
        );
        if (form is null)
        {
            if (asking is null || problem!.Status != StatusCodes.Status413PayloadTooLarge)
            {
                return problem!;
            }
            context.Response.StatusCode = problem.Status;
            return PageRenderer.Render(context, known!, asking, UploadPage.TooLarge);
        }
        switch (await flow.Submit(sessionId, form, FormSender.Of(context), context.RequestAborted))
        {
            case Submission.Excess excess:
                return Notices.TooMany(context, excess.RetryAfter);
            case Submission.Expired:
                return Notices.Expired(context);
            case Submission.Rejected rejected:
                context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return PageRenderer.Render(context, rejected.Session, rejected.Page, rejected.Form);
            case Submission.Taken:
                // Every form ends in a redirect, so that reloading and going back repeat nothing.
                return new SeeOther($"{Path(purpose)}?session_id={Uri.EscapeDataString(sessionId)}");
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<IResult> Progress(HttpContext context, WidgetFlow flow)
    {
        var session = await flow.Find(context.Request.Query["session_id"].ToString(), context.RequestAborted);
        var page = session is null ? null : WidgetPages.Find(session);
        return TypedResults.Json(
            page is null
                // Over, or about to go on: either way there is something else to see.
                ? new ProgressMessage("", null)
                : new ProgressMessage(page.Key, page.Progress(PageRenderer.LanguageOf(context, session))),
            WidgetJson.Default.ProgressMessage
        );
    }

    private static IResult Success(HttpContext context) => Notices.Success(context);

    private static ContentHttpResult ThemeCss(HttpContext context)
    {
        string? Value(WidgetParameter name) => context.Request.Query[name.Word()].FirstOrDefault();
        var (theme, _) = Theme.Read(
            Value(WidgetParameter.Font),
            Value(WidgetParameter.FontColor),
            Value(WidgetParameter.ElementsColor)
        );
        context.Response.Headers.CacheControl = "public, max-age=86400";
        return TypedResults.Text(theme.Css(), "text/css; charset=utf-8");
    }

    private static WidgetParameter? Missing(WidgetPurpose purpose, WidgetParameters parameters) =>
        purpose is WidgetPurpose.EditCredentials or WidgetPurpose.UserInput && parameters.ConnectionId is null
            ? WidgetParameter.ConnectionId
            : null;

    /// <summary>
    /// Browsers say where a page goes (Fetch Metadata, W3C) on secure connections and loopback; null where they do not.
    /// </summary>
    private static bool? IsFramed(HttpRequest request) =>
        request.Headers["Sec-Fetch-Dest"].ToString() switch
        {
            "iframe" or "frame" or "embed" or "object" => true,
            "document" => false,
            _ => null,
        };

    /// <summary>
    /// The least that a page needs; <see cref="PageRenderer"/> names the client's own origins where there are any. Nothing is cached, no
    /// address (which holds the session) is told to anyone.
    /// </summary>
    private static async ValueTask<object?> Protect(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var headers = context.HttpContext.Response.Headers;
        PageRenderer.Protect(headers);
        headers.ContentSecurityPolicy = PageRenderer.Policy("", framedBy: "*");
        try
        {
            return await next(context);
        }
        catch (Exception error) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // A bug, or a database that is away: the user gets words and a way on, never a blank page.
            LogBroken(context.HttpContext.RequestServices.GetRequiredService<ILogger<WidgetFlow>>(), error);
            return Notices.Broken(context.HttpContext);
        }
    }

    [LoggerMessage(6001, LogLevel.Error, "A page of the widget could not be shown")]
    private static partial void LogBroken(ILogger logger, Exception error);
}
