using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.EnableBanking;

/// <summary>What a catalogue entry says of one bank of the family, in types. The manifest below is where each value is explained.</summary>
internal sealed record EnableBankingSettings
{
    private const string UsualAddress = "https://api.enablebanking.com";
    private const string UsualPsuHeaders = "Psu-Ip-Address Psu-User-Agent";

    /// <summary>The headers that say that the user is there, as the API reference names them.</summary>
    private static readonly string[] PsuHeaderNames =
    [
        "Psu-Ip-Address",
        "Psu-User-Agent",
        "Psu-Referer",
        "Psu-Accept",
        "Psu-Accept-Charset",
        "Psu-Accept-Encoding",
        "Psu-Accept-Language",
        "Psu-Geo-Location",
    ];

    /// <summary>Every setting of the family, explained for the author of a catalogue entry.</summary>
    public static readonly ConnectorManifest Manifest = new(
        "enable_banking",
        ChannelMode.Redirect,
        [Capability.AccountInformation, Capability.RedirectAuthentication, Capability.ConsentRevocation],
        [
            new(
                "application_id",
                SettingKind.Text,
                true,
                "the id (a UUID) that Enable Banking gave your application: kid of the tokens that the seal signs"
            ),
            new(
                "bank_name",
                SettingKind.Text,
                true,
                "the bank's name exactly as Enable Banking's list has it (name of GET /aspsps)"
            ),
            new("bank_country", SettingKind.Text, true, "the country beside that name, two capital letters (FI)"),
            new(
                "psu_type",
                SettingKind.Text,
                false,
                "whose accounts they are: those of people (personal unless said) or of businesses",
                ["personal", "business"]
            ),
            new(
                "auth_method",
                SettingKind.Text,
                false,
                "name of the way in which users sign in, of auth_methods in that list, where a bank has several (users choose unless said)"
            ),
            new(
                "psu_headers",
                SettingKind.Words,
                false,
                $"what the bank is told of a user who is there: its required_psu_headers in that list ({UsualPsuHeaders} unless said); all of them are sent, or none where one cannot be given",
                PsuHeaderNames
            ),
            new(
                "enable_banking_url",
                SettingKind.Address,
                false,
                $"where the interface is ({UsualAddress} unless said)"
            ),
            new(
                "first_history_days",
                SettingKind.Number,
                false,
                "how many days of transactions are asked for at first (as many as the bank gives unless said)"
            ),
        ]
    )
    {
        WantsSeal = _ => true,
        TellsOfUser = (channel, user) => EnableBankingUser.Fields(Of(channel), user).Count > 0,
        Together = channel => Faults(channel.Settings),
    };

    public required string ApplicationId { get; init; }

    /// <summary>Ends with a slash.</summary>
    public required Uri Address { get; init; }
    public required string BankName { get; init; }
    public required string BankCountry { get; init; }
    public required string PsuType { get; init; }
    public string? AuthMethod { get; init; }
    public IReadOnlyList<string> PsuHeaders { get; init; } = [];
    public int? FirstHistoryDays { get; init; }

    /// <summary>For so long users are asked to agree.</summary>
    public required TimeSpan Consent { get; init; }

    /// <summary>Settings that the catalogue has checked against the manifest.</summary>
    public static EnableBankingSettings Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        return new EnableBankingSettings
        {
            ApplicationId = channel.Settings["application_id"],
            Address = new Uri((Text("enable_banking_url") ?? UsualAddress).TrimEnd('/') + "/"),
            BankName = channel.Settings["bank_name"],
            BankCountry = channel.Settings["bank_country"],
            PsuType = Text("psu_type") ?? "personal",
            AuthMethod = Text("auth_method"),
            PsuHeaders = (Text("psu_headers") ?? UsualPsuHeaders).Split(' ', StringSplitOptions.RemoveEmptyEntries),
            FirstHistoryDays = Text("first_history_days") is { } days
                ? int.Parse(days, CultureInfo.InvariantCulture)
                : null,
            Consent = TimeSpan.FromDays(channel.ConsentDays),
        };
    }

    private static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> settings)
    {
        if (!Guid.TryParseExact(settings["application_id"], "D", out _))
        {
            yield return "setting 'application_id' is not a UUID (cf589be3-3755-465b-a8df-a90a16a31403)";
        }
        if (settings["bank_name"].Trim() == "")
        {
            yield return "setting 'bank_name' is empty";
        }
        if (settings["bank_country"] is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
        {
            yield return "setting 'bank_country' is not a country in two capital letters (ISO 3166-1 alpha-2)";
        }
    }
}
