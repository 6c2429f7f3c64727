using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Consents;

/// <summary>
/// Access tokens name a consent and an end; they are sealed with AES-256-GCM under the bank's own key (<c>testbank.key</c>, mode 0600), so
/// the bank keeps no list of them.
/// </summary>
internal sealed class AccessTokens : IDisposable
{
    /// <summary>Life of an access token, in seconds.</summary>
    public const int Seconds = 600;

    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly AesGcm cipher;
    private readonly BankClock clock;

    public AccessTokens(TestBankOptions options, BankClock clock)
    {
        this.clock = clock;
        cipher = new AesGcm(Key(options.DataDirectory), TagSize);
    }

    public string Issue(string consentId)
    {
        var id = Encoding.UTF8.GetBytes(consentId);
        var plain = new byte[8 + id.Length];
        BinaryPrimitives.WriteInt64BigEndian(plain, clock.Now.ToUnixTimeSeconds() + Seconds);
        id.CopyTo(plain, 8);
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

    /// <summary>The consent's id, or null when the token is not ours, was changed, or is over.</summary>
    public string? Open(string token)
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(token).AsSpan();
            if (bytes.Length <= NonceSize + TagSize + 8)
            {
                return null;
            }

            var plain = new byte[bytes.Length - NonceSize - TagSize];
            cipher.Decrypt(bytes[..NonceSize], bytes[(NonceSize + TagSize)..], bytes.Slice(NonceSize, TagSize), plain);
            return BinaryPrimitives.ReadInt64BigEndian(plain) > clock.Now.ToUnixTimeSeconds()
                ? Encoding.UTF8.GetString(plain, 8, plain.Length - 8)
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
