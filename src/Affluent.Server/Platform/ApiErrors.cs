using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using KestrelServerOptions = Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions;

namespace Affluent.Server.Platform;

/// <summary>
/// The one place that turns what goes wrong into a problem: exceptions (bugs and infrastructure), and the bare statuses that routing and
/// binding answer with. Pages for people say what went wrong themselves, as pages.
/// </summary>
internal static partial class ApiErrors
{
    /// <summary>A client that has gone away gets no answer; the status is for the log only (nginx's number).</summary>
    private const int ClientClosedRequest = 499;

    /// <summary>Bytes; far above any message of ours.</summary>
    private const long LargestBody = 1 << 20;

    public static void UseApiErrors(this WebApplication app) => app.Use(Answer);

    public static void AddApiErrors(this IServiceCollection services)
    {
        // Bad bodies are thrown with their reason instead of answered without one.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = LargestBody);
    }

    private static async Task Answer(HttpContext context, RequestDelegate next)
    {
        Problem? problem;
        try
        {
            await next(context);
            problem =
                context.Response.HasStarted || context.Response.ContentType is not null ? null : OfStatus(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            problem = OfException(context, error);
            // Keeps what must hold for every answer (Allow, Retry-After are set below); drops what the route had begun.
            context.Response.Clear();
        }
        if (problem is not null)
        {
            await problem.ExecuteAsync(context);
        }
    }

    private static Problem? OfStatus(HttpContext context) =>
        context.Response.StatusCode switch
        {
            404 => new(
                404,
                "unknown_route",
                $"There is nothing at {CallersPath.Of(context)}. See {Docs(context)}/api for the routes."
            ),
            405 => new(
                405,
                "method_not_allowed",
                $"{CallersPath.Of(context)} does not take {context.Request.Method}, but: {context.Response.Headers.Allow}."
            ),
            415 => UnsupportedMediaType,
            413 => TooLarge(context),
            _ => null,
        };

    private static Problem OfException(HttpContext context, Exception error)
    {
        switch (error)
        {
            case BadHttpRequestException { StatusCode: 413 }:
                return TooLarge(context);
            case BadHttpRequestException { StatusCode: 415 }:
                return UnsupportedMediaType;
            case BadHttpRequestException { InnerException: JsonException json }:
                return Body.Fault(json);
            case BadHttpRequestException bad:
                return new(
                    bad.StatusCode,
                    "bad_request",
                    "The request is not one that HTTP allows, or its body is missing."
                );
            case DbException { IsTransient: true }:
                context.RequestServices.GetRequiredService<DatabaseOutage>().Noticed(error);
                return new(
                    503,
                    "temporarily_unavailable",
                    "The database cannot be reached just now. Try again in a moment.",
                    ProblemActor.Operator,
                    Retryable: true
                );
            default:
                LogBug(Logger(context), MethodOf(context), Route(context), error);
                return new(
                    500,
                    "internal_error",
                    "Something went wrong on our side. The operator finds the reason in the log under the trace id.",
                    ProblemActor.Operator,
                    Retryable: true
                );
        }
    }

    /// <summary>What a client was told, so that its trace id leads to a line of the log; our own faults have theirs.</summary>
    public static void LogAnswer(HttpContext context, Problem problem)
    {
        // A host that is not ours has a line of its own, which names it.
        if (problem.Status is < 500 and not StatusCodes.Status421MisdirectedRequest)
        {
            LogRefused(Logger(context), MethodOf(context), Route(context), problem.Status, problem.Code);
        }
    }

    /// <summary>The same of an answer that is no problem: the authorization server's are those of OAuth. Its paths hold no ids.</summary>
    public static void LogAnswer(HttpContext context, string code)
    {
        if (context.Response.StatusCode < 500)
        {
            var path = CallersPath.Of(context).Value ?? "";
            LogRefused(Logger(context), MethodOf(context), path, context.Response.StatusCode, code);
        }
    }

    private static Problem UnsupportedMediaType { get; } =
        new(415, "unsupported_media_type", "Send the body as JSON, with Content-Type: application/json.");

    public static Problem TooLarge(HttpContext context) =>
        new(
            413,
            "body_too_large",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The body of the request is too large: it may have {(context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0) / 1024 / 1024} MiB."
            )
        );

    private static string Docs(HttpContext context) => context.RequestServices.GetRequiredService<Addresses>().Docs;

    private static ILogger Logger(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiErrors).FullName!);

    // The pattern, not the path: ids of users stay out of the log.
    private static string Route(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern
            ? CallersPath.Pattern(context, pattern)
            : "(no route)";

    // The only part of a request that is logged as it came: kept to what HTTP knows.
    private static string MethodOf(HttpContext context) => RequestTelemetry.MethodOf(context.Request);

    [LoggerMessage(1106, LogLevel.Information, "{Method} {Route} was answered {Status} {Code}")]
    private static partial void LogRefused(ILogger logger, string method, string route, int status, string code);

    [LoggerMessage(1104, LogLevel.Error, "{Method} {Route} failed")]
    private static partial void LogBug(ILogger logger, string method, string route, Exception error);
}
