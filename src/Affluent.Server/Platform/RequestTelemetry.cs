using System.Diagnostics;
using Affluent.Server.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Affluent.Server.Platform;

/// <summary>
/// What logs and spans say of a request: its id, method, route and status. Never its address, which carries ids, tokens and codes; nor
/// its headers.
/// </summary>
internal static class RequestTelemetry
{
    /// <summary>The attribute that every span has which was described here.</summary>
    public const string Described = "http.request.method";

    private static readonly string[] KnownMethods =
    [
        HttpMethods.Get,
        HttpMethods.Post,
        HttpMethods.Put,
        HttpMethods.Patch,
        HttpMethods.Delete,
        HttpMethods.Head,
        HttpMethods.Options,
    ];

    public static void UseRequestTelemetry(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestTelemetry).FullName!);
        app.Use(
            async (context, next) =>
            {
                using var scope = log.BeginScope(new LogScope { RequestId = context.TraceIdentifier });
                var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
                try
                {
                    await next(context);
                }
                catch (Exception error)
                {
                    span.Fail(error);
                    throw;
                }
                finally
                {
                    if (span is { IsAllDataRequested: true })
                    {
                        Describe(span, context);
                    }
                }
            }
        );
    }

    /// <summary>In the words of OpenTelemetry's conventions for HTTP servers, as far as they carry nothing of the user.</summary>
    private static void Describe(Activity span, HttpContext context)
    {
        var method = MethodOf(context.Request);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag(Described, method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>A method that HTTP knows, or _OTHER: it may be anything that somebody sends.</summary>
    public static string MethodOf(HttpRequest request) =>
        KnownMethods.Contains(request.Method) ? request.Method : "_OTHER";
}
