using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Affluent.TestBank;

/// <summary>Keys that third parties have registered.</summary>
internal static class PublicKeys
{
    /// <summary>Whether a certificate is of this key.</summary>
    /// <param name="key">The public key, as PEM.</param>
    public static bool IsOf(string key, X509Certificate2 certificate) =>
        Convert
            .FromBase64String(key[PemEncoding.Find(key).Base64Data])
            .AsSpan()
            .SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The same of a certificate in base64.</summary>
    public static bool IsOf(string key, string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length) || length == 0)
        {
            return false;
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(bytes.AsSpan(0, length));
            return IsOf(key, certificate);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
