using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.Imitation;

/// <summary>Whether a value is what an entry says, in which <c>$name</c> stands for what differs from request to request.</summary>
internal sealed partial class SaidValues(Manner manner, AccessTokens tokens, TestBankOptions options, BankClock clock)
{
    // A clock may be wrong, and a request on its way.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    // What is looked at part by part is not looked at for ever.
    private const int Longest = 8192;

    /// <summary>What a third party may not have: the customer is away, or the bank has not said it yet.</summary>
    private static readonly IReadOnlyList<string> OfCustomers =
    [
        "psu_ip",
        "psu_user_agent",
        "psu_language",
        "psu_id",
        "psu_corporate_id",
        "auth_date",
    ];

    /// <summary>Whether the text refers to one of these.</summary>
    public static bool Names(string text, params IReadOnlyList<string> names) =>
        Reference().Matches(text).Any(match => names.Contains(match.Groups["name"].Value, StringComparer.Ordinal));

    public static bool IsOfCustomer(string text) => Names(text, OfCustomers);

    /// <summary>What is wrong with a value; null: nothing.</summary>
    public string? Fault(string text, string value) => Parts(text, value) is null ? $"is not like {text}" : null;

    /// <summary>What stands for each reference; null when the value is not what the text says.</summary>
    public IReadOnlyDictionary<string, string>? Parts(string text, string value)
    {
        if (value.Length > Longest)
        {
            return null;
        }

        var pattern = new StringBuilder("^");
        var at = 0;
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Reference().Matches(text))
        {
            pattern.Append(Regex.Escape(text[at..match.Index]));
            at = match.Index + match.Length;
            var name = match.Groups["name"].Value;
            pattern.Append(
                name.Length == 0 ? "\\$"
                : parts.TryAdd(name, "") ? $"(?<{name}>.+?)"
                : $"\\k<{name}>"
            );
        }

        pattern.Append(Regex.Escape(text[at..])).Append('$');
        var found = Regex.Match(
            value,
            pattern.ToString(),
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        if (!found.Success)
        {
            return null;
        }

        foreach (var name in parts.Keys)
        {
            parts[name] = found.Groups[name].Value;
        }

        return parts.All(part => Is(part.Key, part.Value)) ? parts : null;
    }

    private bool Is(string name, string value) =>
        name switch
        {
            "uuid" => Guid.TryParseExact(value, "D", out _),
            "uuid_plain" => Guid.TryParseExact(value, "N", out _),
            "date" => IsNow(value, "r", TimeSpan.Zero),
            "utc_date" => IsNow(value, "ddd, dd MMM yyyy HH:mm:ss 'UTC'", TimeSpan.Zero),
            "local_date" => IsNowThere(value),
            "unix_time" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && Math.Abs(seconds - clock.Now.ToUnixTimeSeconds()) <= Tolerance.TotalSeconds,
            "client_id" => value == manner.Text("client_id"),
            "client_secret" => value == manner.Text("client_secret"),
            "certificate" => manner.Key is { } key && PublicKeys.IsOf(key, value),
            "certificate_serial" => value.All(char.IsAsciiHexDigit),
            "certificate_number" => value.All(char.IsAsciiDigit),
            "certificate_issuer" => value.Contains("CN=", StringComparison.Ordinal),
            "client_token" => IsOurs(value),
            "access_token" => tokens.Open(value, shown: null) is not null,
            "redirect_uri" or "return_uri" => ReturnAddress.IsRegistered(value, options.RedirectUris),
            _ => true,
        };

    /// <summary>Whether a token is the third party's own.</summary>
    public bool IsOurs(string token) =>
        tokens.Open(token, shown: null)?.StartsWith(AuthorizationServer.ThirdParty, StringComparison.Ordinal) == true;

    private bool IsNow(string value, string format, TimeSpan offset) =>
        DateTime.TryParseExact(value, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
        && (new DateTimeOffset(time, offset) - clock.Now).Duration() <= Tolerance;

    // The letters of zones are no standard's; what they stand for is.
    private bool IsNowThere(string value)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(manner.Text("time_zone") ?? "Europe/Paris");
        return value.LastIndexOf(' ') is > 0 and var letters
            && letters < value.Length - 1
            && IsNow(value[..letters], "ddd, dd MMM yyyy HH:mm:ss", zone.GetUtcOffset(clock.Now));
    }

    [GeneratedRegex(@"\$(?:(?<name>[a-z][a-z_]*)|\$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reference();
}
