namespace Affluent.Server.Platform;

/// <summary>What the API reference says of a route, said where the route is.</summary>
internal static class RouteDocs
{
    /// <param name="operation">The operationId: verb and noun, in camelCase; never changed, client generators name methods by it.</param>
    public static RouteHandlerBuilder Describe(
        this RouteHandlerBuilder route,
        string operation,
        string summary,
        string description
    ) => route.WithName(operation).WithSummary(summary).WithDescription(description);

    /// <summary>Answers 200 with this body, or a problem with one of these statuses (401, 403 and 500 go without saying).</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, params int[] problems) =>
        route.Produces<T>(200, "application/json").Answers(problems);

    /// <summary>The answer of this status says more in a header.</summary>
    public static RouteHandlerBuilder Gives(this RouteHandlerBuilder route, int status, AnswerHeader header) =>
        route.WithMetadata(new GivenHeader(status, header));

    /// <summary>Answers without a body, or with a problem.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            _ =
                status < 400
                    ? route.Produces(status)
                    : route.Produces<ProblemMessage>(status, "application/problem+json");
        }
        return route;
    }
}

/// <summary>A header of answers, for the description of routes.</summary>
internal sealed record AnswerHeader(string Name, string Meaning)
{
    public static AnswerHeader CacheControl { get; } =
        new(
            "Cache-Control",
            "`no-store` on all that is a client's or a user's; `public` with its time on what is everybody's."
        );

    public static AnswerHeader ContentLanguage { get; } = new("Content-Language", "The language of the labels.");

    public static AnswerHeader Link { get; } =
        new("Link", "The address of the next page (RFC 8288, `rel=\"next\"`); absent on the last one.");

    public static AnswerHeader Location { get; } = new("Location", "Address of what was made.");

    public static AnswerHeader RetryAfter { get; } =
        new("Retry-After", "Seconds after which the same request may succeed.");

    public static AnswerHeader WwwAuthenticate { get; } =
        new("WWW-Authenticate", "How to authenticate, and what is wrong (RFC 6750, section 3; RFC 6749, section 5.2).");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AnswerHeader> All { get; } =
    [CacheControl, ContentLanguage, Link, Location, RetryAfter, WwwAuthenticate];
}

/// <summary>The header of an answer, said by its route.</summary>
internal sealed record GivenHeader(int Status, AnswerHeader Header);
