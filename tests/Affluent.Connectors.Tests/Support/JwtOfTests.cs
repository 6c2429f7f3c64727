using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The bank's side of tokens that we sign.</summary>
internal static class JwtOfTests
{
    /// <summary>Header and claims of a token whose signature is good.</summary>
    public static (JsonElement Header, JsonElement Claims) Verified(string token)
    {
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        var header = JsonElement.Parse(DecodeFromChars(parts[0]));
        var (hash, padding) = header.GetProperty("alg").GetString() switch
        {
            "PS256" => (HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "PS512" => (HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
            "RS256" => (HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "RS512" => (HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            var other => throw new InvalidOperationException($"{other} is no algorithm of ours"),
        };
        var isGood = SealOfTests
            .Seal.Certificate.GetRSAPublicKey()!
            .VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), DecodeFromChars(parts[2]), hash, padding);
        Assert.True(isGood, "the signature is not of this token");
        return (header, JsonElement.Parse(DecodeFromChars(parts[1])));
    }
}
