using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Affluent.Server.Authorization;

/// <summary>What an access token says, once it is found to be ours.</summary>
/// <param name="ClientMode">Whether its client may act for its users with a token of its own.</param>
internal sealed record AccessToken(
    TokenId Id,
    AuthorizationId? AuthorizationId,
    long ExpiresAt,
    Caller Caller,
    bool ClientMode
);

/// <summary>
/// Validates access tokens without asking anyone: signature, issuer and type once per token, then only time and revocations. The
/// client behind a token is read once per token.
/// </summary>
internal sealed class AccessTokens(
    SigningKeys signingKeys,
    Addresses addresses,
    Revocations revocations,
    Database database,
    SecurityLog security,
    TimeProvider time,
    int capacity = AccessTokens.Capacity
) : IDisposable
{
    // About 500 bytes each.
    private const int Capacity = 20_000;

    // Full, it forgets the tokens that were not used for longest, a twentieth at a time: each costs one verification when it comes back.
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = capacity });
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly Lazy<TokenValidationParameters> _rules = new(() =>
        new TokenValidationParameters
        {
            ValidIssuer = addresses.Auth,
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = signingKeys.All,
            RequireSignedTokens = true,
            // The audience is the client, not us; time is checked at each use, by our own clock.
            ValidateAudience = false,
            ValidateLifetime = false,
        }
    );

    /// <summary>How many tokens are known.</summary>
    public int Known => _known.Count;

    public void Dispose() => _known.Dispose();

    /// <summary>The token, or null when it is expired, revoked or not ours.</summary>
    public async ValueTask<AccessToken?> Validate(string text, CancellationToken cancellation)
    {
        var key = Key(text);
        if (!_known.TryGetValue(key, out AccessToken? token) || token is null)
        {
            token = await Read(text, cancellation);
            if (token is null)
            {
                return null;
            }
            var left = TimeSpan.FromSeconds(Math.Max(1, token.ExpiresAt - time.Seconds()));
            _known.Set(key, token, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = left });
        }
        return time.Seconds() < token.ExpiresAt && !revocations.Covers(token) ? token : null;
    }

    private async Task<AccessToken?> Read(string text, CancellationToken cancellation)
    {
        var result = await _handler.ValidateTokenAsync(text, _rules.Value);
        if (!result.IsValid)
        {
            security.AccessTokenForged();
        }
        if (
            !result.IsValid
            || result.SecurityToken is not JsonWebToken jwt
            || !jwt.TryGetPayloadValue<string>("client_id", out var clientId)
            || !jwt.TryGetPayloadValue<string>("oi_tkn_id", out var tokenId)
            || !jwt.TryGetPayloadValue<long>("exp", out var expires)
        )
        {
            return null;
        }
        var client = await database.Read(db => ClientStore.FindByClientId(db, clientId), cancellation);
        if (client is null or { Disabled: true })
        {
            return null;
        }
        jwt.TryGetPayloadValue<string>("scope", out var scope);
        return new AccessToken(
            new TokenId(long.Parse(tokenId, CultureInfo.InvariantCulture)),
            jwt.TryGetPayloadValue<string>("oi_au_id", out var family)
                ? new AuthorizationId(long.Parse(family, CultureInfo.InvariantCulture))
                : null,
            expires,
            new Caller(
                client.Id,
                jwt.Subject == clientId ? null : new UserId(long.Parse(jwt.Subject, CultureInfo.InvariantCulture)),
                Vocabulary<Scope>.Among((scope ?? "").Split(' ')).ToHashSet()
            ),
            client.ClientMode
        );
    }

    private static UInt128 Key(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
