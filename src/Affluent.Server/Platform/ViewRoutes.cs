using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Platform;

/// <summary>One handler, and another version of the API as a view of what it answers.</summary>
internal static class ViewRoutes
{
    /// <summary>
    /// Answers 200 with the view of the handler's message, or with its problem, one of these statuses. How the view is written is asked for
    /// with the first answer: worked out before, it made the start longer.
    /// </summary>
    public static RouteHandlerBuilder ShownAs<TMessage, TView>(
        this RouteHandlerBuilder route,
        Func<TMessage, TView> view,
        Func<JsonTypeInfo<TView>> json,
        params int[] problems
    ) =>
        route
            .AddEndpointFilter(
                async (context, next) =>
                    await next(context) switch
                    {
                        JsonHttpResult<TMessage> { Value: { } message } => TypedResults.Json(view(message), json()),
                        Problem problem => problem,
                        var other => throw new UnreachableException($"The route answers {other?.GetType()}."),
                    }
            )
            .Answers<TView>(problems);
}
