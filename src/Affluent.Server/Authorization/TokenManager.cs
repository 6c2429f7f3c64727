using System.Globalization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;

namespace Affluent.Server.Authorization;

/// <summary>Tells every node of what OpenIddict revokes: by request (RFC 7009), or because a used refresh token came back.</summary>
internal sealed class TokenManager(
    IOpenIddictTokenCache<TokenRow> cache,
    ILogger<OpenIddictTokenManager<TokenRow>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictTokenStore<TokenRow> store,
    Revocations revocations,
    SecurityLog security,
    Database database
) : OpenIddictTokenManager<TokenRow>(cache, logger, options, store)
{
    public override async ValueTask<bool> TryRevokeAsync(TokenRow token, CancellationToken cancellationToken = default)
    {
        var family =
            token.Type == OpenIddictConstants.TokenTypeIdentifiers.RefreshToken
            && await GetAuthorizationIdAsync(token, cancellationToken) is { } id
                ? new AuthorizationId(long.Parse(id, CultureInfo.InvariantCulture))
                : (AuthorizationId?)null;
        await database.Write(
            async db =>
            {
                await revocations.Add(db, new TokenId(token.Id));
                if (family is { } ended)
                {
                    // With a refresh token goes all that came from its sign-in (RFC 7009 §2.1).
                    await TokenStore.EndFamily(db, ended);
                    await revocations.Add(db, ended);
                }
            },
            cancellationToken
        );
        security.TokenRevoked(await SubjectOf(token, cancellationToken));
        return await base.TryRevokeAsync(token, cancellationToken);
    }

    public override async ValueTask<long> RevokeByAuthorizationIdAsync(
        string identifier,
        CancellationToken cancellationToken = default
    )
    {
        var family = new AuthorizationId(long.Parse(identifier, CultureInfo.InvariantCulture));
        await database.Write(
            async db =>
            {
                // The family itself, too: a token that is being issued at this moment is not yet among those that follow.
                await TokenStore.EndFamily(db, family);
                await revocations.Add(db, family);
            },
            cancellationToken
        );
        await foreach (var token in FindByAuthorizationIdAsync(identifier, cancellationToken))
        {
            security.TokenReplayed(await SubjectOf(token, cancellationToken));
            break;
        }
        return await base.RevokeByAuthorizationIdAsync(identifier, cancellationToken);
    }

    /// <summary>A token's client, and its user where it has one.</summary>
    private async Task<SecuritySubject> SubjectOf(TokenRow token, CancellationToken cancellation) =>
        new(
            Id<ClientId>(await GetApplicationIdAsync(token, cancellation)),
            Id<UserId>(await GetSubjectAsync(token, cancellation))
        );

    private static T? Id<T>(string? text)
        where T : struct, IId<T> => Ids.TryRead<T>(text ?? "", out var id) ? id : null;
}
