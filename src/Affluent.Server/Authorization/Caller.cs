using Affluent.Server.Platform;

namespace Affluent.Server.Authorization;

/// <summary>Who sends a request: a client for one of its users, or (client mode) a client by itself.</summary>
/// <param name="UserId">The user of a user token; null on a client token.</param>
internal sealed record Caller(ClientId ClientId, UserId? UserId, IReadOnlySet<Scope> Scopes)
{
    private static readonly object Key = new();

    /// <summary>The caller that the route's scope check has let in.</summary>
    public static Caller Of(HttpContext context) =>
        context.Items[Key] as Caller
        ?? throw new InvalidOperationException("The route does not say which scope it needs.");

    public static void Set(HttpContext context, Caller caller) => context.Items[Key] = caller;

    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));
}

/// <summary>
/// The user whose data a request is about: the user of the token or, in client mode, the one that the request names, checked to
/// belong to the client. Handlers take it as a parameter; every statement that reads or writes a user's rows says
/// <c>user_id = @UserId</c> with it.
/// </summary>
internal sealed record ActingUser(ClientId ClientId, UserId UserId)
{
    private static readonly object Key = new();

    public static void Set(HttpContext context, ActingUser user) => context.Items[Key] = user;

    /// <summary>The user, if the route acts for one.</summary>
    public static ActingUser? Find(HttpContext context) => context.Items[Key] as ActingUser;

    public static ValueTask<ActingUser> BindAsync(HttpContext context) =>
        ValueTask.FromResult(
            Find(context) ?? throw new InvalidOperationException("The route does not say for whom it acts.")
        );
}
