using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Affluent.Server.Authorization;

/// <summary>
/// Decides on each token request that OpenIddict has found well-formed and whose client it has authenticated: for whom, and with
/// which scopes (RFC 6749 §3.3, §4.3, §4.4, §6).
/// </summary>
internal sealed class TokenRequests(IOpenIddictApplicationManager clients, UserDirectory users, Database database)
    : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public async ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        var request = context.Request;
        var client =
            (ClientRow?)await clients.FindByClientIdAsync(request.ClientId!, context.CancellationToken)
            ?? throw new InvalidOperationException("The client was authenticated a moment ago.");
        var granted = client.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        if (request.IsClientCredentialsGrantType())
        {
            // Without client mode, a client's own token may only create users.
            var allowed = client.ClientMode ? granted : granted.Intersect([Scopes.UsersCreate]);
            if (Choose(context, allowed) is { } scopes)
            {
                context.Principal = Principal(client.ClientId!, client, scopes);
            }
        }
        else if (request.IsPasswordGrantType())
        {
            // Only a client creates users: that scope is left out of a user's token, whoever asks for it.
            if (Choose(context, granted) is not { } scopes)
            {
                return;
            }
            var outcome = await users.SignIn(
                new SignIn(client.Id, request.Username!, new Secret(request.Password!)),
                context.CancellationToken
            );
            if (outcome is SignInOutcome.Welcome welcome)
            {
                context.Principal = Principal(
                    Ids.Text(welcome.UserId),
                    client,
                    scopes.Where(s => s != Scopes.UsersCreate)
                );
            }
            else
            {
                context.Reject(Errors.InvalidGrant, "The user name or the password is wrong.");
            }
        }
        else if (request.IsRefreshTokenGrantType())
        {
            // Validated by OpenIddict; what it cannot know is whether the user is still there.
            var userId = long.Parse(context.Principal!.GetClaim(Claims.Subject)!, CultureInfo.InvariantCulture);
            if (await database.Read(db => users.ClientOf(db, userId), context.CancellationToken) != client.Id)
            {
                context.Reject(Errors.InvalidGrant, "The refresh token is no longer valid.");
                return;
            }
            var before = context.Principal!.GetScopes();
            var wanted = request.GetScopes();
            context.Principal = Principal(
                    Ids.Text(userId),
                    client,
                    wanted.Length == 0 ? before : wanted.Intersect(before, StringComparer.Ordinal)
                )
                .SetAuthorizationId(context.Principal!.GetAuthorizationId());
        }
    }

    /// <summary>What is asked, if all of it is allowed; all that is allowed, if nothing is asked. Else the request is refused.</summary>
    private static ImmutableArray<string>? Choose(HandleTokenRequestContext context, IEnumerable<string> allowed)
    {
        var may = allowed.ToImmutableArray();
        // Refresh tokens come without asking; clients that ask by the name of OpenID Connect are not refused for it.
        var wanted = context.Request.GetScopes().Remove(OpenIddictConstants.Scopes.OfflineAccess);
        if (wanted.Except(may, StringComparer.Ordinal).FirstOrDefault() is { } excess)
        {
            context.Reject(
                Errors.InvalidScope,
                Scopes.All.Contains(excess)
                    ? $"The scope '{excess}' is not granted to this client for this grant."
                    : "A scope that was asked for does not exist."
            );
            return null;
        }
        return wanted.Length == 0 ? may : wanted;
    }

    private static ClaimsPrincipal Principal(string subject, ClientRow client, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity("Affluent", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject);
        identity.SetScopes(scopes);
        identity.SetResources(client.ClientId!);
        identity.SetDestinations(static _ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return new ClaimsPrincipal(identity);
    }
}
