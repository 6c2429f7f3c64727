using Affluent.Server.Platform;
using Microsoft.IdentityModel.Tokens;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Affluent.Server.Authorization;

/// <summary>
/// The keys of what this server alone reads, refresh tokens and codes. They come from the master key: a client holds a refresh token for months, and
/// it is to outlive the key that signs access tokens.
/// </summary>
internal static class TokenKeys
{
    /// <summary>Encrypts and signs by the present master key, and reads what the others have encrypted and signed.</summary>
    public static void UseTokenKeys(this OpenIddictServerBuilder server, MasterKey masterKey)
    {
        foreach (var key in masterKey.All)
        {
            server.AddEncryptionKey(new SymmetricSecurityKey(key.Derive("refresh tokens")));
        }
        var keys = masterKey.All.Select(key => SignatureKey(key.Derive("signatures of refresh tokens"))).ToArray();
        var signing = new SigningCredentials(keys[0], SecurityAlgorithms.HmacSha256);
        server.AddEventHandler<GenerateTokenContext>(handler =>
            handler
                .UseInlineHandler(context =>
                {
                    if (
                        context.TokenType
                        is TokenTypeIdentifiers.RefreshToken
                            or TokenTypeIdentifiers.Private.AuthorizationCode
                    )
                    {
                        context.SigningCredentials = signing;
                    }
                    return ValueTask.CompletedTask;
                })
                .SetOrder(AttachSecurityCredentials.Descriptor.Order + 1)
        );
        server.AddEventHandler<ValidateTokenContext>(handler =>
            handler
                .UseInlineHandler(context =>
                {
                    var parameters = context.TokenValidationParameters;
                    parameters.IssuerSigningKeys = [.. parameters.IssuerSigningKeys ?? [], .. keys];
                    return ValueTask.CompletedTask;
                })
                .SetOrder(ResolveTokenValidationParameters.Descriptor.Order + 1)
        );
    }

    private static SymmetricSecurityKey SignatureKey(byte[] bytes)
    {
        var key = new SymmetricSecurityKey(bytes);
        // The RFC 7638 thumbprint: the same key has the same id on every node.
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return key;
    }
}
