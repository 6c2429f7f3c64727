using System.Net.Http.Headers;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>
/// Who may call a route. A route says <c>.Needs(scope, …)</c>: any one of them is enough. Without more it acts for a user: the one of
/// the token or, in client mode, the one of <c>user_id</c>. A route by id adds <c>.OwnedBy("id", ownerOf)</c>, so that in client
/// mode the owner is found from the resource; a route that acts for the client itself adds <c>.ForClients()</c>. A route that shows
/// everybody the same says <c>.NeedsAnyToken()</c> instead.
/// </summary>
internal static class Access
{
    /// <summary>The scopes of which the token must have one.</summary>
    public static T Needs<T>(this T route, params Scope[] anyOf)
        where T : IEndpointConventionBuilder => route.WithMetadata(new Need(anyOf));

    /// <summary>
    /// The resource that the route's parameter names belongs to the user that <paramref name="ownerOf"/> finds; null: there is none.
    /// </summary>
    public static RouteHandlerBuilder OwnedBy<TId>(
        this RouteHandlerBuilder route,
        string parameter,
        Func<DbWork, TId, Task<UserId?>> ownerOf
    )
        where TId : struct, IId<TId> => route.WithMetadata(Ownership.By(parameter, ownerOf));

    /// <inheritdoc cref="OwnedBy{TId}(RouteHandlerBuilder, string, Func{DbWork, TId, Task{UserId?}})"/>
    public static RouteGroupBuilder OwnedBy<TId>(
        this RouteGroupBuilder routes,
        string parameter,
        Func<DbWork, TId, Task<UserId?>> ownerOf
    )
        where TId : struct, IId<TId> => routes.WithMetadata(Ownership.By(parameter, ownerOf));

    /// <summary>The route acts for the client, with the client's own token.</summary>
    public static T ForClients<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(new ClientsOnly());

    /// <summary>
    /// A client's own token that names no user reads what concerns all of the client's users; there is no <see cref="ActingUser"/> then.
    /// </summary>
    public static T ForAllUsersToo<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(new UserOptional());

    /// <summary>The route is the same for everybody who has a valid token, of whatever kind and scopes.</summary>
    public static T NeedsAnyToken<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(new Need([]));

    /// <summary>The route can be called so many times a minute, for a user, by a client and from an address.</summary>
    public static RouteHandlerBuilder Limited(this RouteHandlerBuilder route, LimitedAction action) =>
        route.WithMetadata(new Limit(action)).Answers(StatusCodes.Status429TooManyRequests);

    /// <summary>
    /// <c>user_id</c> names the user whoever calls, as in v3: a user's own token may leave it out, and reaches nobody else by it. Elsewhere
    /// only a client's token looks at it.
    /// </summary>
    public static RouteGroupBuilder NamesUser(this RouteGroupBuilder routes) => routes.WithMetadata(new UserNamed());

    /// <summary>Whether a route says what it needs.</summary>
    public static bool IsGuarded(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Need>() is not null;

    /// <summary>Whether the token of a request that has been let through would be still: for answers that take long.</summary>
    public static async ValueTask<bool> IsStillValid(HttpContext context) =>
        Bearer(context.Request) is { } text
        && await context.RequestServices.GetRequiredService<AccessTokens>().Validate(text, context.RequestAborted)
            is not null;

    /// <summary>Middleware: lets the request through with its <see cref="Caller"/> and <see cref="ActingUser"/>, or answers it.</summary>
    internal static async Task Check(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Need>() is not { } need)
        {
            await next(context);
            return;
        }
        if ((await Decide(context, need) ?? Excess(context)) is { } problem)
        {
            await problem.ExecuteAsync(context);
            return;
        }
        await next(context);
    }

    private static async Task<Problem?> Decide(HttpContext context, Need need)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        if (Bearer(context.Request) is not { } text)
        {
            return Problem.Unauthorized("Send an access token: Authorization: Bearer …");
        }
        var tokens = context.RequestServices.GetRequiredService<AccessTokens>();
        if (await tokens.Validate(text, context.RequestAborted) is not { } token)
        {
            return Problem.Unauthorized("The access token is expired, revoked or not valid here.");
        }
        var caller = token.Caller;
        Caller.Set(context, caller);
        if (need.AnyOf is [])
        {
            return null;
        }
        if (!need.AnyOf.Any(caller.Scopes.Contains))
        {
            return Problem.MissingScope(need.AnyOf[0].Word());
        }

