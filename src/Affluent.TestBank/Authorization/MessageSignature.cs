using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;

namespace Affluent.TestBank.Authorization;

/// <summary>Signatures of requests (draft-cavage-http-signatures-12) with the digest of the body (RFC 3230), verified with the key of the third party.</summary>
internal static partial class MessageSignature
{
    // A clock may be wrong.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong with how the request is signed; null: nothing.</summary>
    /// <param name="key">The public key, as PEM.</param>
    /// <param name="required">What must be among the signed where the request has it, in small letters.</param>
    public static string? FaultOf(
        HttpRequest request,
        ReadOnlySpan<byte> body,
        string key,
        IReadOnlyList<string> required,
        DateTimeOffset now
    )
    {
        var parameters = Parameter()
            .Matches(request.Headers["Signature"].ToString())
            .GroupBy(m => m.Groups["name"].Value.Trim('(', ')'), StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First().Groups["value"].Value, StringComparer.Ordinal);
        if (
            !parameters.TryGetValue("keyId", out var keyId)
            || keyId.Length == 0
            || !parameters.TryGetValue("headers", out var headers)
            || !parameters.ContainsKey("signature")
        )
        {
            return "keyId, headers and signature are due";
        }

        var names = headers.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (
            required.FirstOrDefault(name => Has(request, name) && !names.Contains(name, StringComparer.Ordinal)) is
            { } lacking
        )
        {
            return $"{lacking} is not signed";
        }

        if (
            request.Headers.ContainsKey("Digest") || body.Length > 0
                ? !IsDigest(request.Headers["Digest"].ToString(), body)
                    || !names.Contains("digest", StringComparer.Ordinal)
                : names.Contains("digest", StringComparer.Ordinal)
        )
        {
            return "the digest is missing, not signed, or not that of the body";
        }

        if (!IsOfNow(parameters, now))
        {
            return "it is not of now";
        }

        return names.Any(name => ValueOf(request, name, parameters) is null) ? "a header is signed and not there"
            : IsSigned(request, names, parameters, parameters.GetValueOrDefault("algorithm"), key) ? null
            : "it is not by the key of this third party";
    }

    /// <summary>Whether it has begun to count, and counts still.</summary>
    public static bool IsOfNow(IReadOnlyDictionary<string, string> parameters, DateTimeOffset now) =>
        !(Moment(parameters, "expires") <= now || Moment(parameters, "created") > now + Tolerance);

    /// <summary>Whether these parts of a request were signed by the key.</summary>
    /// <param name="parameters">Of the signature.</param>
    /// <param name="key">The public key, as PEM.</param>
    public static bool IsSigned(
        HttpRequest request,
        IEnumerable<string> names,
        IReadOnlyDictionary<string, string> parameters,
        string? algorithm,
        string key
    ) =>
        IsSigned(
            string.Join('\n', names.Select(name => $"{name}: {ValueOf(request, name, parameters)}")),
            parameters.GetValueOrDefault("signature") ?? "",
            algorithm,
            key
        );

    /// <summary>Whether the request has what is signed under this name.</summary>
    public static bool Has(HttpRequest request, string name) => name[0] == '(' || request.Headers.ContainsKey(name);

    private static string? ValueOf(HttpRequest request, string name, IReadOnlyDictionary<string, string> parameters) =>
        name switch
        {
            "(request-target)" =>
                $"{request.Method.ToLowerInvariant()} {request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}",
            "(created)" => parameters.GetValueOrDefault("created"),
            "(expires)" => parameters.GetValueOrDefault("expires"),
            _ => request.Headers.TryGetValue(name, out var values) ? string.Join(", ", values.ToArray()).Trim() : null,
        };

    private static bool IsDigest(string digest, ReadOnlySpan<byte> body) =>
        digest.Split('=', 2) is [var algorithm, var value]
        && algorithm.ToUpperInvariant() switch
        {
            "SHA-256" => Convert.ToBase64String(SHA256.HashData(body)),
            "SHA-512" => Convert.ToBase64String(SHA512.HashData(body)),
            _ => null,
        } == value;

    private static bool IsSigned(string text, string signature, string? algorithm, string key)
    {
        (HashAlgorithmName Hash, RSASignaturePadding Padding)? by = algorithm switch
        {
            "rsa-sha256" => (HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "rsa-pss-sha256" => (HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "rsa-sha512" => (HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            "hs2019" => (HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
            _ => null,
        };
        var bytes = new byte[signature.Length];
        if (by is not var (hash, padding) || !Convert.TryFromBase64String(signature, bytes, out var length))
        {
            return false;
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        return rsa.VerifyData(Encoding.UTF8.GetBytes(text), bytes[..length], hash, padding);
    }

    private static DateTimeOffset? Moment(IReadOnlyDictionary<string, string> parameters, string name) =>
        long.TryParse(
            parameters.GetValueOrDefault(name),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var seconds
        )
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    [GeneratedRegex(
        """(?<name>\(?[a-zA-Z]{1,20}\)?)=(?:"(?<value>[^"]*)"|(?<value>[0-9]{1,12}))""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Parameter();
}
