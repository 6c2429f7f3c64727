using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>Where a bank tells the names of holders, beside the list of accounts.</summary>
internal enum HolderPlace
{
    /// <summary>Nowhere else.</summary>
    Accounts,

    /// <summary>Who signed in: <c>/party</c>.</summary>
    Party,

    /// <summary>Of each account: <c>/accounts/{AccountId}/party</c>.</summary>
    AccountParty,

    /// <summary>All of each account: <c>/accounts/{AccountId}/parties</c>.</summary>
    AccountParties,
}

/// <summary>What a catalogue entry says of one bank of the family, in types. The manifest below is where each value is explained.</summary>
internal sealed record OpenBankingSettings
{
    private const string DateFormat = "yyyy-MM-ddTHH:mm:ss";
    private const string Currency = "GBP";
    private const string Zone = "Europe/London";

    /// <summary>What is read, and no more. The detail of transactions is none without one direction at least (OBL, "Permission Codes").</summary>
    private const string Permissions =
        "ReadAccountsDetail ReadBalances ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail";

    private static readonly Dictionary<string, HolderPlace> Holders = new()
    {
        ["accounts"] = HolderPlace.Accounts,
        ["party"] = HolderPlace.Party,
        ["account_party"] = HolderPlace.AccountParty,
        ["account_parties"] = HolderPlace.AccountParties,
    };

    /// <summary>Every setting of the family, explained for the author of a catalogue entry.</summary>
    public static readonly ConnectorManifest Manifest = new(
        "open_banking_uk",
        ChannelMode.Redirect,
        [Capability.AccountInformation, Capability.RedirectAuthentication, Capability.ConsentRevocation],
        [
            .. OAuthClient.Settings.Where(s => s.Name is not ("authorize_lookup" or "authorize_lookup_url")),
            .. RequestObject.Settings,
            .. BankInterface.Settings.Where(s => s.Name is not ("standard_paths" or "page_count_header")),
            .. RequestStyle.Settings,
            ErrorMeanings.Setting,
            new(
                "access_consents_url",
                SettingKind.Address,
                false,
                "where consents are, when that is not account-access-consents below api_url"
            ),
            new(
                "permissions",
                SettingKind.Words,
                false,
                $"what a consent is asked for, in this order (unless said {Permissions}, and what holder needs)"
            ),
            new(
                "consent_expires",
                SettingKind.Switch,
                false,
                "true where a consent must say that it ends, after consent_days (without an end unless said)"
            ),
            new(
                "consent_history_days",
                SettingKind.Number,
                false,
                "how far back a consent is for transactions, in days (without a bound unless said)"
            ),
            new(
                "holder",
                SettingKind.Text,
                false,
                "where the bank tells the names of holders: with the accounts alone (unless said), of who signed in at party, of each account at party or at parties below it",
                [.. Holders.Keys]
            ),
        ]
    )
    {
        WantsSeal = settings => RequestObject.WantsSeal(settings) || RequestStyle.WantsSeal(settings),
        Together = channel => [.. OAuthClient.Faults(channel.Settings), .. ErrorMeanings.Faults(channel.Settings)],
    };

    public required OAuthClient Client { get; init; }
    public required RequestObject Request { get; init; }
    public required BankInterface Interface { get; init; }
    public required Uri Consents { get; init; }
    public required IReadOnlyList<string> Asked { get; init; }
    public bool ConsentExpires { get; init; }
    public int? ConsentHistoryDays { get; init; }
    public HolderPlace Holder { get; init; }
    public required ErrorMeanings Errors { get; init; }

    /// <summary>Settings that the catalogue has checked against the manifest.</summary>
    public static OpenBankingSettings Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        var bank = BankInterface.Of(channel, DateFormat, Currency, Zone);
        var holder = Holders[Text("holder") ?? "accounts"];
        var client = OAuthClient.Of(channel, scope: "openid accounts", clientScope: "accounts") with
        {
            Zone = bank.Zone,
            SendsNonce = true,
        };
        return new OpenBankingSettings
        {
            Client = client,
            Request = RequestObject.Of(channel, client, [new("openbanking_intent_id", "$consent_id")]),
            Interface = bank,
            Consents = Text("access_consents_url") is { } consents
                ? new Uri(consents)
                : bank.Path("account-access-consents"),
            Asked = (Text("permissions") ?? PermissionsFor(holder)).Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ConsentExpires = Text("consent_expires") == "true",
            ConsentHistoryDays = Text("consent_history_days") is { } days
                ? int.Parse(days, CultureInfo.InvariantCulture)
                : null,
            Holder = holder,
            Errors = ErrorMeanings.Of(channel),
        };
    }

    // Whose permission is not asked for is not told (OBL, "Permission Codes").
    private static string PermissionsFor(HolderPlace holder) =>
        holder switch
        {
            HolderPlace.Accounts => Permissions,
            HolderPlace.Party => $"{Permissions} ReadPartyPSU",
            HolderPlace.AccountParty or HolderPlace.AccountParties => $"{Permissions} ReadParty",
        };

    /// <summary>Where a consent is.</summary>
    public Uri Consent(string id) => new($"{Consents.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(id)}");

    /// <summary>Where something of an account is.</summary>
    public Uri OfAccount(string reference, string what) =>
        Interface.Path($"accounts/{Uri.EscapeDataString(reference)}/{what}");
}
