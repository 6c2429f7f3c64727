using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Stet;

/// <summary>What a catalogue entry says of one bank of the family, in types. The manifest below is where each value is explained.</summary>
internal sealed record StetSettings
{
    /// <summary>Every setting of the family, explained for the author of a catalogue entry.</summary>
    public static readonly ConnectorManifest Manifest = new(
        "stet",
        ChannelMode.Redirect,
        [
            Capability.AccountInformation,
            Capability.AccountConsent,
            Capability.RedirectAuthentication,
            Capability.ConsentRevocation,
        ],
        [
            new("authorize_url", SettingKind.Address, true, "the bank's page where users log in and agree"),
            new(
                "api_url",
                SettingKind.Address,
                true,
                "base of the interface, its version included, as before /accounts"
            ),
            new(
                "issuer",
                SettingKind.Text,
                false,
                "the bank's name for itself in iss (RFC 9207), which every return must then bear; unless said, an iss that comes must be at the origin of authorize_url or token_url"
            ),
            .. TokenRequest.Settings,
            new("client_id", SettingKind.Text, true, "our name at the bank"),
            new(
                "client_secret",
                SettingKind.Secret,
                false,
                "our secret at the bank, unless a certificate stands for it"
            ),
            .. RequestStyle.Settings,
            new("scope", SettingKind.Text, false, "scopes to ask for (aisp unless said)"),
            new("pkce", SettingKind.Switch, false, "false where the bank refuses code_challenge (true unless said)"),
            new(
                "link_hosts",
                SettingKind.Text,
                false,
                "hosts, split by blanks, that the bank's links may name beside the one of api_url"
            ),
            new(
                "standard_paths",
                SettingKind.Switch,
                false,
                "true where the links in the account list are wrong: accounts/{id}/… is used instead"
            ),
            new(
                "consent_required",
                SettingKind.Switch,
                false,
                "true where PUT /consents must come before any data, even if the list shows links"
            ),
            new("history_days", SettingKind.Number, false, "how far back the bank gives transactions, in days"),
            new(
                "date_format",
                SettingKind.DateFormat,
                false,
                "how dateFrom is written, as a .NET date format (yyyy-MM-dd unless said)"
            ),
            new("date_escaped", SettingKind.Switch, false, "true where a colon in dateFrom is to be sent as %3A"),
            new("send_date_to", SettingKind.Switch, false, "true where dateTo is compulsory (tomorrow is sent)"),
            new(
                "empty_is_none",
                SettingKind.Switch,
                false,
                "true where an empty list is told by an answer 200 without the list"
            ),
            new(
                "no_accounts_text",
                SettingKind.Text,
                false,
                "text in an error answer that only means: this user has no account"
            ),
            new(
                "dead_grant_is_not_found",
                SettingKind.Switch,
                false,
                "true where the token endpoint answers an ended authorization with an empty 404"
            ),
            new("othr_is_pending", SettingKind.Switch, false, "true where the status OTHR means: not yet booked"),
            new("currency", SettingKind.Text, false, "currency of accounts that name none (EUR unless said)"),
            new("time_zone", SettingKind.TimeZone, false, "zone of the bank's days (Europe/Paris unless said)"),
        ]
    );

    public required Uri Authorize { get; init; }

    /// <summary>How the bank wants to be asked for tokens.</summary>
    public required TokenRequest Token { get; init; }

    /// <summary>How it wants to be asked for anything.</summary>
    public required RequestStyle Requests { get; init; }

    /// <summary>Ends with a slash.</summary>
    public required Uri Api { get; init; }

    /// <summary>What iss must be; null: the catalogue does not say.</summary>
    public string? Issuer { get; init; }
    public required string ClientId { get; init; }
    public string ClientSecret { get; init; } = "";
    public required string Scope { get; init; }
    public bool Pkce { get; init; }
    public IReadOnlyList<string> LinkHosts { get; init; } = [];
    public bool StandardPaths { get; init; }
    public bool ConsentRequired { get; init; }
    public int? HistoryDays { get; init; }
    public required string DateFormat { get; init; }
    public bool DateEscaped { get; init; }
    public bool SendDateTo { get; init; }
    public bool EmptyIsNone { get; init; }
    public string? NoAccountsText { get; init; }
    public bool DeadGrantIsNotFound { get; init; }
    public bool OthrIsPending { get; init; }
    public required string Currency { get; init; }
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>What a request may say of itself and of us.</summary>
    public RequestValues Values(StepContext context) => new(context, Zone, ClientId, ClientSecret);

    /// <summary>A day as the bank wants it in a query.</summary>
    public string Format(DateOnly day)
    {
        var escaped = Uri.EscapeDataString(
            day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).ToString(DateFormat, CultureInfo.InvariantCulture)
        );
        // A query may hold it (RFC 3986, section 3.4), and most banks sign and compare it so.
        return DateEscaped ? escaped : escaped.Replace("%3A", ":", StringComparison.Ordinal);
    }

    /// <summary>Settings that the catalogue has checked against the manifest.</summary>
    public static StetSettings Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;
        bool On(string name) => Text(name) == "true";
        string[] Words(string name) => (Text(name) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

        return new StetSettings
        {
            Authorize = new Uri(channel.Settings["authorize_url"]),
            Token = TokenRequest.Of(channel),
            Requests = RequestStyle.Of(channel),
            Api = new Uri(channel.Settings["api_url"].TrimEnd('/') + "/"),
            Issuer = Text("issuer"),
            ClientId = channel.Settings["client_id"],
            ClientSecret = Text("client_secret") ?? "",
            Scope = Text("scope") ?? "aisp",
            Pkce = Text("pkce") != "false",
            LinkHosts = Words("link_hosts"),
            StandardPaths = On("standard_paths"),
            ConsentRequired = On("consent_required"),
            HistoryDays = Text("history_days") is { } days ? int.Parse(days, CultureInfo.InvariantCulture) : null,
            DateFormat = Text("date_format") ?? "yyyy-MM-dd",
            DateEscaped = On("date_escaped"),
            SendDateTo = On("send_date_to"),
            EmptyIsNone = On("empty_is_none"),
            NoAccountsText = Text("no_accounts_text"),
            DeadGrantIsNotFound = On("dead_grant_is_not_found"),
            OthrIsPending = On("othr_is_pending"),
            Currency = Text("currency") ?? "EUR",
            Zone = TimeZoneInfo.FindSystemTimeZoneById(Text("time_zone") ?? "Europe/Paris"),
        };
    }
}
