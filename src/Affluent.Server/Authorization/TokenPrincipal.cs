using System.Collections.Immutable;
using System.Security.Claims;
using Affluent.Server.Storage;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Affluent.Server.Authorization;

/// <summary>For whom a token is, and what it allows.</summary>
internal static class TokenPrincipal
{
    public static ClaimsPrincipal Of(ClientRow client, string subject, IEnumerable<Scope> scopes)
    {
        var identity = new ClaimsIdentity("Affluent", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject);
        identity.SetScopes(scopes.Select(scope => scope.Word()));
        identity.SetResources(client.ClientId!);
        identity.SetDestinations(static _ => [Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }
}

/// <summary>Which scopes a token gets.</summary>
internal static class ScopeChoice
{
    /// <summary>
    /// What is asked, if all of it is allowed; all that is allowed, if nothing is asked. Else none, and why.
    /// </summary>
    /// <param name="leavesOut">What is asked beyond that is left out, as long as something is left.</param>
    public static (Scope[]? Scopes, string? Error) Of(
        ImmutableArray<string> asked,
        IEnumerable<Scope> allowed,
        bool leavesOut
    )
    {
        var may = allowed.ToArray();
        // Refresh tokens come without asking; clients that ask by the name of OpenID Connect are not refused for it.
        var wanted = asked.Remove(Scopes.OfflineAccess);
        if (leavesOut && wanted.All(word => Vocabulary<Scope>.TryRead(word, out _)))
        {
            var some = may.Where(scope => wanted.Contains(scope.Word())).ToArray();
            wanted = some.Length > 0 ? [.. some.Select(scope => scope.Word())] : wanted;
        }
        if (wanted.Except(may.Select(scope => scope.Word()), StringComparer.Ordinal).FirstOrDefault() is { } excess)
        {
            return (
                null,
                Vocabulary<Scope>.TryRead(excess, out _)
                    ? $"The scope '{excess}' is not granted to this client for this grant."
                    : "A scope that was asked for does not exist."
            );
        }
        return (wanted.Length == 0 ? may : [.. Vocabulary<Scope>.Among(wanted)], null);
    }
}
