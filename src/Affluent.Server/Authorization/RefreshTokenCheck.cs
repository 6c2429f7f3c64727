using System.Globalization;
using Affluent.Server.Platform;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Affluent.Server.Authorization;

/// <summary>Looks at a refresh token without using it up.</summary>
internal sealed class RefreshTokenCheck(
    IOpenIddictTokenManager tokens,
    IOpenIddictAuthorizationManager authorizations,
    SignInEnd signInEnd,
    TimeProvider time
)
{
    /// <summary>When the refresh token ends; null: it is unknown, used, revoked, expired, not of the same sign-in as the access token, or that has ended.</summary>
    public async Task<long?> Find(string text, AccessToken of, CancellationToken cancellation)
    {
        if (
            of is not { AuthorizationId: { } family, Caller.UserId: { } userId }
            || await tokens.FindByReferenceIdAsync(text, cancellation) is not { } token
            || !await tokens.HasTypeAsync(token, TokenTypeIdentifiers.RefreshToken, cancellation)
            || !await tokens.HasStatusAsync(token, Statuses.Valid, cancellation)
            || await tokens.GetSubjectAsync(token, cancellation) != userId.ToString()
            || await tokens.GetApplicationIdAsync(token, cancellation) != Text(of.Caller.ClientId.Value)
            || await tokens.GetAuthorizationIdAsync(token, cancellation) != Text(family.Value)
            || await authorizations.FindByIdAsync(Text(family.Value), cancellation) is not { } authorization
            || !await authorizations.HasStatusAsync(authorization, Statuses.Valid, cancellation)
            || await tokens.GetExpirationDateAsync(token, cancellation) is not { } ends
        )
        {
            return null;
        }
        var left = await signInEnd.Left(Text(family.Value), cancellation);
        var endsAt = Math.Min(ends.ToUnixTimeSeconds(), (time.GetUtcNow() + left).ToUnixTimeSeconds());
        return endsAt > time.Seconds() ? endsAt : null;
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
