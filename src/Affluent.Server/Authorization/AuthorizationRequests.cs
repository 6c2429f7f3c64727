using Affluent.Server.Storage;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Affluent.Server.Authorization;

/// <summary>What a request for a code comes to, before its user is asked.</summary>
internal abstract record AuthorizationCheck
{
    private AuthorizationCheck() { }

    /// <summary>The user is to decide.</summary>
    public sealed record Good(ClientRow Client, IReadOnlyList<Scope> Scopes) : AuthorizationCheck;

    /// <summary>The application is told an error of RFC 6749 §4.1.2.1 or OpenID Connect.</summary>
    public sealed record Refused(string Error, string Description) : AuthorizationCheck;
}

/// <summary>
/// Decides on each authorization request that OpenIddict has found well-formed, of a client that may make it and whose redirect address
/// is registered.
/// </summary>
internal sealed class AuthorizationRequests(IOpenIddictApplicationManager clients)
{
    /// <summary>Whether the redirect address is one that the client has registered: only there may an answer go.</summary>
    public async Task<bool> Trusts(OpenIddictRequest request, CancellationToken cancellation) =>
        request is { ClientId: { Length: > 0 } clientId, RedirectUri: { Length: > 0 } address }
        && await clients.FindByClientIdAsync(clientId, cancellation) is { } client
        && await clients.ValidateRedirectUriAsync(client, address, cancellation);

    public async Task<AuthorizationCheck> Check(
        HttpContext context,
        OpenIddictRequest request,
        CancellationToken cancellation
    )
    {
        // RFC 6749 §3.1.
        if (context.Request.Query.Any(parameter => parameter.Value.Count > 1))
        {
            return new AuthorizationCheck.Refused(Errors.InvalidRequest, "A parameter is sent twice.");
        }
        if (request.HasPromptValue(PromptValues.None))
        {
            // Nobody stays signed in here.
            return new AuthorizationCheck.Refused(Errors.LoginRequired, "The user must sign in.");
        }
        var client =
            (ClientRow?)await clients.FindByClientIdAsync(request.ClientId!, cancellation)
            ?? throw new InvalidOperationException("The client was found a moment ago.");
        var (scopes, error) = ScopeChoice.Of(
            request.GetScopes(),
            Vocabulary<Scope>.Among(client.Scopes.Split(' ')),
            leavesOut: false
        );
        return scopes is null
            ? new AuthorizationCheck.Refused(Errors.InvalidScope, error!)
            : new AuthorizationCheck.Good(client, [.. scopes.Where(scope => scope != Scope.UsersCreate)]);
    }
}
