using System.Globalization;
using System.Security.Claims;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Affluent.Server.Authorization;

/// <summary>
/// Decides on each token request that OpenIddict has found well-formed and whose client it has authenticated: for whom, and with
/// which scopes (RFC 6749 §3.3, §4.1.3, §4.3, §4.4, §6).
/// </summary>
internal sealed class TokenRequests(
    IOpenIddictApplicationManager clients,
    SignInEnd signInEnd,
    IOpenIddictTokenManager tokens,
    UserDirectory users,
    Database database,
    TimeProvider time
) : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public async ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        var request = context.Request;
        var client =
            (ClientRow?)await clients.FindByClientIdAsync(request.ClientId!, context.CancellationToken)
            ?? throw new InvalidOperationException("The client was authenticated a moment ago.");
        var granted = Vocabulary<Scope>.Among(client.Scopes.Split(' '));

        if (request.IsClientCredentialsGrantType())
        {
            // Without client mode, a client's own token may only create users.
            var allowed = client.ClientMode ? granted : granted.Intersect([Scope.UsersCreate]);
            // What exists and is not for this token is left out (RFC 6749 §3.3): clients ask for "users_create profile openid".
            if (Choose(context, allowed, leavesOut: true) is { } scopes)
            {
                Grant(context, client, client.ClientId!, scopes);
            }
        }
        else if (request.IsPasswordGrantType())
        {
            // Only a client creates users: that scope is left out of a user's token, whoever asks for it.
            if (Choose(context, granted) is not { } scopes)
            {
                return;
            }
            var http = context.Transaction.GetHttpRequest()!.HttpContext;
            var outcome = await users.SignIn(
                new SignIn(
                    new ClientId(client.Id),
                    request.Username!,
                    new Secret(request.Password!),
                    http.Connection.RemoteIpAddress
                ),
                context.CancellationToken
            );
            switch (outcome)
            {
                case SignInOutcome.Welcome welcome:
                    Grant(context, client, welcome.UserId.ToString(), scopes.Where(s => s != Scope.UsersCreate));
                    break;
                case SignInOutcome.Excess excess:
                    http.Response.Headers.RetryAfter = excess.RetryAfter.ToString(CultureInfo.InvariantCulture);
                    context.Reject(Answers.RateLimited, "Too many sign-ins: send this one again later.");
                    break;
                case SignInOutcome.Refused refused:
                    if (refused.RetryAfter is { } seconds)
                    {
                        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                    }
                    context.Reject(
                        Errors.InvalidGrant,
                        "The user name or the password is wrong, or wrong ones were tried too often: then wait a while."
                    );
                    break;
            }
        }
        else if (request.IsAuthorizationCodeGrantType() || request.IsRefreshTokenGrantType())
        {
            await GoOn(context, client);
        }
    }

    /// <summary>
    /// The code or refresh token is known to be good; what is not known is whether its user is, and whether it came twice.
    /// </summary>
    private async Task GoOn(HandleTokenRequestContext context, ClientRow client)
    {
        var old = context.Principal!;
        if (Choose(context, Vocabulary<Scope>.Among(old.GetScopes())) is not { } scopes)
        {
            return;
        }
        var userId = new UserId(long.Parse(old.GetClaim(Claims.Subject)!, CultureInfo.InvariantCulture));
        if (await database.Read(db => users.ClientOf(db, userId), context.CancellationToken) != new ClientId(client.Id))
        {
            context.Reject(Errors.InvalidGrant, "The code or refresh token is no longer valid.");
            return;
        }
        var left = await signInEnd.Left(old.GetAuthorizationId()!, context.CancellationToken);
        if (left <= TimeSpan.Zero)
        {
            context.Reject(Errors.InvalidGrant, SignInEnd.Message);
            return;
        }
        if (!await UseUp(context.Request, old, context.CancellationToken))
        {
            await tokens.RevokeByAuthorizationIdAsync(old.GetAuthorizationId()!, context.CancellationToken);
            context.Reject(Errors.InvalidGrant, "The code or refresh token was already used.");
            return;
        }
        Grant(context, client, userId.ToString(), scopes);
        context
            .Principal!.SetAuthorizationId(old.GetAuthorizationId())
            .SetClaim(Claims.Private.Nonce, old.GetClaim(Claims.Private.Nonce))
            .SetRefreshTokenLifetime(
                left < AuthorizationServer.RefreshTokenLifetime ? left : AuthorizationServer.RefreshTokenLifetime
            );
    }

    /// <summary>
    /// OpenIddict lets several requests at the same moment pass. Of those with a code the first is the only one. A refresh token may come again for a
    /// while, until one of those that were given for it is used.
    /// </summary>
    private async Task<bool> UseUp(OpenIddictRequest request, ClaimsPrincipal old, CancellationToken cancellation)
    {
        var id = old.GetTokenId()!;
        if (request.IsRefreshTokenGrantType())
        {
            var token = new TokenId(long.Parse(id, CultureInfo.InvariantCulture));
            var family = new AuthorizationId(long.Parse(old.GetAuthorizationId()!, CultureInfo.InvariantCulture));
            return await database.Write(
                db => TokenStore.UseRefreshToken(db, family, token, time.Seconds()),
                cancellation
            );
        }
        return await tokens.FindByIdAsync(id, cancellation) is { } code
            && await tokens.TryRedeemAsync(code, cancellation);
    }

    private static Scope[]? Choose(
        HandleTokenRequestContext context,
        IEnumerable<Scope> allowed,
        bool leavesOut = false
    )
    {
        var (scopes, error) = ScopeChoice.Of(context.Request.GetScopes(), allowed, leavesOut);
        if (scopes is null)
        {
            context.Reject(Errors.InvalidScope, error);
        }
        return scopes;
    }

    private static void Grant(
        HandleTokenRequestContext context,
        ClientRow client,
        string subject,
        IEnumerable<Scope> scopes
    )
    {
        context.Principal = TokenPrincipal.Of(client, subject, scopes);
        // Always said, not only when it differs from what was asked (RFC 6749 §5.1).
        context.Parameters[Parameters.Scope] = string.Join(' ', context.Principal.GetScopes());
    }
}

/// <summary>A user's sign-in brings a refresh token without asking for one, if the client may use it.</summary>
internal sealed class RefreshTokens(IOpenIddictApplicationManager clients)
    : IOpenIddictServerHandler<ProcessSignInContext>
{
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (
            context.EndpointType == OpenIddictServerEndpointType.Token
            && context.Principal!.GetClaim(Claims.Subject) != context.ClientId
            && await clients.FindByClientIdAsync(context.ClientId!, context.CancellationToken) is { } client
            && await clients.HasPermissionAsync(client, Permissions.GrantTypes.RefreshToken, context.CancellationToken)
        )
        {
            context.GenerateRefreshToken = context.IncludeRefreshToken = true;
        }
    }
}
