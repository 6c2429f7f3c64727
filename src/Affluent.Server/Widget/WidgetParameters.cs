using System.Globalization;

namespace Affluent.Server.Widget;

/// <summary>
/// What the client says on the address of a page (reference, section e.3). Kept in the session, so that it survives the way to
/// the bank and back.
/// </summary>
internal sealed record WidgetParameters
{
    /// <summary>Names of the parameters, those of older integrations included; any other is ignored.</summary>
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "redirect_url",
        "redirect_uri",
        "aspsp_callback_uri",
        "cancel_url",
        "consent_per_account",
        "wait_sync_end",
        "select_accounts",
        "auto_sync",
        "captive_mode",
        "locale",
        "lng",
        "font",
        "font_color",
        "elements_color",
        "expected_account_types",
        "connection_id",
        "provider_id",
        "countries",
        "congrats_bypass_delay",
        "terms_header",
        "terms_body",
    };

    /// <summary>Where the user ends; without query or fragment.</summary>
    public Uri? RedirectUrl { get; init; }

    /// <summary>The page of the client that opens the widget again after the bank.</summary>
    public Uri? AspspCallbackUri { get; init; }

    public Uri? CancelUrl { get; init; }
    public bool ConsentPerAccount { get; init; }
    public bool SelectAccounts { get; init; }
    public bool AutoSync { get; init; } = true;

    /// <summary>Whether the user stays until the transactions are read; null where the client does not say.</summary>
    public bool? WaitSyncEnd { get; init; }

    /// <summary>As <see cref="WaitSyncEnd"/>, in the words of older integrations.</summary>
    public bool? CaptiveMode { get; init; }

    /// <summary>"fr" or "en"; null: as the browser prefers.</summary>
    public string? Locale { get; init; }
    public Theme Theme { get; init; } = new();
    public ExpectedAccountTypes ExpectedAccountTypes { get; init; } = ExpectedAccountTypes.All;
    public string? ConnectionId { get; init; }
    public string? ProviderId { get; init; }

    /// <summary>ISO 3166-1, alpha-2 or alpha-3, in capitals; empty: all.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Seconds that the success page stays; 0 skips it; null: the standard.</summary>
    public int? CongratsBypassDelay { get; init; }
    public string? TermsHeader { get; init; }

    /// <summary>Empty (not null): the client shows its own terms under its own agreement, so the screen is left out.</summary>
    public string? TermsBody { get; init; }

    /// <summary>Whether the end page waits for the transactions.</summary>
    public bool WaitsForTransactions => WaitSyncEnd ?? CaptiveMode ?? true;

    /// <summary>Whether an address brings parameters of its own, which then replace those of the session as a whole.</summary>
    public static bool AreIn(IQueryCollection query) => query.Keys.Any(Names.Contains);

    /// <summary>Reads the parameters; the second value names the first one that is wrong.</summary>
    /// <param name="allows">Whether an address belongs to the client's registered origins.</param>
    public static (WidgetParameters? Parameters, string? Wrong) Read(IQueryCollection query, Func<Uri, bool> allows)
    {
        string? wrong = null;

        string? Text(string name, string? legacy = null, int longest = 2_000)
        {
            var value =
                query[name] is [{ } first, ..] ? first
                : legacy is not null && query[legacy] is [{ } old, ..] ? old
                : null;
            if (value?.Length > longest)
            {
                wrong ??= name;
                return null;
            }
            return value;
        }

        T? Parsed<T>(string name, string? text, Func<string, T?> parse)
            where T : struct
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }
            if (parse(text) is { } value)
            {
                return value;
            }
            wrong ??= name;
            return null;
        }

        bool? Switch(string name) => Parsed(name, Text(name), ParseSwitch);

        Uri? Address(string name, string? legacy, bool bare)
        {
            if (Text(name, legacy) is not { Length: > 0 } text)
            {
                return null;
            }
            if (
                Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && uri.UserInfo.Length == 0
                && allows(uri)
                && (bare ? !text.Contains('?') && !text.Contains('#') : uri.Fragment.Length == 0)
            )
            {
                return uri;
            }
            wrong ??= query.ContainsKey(name) ? name : legacy;
            return null;
        }

        string? Id(string name)
        {
            var text = Text(name, longest: 20);
            if (text is { Length: > 0 } && !text.All(char.IsAsciiDigit))
            {
                wrong ??= name;
            }
            return text is { Length: > 0 } ? text : null;
        }

        var locale = Text("locale", "lng", longest: 35);
        if (locale is { Length: > 0 } && !locale.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            wrong ??= query.ContainsKey("locale") ? "locale" : "lng";
        }
        var countries = (Text("countries") ?? "")
            .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Concat(query["countries"].Skip(1).OfType<string>())
            .Select(country => country.ToUpperInvariant())
            .ToList();
        if (countries.Any(country => country.Length is < 2 or > 3 || !country.All(char.IsAsciiLetterUpper)))
        {
            wrong ??= "countries";
        }
        var (theme, wrongStyle) = Theme.Read(Text("font"), Text("font_color"), Text("elements_color"));
        wrong ??= wrongStyle;

        var parameters = new WidgetParameters
        {
            RedirectUrl = Address("redirect_url", "redirect_uri", bare: true),
            AspspCallbackUri = Address("aspsp_callback_uri", legacy: null, bare: false),
            CancelUrl = Address("cancel_url", legacy: null, bare: false),
            ConsentPerAccount = Switch("consent_per_account") ?? false,
            SelectAccounts = Switch("select_accounts") ?? false,
            AutoSync = Switch("auto_sync") ?? true,
            WaitSyncEnd = Switch("wait_sync_end"),
            CaptiveMode = Switch("captive_mode"),
            Locale = locale is { Length: > 0 } ? locale : null,
            Theme = theme,
            ExpectedAccountTypes =
                Parsed("expected_account_types", Text("expected_account_types"), ParseTypes)
                ?? ExpectedAccountTypes.All,
            ConnectionId = Id("connection_id"),
            ProviderId = Id("provider_id"),
            Countries = countries,
            CongratsBypassDelay = Parsed("congrats_bypass_delay", Text("congrats_bypass_delay"), ParseSeconds),
            TermsHeader = Text("terms_header"),
            TermsBody = Text("terms_body", longest: 20_000),
        };
        return wrong is null ? (parameters, null) : (null, wrong);
    }

    private static bool? ParseSwitch(string text) =>
        text switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => null,
        };

    private static ExpectedAccountTypes? ParseTypes(string text) =>
        text switch
        {
            "PAYMENT" => ExpectedAccountTypes.Payment,
            "OTHER" => ExpectedAccountTypes.Other,
            "ALL" => ExpectedAccountTypes.All,
            _ => null,
        };

    private static int? ParseSeconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400
            ? seconds
            : null;
}

/// <summary>Which channels <c>edit_credentials</c> is about.</summary>
internal enum ExpectedAccountTypes
{
    /// <summary>ALL.</summary>
    All,

    /// <summary>PAYMENT: the channel REDIRECT.</summary>
    Payment,

    /// <summary>OTHER: the channel EMBEDDED.</summary>
    Other,
}
