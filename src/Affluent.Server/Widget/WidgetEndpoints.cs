using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Server.Widget;

/// <summary>The widget's addresses: the session for clients, pages for users, the way back for banks.</summary>
internal static partial class WidgetEndpoints
{
    /// <summary>Below the widget's host: the version of the published API, and the addresses of older integrations.</summary>
    private static readonly string[] Roots = ["/embed/v2.1", "/embed"];

    public static IServiceCollection AddWidget(this IServiceCollection services)
    {
        services.AddRazorComponents();
        return services
            .AddSingleton<WidgetSteps>()
            .AddSingleton<WidgetFlow>()
            .AddSingleton<WidgetSessions>()
            .AddHostedService<WidgetPruning>();
    }

    public static void MapWidget(this IEndpointRouteBuilder app)
    {
        foreach (var root in Roots)
        {
            var version = root["/embed".Length..];
            app.MapPost($"{root}/widget/widget_session", (HttpContext c, WidgetSessions s) => s.Create(c, version));
            app.MapPost($"{root}/widget_session", (HttpContext c, WidgetSessions s) => s.Create(c, version));

            var pages = app.MapGroup($"{root}/widget").AddEndpointFilter(Protect);
            MapPage(pages, "add_connection", WidgetPage.AddConnection);
            MapPage(pages, "edit_credentials", WidgetPage.EditCredentials);
            MapPage(pages, "user_input", WidgetPage.UserInput);
            MapPage(pages, "manage_accounts", WidgetPage.ManageAccounts);
            MapPage(pages, "terms", WidgetPage.Terms);
            MapPage(pages, "professional-account", WidgetPage.ProfessionalAccount);
            pages.MapGet("progress", Progress);
            pages.MapGet("bank_callback", BankCallback);
            app.MapGet($"{root}/success", Success).AddEndpointFilter(Protect);

            app.MapGet($"{root}/widget/widget.css", () => Assets.Css).ExcludeFromDescription();
            app.MapGet($"{root}/widget/widget.js", () => Assets.Script).ExcludeFromDescription();
            app.MapGet($"{root}/widget/theme.css", ThemeCss).ExcludeFromDescription();
        }
    }

    /// <summary>The path of a page, relative to the others.</summary>
    public static string Path(WidgetPage page) =>
        page switch
        {
            WidgetPage.AddConnection => "add_connection",
            WidgetPage.EditCredentials => "edit_credentials",
            WidgetPage.UserInput => "user_input",
            WidgetPage.ManageAccounts => "manage_accounts",
            WidgetPage.Terms => "terms",
            WidgetPage.ProfessionalAccount => "professional-account",
            _ => throw new ArgumentOutOfRangeException(nameof(page)),
        };

    private static void MapPage(RouteGroupBuilder pages, string path, WidgetPage page)
    {
        pages.MapGet(
            path,
            (HttpContext context, WidgetFlow flow, TimeProvider time) => Show(context, flow, time, page)
        );
        pages.MapPost(
            path,
            (HttpContext context, WidgetFlow flow, TimeProvider time) => Take(context, flow, time, page)
        );
    }

    private static async Task<IResult> Show(HttpContext context, WidgetFlow flow, TimeProvider time, WidgetPage page)
    {
        var query = context.Request.Query;
        var sessionId = query["session_id"].ToString();
        if (await flow.Find(sessionId, context.RequestAborted) is not { } known)
        {
            return WidgetAnswers.Expired(context);
        }
        WidgetParameters? parameters = null;
        if (WidgetParameters.AreIn(query))
        {
            (parameters, var wrong) = WidgetParameters.Read(query, known.Client.AllowsRedirect);
            if (parameters is null)
            {
                return WidgetAnswers.BadLink(context, known, wrong!);
            }
        }
        if (Missing(page, parameters ?? known.State.Parameters) is { } missing)
        {
            return WidgetAnswers.BadLink(context, known, missing);
        }
        var visit = await flow.Open(sessionId, page, parameters, IsFramed(context.Request), context.RequestAborted);
        return visit is null
            ? WidgetAnswers.Expired(context)
            : WidgetViews.Render(context, visit, visit.Screen(time.Seconds()), new Typed());
    }

