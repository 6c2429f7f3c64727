using System.Globalization;

namespace Affluent.Connectors.Scraping;

/// <summary>The cookies of one origin, as a value that travels in the session.</summary>
internal static class CookieJar
{
    private const int MostCookies = 60;
    private const int LongestCookie = 4096;

    /// <summary>The header Cookie for an address; null when there is nothing to send.</summary>
    public static string? For(IEnumerable<WebCookie> cookies, Uri address, DateTimeOffset now)
    {
        var sent = cookies
            .Where(c => (c.Ends is null || c.Ends > now) && Covers(c.Path, address.AbsolutePath))
            .OrderByDescending(c => c.Path.Length)
            .Select(c => $"{c.Name}={c.Value}");
        return string.Join("; ", sent) is { Length: > 0 } header ? header : null;
    }

    /// <summary>The jar after an answer. A cookie that is out of date, or too large, is dropped.</summary>
    public static IReadOnlyList<WebCookie> With(
        IReadOnlyList<WebCookie> cookies,
        IReadOnlyList<string> setCookies,
        Uri address,
        DateTimeOffset now
    )
    {
        if (setCookies.Count == 0)
        {
            return cookies;
        }
        var jar = cookies.ToList();
        foreach (var cookie in setCookies.Select(s => Parse(s, address, now)).OfType<WebCookie>())
        {
            jar.RemoveAll(c => c.Name == cookie.Name && c.Path == cookie.Path);
            if (cookie.Ends is null || cookie.Ends > now)
            {
                jar.Add(cookie);
            }
        }
        return jar.Count > MostCookies ? jar[^MostCookies..] : jar;
    }

    private static WebCookie? Parse(string setCookie, Uri address, DateTimeOffset now)
    {
        var parts = setCookie.Split(';', StringSplitOptions.TrimEntries);
        var cut = parts[0].IndexOf('=', StringComparison.Ordinal);
        if (cut <= 0 || parts[0].Length > LongestCookie || parts[0].Any(char.IsControl))
        {
            return null;
        }
        var path = address.AbsolutePath[..(address.AbsolutePath.LastIndexOf('/') is > 0 and var end ? end : 1)];
        DateTimeOffset? expires = null;
        DateTimeOffset? maxAge = null;
        foreach (var attribute in parts[1..])
        {
            var (name, value) = attribute.Split('=', 2) is [var n, var v] ? (n, v) : (attribute, "");
            switch (name.ToLowerInvariant())
            {
                case "path" when value.StartsWith('/'):
                    path = value;
                    break;
                case "max-age" when int.TryParse(value, CultureInfo.InvariantCulture, out var seconds):
                    maxAge = now.AddSeconds(seconds);
                    break;
                case "expires"
                    when DateTimeOffset.TryParse(
                        value.Replace('-', ' '),
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal,
                        out var date
                    ):
                    expires = date;
                    break;
            }
        }
        return new WebCookie(parts[0][..cut].Trim(), parts[0][(cut + 1)..].Trim(), path, maxAge ?? expires);
    }

    private static bool Covers(string path, string asked) =>
        asked == path
        || (asked.StartsWith(path, StringComparison.Ordinal) && (path.EndsWith('/') || asked[path.Length] == '/'));
}
