using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>
/// Everything that a route may answer instead of what was asked, as RFC 9457 problem details that also carry <c>error</c> and
/// <c>error_description</c> of the published API.
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, snake_case; documented in docs/reference/errors.md. Clients switch on it.</param>
/// <param name="Detail">What happened and what to do next, in words; no secret, no other user's data.</param>
/// <param name="Actor">Who must act.</param>
/// <param name="Retryable">Whether the same request may succeed later, unchanged.</param>
/// <param name="Parameter">The parameter or field that is wrong, when one is.</param>
/// <param name="RetryAfter">Seconds after which it may succeed, where they are known.</param>
internal sealed record Problem(
    int Status,
    string Code,
    string Detail,
    ProblemActor Actor = ProblemActor.Client,
    bool Retryable = false,
    string? Parameter = null,
    long? RetryAfter = null
) : IResult
{
    /// <summary>Of a list that is followed: the oldest place from which all is kept.</summary>
    public string? Oldest { get; init; }

    public static Problem BadParameter(string parameter, string why) =>
        new(400, "invalid_parameter", $"The parameter '{parameter}' {why}.", Parameter: parameter);

    public static Problem MissingParameter(string parameter, string why) =>
        new(400, "missing_parameter", $"The parameter '{parameter}' is missing: {why}.", Parameter: parameter);

    public static Problem BadBody(string why, string? field = null) =>
        new(400, "invalid_body", $"The body of the request cannot be used: {why}.", Parameter: field);

    /// <summary>Also the answer for what belongs to somebody else: the caller cannot tell the two apart.</summary>
    public static Problem NotFound(string what) => new(404, "not_found", $"There is no such {what}.");

    public static Problem Forbidden(string why) => new(403, "forbidden", why);

    public static Problem MissingScope(string scope) =>
        new(403, "insufficient_scope", $"The token lacks the scope '{scope}'.");

    public static Problem Unauthorized(string why) => new(401, "invalid_token", why);

    /// <summary>More than the limits allow.</summary>
    public static Problem RateLimited(long retryAfter) =>
        new(
            429,
            "rate_limited",
            $"Too many requests of this kind: send it again in {retryAfter} seconds.",
            Retryable: true,
            RetryAfter: retryAfter
        );

    public static Problem Conflict(string code, string why) => new(409, code, why);

    /// <summary>Names an answer to the operator: the same id stands in the log.</summary>
    public static string TraceOf(HttpContext context) =>
        Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (ProblemForm.Of(httpContext, this) is { } own)
        {
            return own.ExecuteAsync(httpContext);
        }
        httpContext.Response.StatusCode = Status;
        ApiErrors.LogAnswer(httpContext, this);
        if (Status == 401)
        {
            httpContext.Response.Headers.WWWAuthenticate = $"Bearer error=\"{Code}\"";
        }
        if (RetryAfter is { } seconds)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        return httpContext.Response.WriteAsJsonAsync(
            new ProblemMessage
            {
                Type = $"{httpContext.RequestServices.GetRequiredService<Addresses>().Docs}/reference/errors#{Code}",
                Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status),
                Status = Status,
                Detail = Detail,
                Code = Code,
                Error = Code,
                ErrorDescription = Detail,
                Actor = Actor,
                Retryable = Retryable,
                Parameter = Parameter,
                Oldest = Oldest,
                TraceId = TraceOf(httpContext),
            },
            ProblemJson.Readable.ProblemMessage,
            "application/problem+json"
        );
    }
}

/// <summary>Who must act for a request to succeed.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<ProblemActor>))]
internal enum ProblemActor
{
    Client,
    User,
    Operator,
    Bank,
}

/// <summary>A problem as it goes over the wire.</summary>
internal sealed record ProblemMessage
{
    /// <summary>Where the code is explained (RFC 9457).</summary>
    public required string Type { get; init; }

    /// <summary>The HTTP status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened and what to do next, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>What happened, for programs: stable, in snake_case.</summary>
    public required string Code { get; init; }

    /// <summary>The same as <c>code</c>, under its older name.</summary>
    public required string Error { get; init; }

    /// <summary>The same as <c>detail</c>, under its older name.</summary>
    public required string ErrorDescription { get; init; }

    /// <summary>Who must act: client, user, operator or bank.</summary>
    public required ProblemActor Actor { get; init; }

    /// <summary>Whether the same request may succeed later, unchanged.</summary>
    public required bool Retryable { get; init; }

    /// <summary>The parameter or field that is wrong, when one is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>Of a list that is followed: the oldest place from which all is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Oldest { get; init; }

    /// <summary>Names this answer to the operator.</summary>
    public required string TraceId { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemMessage))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>Quotes stay quotes: the answer is JSON and is never put into a page as it is.</summary>
    public static ProblemJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