        if (metadata.GetMetadata<ClientsOnly>() is not null)
        {
            return caller.UserId is null
                ? null
                : Problem.Forbidden("This route is for a client's own token (client_credentials).");
        }
        if (caller.UserId is { } self)
        {
            if (metadata.GetMetadata<UserNamed>() is not null)
            {
                if (ReadNamed(context, out var other) is { } problem)
                {
                    return problem;
                }
                if (other is not null && other != self)
                {
                    return NoSuchUser(metadata.GetMetadata<Ownership>());
                }
            }
            ActingUser.Set(context, new ActingUser(caller.ClientId, self));
            return null;
        }
        if (!token.ClientMode)
        {
            return Problem.Forbidden("This client may not act for its users with its own token; use a user's token.");
        }
        return await ActInClientMode(context, caller, metadata.GetMetadata<Ownership>());
    }

    private static Problem? Excess(HttpContext context) =>
        context.GetEndpoint()!.Metadata.GetMetadata<Limit>() is { } limit
        && ActingUser.Find(context) is { } user
        && context
            .RequestServices.GetRequiredService<RequestLimits>()
            .Take(limit.Action, user.ClientId, user.UserId.ToString(), context.Connection.RemoteIpAddress)
            is { } seconds
            ? Problem.RateLimited(seconds)
            : null;

    private static async Task<Problem?> ActInClientMode(HttpContext context, Caller caller, Ownership? ownership)
    {
        if (ReadNamed(context, out var named) is { } problem)
        {
            return problem;
        }
        if (named is null && ownership is null)
        {
            if (context.GetEndpoint()!.Metadata.GetMetadata<UserOptional>() is not null)
            {
                return null;
            }
            return Problem.MissingParameter("user_id", "a client's token must say for which user it acts");
        }

        var services = context.RequestServices;
        var users = services.GetRequiredService<UserDirectory>();
        var acting = await services
            .GetRequiredService<Database>()
            .Read(
                async db =>
                {
                    var userId = named;
                    if (ownership is not null)
                    {
                        var owner = await ownership.OwnerOf(db, context.GetRouteValue(ownership.Parameter) as string);
                        userId = named is null || named == owner ? owner : null;
                    }
                    return userId is { } found && await users.ClientOf(db, found) == caller.ClientId ? userId : null;
                },
                context.RequestAborted
            );
        if (acting is null)
        {
            return NoSuchUser(ownership);
        }
        ActingUser.Set(context, new ActingUser(caller.ClientId, acting.Value));
        return null;
    }

    private static Problem? ReadNamed(HttpContext context, out UserId? named)
    {
        named = null;
        if (context.Request.Query["user_id"] is not [{ } text, ..])
        {
            return null;
        }
        if (!Ids.TryRead<UserId>(text, out var id))
        {
            return Problem.BadParameter("user_id", "must be the id of a user, a decimal number");
        }
        named = id;
        return null;
    }

    private static Problem NoSuchUser(Ownership? ownership) =>
        Problem.NotFound(ownership is null ? "user" : "resource of a user of this client");

    // RFC 6750 §2.1.
    private static string? Bearer(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && header.Parameter is { Length: > 0 and < 8192 } token
            ? token
            : null;

    /// <summary>The scopes of which one is enough; empty: any valid token is.</summary>
    internal sealed record Need(Scope[] AnyOf);

    /// <param name="OwnerOf">The owner of what the text names; null when it names nothing.</param>
    private sealed record Ownership(string Parameter, Func<DbWork, string?, Task<UserId?>> OwnerOf)
    {
        public static Ownership By<TId>(string parameter, Func<DbWork, TId, Task<UserId?>> ownerOf)
            where TId : struct, IId<TId> =>
            new(
                parameter,
                (db, text) => Ids.TryRead<TId>(text, out var id) ? ownerOf(db, id) : Task.FromResult<UserId?>(null)
            );
    }

    /// <summary>What a route counts as.</summary>
    private sealed record Limit(LimitedAction Action);

    /// <summary>On routes where <c>user_id</c> names the user of a user's token, too.</summary>
    internal sealed record UserNamed;

    /// <summary>On routes that a client's token can call for all of its users at once.</summary>
    internal sealed record UserOptional;

    /// <summary>On routes that act for the client itself.</summary>
    internal sealed record ClientsOnly;
}
