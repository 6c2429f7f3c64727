using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Consents;

/// <summary>
/// Access tokens name a consent and an end; they are sealed with AES-256-GCM under the bank's own key (<c>testbank.key</c>, mode 0600), so
/// the bank keeps no list of them. One that was given to who showed a certificate counts with that certificate alone (RFC 8705, section 3).
/// </summary>
internal sealed class AccessTokens : IDisposable
{
    /// <summary>Life of an access token, in seconds.</summary>
    public const int Seconds = 600;

    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int TimeSize = 8;

    // The end, and the thumbprint of a certificate, or zeros.
    private const int HeadSize = TimeSize + SHA256.HashSizeInBytes;
    private readonly AesGcm cipher;
    private readonly BankClock clock;

    public AccessTokens(TestBankOptions options, BankClock clock)
    {
        this.clock = clock;
        cipher = new AesGcm(Key(options.DataDirectory), TagSize);
    }

    /// <param name="shown">The certificate of who asks; null: none was shown.</param>
    public string Issue(string consentId, X509Certificate2? shown)
    {
        var id = Encoding.UTF8.GetBytes(consentId);
        var plain = new byte[HeadSize + id.Length];
        BinaryPrimitives.WriteInt64BigEndian(plain, clock.Now.ToUnixTimeSeconds() + Seconds);
        shown?.GetCertHash(HashAlgorithmName.SHA256).CopyTo(plain, TimeSize);
        id.CopyTo(plain, HeadSize);
        var sealedToken = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(sealedToken.AsSpan(0, NonceSize));
        cipher.Encrypt(
            sealedToken.AsSpan(0, NonceSize),
            plain,
            sealedToken.AsSpan(NonceSize + TagSize),
            sealedToken.AsSpan(NonceSize, TagSize)
        );
        return WebEncoders.Base64UrlEncode(sealedToken);
    }

    /// <summary>The consent's id, or null when the token is not ours, was changed, is over, or belongs to another certificate.</summary>
    /// <param name="shown">The certificate of who bears it; null: none was shown.</param>
    public string? Open(string token, X509Certificate2? shown)
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(token).AsSpan();
            if (bytes.Length <= NonceSize + TagSize + HeadSize)
            {
                return null;
            }

            var plain = new byte[bytes.Length - NonceSize - TagSize];
            cipher.Decrypt(bytes[..NonceSize], bytes[(NonceSize + TagSize)..], bytes.Slice(NonceSize, TagSize), plain);
            var bound = plain.AsSpan(TimeSize, SHA256.HashSizeInBytes);
            return
                BinaryPrimitives.ReadInt64BigEndian(plain) > clock.Now.ToUnixTimeSeconds()
                && (
                    !bound.ContainsAnyExcept((byte)0)
                    || (shown is not null && bound.SequenceEqual(shown.GetCertHash(HashAlgorithmName.SHA256)))
                )
                ? Encoding.UTF8.GetString(plain, HeadSize, plain.Length - HeadSize)
                : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }

    public void Dispose() => cipher.Dispose();

    private static byte[] Key(string? directory)
    {
        if (directory is null)
        {
            return RandomNumberGenerator.GetBytes(32);
        }

        var path = Path.Combine(directory, "testbank.key");
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: 32 } kept)
        {
            return kept;
        }

        var key = RandomNumberGenerator.GetBytes(32);
        PrivateFile.Write(path, key);
        return key;
    }
}
