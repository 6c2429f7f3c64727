using Affluent.Server.Widget.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Widget;

/// <summary>What the pages have in common, and those that need no session.</summary>
internal static class WidgetAnswers
{
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

    public static IResult Broken(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        var texts = TextsOf(context, visit: null);
        var (title, body) = texts.Trouble(Trouble.Internal, "");
        return Notice(Bare(texts) with { HasError = true }, title, body, []);
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

    /// <summary>Something to know, and ways on.</summary>
    public static RazorComponentResult<Notice> Notice(
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

    /// <summary>A page with its parameters.</summary>
    public static RazorComponentResult<T> Page<T>(params (string Name, object? Value)[] parameters)
        where T : IComponent =>
        new(parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal))
        {
            PreventStreamingRendering = true,
        };

    /// <summary>The language of the client's parameter, or the first of the browser's that is spoken here.</summary>
    public static Texts TextsOf(HttpContext context, Visit? visit)
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

    private static Frame Bare(Texts texts) => new() { Texts = texts, Assets = Assets.Version };

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
