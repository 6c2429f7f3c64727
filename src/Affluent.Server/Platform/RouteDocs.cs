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
