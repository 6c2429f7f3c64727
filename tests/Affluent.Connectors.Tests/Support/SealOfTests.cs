using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A seal whose certificate is its own, and the bank's side of it.</summary>
internal static partial class SealOfTests
{
    private static readonly RSA Key = RSA.Create(2048);

    /// <summary>With its key.</summary>
    public static readonly X509Certificate2 Certificate = new CertificateRequest(
        "CN=Seal of tests, O=Affluent, C=FR",
        Key,
        HashAlgorithmName.SHA256,
        RSASignaturePadding.Pkcs1
    ).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));

    public static Seal Seal { get; } =
        new(
            Certificate,
            (bytes, algorithm, _) =>
                ValueTask.FromResult(Key.SignData(bytes.Span, HashOf(algorithm), PaddingOf(algorithm)))
        );

    private static readonly ECDsa CurveKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>One whose key is on a curve.</summary>
    public static Seal Curve { get; } =
        new(
            new CertificateRequest(
                "CN=Curve of tests, O=Affluent, C=FR",
                CurveKey,
                HashAlgorithmName.SHA256
            ).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100)),
            (bytes, algorithm, _) =>
                algorithm == SealAlgorithm.EcdsaSha256
                    ? ValueTask.FromResult(CurveKey.SignData(bytes.Span, HashAlgorithmName.SHA256))
                    : throw new CryptographicException("The seal's key is not RSA.")
        );

    /// <summary>The seal that signs JWT by an algorithm.</summary>
    public static Seal Of(string algorithm) => algorithm == "ES256" ? Curve : Seal;

    /// <summary>Its public half, as a JWK Set (RFC 7517).</summary>
    public static JsonObject Jwks(string algorithm)
    {
        var key = new JsonObject
        {
            ["kid"] = "seal-1",
            ["use"] = "sig",
            ["alg"] = algorithm,
        };
        if (algorithm == "ES256")
        {
            var point = CurveKey.ExportParameters(includePrivateParameters: false).Q;
            (key["kty"], key["crv"]) = ("EC", "P-256");
            (key["x"], key["y"]) = (EncodeToString(point.X), EncodeToString(point.Y));
        }
        else
        {
            var numbers = Key.ExportParameters(includePrivateParameters: false);
            key["kty"] = "RSA";
            (key["n"], key["e"]) = (EncodeToString(numbers.Modulus), EncodeToString(numbers.Exponent));
        }
        return new JsonObject { ["keys"] = new JsonArray(key) };
    }

    /// <summary>A signature as a JWS has it.</summary>
    public static byte[] Sign(string algorithm, byte[] bytes) =>
        algorithm switch
        {
            "ES256" => CurveKey.SignData(bytes, HashAlgorithmName.SHA256),
            "RS256" => Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        };

    /// <summary>The public half, as PEM.</summary>
    public static string PublicKey { get; } =
        PemEncoding.WriteString("PUBLIC KEY", Certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The public half of the seal that signs JWT by an algorithm, as PEM.</summary>
    public static string PublicKeyOf(string algorithm) =>
        algorithm == "ES256" ? CurveKey.ExportSubjectPublicKeyInfoPem() : PublicKey;

    /// <summary>What is wrong with how a request is signed, as the bank sees it: digest and signature against the certificate; empty: nothing.</summary>
    public static async Task<string> Fault(HttpRequestMessage request, SealAlgorithm algorithm)
    {
        string? Header(string name) =>
            request.Headers.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values)
            : request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true ? string.Join(", ", values)
            : null;

        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync();
        // RFC 3230: names of algorithms have no case.
        if (
            Header("Digest")?.Split('=', 2) is { } digest
            && Convert.ToBase64String(
                digest[0].Equals("SHA-512", StringComparison.OrdinalIgnoreCase)
                    ? SHA512.HashData(body)
                    : SHA256.HashData(body)
            ) != digest[1]
        )
        {
            return "the digest is not the body's";
        }
        if (Header("Signature") is not { } signature)
        {
            return "there is no signature";
        }
        var parameters = Parameter()
            .Matches(signature)
            .ToDictionary(m => m.Groups["name"].Value.Trim('(', ')'), m => m.Groups["value"].Value.Trim('"'));
        List<string> lines = [];
        foreach (var name in parameters["headers"].Split(' '))
        {
            var value = name switch
            {
                "(request-target)" =>
                    $"{request.Method.ToString().ToLowerInvariant()} {request.RequestUri!.PathAndQuery}",
                "(created)" => parameters["created"],
                "(expires)" => parameters["expires"],
                "host" => request.RequestUri!.Authority,
                _ => Header(name),
            };
            if (value is null)
            {
                return $"{name} is signed and not sent";
            }
            lines.Add($"{name}: {value}");
        }
        var valid = Certificate
            .GetRSAPublicKey()!
            .VerifyData(
                Encoding.UTF8.GetBytes(string.Join("\n", lines)),
                Convert.FromBase64String(parameters["signature"]),
                HashOf(algorithm),
                PaddingOf(algorithm)
            );
        return valid ? "" : "the signature is not of what was sent";
    }

    private static HashAlgorithmName HashOf(SealAlgorithm algorithm) =>
        algorithm is SealAlgorithm.RsaSha256 or SealAlgorithm.RsaPssSha256
            ? HashAlgorithmName.SHA256
            : HashAlgorithmName.SHA512;

    private static RSASignaturePadding PaddingOf(SealAlgorithm algorithm) =>
        algorithm is SealAlgorithm.RsaSha256 or SealAlgorithm.RsaSha512
            ? RSASignaturePadding.Pkcs1
            : RSASignaturePadding.Pss;

    [GeneratedRegex(@"(?<name>[()\w]+)=(?<value>""[^""]*""|\d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}

/// <summary>Lets nothing through to a bank that is not signed, where its requests are.</summary>
internal sealed class SignedBank(
    HttpMessageHandler bank,
    SealAlgorithm algorithm,
    Func<HttpRequestMessage, bool> signed
) : DelegatingHandler(bank)
{
    /// <summary>How many signatures were good.</summary>
    public int Verified { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (signed(request))
        {
            Assert.Equal("", await SealOfTests.Fault(request, algorithm));
            Verified++;
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
