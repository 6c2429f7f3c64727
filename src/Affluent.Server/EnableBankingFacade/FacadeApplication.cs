using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Platform;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>An application of a client, as stored. Times are UTC seconds.</summary>
internal sealed record FacadeApplication
{
    /// <summary>How many a client may have.</summary>
    public const int Most = 50;

    /// <summary>Of <see cref="Name"/>.</summary>
    public const int LongestName = 100;

    /// <summary>How many addresses of return it may have.</summary>
    public const int MostRedirectUrls = 20;

    /// <summary>Of each of <see cref="RedirectUrls"/>.</summary>
    public const int LongestRedirectUrl = 2000;

    /// <summary>Shown as a UUID, which the application sends as the <c>kid</c> of its tokens.</summary>
    public FacadeApplicationId Id { get; init; }
    public ClientId ClientId { get; init; }

    /// <summary>As users see it when they are asked.</summary>
    public string Name { get; init; } = "";

    /// <summary>As <see cref="FacadeKey"/> writes it.</summary>
    public string PublicKey { get; init; } = "";

    /// <summary>Where users may be sent back to, one a line.</summary>
    public string RedirectUrls { get; init; } = "";

    /// <summary>The member of a household who set it up; null: the client registered it.</summary>
    public UserId? MadeBy { get; init; }
    public long CreatedAt { get; init; }

    /// <summary>When it was used last without a session, as far as that is written down.</summary>
    public long? UsedAt { get; init; }

    /// <summary>The day of <see cref="Requests"/>, counted from 1970-01-01.</summary>
    public int RequestsDay { get; init; }

    /// <summary>How many requests of that day that name no session are written down.</summary>
    public int Requests { get; init; }

    /// <summary>The lines of <see cref="RedirectUrls"/>.</summary>
    public IReadOnlyList<string> Redirects => RedirectUrls.Split('\n');

    /// <summary>What is wrong with an address of return; null: nothing.</summary>
    public static string? RedirectFault(string? text, InstallationKind environment)
    {
        if (
            text is null
            || text.Length > LongestRedirectUrl
            || text.Any(c => c is <= ' ' or > '~')
            || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.UserInfo.Length > 0
            || text.Contains('#')
        )
        {
            return "must be absolute addresses of http or https without a fragment";
        }
        var mayBeClear = environment switch
        {
            InstallationKind.Sandbox => true,
            InstallationKind.Home => HomeRules.IsInside(url.Host),
            InstallationKind.Production => url.IsLoopback,
        };
        return url.Scheme == Uri.UriSchemeHttps || mayBeClear
            ? null
            : "must be addresses of https, but those of the machine itself and, at home, of the house";
    }
}

/// <summary>The public half of an application's RSA key. Pure.</summary>
internal static class FacadeKey
{
    private const int LeastBits = 2048;
    private const int MostBits = 8192;

    /// <summary>More characters than any certificate of such a key.</summary>
    private const int Longest = 16_384;

    /// <summary>Reads a certificate or a public key in PEM; null: it is neither, or not of RSA with 2048 to 8192 bits.</summary>
    public static string? Read(string? pem)
    {
        if (pem is null || pem.Length > Longest)
        {
            return null;
        }
        try
        {
            using var key = Open(pem);
            return key?.KeySize is >= LeastBits and <= MostBits
                ? Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())
                : null;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether the key signed a text (RS256: RFC 7518, section 3.3).</summary>
    public static bool Verifies(string publicKey, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
        return key.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static RSA? Open(string pem)
    {
        // Who sends the private half has given it away: it is not taken for the other.
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            return null;
        }
        switch (pem[fields.Label])
        {
            case "CERTIFICATE":
            {
                using var certificate = X509Certificate2.CreateFromPem(pem[fields.Location]);
                return certificate.GetRSAPublicKey();
            }
            case "PUBLIC KEY" or "RSA PUBLIC KEY":
            {
                var key = RSA.Create();
                try
                {
                    key.ImportFromPem(pem[fields.Location]);
                    return key;
                }
                catch
                {
                    key.Dispose();
                    throw;
                }
            }
            default:
                return null;
        }
    }
}
