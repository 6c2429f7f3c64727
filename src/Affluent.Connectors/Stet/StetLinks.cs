using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Stet;

/// <summary>Where a link of a bank leads. Banks write them absolute, relative, with and without their base path, templated.</summary>
internal static partial class StetLinks
{
    /// <summary>
    /// The address, or null when the link is broken or leads to a host that is not the bank's: it would carry the user's token there.
    /// </summary>
    /// <param name="href">As the bank writes it; not empty.</param>
    /// <param name="current">The page on which it stands.</param>
    public static Uri? Resolve(string href, Uri current, StetSettings settings)
    {
        href = Template().Replace(href.Trim(), "");
        if (href.Length is 0 or > 4000 || href.Any(c => c is '\\' or < ' ' || char.IsWhiteSpace(c)))
        {
            return null;
        }
        // On Unix "/path" passes for an absolute file address: look at the text first.
        var address =
            href.StartsWith("//", StringComparison.Ordinal) ? Join(current, href)
            : href[0] == '/' ? Join(settings.Api, SharesFirstSegment(href, settings.Api) ? href : href[1..])
            : href[0] == '?' ? Join(current, href)
            : Uri.TryCreate(href, UriKind.Absolute, out var absolute) ? absolute
            : Join(settings.Api, WithoutLastSegmentOf(settings.Api, href));
        return address is null ? null : OnBankHost(address, settings);
    }

    /// <summary>
    /// An address that a session or a place has kept; null when it is none, or its host is the bank's no longer.
    /// </summary>
    public static Uri? Kept(string address, StetSettings settings) =>
        Uri.TryCreate(address, UriKind.Absolute, out var kept) ? OnBankHost(kept, settings) : null;

    private static Uri? Join(Uri start, string href) => Uri.TryCreate(start, href, out var joined) ? joined : null;

    /// <summary>"/psd2/v1/accounts" under a base "/psd2/v1" is whole; "/accounts" lacks the base path.</summary>
    private static bool SharesFirstSegment(string href, Uri api)
    {
        var first = api.AbsolutePath.Split('/')[1];
        return first.Length == 0 || href.StartsWith($"/{first}/", StringComparison.Ordinal);
    }

    /// <summary>"v1/accounts" under a base that ends with "/v1/" repeats its last segment.</summary>
    private static string WithoutLastSegmentOf(Uri api, string href)
    {
        var last = api.Segments[^1];
        return last.Length > 1 && href.StartsWith(last, StringComparison.Ordinal) ? href[last.Length..] : href;
    }

    private static Uri? OnBankHost(Uri address, StetSettings settings)
    {
        if (address.UserInfo.Length > 0)
        {
            return null;
        }
        if (address.Scheme == settings.Api.Scheme && address.Authority == settings.Api.Authority)
        {
            return address;
        }
        // A bank behind a proxy may write http for its own https address: never follow that in clear text.
        var secure =
            address.Scheme == Uri.UriSchemeHttp && settings.Api.Scheme == Uri.UriSchemeHttps
                ? Secure(address, settings.Api.Port)
                : address;
        return
            secure is not null
            && secure.Scheme == settings.Api.Scheme
            && (
                secure.Authority == settings.Api.Authority
                || settings.LinkHosts.Contains(secure.Authority, StringComparer.OrdinalIgnoreCase)
            )
            ? secure
            : null;
    }

    private static Uri? Secure(Uri address, int port) =>
        Uri.TryCreate(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Uri.UriSchemeHttps}://{address.Host}:{port}{address.PathAndQuery}{address.Fragment}"
            ),
            UriKind.Absolute,
            out var secure
        )
            ? secure
            : null;

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Template();
}
