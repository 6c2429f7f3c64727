using System.Security.Cryptography;
using Affluent.Server.Platform;
using Microsoft.IdentityModel.Tokens;

namespace Affluent.Server.Authorization;

/// <summary>The keys of access tokens: the one that signs, and others whose tokens are believed as well, while keys are changed.</summary>
internal sealed record SigningKeys(ECDsaSecurityKey Current, IReadOnlyList<ECDsaSecurityKey> Others)
{
    /// <summary>Those that are published, the present one first.</summary>
    public IReadOnlyList<ECDsaSecurityKey> All => [Current, .. Others];

    /// <summary>Reads the files of an installation.</summary>
    /// <exception cref="KeyFileException">Others can read a file, it does not hold such a key, or it is missing.</exception>
    public static SigningKeys Load(Settings settings) =>
        new(
            settings.Environment == InstallationKind.Production
                ? SigningKey.Load(settings.SigningKeyFile, mayCreate: false)
                : SigningKey.Load(settings.SigningKeyFile, mayCreate: true, KeyFile.MarkOf(settings.Environment)),
            [.. settings.OtherSigningKeyFiles.Select(path => SigningKey.Load(path, mayCreate: false))]
        );
}

/// <summary>The key that signs access tokens: ECDSA on P-256 (ES256, RFC 7518 §3.4), PEM, in a file of its own.</summary>
internal static class SigningKey
{
    /// <summary>Reads the file, or makes it (mode 0600) when there is none and <paramref name="mayCreate"/> allows it.</summary>
    /// <param name="mark">First line of a new file.</param>
    /// <exception cref="KeyFileException">Others can read the file, it does not hold such a key, or it is missing.</exception>
    public static ECDsaSecurityKey Load(string path, bool mayCreate, string mark = KeyFile.MadeBySandbox)
    {
        var (pem, _) = KeyFile.Read(
            path,
            "signing key",
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
            mayCreate,
            static () =>
            {
                using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                return fresh.ExportPkcs8PrivateKeyPem();
            },
            mark
        );
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            var parameters = key.ExportParameters(includePrivateParameters: true);
            // Other curves have keys of this size too.
            if (parameters.D is not null && parameters.Curve.Oid?.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                var security = new ECDsaSecurityKey(key);
                // The RFC 7638 thumbprint: the same key has the same id on every node.
                security.KeyId = Base64UrlEncoder.Encode(security.ComputeJwkThumbprint());
                return security;
            }
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            // Said below in words that help.
        }
        key.Dispose();
        throw new KeyFileException($"The signing key file {path} must hold an EC private key on P-256, as PEM.");
    }
}
