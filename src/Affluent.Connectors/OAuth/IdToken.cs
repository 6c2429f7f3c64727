using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Affluent.Connectors.Reading;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.OAuth;

/// <summary>
/// What an id_token of a bank must be before anything is made of what came with it (OpenID Connect Core, sections 3.1.3.7, 3.3.2.10 and 3.3.3.6; FAPI 1.0 Advanced, section
/// 5.2.3). Pure.
/// </summary>
internal sealed record IdToken
{
    /// <summary>Clocks differ by so much.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    private const int LongestToken = 64 * 1024;

    /// <summary>Who must have made it.</summary>
    public required string Issuer { get; init; }

    /// <summary>For whom it must be.</summary>
    public required string Client { get; init; }

    /// <summary>What it must repeat of our request; null: we sent none.</summary>
    public string? Nonce { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>What else must be in it, by name, where it is there.</summary>
    public IReadOnlyDictionary<string, string> Claims { get; init; } = new Dictionary<string, string>();

    /// <summary>Of whom it must speak; null: of anybody.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether it came with the user, in whose hands it could have been changed: it must then name the code.</summary>
    public bool CameWithUser { get; init; }
    public string? Code { get; init; }
    public string? State { get; init; }
    public string? AccessToken { get; init; }

    /// <summary>What is wrong with a token; null: nothing.</summary>
    /// <param name="keys">The bank's, as a JWK Set (RFC 7517, section 5).</param>
    public string? Fault(string token, JsonElement keys)
    {
        if (
            token.Length > LongestToken
            || token.Split('.') is not [var head, var body, var signature]
            || Decoded(head) is not { } header
            || Decoded(body) is not { } claims
        )
        {
            return "it is no signed token";
        }
        if (Algorithm.Of(header.Text("alg")) is not { } algorithm)
        {
            return "its algorithm is none that proves anything";
        }
        var kid = header.Text("kid");
        var fitting = keys.Items("keys").Where(key => algorithm.Fits(key) && (kid is null || key.Text("kid") == kid));
        var signed = Encoding.ASCII.GetBytes($"{head}.{body}");
        if (!IsBase64Url(signature) || !fitting.Any(key => algorithm.IsBy(key, signed, DecodeFromChars(signature))))
        {
            return "its signature is by none of the bank's keys";
        }
        return ClaimFault(claims, algorithm.Hash);
    }

    /// <summary>Of whom a token speaks that is good; null: it does not say.</summary>
    public static string? SubjectOf(string token) =>
        token.Split('.') is [_, var body, _] ? Decoded(body)?.Text("sub") : null;

    private string? ClaimFault(JsonElement claims, HashAlgorithmName hash)
    {
        if (claims.Text("iss") != Issuer)
        {
            return "iss is not the bank";
        }
        string?[] audience = claims.Item("aud") is { ValueKind: JsonValueKind.Array }
            ? [.. claims.Items("aud").Select(one => one.ValueKind == JsonValueKind.String ? one.GetString() : null)]
            : [claims.Text("aud")];
        if (!audience.Contains(Client) || (claims.Text("azp") is { } party && party != Client))
        {
            return "aud is not us";
        }
        if (claims.Decimal("exp") is not { } end || end <= (Now - Leeway).ToUnixTimeSeconds())
        {
            return "it is over";
        }
        if (claims.Decimal("iat") > (Now + Leeway).ToUnixTimeSeconds())
        {
            return "it is of the future";
        }
        if (Subject is not null && claims.Text("sub") != Subject)
        {
            return "sub is another user";
        }
        if (Nonce is not null && claims.Text("nonce") != Nonce)
        {
            return "nonce is of another request";
        }
        (string Name, string? Text)[] hashed = [("c_hash", Code), ("s_hash", State), ("at_hash", AccessToken)];
        foreach (var (name, text) in hashed)
        {
            var said = claims.Text(name);
            if (text is not null && (said is null ? CameWithUser && name == "c_hash" : said != HalfHash(text, hash)))
            {
                return $"{name} is of something else";
            }
        }
        foreach (var (name, value) in Claims)
        {
            if (claims.Text(name) is { } said && said != value)
            {
                return $"{name} is another";
            }
        }
        return null;
    }

    private static string HalfHash(string text, HashAlgorithmName name)
    {
        var hash = CryptographicOperations.HashData(name, Encoding.ASCII.GetBytes(text));
        return EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    private static JsonElement? Decoded(string part) =>
        IsBase64Url(part) && Json.Parse(DecodeFromChars(part)) is { ValueKind: JsonValueKind.Object } json
            ? json
            : null;

    private static bool IsBase64Url(string text) => IsValid(text) && !text.Any(char.IsWhiteSpace);

    /// <summary>What proves something (RFC 7518, section 3.1), and by which kind of key.</summary>
    private sealed record Algorithm(string Word, string Kind, HashAlgorithmName Hash, RSASignaturePadding? Padding)
    {
        private static readonly Algorithm[] All =
        [
            new("PS256", "RSA", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            new("ES256", "EC", HashAlgorithmName.SHA256, Padding: null),
            new("RS256", "RSA", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            new("PS512", "RSA", HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
            new("RS512", "RSA", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        ];

        public static Algorithm? Of(string? word) => All.FirstOrDefault(one => one.Word == word);

        public bool Fits(JsonElement key) =>
            key.Text("kty") == Kind && key.Text("use") is null or "sig" && (key.Text("alg") ?? Word) == Word;

        public bool IsBy(JsonElement key, byte[] signed, byte[] signature)
        {
            try
            {
                if (Padding is { } padding)
                {
                    using var rsa = RSA.Create(
                        new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }
                    );
                    return rsa.VerifyData(signed, signature, Hash, padding);
                }
                if (key.Text("crv") != "P-256")
                {
                    return false;
                }
                using var curve = ECDsa.Create(
                    new ECParameters
                    {
                        Curve = ECCurve.NamedCurves.nistP256,
                        Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") },
                    }
                );
                return curve.VerifyData(signed, signature, Hash);
            }
            catch (CryptographicException)
            {
                // A key that is none.
                return false;
            }
        }

        private static byte[]? Bytes(JsonElement key, string name) =>
            key.Text(name) is { } text && IsBase64Url(text) ? DecodeFromChars(text) : null;
    }
}
