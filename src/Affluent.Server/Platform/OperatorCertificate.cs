using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;

namespace Affluent.Server.Platform;

/// <summary>
/// A certificate by which banks know the operator, with its key. The certificate is PEM with those above it, and its key a PEM file or one that a module keeps to
/// itself (PKCS#11, RFC 7512), or that another process signs with (<c>signer:</c> and its socket); or both are one PKCS#12 file (RFC 7292), and the file of the key holds its password.
/// </summary>
/// <param name="Above">The certificates between this one and an authority that banks know, as far as the file holds them.</param>
internal sealed record OperatorCertificate(X509Certificate2 Certificate, X509Certificate2Collection Above) : IDisposable
{
    private const string InModule = "pkcs11:";
    private const string WithSigner = "signer:";

    /// <summary>OpenSSL's way to such modules, of Debian's package libengine-pkcs11-openssl.</summary>
    private const string Engine = "pkcs11";

    /// <summary>The socket of the process that signs in the place of this one; null: this one has the key.</summary>
    public string? Signer { get; private init; }

    /// <summary>Whether a key is no file: a module's, or another process's.</summary>
    public static bool IsElsewhere(string key) =>
        IsInModule(key) || key.StartsWith(WithSigner, StringComparison.Ordinal);

    private static bool IsInModule(string key) => key.StartsWith(InModule, StringComparison.Ordinal);

    /// <summary>What is wrong with the name of such a key; null: nothing. It stands among the settings, which are shown.</summary>
    public static string? FaultOfName(string key) =>
        IsInModule(key) && key.Contains("pin-value", StringComparison.OrdinalIgnoreCase)
            ? "must not hold the PIN: put it into a file of mode 0600 and name that, pin-source=file:/path"
            : null;

    /// <summary>Reads both.</summary>
    /// <exception cref="KeyFileException">One does not hold what it is for, or they do not belong together.</exception>
    public static OperatorCertificate Load(string certificate, string key)
    {
        if (Path.GetExtension(certificate).ToUpperInvariant() is ".P12" or ".PFX")
        {
            return LoadPkcs12(certificate, key);
        }
        if (key.StartsWith(WithSigner, StringComparison.Ordinal))
        {
            X509Certificate2Collection all = [];
            var alone = TlsCertificate.LoadAlone(certificate);
            all.ImportFromPemFile(certificate);
            return new(alone, all) { Signer = key[WithSigner.Length..] };
        }
        var own = IsInModule(key) ? LoadWithModule(certificate, key) : TlsCertificate.Load(certificate, key);
        X509Certificate2Collection above = [];
        above.ImportFromPemFile(certificate);
        return new(own, above);
    }

    public void Dispose() => Certificate.Dispose();

    private static OperatorCertificate LoadPkcs12(string certificate, string passwordFile)
    {
        try
        {
            var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(
                certificate,
                File.ReadLines(passwordFile).FirstOrDefault() ?? ""
            );
            var own =
                all.FirstOrDefault(one => one.HasPrivateKey)
                ?? throw new KeyFileException($"The file {certificate} must hold a private key with its certificate.");
            all.Remove(own);
            return new(own, all);
        }
        catch (CryptographicException)
        {
            throw new KeyFileException(
                $"The file {certificate} must be PKCS#12, and the first line of {passwordFile} its password."
            );
        }
    }

    private static X509Certificate2 LoadWithModule(string certificate, string key)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new KeyFileException($"The key {key} is reached by OpenSSL, which this system does not have.");
        }
        using var alone = TlsCertificate.LoadAlone(certificate);
        using var handle = Open(key);
        try
        {
            using var rsaOfCertificate = alone.GetRSAPublicKey();
            if (rsaOfCertificate is null)
            {
                using var curve = new ECDsaOpenSsl(handle);
                return alone.CopyWithPrivateKey(curve);
            }
            using var rsa = new RSAOpenSsl(handle);
            return alone.CopyWithPrivateKey(rsa);
        }
        // The second is said of a key of another kind.
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new KeyFileException($"The key {key} is not the one of the certificate in {certificate}.");
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static SafeEvpPKeyHandle Open(string key)
    {
        try
        {
            return SafeEvpPKeyHandle.OpenPrivateKeyFromEngine(Engine, key);
        }
        catch (CryptographicException)
        {
            throw new KeyFileException(
                $"The key {key} cannot be had: OpenSSL needs its engine for PKCS#11 (libengine-pkcs11-openssl), PKCS11_MODULE_PATH the module's library, and the name a token, an object and pin-source=file:/path."
            );
        }
    }
}

/// <summary>What a certificate of the operator's is for (ETSI EN 319 412-5, section 4.2.3).</summary>
internal enum CertificateUse
{
    /// <summary>Shown when a connection is made (qualified certificate for website authentication).</summary>
    Qwac,

    /// <summary>Signs messages (qualified certificate for electronic seals).</summary>
    Qseal,
}

/// <summary>Two settings that name a certificate and its key.</summary>
internal sealed record BankCertificateFile(
    string CertificateSetting,
    string? Certificate,
    string KeySetting,
    string? Key,
    CertificateUse Use,
    CertificateGeneration Generation = CertificateGeneration.Present
)
{
    /// <summary>Reads both; null: they are not set.</summary>
    /// <exception cref="KeyFileException">One does not hold what it is for, or they do not belong together.</exception>
    public OperatorCertificate? Load() =>
        (Certificate, Key) is ({ } certificate, { } key) ? OperatorCertificate.Load(certificate, key) : null;
}
