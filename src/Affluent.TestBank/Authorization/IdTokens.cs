using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Authorization;

/// <summary>What the bank says of who agreed (OpenID Connect Core, section 2; Open Banking Security Profile, "ID Token").</summary>
internal sealed class IdTokens(BankKey key, BankClock clock)
{
    private const int Seconds = 300;

    /// <summary>The token that comes with the code: it names the code and the state, so that neither can be another's (section 3.3.2.11; FAPI 1.0 Advanced, section 5.2.2.1).</summary>
    public string WithCode(AuthorizationRequest request, string consent, string code)
    {
        var claims = Claims(request, consent);
        claims["c_hash"] = Half(code);
        if (request.State is { } state)
        {
            claims["s_hash"] = Half(state);
        }

        return key.Sign(claims);
    }

    /// <summary>The token that comes with an access token (section 3.1.3.6).</summary>
    public string WithToken(AuthorizationRequest request, string consent, string accessToken)
    {
        var claims = Claims(request, consent);
        claims["at_hash"] = Half(accessToken);
        return key.Sign(claims);
    }

    private JsonObject Claims(AuthorizationRequest request, string consent)
    {
        var claims = new JsonObject
        {
            ["iss"] = request.Issuer,
            // A customer has no other name at this bank than what was agreed to.
            ["sub"] = consent,
            ["aud"] = request.ClientId,
            ["iat"] = clock.Now.ToUnixTimeSeconds(),
            ["exp"] = clock.Now.ToUnixTimeSeconds() + Seconds,
            ["acr"] = "urn:openbanking:psd2:sca",
        };
        if (request.ConsentId is { } intent)
        {
            claims["openbanking_intent_id"] = intent;
        }

        if (request.Nonce is { } nonce)
        {
            claims["nonce"] = nonce;
        }

        return claims;
    }

    private static string Half(string text) =>
        WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(text)).AsSpan(0, 16));
}
