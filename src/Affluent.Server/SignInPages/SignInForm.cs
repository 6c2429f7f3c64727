using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Platform;

namespace Affluent.Server.SignInPages;

/// <summary>
/// Binds the form to the browser that it was shown in and to the request that it was shown for: nobody makes another's browser sign in,
/// or sign in for another application. A cookie names the browser and means nothing else; every sign-in asks for the password.
/// </summary>
internal sealed class SignInForm(MasterKey masterKey, Addresses addresses, TimeProvider time)
{
    private const int IdSize = 32;
    private const long Lifetime = 3600;

    private readonly byte[] _key = masterKey.Derive("sign-in forms");

    // The prefix keeps other hosts of the domain from setting it (RFC 6265bis); browsers take it on secure connections only.
    private string Cookie => IsSecure ? "__Host-affluent_browser" : "affluent_browser";

    private bool IsSecure => addresses.Auth.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>A token for the form of this request, in the browser that the answer goes to.</summary>
    public string Issue(HttpContext context, IEnumerable<KeyValuePair<string, string>> request)
    {
        var browser = Browser(context);
        if (browser is null)
        {
            browser = RandomNumberGenerator.GetBytes(IdSize);
            context.Response.Cookies.Append(
                Cookie,
                Base64Url.EncodeToString(browser),
                new CookieOptions
                {
                    HttpOnly = true,
                    Secure = IsSecure,
                    SameSite = SameSiteMode.Lax,
                    Path = "/",
                }
            );
        }
        return Base64Url.EncodeToString(Sign(browser, time.Seconds(), request));
    }

    /// <summary>Whether the form was shown in this browser, for this request, not too long ago.</summary>
    public bool IsGenuine(HttpContext context, string token, IEnumerable<KeyValuePair<string, string>> request)
    {
        var given = new byte[sizeof(long) + HMACSHA256.HashSizeInBytes];
        if (
            Browser(context) is not { } browser
            || token.Length > 2 * given.Length
            || !Base64Url.IsValid(token)
            || !Base64Url.TryDecodeFromChars(token, given, out var length)
            || length != given.Length
        )
        {
            return false;
        }
        var issued = BinaryPrimitives.ReadInt64BigEndian(given);
        return CryptographicOperations.FixedTimeEquals(Sign(browser, issued, request), given)
            && time.Seconds() - issued is >= 0 and <= Lifetime;
    }

    private byte[]? Browser(HttpContext context)
    {
        var id = new byte[IdSize];
        return
            context.Request.Cookies[Cookie] is { Length: <= 2 * IdSize } text
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, id, out var length)
            && length == IdSize
            ? id
            : null;
    }

    private byte[] Sign(byte[] browser, long issued, IEnumerable<KeyValuePair<string, string>> request)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in request.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Append(name.Length).Append(':').Append(name).Append(value.Length).Append(':').Append(value);
        }
        var signed = new byte[sizeof(long) + HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(signed, issued);
        byte[] content = [.. browser, .. signed.AsSpan(0, sizeof(long)), .. Encoding.UTF8.GetBytes(text.ToString())];
        HMACSHA256.HashData(_key, content, signed.AsSpan(sizeof(long)));
        return signed;
    }
}
