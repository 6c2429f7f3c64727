using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Requests;

/// <summary>How a bank wants tokens that we sign ourselves: JWT (RFC 7519) as JWS in compact form (RFC 7515, section 7.1; RFC 7518, section 3).</summary>
/// <param name="Algorithm">By which they are signed.</param>
/// <param name="Word">What the header calls it.</param>
/// <param name="KeyId">By which the bank finds our key; null: the header names none.</param>
internal sealed record JwtStyle(SealAlgorithm Algorithm, string Word, string? KeyId)
{
    private static readonly Dictionary<string, SealAlgorithm> Algorithms = new()
    {
        ["PS256"] = SealAlgorithm.RsaPssSha256,
        ["RS256"] = SealAlgorithm.RsaSha256,
        ["PS512"] = SealAlgorithm.RsaPssSha512,
        ["RS512"] = SealAlgorithm.RsaSha512,
        ["ES256"] = SealAlgorithm.EcdsaSha256,
    };

    /// <summary>For so long a token is good: what is on its way arrives, and a clock may be wrong.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>The settings that it is read from.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new(
            "jwt_algorithm",
            SettingKind.Text,
            false,
            "how the seal of the operator signs JWT and JWS (PS256 unless said); ES256 needs a key on the curve P-256",
            [.. Algorithms.Keys]
        ),
        new(
            "jwt_key_id",
            SettingKind.Text,
            false,
            "kid of JWT: how the bank finds the key, mostly in the directory's list (left out unless said)"
        ),
    ];

    /// <summary>Reads settings that the catalogue has checked.</summary>
    public static JwtStyle Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        var word = Text("jwt_algorithm") ?? "PS256";
        return new JwtStyle(Algorithms[word], word, Text("jwt_key_id"));
    }

    /// <summary>A signed token of a client.</summary>
    /// <param name="claims">Beside those of every token: who says it, to whom, and when (RFC 7519, section 4.1).</param>
    /// <exception cref="CryptographicException">There is no seal, or it cannot sign.</exception>
    public async Task<string> Sign(
        string client,
        string audience,
        JsonObject claims,
        StepContext context,
        CancellationToken cancellation
    )
    {
        var header = Header();
        header["typ"] = "JWT";
        claims["iss"] = client;
        claims["aud"] = audience;
        claims["jti"] = Guid.NewGuid().ToString();
        claims["iat"] = context.Now.ToUnixTimeSeconds();
        claims["nbf"] = context.Now.ToUnixTimeSeconds();
        claims["exp"] = (context.Now + Life).ToUnixTimeSeconds();
        var signed = $"{Encoded(header)}.{Encoded(claims)}";
        return $"{signed}.{await Sign(Encoding.ASCII.GetBytes(signed), context, cancellation)}";
    }

    /// <summary>What a header says of how we sign (RFC 7515, section 4.1).</summary>
    public JsonObject Header()
    {
        var header = new JsonObject { ["alg"] = Word };
        if (KeyId is not null)
        {
            header["kid"] = KeyId;
        }
        return header;
    }

    /// <summary>The signature of bytes, as it stands in a JWS.</summary>
    /// <exception cref="CryptographicException">There is no seal, or it cannot sign.</exception>
    public async Task<string> Sign(byte[] bytes, StepContext context, CancellationToken cancellation)
    {
        var seal = context.Seal ?? throw new CryptographicException("There is no seal.");
        return EncodeToString(await seal.Sign(bytes, Algorithm, cancellation));
    }

    /// <summary>JSON as a part of a JWS.</summary>
    public static string Encoded(JsonObject json) => EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
