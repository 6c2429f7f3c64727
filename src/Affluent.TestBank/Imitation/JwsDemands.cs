using System.Text;
using System.Text.Json;
using Affluent.TestBank.Authorization;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Imitation;

/// <summary>
/// How one bank wants bodies signed, by a JWS in a header that does not hold them again (RFC 7515, appendix F; RFC 7797; UK Open Banking, Read/Write Data API 3.1, "Message
/// Signing"). Pure.
/// </summary>
internal static class JwsDemands
{
    private const string Space = "http://openbanking.org.uk/";

    // A clock may be wrong.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>What is wrong with how a body is signed; null: nothing, or there is none.</summary>
    public static string? FaultOf(HttpRequest request, byte[] body, Manner manner, LikeRoute route, DateTimeOffset now)
    {
        if (manner.Text("jws_header") is not { } name || body.Length == 0 || route.IsOfAuthorization)
        {
            return null;
        }

        if (manner.Key is not { } key)
        {
            return "the bank knows no key of this third party";
        }

        if (request.Headers[name].ToString().Split('.') is not [{ Length: > 0 } head, "", { Length: > 0 } signature])
        {
            return $"{name} holds no JWS without its body";
        }

        try
        {
            using var json = JsonDocument.Parse(WebEncoders.Base64UrlDecode(head));
            var isEncoded = !manner.Is("jws_payload", "unencoded");
            var algorithm = manner.Text("jwt_algorithm") ?? "PS256";
            byte[] signed =
            [
                .. Encoding.ASCII.GetBytes($"{head}."),
                .. isEncoded ? Encoding.ASCII.GetBytes(WebEncoders.Base64UrlEncode(body)) : body,
            ];
            return FaultOfHeader(json.RootElement, manner, algorithm, isEncoded, now)
                ?? (
                    SignedRequest.IsSigned(signed, WebEncoders.Base64UrlDecode(signature), algorithm, key)
                        ? null
                        : "it is not of the body, or not by the key of this third party"
                );
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return "its header cannot be read";
        }
    }

    private static string? FaultOfHeader(
        JsonElement header,
        Manner manner,
        string algorithm,
        bool isEncoded,
        DateTimeOffset now
    )
    {
        var issuer = manner.Text("jws_issuer");
        string[] critical =
        [
            .. isEncoded ? [] : (string[])["b64"],
            .. issuer is null ? [] : (string[])[$"{Space}iat", $"{Space}iss", $"{Space}tan"],
        ];
        string[] said = header.TryGetProperty("crit", out var named)
            ? [.. named.EnumerateArray().Select(one => one.GetString() ?? "")]
            : [];
        return SignedRequest.Text(header, "alg") != algorithm ? $"alg is {algorithm}"
            : manner.Text("jwt_key_id") is { } id && SignedRequest.Text(header, "kid") != id ? $"kid is {id}"
            : !said.SequenceEqual(critical, StringComparer.Ordinal)
                ? $"crit names {(critical.Length == 0 ? "nothing" : string.Join(' ', critical))}"
            : !isEncoded && !(header.TryGetProperty("b64", out var b64) && b64.ValueKind == JsonValueKind.False)
                ? "b64 is false"
            : issuer is null ? null
            : SignedRequest.Text(header, $"{Space}iss") != issuer ? $"iss is {issuer}"
            : SignedRequest.Text(header, $"{Space}tan") != (manner.Text("jws_trust_anchor") ?? "openbanking.org.uk")
                ? "tan is another list of keys"
            : header.TryGetProperty($"{Space}iat", out var made)
            && made.TryGetInt64(out var seconds)
            && Math.Abs(seconds - now.ToUnixTimeSeconds()) <= Tolerance.TotalSeconds
                ? null
            : "iat is not now";
    }
}
