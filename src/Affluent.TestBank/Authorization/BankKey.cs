using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Affluent.TestBank.Consents;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Authorization;

/// <summary>
/// The key by which third parties know what the bank says (PS256). It is made when it is first needed, and kept in <c>signing.pem</c> (mode 0600) where there is a data directory.
/// </summary>
internal sealed class BankKey(TestBankOptions options) : IDisposable
{
    private const string Algorithm = "PS256";
    private readonly Lock gate = new();
    private RSA? key;

    /// <summary>Its public half, as a JWK Set (RFC 7517).</summary>
    public JsonObject Jwks()
    {
        lock (gate)
        {
            var numbers = Opened().ExportParameters(includePrivateParameters: false);
            return new JsonObject
            {
                ["keys"] = new JsonArray(
                    new JsonObject
                    {
                        ["kty"] = "RSA",
                        ["use"] = "sig",
                        ["alg"] = Algorithm,
                        ["kid"] = Id(),
                        ["n"] = WebEncoders.Base64UrlEncode(numbers.Modulus!),
                        ["e"] = WebEncoders.Base64UrlEncode(numbers.Exponent!),
                    }
                ),
            };
        }
    }

    /// <summary>Claims as a signed token (RFC 7515, section 7.1).</summary>
    public string Sign(JsonObject claims)
    {
        lock (gate)
        {
            var own = Opened();
            var text =
                $"{Part(new JsonObject { ["alg"] = Algorithm, ["kid"] = Id(), ["typ"] = "JWT" })}.{Part(claims)}";
            var signature = own.SignData(
                Encoding.ASCII.GetBytes(text),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pss
            );
            return $"{text}.{WebEncoders.Base64UrlEncode(signature)}";
        }
    }

    public void Dispose() => key?.Dispose();

    private RSA Opened() => key ??= Open(options.DataDirectory);

    // Another key has another name.
    private string Id() => Convert.ToHexStringLower(SHA256.HashData(Opened().ExportSubjectPublicKeyInfo()))[..16];

    private static RSA Open(string? directory)
    {
        var path = directory is null ? null : Path.Combine(directory, "signing.pem");
        var own = RSA.Create(2048);
        if (path is not null && File.Exists(path))
        {
            own.ImportFromPem(File.ReadAllText(path));
        }
        else if (path is not null)
        {
            PrivateFile.Write(path, Encoding.ASCII.GetBytes(own.ExportPkcs8PrivateKeyPem()));
        }

        return own;
    }

    private static string Part(JsonObject json) =>
        WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