    private static async Task<IResult> Take(HttpContext context, WidgetFlow flow, TimeProvider time, WidgetPage page)
    {
        var sessionId = context.Request.Query["session_id"].ToString();
        if (!context.Request.HasFormContentType)
        {
            return new Problem(415, "unsupported_media_type", "This address takes the widget's own forms.");
        }
        var (form, problem) = await Body.ReadForm(context.Request);
        if (form is null)
        {
            return problem!;
        }
        switch (await flow.Take(sessionId, form, Presence.Of(context), context.RequestAborted))
        {
            case Taken.Expired:
                return WidgetAnswers.Expired(context);
            case Taken.Wrong wrong:
                var screen = wrong.Visit.Screen(time.Seconds());
                context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return WidgetViews.Render(context, wrong.Visit, screen, new Typed(form, wrong.Faults));
            default:
                // Every form ends in a redirect, so that reloading and going back repeat nothing.
                return WidgetAnswers.SeeOther($"{Path(page)}?session_id={Uri.EscapeDataString(sessionId)}");
        }
    }

    private static async Task<IResult> Progress(HttpContext context, WidgetFlow flow, TimeProvider time)
    {
        var visit = await flow.Find(context.Request.Query["session_id"].ToString(), context.RequestAborted);
        var screen = visit?.Screen(time.Seconds());
        return TypedResults.Json(
            screen is null
                ? new ProgressMessage("Expired", null)
                : new ProgressMessage(screen.Key, WidgetViews.ProgressText(context, visit!, screen)),
            WidgetJson.Default.ProgressMessage
        );
    }

    private static async Task<IResult> BankCallback(HttpContext context, WidgetFlow flow, Addresses addresses)
    {
        var request = context.Request;
        var state = request.Query["state"].ToString();
        var arrived = new Uri($"{addresses.Embed}/v2.1/widget/bank_callback{request.QueryString}");
        var back = state.Length is > 0 and <= 200
            ? await flow.Return(state, arrived, Presence.Of(context), context.RequestAborted)
            : null;
        return back switch
        {
            null => WidgetAnswers.LinkUsed(context),
            // The client learns which of its connections went on; how that ended it reads from the connection.
            { User: { RedirectUrl: { } to } user } => WidgetAnswers.SeeOther(
                QueryHelpers.AddQueryString(to.AbsoluteUri, "connection_id", Ids.Text(user.ConnectionId))
            ),
            // The session is over, or goes on in the tab that it came from.
            { Visit: null } or { Visit.State: { Framed: true, Parameters.AspspCallbackUri: null } } =>
                WidgetAnswers.Returned(context),
            { Visit.State: { Framed: true, Parameters.AspspCallbackUri: { } page } } => WidgetAnswers.SeeOther(
                page.AbsoluteUri
            ),
            { Visit: { } visit } => WidgetAnswers.SeeOther(
                $"{Path(visit.State.Page)}?session_id={Uri.EscapeDataString(visit.Session.Id)}"
            ),
        };
    }

    private static IResult Success(HttpContext context) => WidgetAnswers.Success(context);

    private static IResult ThemeCss(
        HttpResponse response,
        [FromQuery(Name = "font")] string? font,
        [FromQuery(Name = "font_color")] string? fontColor,
        [FromQuery(Name = "elements_color")] string? elementsColor
    )
    {
        var (theme, wrong) = Theme.Read(font, fontColor, elementsColor);
        if (wrong is not null)
        {
            return Problem.BadParameter(wrong, "is not a CSS value that can be used here");
        }
        response.Headers.CacheControl = "public, max-age=86400";
        return TypedResults.Text(theme.Css(), "text/css; charset=utf-8");
    }

    private static string? Missing(WidgetPage page, WidgetParameters parameters) =>
        page is WidgetPage.EditCredentials or WidgetPage.UserInput && parameters.ConnectionId is null
            ? "connection_id"
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
    /// The least that a page needs; <see cref="WidgetViews"/> names the client's own origins where there are any. Nothing is cached, no
    /// address (which holds the session) is told to anyone.
    /// </summary>
    private static async ValueTask<object?> Protect(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var headers = context.HttpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        headers.ContentSecurityPolicy = WidgetAnswers.Policy("", framedBy: "*");
        try
        {
            return await next(context);
        }
        catch (Exception error) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // A bug, or a database that is away: the user gets words and a way on, never a blank page.
            LogBroken(context.HttpContext.RequestServices.GetRequiredService<ILogger<WidgetFlow>>(), error);
            return WidgetAnswers.Broken(context.HttpContext);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A page of the widget could not be shown")]
    private static partial void LogBroken(ILogger logger, Exception error);
}
