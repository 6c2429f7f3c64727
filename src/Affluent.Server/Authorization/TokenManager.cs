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
    Revocations revocations
) : OpenIddictTokenManager<TokenRow>(cache, logger, options, store)
{
    public override async ValueTask<bool> TryRevokeAsync(TokenRow token, CancellationToken cancellationToken = default)
    {
        await revocations.Add(RevocationKind.Token, token.Id, cancellationToken);
        return await base.TryRevokeAsync(token, cancellationToken);
    }

    public override async ValueTask<long> RevokeByAuthorizationIdAsync(
        string identifier,
        CancellationToken cancellationToken = default
    )
    {
        await revocations.Add(
            RevocationKind.Authorization,
            long.Parse(identifier, System.Globalization.CultureInfo.InvariantCulture),
            cancellationToken
        );
        return await base.RevokeByAuthorizationIdAsync(identifier, cancellationToken);
    }
}
