using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Affluent.Server.Platform;

/// <summary>A certificate with its key, two PEM files: of the https addresses on which the platform listens, or for banks.</summary>
internal static class TlsCertificate
{
    /// <summary>Reads both files.</summary>
    /// <exception cref="KeyFileException">One does not hold what it is for, or they do not belong together.</exception>
    public static X509Certificate2 Load(string certificate, string? key)
    {
        LoadAlone(certificate).Dispose();
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (IsAboutContent(e))
        {
            throw new KeyFileException(
                $"The key file {key} must hold the private key of the certificate in {certificate}, as PEM and without a password."
            );
        }
    }

    /// <summary>Reads both files, with what stands above the certificate: whoever it is shown to may know none but the root.</summary>
    /// <exception cref="KeyFileException">One does not hold what it is for, or they do not belong together.</exception>
    public static SslStreamCertificateContext LoadChain(string certificate, string? key)
    {
        var own = Load(certificate, key);
        var above = new X509Certificate2Collection();
        above.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(own, above, offline: true);
    }

    /// <summary>Reads the certificate without its key.</summary>
    /// <exception cref="KeyFileException">The file does not hold one.</exception>
    public static X509Certificate2 LoadAlone(string certificate)
    {
        try
        {
            return X509Certificate2.CreateFromPem(File.ReadAllText(certificate));
        }
        catch (Exception e) when (IsAboutContent(e))
        {
            throw new KeyFileException(
                $"The certificate file {certificate} must hold a certificate, and those above it, as PEM."
            );
        }
    }

    private static bool IsAboutContent(Exception e) => e is ArgumentException or CryptographicException;
}
