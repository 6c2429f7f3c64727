using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Reading;

/// <summary>Where a link of a bank leads. Banks write them absolute, relative, with and without their base path, templated.</summary>
internal static partial class BankLinks
{
    /// <summary>
    /// What the link of this name says; null when the bank gives none. HAL has link objects and lists of them, of which the first that leads
    /// somewhere counts; in the field stand bare addresses, too, and lists of links that say themselves what they are.
    /// </summary>
    public static string? Href(JsonElement element, string name) =>
        Named(element, name)
            .Select(link => link.Text("href") ?? (link.ValueKind == JsonValueKind.String ? link.AsText() : null))
            .FirstOrDefault(href => href is not (null or "null"));

    /// <summary>Whether there is a link of this name that leads somewhere, but does not call that its <c>href</c>.</summary>
    public static bool IsUnclear(JsonElement element, string name) =>
        Href(element, name) is null
        && Named(element, name)
            .Any(link =>
                link.ValueKind == JsonValueKind.Object
                && !link.TryGetProperty("href", out _)
                && link.EnumerateObject()
                    .Any(member => member.Value.AsText() is ['/' or '?', ..] or ['h', 't', 't', 'p', ..])
            );

    private static IEnumerable<JsonElement> Named(JsonElement element, string name) =>
        (element.Item("_links") ?? element.Item("links")) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Where(link => link.Text("rel") == name),
            { } links => links.Items(name),
        };

    /// <summary>
    /// The address, or null when the link is broken or leads to a host that is not the bank's: it would carry the user's token there.
    /// </summary>
    /// <param name="href">As the bank writes it; not empty.</param>
    /// <param name="current">The page on which it stands.</param>
    public static Uri? Resolve(string href, Uri current, BankInterface bank)
    {
        href = MissingHost().Replace(Template().Replace(href.Trim(), ""), "");
        if (href.Length is 0 or > 4000 || href.Any(c => c is '\\' or < ' ' || char.IsWhiteSpace(c)))
        {
            return null;
        }
        // On Unix "/path" passes for an absolute file address: look at the text first.
        var address =
            href.StartsWith("//", StringComparison.Ordinal) ? Join(current, href)
            : href[0] == '/' ? Join(current, href, bank.Address)
            : href[0] == '?' ? Join(current, href)
            : Uri.TryCreate(href, UriKind.Absolute, out var absolute) ? absolute
            : Repeated(current, href) ?? Join(current, href);
        return address is null ? null : OnBankHost(address, bank);
    }

    /// <summary>
    /// An address that a session or a place has kept; null when it is none, or its host is the bank's no longer.
    /// </summary>
    public static Uri? Kept(string address, BankInterface bank) =>
        Uri.TryCreate(address, UriKind.Absolute, out var kept) ? OnBankHost(kept, bank) : null;

    /// <inheritdoc cref="Kept(string, BankInterface)"/>
    public static Trail? Kept(Trail trail, BankInterface bank) =>
        Kept(trail.Address, bank) is { } address ? trail with { Address = address.AbsoluteUri } : null;

    private static Uri? Join(Uri start, string href) => Uri.TryCreate(start, href, out var joined) ? joined : null;

    /// <summary>"/psd2/v1/accounts" under a base "/psd2/v1" is whole; "/accounts" and "/v1/accounts" lack its beginning.</summary>
    private static Uri? Join(Uri current, string href, Uri api)
    {
        var first = api.AbsolutePath.Split('/')[1];
        return first.Length == 0 || href.StartsWith($"/{first}/", StringComparison.Ordinal)
            ? Join(api, href)
            : Repeated(current, href[1..]) ?? Join(api, href[1..]);
    }

    /// <summary>
    /// A relative link mostly repeats a part of the address of its page, whatever the bank takes for its base: on "/v1/accounts/7/transactions" these are
    /// "v1/accounts/…", "accounts/7/…" and "transactions?…" alike. It is joined where its first segment stands; null: that stands nowhere.
    /// </summary>
    private static Uri? Repeated(Uri current, string href)
    {
        var first = href.Split('/', '?', '#')[0];
        var stands = Array.FindLastIndex(current.Segments, segment => segment.TrimEnd('/') == first);
        return first is "" or "." or ".." || stands < 0
            ? null
            : Join(current, string.Concat(current.Segments[..stands]) + href);
    }

    private static Uri? OnBankHost(Uri address, BankInterface bank)
    {
        if (address.UserInfo.Length > 0)
        {
            return null;
        }
        if (address.Scheme == bank.Address.Scheme && address.Authority == bank.Address.Authority)
        {
            return address;
        }
        // A bank behind a proxy may write http for its own https address: never follow that in clear text.
        var secure =
            address.Scheme == Uri.UriSchemeHttp && bank.Address.Scheme == Uri.UriSchemeHttps
                ? Secure(address, bank.Address.Port)
                : address;
        return
            secure is not null
            && secure.Scheme == bank.Address.Scheme
            && (
                secure.Authority == bank.Address.Authority
                || bank.LinkHosts.Contains(secure.Authority, StringComparer.OrdinalIgnoreCase)
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

    /// <summary>"null/accounts", "https://null/accounts": the bank did not know its own host. What follows is a path of its interface.</summary>
    [GeneratedRegex(
        "^(?:(?:https?:)?//)?(?:null|undefined)+(?::(?:null|undefined|[0-9]+))?(?=/)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex MissingHost();

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Template();
}
