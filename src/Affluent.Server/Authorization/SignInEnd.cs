using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Affluent.Server.Authorization;

/// <summary>When a sign-in ends, however often it is refreshed (<see cref="AuthorizationServer.SignInLifetime"/>).</summary>
internal sealed class SignInEnd(IOpenIddictAuthorizationManager signIns, TimeProvider time)
{
    public const string Message = "The sign-in has come to its end: the user signs in again.";

    /// <summary>For how long a sign-in may still be refreshed.</summary>
    public async Task<TimeSpan> Left(string id, CancellationToken cancellation) =>
        await signIns.FindByIdAsync(id, cancellation) is { } signIn
        && await signIns.GetCreationDateAsync(signIn, cancellation) is { } began
            ? began + AuthorizationServer.SignInLifetime - time.GetUtcNow()
            : TimeSpan.Zero;
}

/// <summary>A refresh token whose sign-in has come to its end is worth nothing, whoever asks: its client, an introspection, a revocation.</summary>
internal sealed class RefreshTokensOfEndedSignIns(SignInEnd end) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (
            context.Principal is { } principal
            && principal.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            && principal.GetAuthorizationId() is { } signIn
            && await end.Left(signIn, context.CancellationToken) <= TimeSpan.Zero
        )
        {
            context.Reject(Errors.InvalidToken, SignInEnd.Message);
        }
    }
}
