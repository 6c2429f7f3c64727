using System.Globalization;
using Affluent.Server.Platform;

namespace Affluent.Server.SimpleFin;

/// <summary>
/// What applications are answered instead of accounts: words, for several of them take every JSON for data, whatever the status.
/// </summary>
internal sealed record SimpleFinRefusal(int Status, string Code, string Words, long? RetryAfter = null) : IResult
{
    /// <summary>Some applications know it by its first word.</summary>
    public static SimpleFinRefusal Forbidden(string why) => new(403, "simplefin_forbidden", $"Forbidden: {why}");

    public static SimpleFinRefusal BadRequest(string why) => new(400, "simplefin_bad_request", why);

    public static SimpleFinRefusal TooMany(long retryAfter) =>
        new(
            429,
            "rate_limited",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Too many requests: this access has sent as many as it may in a day. Send it again in {retryAfter} seconds."
            ),
            retryAfter
        );

    public static SimpleFinRefusal Unavailable { get; } =
        new(503, "temporarily_unavailable", "The database cannot be reached just now. Try again in a moment.");

    /// <summary>A problem of ours in words.</summary>
    public static SimpleFinRefusal Of(Problem problem) =>
        new(
            problem.Status,
            problem.Code,
            problem.Code == "unknown_route"
                ? "There is nothing at this address. A SimpleFIN server has /info, /create, /claim and /accounts below its root, where it is switched on."
                : problem.Detail,
            problem.RetryAfter
        );

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        ApiErrors.LogAnswer(httpContext, new Problem(Status, Code, Words));
        if (RetryAfter is { } seconds)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        httpContext.Response.ContentType = "text/plain; charset=utf-8";
        return httpContext.Response.WriteAsync(Words, httpContext.RequestAborted);
    }
}
