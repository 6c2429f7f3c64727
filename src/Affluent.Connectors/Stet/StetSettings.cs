using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
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
            .. OAuthClient.Settings,
            .. TokenRequest.RevocationSettings,
            .. BankInterface.Settings,
            .. RequestStyle.Settings,
            new(
                "consent_required",
                SettingKind.Switch,
                false,
                "true where PUT /consents must come before any data, even if the list shows links"
            ),
            new(
                "consent_owners",
                SettingKind.Switch,
                false,
                "true where PUT /consents must say of which accounts the owners are shared (STET 1.5 and later): of none, their names are not read"
            ),
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
            ErrorMeanings.Setting,
            StatusWords.Setting,
            new("othr_is_pending", SettingKind.Switch, false, "true where the status OTHR means: not yet booked"),
        ]
    )
    {
        WantsSeal = RequestStyle.WantsSeal,
        Together = channel =>
            [
                .. OAuthClient.Faults(channel.Settings),
                .. ErrorMeanings.Faults(channel.Settings),
                .. StatusWords.Faults(channel.Settings),
            ],
    };

    public required OAuthClient Client { get; init; }
    public required BankInterface Interface { get; init; }
    public bool ConsentRequired { get; init; }
    public bool ConsentOwners { get; init; }
    public bool EmptyIsNone { get; init; }
    public string? NoAccountsText { get; init; }
    public bool OthrIsPending { get; init; }
    public required ErrorMeanings Errors { get; init; }
    public required StatusWords StatusWords { get; init; }

    /// <summary>Settings that the catalogue has checked against the manifest.</summary>
    public static StetSettings Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;
        bool On(string name) => Text(name) == "true";

        return new StetSettings
        {
            Client = OAuthClient.Of(channel, scope: "aisp"),
            Interface = BankInterface.Of(channel),
            ConsentRequired = On("consent_required"),
            ConsentOwners = On("consent_owners"),
            EmptyIsNone = On("empty_is_none"),
            NoAccountsText = Text("no_accounts_text"),
            OthrIsPending = On("othr_is_pending"),
            Errors = ErrorMeanings.Of(channel),
            StatusWords = StatusWords.Of(channel),
        };
    }
}
