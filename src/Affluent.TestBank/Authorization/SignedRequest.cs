using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Authorization;

/// <summary>Authorization requests that the third party has signed (RFC 9101; FAPI 1.0 Advanced, section 5.2.2): PS256, and nothing older than an hour.</summary>
internal static class SignedRequest
{
    private const int LongestSeconds = 3600;

    /// <summary>What was signed; null when it was not signed by this key, or not for here and now.</summary>
    /// <param name="key">The public key of the third party, as PEM.</param>
    /// <param name="audiences">The names of the bank.</param>
    /// <param name="keyId">What the header calls the key; null: whatever it likes.</param>
    public static JsonElement? Read(
        string token,
        string key,
        string client,
        IReadOnlyList<string> audiences,
        DateTimeOffset now,
        string algorithm = "PS256",
        string? keyId = null
    )
    {
        try
        {
            if (token.Split('.') is not [var header, var body, var signature])
            {
                return null;
            }

            using var head = JsonDocument.Parse(WebEncoders.Base64UrlDecode(header));
            if (
                Text(head.RootElement, "alg") != algorithm
                || (keyId is not null && Text(head.RootElement, "kid") != keyId)
                || !IsSigned(
                    Encoding.ASCII.GetBytes($"{header}.{body}"),
                    WebEncoders.Base64UrlDecode(signature),
                    algorithm,
                    key
                )
            )
            {
                return null;
            }

            using var json = JsonDocument.Parse(WebEncoders.Base64UrlDecode(body));
            var claims = json.RootElement.Clone();
            return
                Text(claims, "iss") == client
                && Audience(claims).Any(a => audiences.Contains(a.TrimEnd('/'), StringComparer.Ordinal))
                && Number(claims, "exp") is { } end
                && end > now.ToUnixTimeSeconds()
                && Number(claims, "nbf") is { } start
                && start <= now.ToUnixTimeSeconds()
                && end - start <= LongestSeconds
                ? claims
                : null;
        }
        // A surrogate that stands alone is the last of them.
        catch (Exception e)
            when (e
                    is FormatException
                        or JsonException
                        or CryptographicException
                        or InvalidOperationException
                        or ArgumentException
            )
        {
            return null;
        }
    }

    /// <summary>Whether a text is signed by this key (RFC 7518, section 3).</summary>
    public static bool IsSigned(byte[] text, byte[] signature, string algorithm, string key)
    {
        if (algorithm == "ES256")
        {
            using var curve = ECDsa.Create();
            curve.ImportFromPem(key);
            return curve.VerifyData(text, signature, HashAlgorithmName.SHA256);
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        return rsa.VerifyData(
            text,
            signature,
            algorithm.EndsWith("512", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256,
            algorithm.StartsWith("RS", StringComparison.Ordinal) ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss
        );
    }

    /// <summary>A claim that is a text; null: it is none.</summary>
    public static string? Text(JsonElement claims, string name) =>
        claims.ValueKind == JsonValueKind.Object
        && claims.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Number(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
            ? number
            : null;

    private static IEnumerable<string> Audience(JsonElement claims) =>
        claims.TryGetProperty("aud", out var aud) && aud.ValueKind == JsonValueKind.Array
            ? aud.EnumerateArray().Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!)
            : [Text(claims, "aud") ?? ""];
}
