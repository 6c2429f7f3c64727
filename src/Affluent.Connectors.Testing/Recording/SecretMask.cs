using System.Text.RegularExpressions;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>
/// Takes secrets out of exchanges before they are kept: by the names of headers, parameters, JSON members and form inputs,
/// and by value for the secrets that the test handed out itself. What is masked stays recognisable by its name.
/// </summary>
/// <param name="secrets">Values to be masked wherever they stand: passwords, codes, client secrets.</param>
public sealed partial class SecretMask(IEnumerable<string>? secrets = null)
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Masked = "***";

    private static readonly HashSet<string> SecretHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "PSU-IP-Address",
        "Signature",
        "X-Api-Key",
    };

    // Very short values ("dev") would be found inside other words; by their names they are masked all the same.
    private readonly string[] _secrets =
    [
        .. (secrets ?? [])
            .Where(s => s.Length >= 4)
            .SelectMany(s => new[] { s, Uri.EscapeDataString(s) })
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(s => s.Length),
    ];

    /// <summary>The address without secrets in its query.</summary>
    public string Url(string url)
    {
        var cut = url.IndexOf('?', StringComparison.Ordinal);
        return ByValue(cut < 0 ? url : url[..(cut + 1)] + Form(url[(cut + 1)..]));
    }

    /// <summary>The value of a header.</summary>
    public string Header(string name, string value)
    {
        if (SecretHeaders.Contains(name))
        {
            return Masked;
        }
        if (name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
        {
            return ByValue(CookieValue().Replace(value, match => match.Groups["before"].Value + Masked));
        }
        return name.Equals("Location", StringComparison.OrdinalIgnoreCase) ? Url(value) : ByValue(value);
    }

    /// <summary>A body: form, JSON or HTML, told by its media type.</summary>
    public string Body(string body, string? mediaType) =>
        ByValue(
            mediaType switch
            {
                "application/x-www-form-urlencoded" => Form(body),
                null => body,
                _ when mediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase) => JsonMember()
                    .Replace(
                        body,
                        match =>
                            IsSecret(match.Groups["name"].Value) && !IsDataName(match.Groups["name"].Value)
                                ? $"{match.Groups["before"].Value}\"{Masked}\""
                                : match.Value
                    ),
                _ when mediaType.Contains("html", StringComparison.OrdinalIgnoreCase) => Input()
                    .Replace(body, match => MaskInput(match.Value)),
                _ => body,
            }
        );

    private static string Form(string form) =>
        string.Join(
            '&',
            form.Split('&')
                .Select(pair =>
                {
                    var cut = pair.IndexOf('=', StringComparison.Ordinal);
                    return cut > 0 && cut < pair.Length - 1 && IsSecret(pair[..cut]) ? $"{pair[..cut]}={Masked}" : pair;
                })
        );

    private static string MaskInput(string tag) =>
        InputName().Match(tag) is { Success: true } name && IsSecret(name.Groups["name"].Value)
            ? InputValue().Replace(tag, match => $"{match.Groups["before"].Value}\"{Masked}\"")
            : tag;

    private string ByValue(string text) =>
        _secrets.Aggregate(text, (t, secret) => t.Replace(secret, Masked, StringComparison.Ordinal));

    // In JSON these words name data (a bank transaction code); the ones of OAuth2 travel in addresses and forms.
    private static bool IsDataName(string name) => name is "code" or "state";

    private static bool IsSecret(string name) => SecretName().IsMatch(name);

    [GeneratedRegex(
        @"^(?:.*[_-])?(?:code|otp|pin|pwd|secret|csrf|xsrf|state|assertion)$|passw|token|code_(?:verifier|challenge)$|^__requestverification",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SecretName();

    [GeneratedRegex(@"^(?<before>[^=;]*=)[^;]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CookieValue();

    [GeneratedRegex(
        """(?<before>"(?<name>[^"\\]+)"\s*:\s*)("(?:[^"\\]|\\.)*"|-?[0-9.]+)""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex JsonMember();

    [GeneratedRegex("<input[^>]*>", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Input();

    [GeneratedRegex(
        """\bname\s*=\s*["']?(?<name>[^\s"'>]+)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex InputName();

    [GeneratedRegex(
        """(?<before>\bvalue\s*=\s*)("[^"]*"|'[^']*'|[^\s>]+)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex InputValue();
}
