using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>When a bank wants users to authorize us by OAuth2, beside the consent (NextGenPSD2 1.3, section 4.6 "OAuth2").</summary>
internal enum OAuthPlace
{
    /// <summary>Never: the consent is all.</summary>
    None,

    /// <summary>Before a consent can be asked for (pre-step).</summary>
    BeforeConsent,

    /// <summary>To agree to the consent (integrated).</summary>
    AfterConsent,

    /// <summary>In its place: what the user agreed to is the token, and there are no consents.</summary>
    InsteadOfConsent,
}

/// <summary>Which consent is asked for (section 6.3).</summary>
internal enum ConsentAccess
{
    /// <summary>Everything that PSD2 is about: <c>allPsd2</c>.</summary>
    AllAccounts,

    /// <summary>The same, with the names of holders.</summary>
    AllAccountsWithOwnerName,

    /// <summary>The user chooses at the bank: empty lists.</summary>
    BankOffered,

    /// <summary>The list of accounts: <c>availableAccounts</c>; some banks mean everything by it.</summary>
    AvailableAccounts,

    /// <summary>Accounts that the user has named before.</summary>
    Dedicated,
}

/// <summary>What a catalogue entry says of one bank of the family, in types. The manifest below is where each value is explained.</summary>
internal sealed record BerlinGroupSettings
{
    /// <summary>The standard wants a first day (section 6.6.4); banks that go back less far refuse it or give what they have.</summary>
    private const int DaysOfFirstReading = 730;

    private static readonly Dictionary<string, OAuthPlace> Places = new()
    {
        ["none"] = OAuthPlace.None,
        ["before_consent"] = OAuthPlace.BeforeConsent,
        ["after_consent"] = OAuthPlace.AfterConsent,
        ["instead_of_consent"] = OAuthPlace.InsteadOfConsent,
    };

    private static readonly Dictionary<string, ConsentAccess> Accesses = new()
    {
        ["all_accounts"] = ConsentAccess.AllAccounts,
        ["all_accounts_with_owner_name"] = ConsentAccess.AllAccountsWithOwnerName,
        ["bank_offered"] = ConsentAccess.BankOffered,
        ["available_accounts"] = ConsentAccess.AvailableAccounts,
        ["dedicated"] = ConsentAccess.Dedicated,
    };

    private static readonly string[] ConsentFieldNames = ["consent_fields", "account_consent_fields"];
    private static readonly string[] OfAccountConsents = ["account_consent_fields", "consent_account_id"];

    /// <summary>Every setting of the family, explained for the author of a catalogue entry.</summary>
    public static readonly ConnectorManifest Manifest = new(
        "berlin_group",
        ChannelMode.Redirect,
        [
            Capability.AccountInformation,
            Capability.AccountConsent,
            Capability.RedirectAuthentication,
            Capability.EmbeddedAuthentication,
            Capability.DecoupledAuthentication,
            Capability.ConsentRevocation,
        ],
        [
            new(
                "oauth",
                SettingKind.Text,
                true,
                "when users authorize us by OAuth2: none, before a consent can be asked for, to agree to it, or in its place where the bank knows no consents",
                [.. Places.Keys]
            ),
            .. OAuthClient.Settings.Select(setting => setting with { Required = false }),
            .. BankInterface.Settings,
            .. RequestStyle.Settings,
            new(
                "consents_url",
                SettingKind.Address,
                false,
                "where consents are, when that is not consents below api_url"
            ),
            new(
                "consent_access",
                SettingKind.Text,
                false,
                "which consent is asked for (all_accounts unless said)",
                [.. Accesses.Keys]
            ),
            new(
                "consent_lists",
                SettingKind.Words,
                false,
                "what a dedicated consent names the accounts for (accounts balances transactions unless said)",
                [.. ConsentRequest.Lists]
            ),
            new(
                "account_consents",
                SettingKind.Switch,
                false,
                "true where the consent of consent_access only shows, once, which accounts there are, and the user agrees to each in a dedicated consent of its own"
            ),
            new(
                "account_consent_fields",
                SettingKind.Fields,
                false,
                "what consent_fields says, for the consent of an account"
            ),
            new(
                "consent_account_id",
                SettingKind.Switch,
                false,
                "true where the consent of an account names the bank's id of it beside its number (accountId)"
            ),
            new(
                "consent_currency",
                SettingKind.Switch,
                false,
                "true where a dedicated consent names the currency beside the number of an account"
            ),
            new(
                "consent_fields",
                SettingKind.Fields,
                false,
                "members of a consent beside or in the place of the usual ones, as JSON (recurringIndicator: false); an empty text leaves one out"
            ),
            new(
                "consent_status",
                SettingKind.Text,
                false,
                "where the bank tells how a consent stands: at the status of the consent (unless said), or at the consent itself",
                ["status", "consent"]
            ),
            new(
                "client_token",
                SettingKind.Words,
                false,
                "requests that want a token of our own (client_credentials) in the place of the user's; at token, token_headers refer to it as $client_token",
                ["token", "consent", "data"]
            ),
            new(
                "card_accounts",
                SettingKind.Switch,
                false,
                "true where cards are accounts of a list of their own (card-accounts)"
            ),
            new(
                "with_balance",
                SettingKind.Text,
                false,
                "what withBalance says when accounts are listed (left out unless said)",
                ["true", "false"]
            ),
            new(
                "accounts_url",
                SettingKind.Address,
                false,
                "where the list of accounts is, when that is not accounts below api_url"
            ),
            new(
                "balances_url",
                SettingKind.Address,
                false,
                "where the balances of an account are, with $account for the bank's id of it; unless said, where the bank's link leads, or accounts/{id}/balances"
            ),
            new("transactions_url", SettingKind.Address, false, "the same of its transactions"),
            new(
                "transactions_query",
                SettingKind.Fields,
                false,
                "parameters of a list of transactions beside or in the place of the usual ones (bookingStatus, dateFrom, dateTo), as they stand in the address and in this order; an empty text leaves one out"
            )
            {
                Values = ["date_from", "date_to", "booking_status"],
            },
            new(
                "booking_status",
                SettingKind.Text,
                false,
                "which transactions are asked for (both unless said)",
                ["both", "booked", "pending", "all"]
            ),
            ErrorMeanings.Setting,
            StatusWords.Setting,
            new(
                "transaction_id",
                SettingKind.Text,
                false,
                "which id of a transaction counts, where it has both (transactionId unless said)",
                ["transactionId", "entryReference"]
            ),
        ]
    )
    {
        Together = Lacking,
        Modes = [ChannelMode.Redirect, ChannelMode.Embedded],
        CredentialNames = ["psu_id", "psu_corporate_id", "password", "iban"],
        WantsSeal = RequestStyle.WantsSeal,
    };

    private static IEnumerable<string> Lacking(ChannelDefinition channel)
    {
        var settings = channel.Settings;
        bool Has(string name) => settings.TryGetValue(name, out var value) && value != "";
        string[] needed =
            settings["oauth"] != "none"
                ? [Has("authorize_lookup_url") ? "authorize_lookup_url" : "authorize_url", "token_url", "client_id"]
            : Has("client_token") || Has("token_url") ? ["token_url", "client_id"]
            : [];
        var asksNoAccounts =
            Accesses.GetValueOrDefault(settings.GetValueOrDefault("consent_access") ?? "") == ConsentAccess.Dedicated
            && channel.Credentials.All(field => field.Name != "iban");
        return needed
            .Where(name => !Has(name))
            .Select(name => $"setting '{name}' is missing: tokens are asked for")
            .Concat(
                asksNoAccounts
                    ? ["credential 'iban' is missing: a dedicated consent names the accounts of the user"]
                    : []
            )
            .Concat(
                from name in ConsentFieldNames
                from field in Field.Read(settings.GetValueOrDefault(name))
                where field.Value != "" && !ConsentRequest.IsJson(field.Value)
                select $"setting '{name}' holds no JSON as {field.Name}"
            )
            .Concat(Unneeded(settings))
            .Concat(OAuthClient.Faults(settings))
            .Concat(ErrorMeanings.Faults(settings))
            .Concat(StatusWords.Faults(settings));
    }

    private static IEnumerable<string> Unneeded(IReadOnlyDictionary<string, string> settings)
    {
        if (settings.GetValueOrDefault("account_consents") != "true")
        {
            return OfAccountConsents
                .Where(name => settings.GetValueOrDefault(name) is not (null or "" or "false"))
                .Select(name => $"setting '{name}' says nothing without account_consents");
        }
        // A token that comes after a consent is for that one alone.
        return settings["oauth"] is "none" or "before_consent"
            ? []
            : [$"setting 'account_consents' says nothing where oauth is {settings["oauth"]}"];
    }

    public OAuthPlace OAuth { get; init; }

    /// <summary>Null: the bank has no authorization server.</summary>
    public OAuthClient? Client { get; init; }
    public required RequestStyle Requests { get; init; }
    public required BankInterface Interface { get; init; }
    public required Uri Consents { get; init; }
    public ConsentAccess Access { get; init; }

    /// <summary>What a dedicated consent names accounts for.</summary>
    public IReadOnlyList<string> ConsentLists { get; init; } = [];
    public bool ConsentNamesCurrency { get; init; }

    /// <summary>Whether the user agrees to each account by itself, once they are listed.</summary>
    public bool AccountConsents { get; init; }

    /// <summary>Members of the consent of an account that the bank wants otherwise, as JSON.</summary>
    public IReadOnlyList<Field> AccountConsentFields { get; init; } = [];

    /// <summary>Whether that names the bank's id of the account, too.</summary>
    public bool ConsentNamesId { get; init; }

    /// <summary>Members of a consent that the bank wants otherwise, as JSON.</summary>
    public IReadOnlyList<Field> ConsentFields { get; init; } = [];
    public bool StatusIsOfConsent { get; init; }
    public bool ClientTokenForConsents { get; init; }
    public bool ClientTokenForData { get; init; }
    public required Uri Accounts { get; init; }

    /// <summary>With <c>$account</c> in it; null: the bank links there.</summary>
    public string? Balances { get; init; }

    /// <inheritdoc cref="Balances"/>
    public string? Transactions { get; init; }

    /// <summary>Parameters of a list of transactions.</summary>
    public required IReadOnlyList<Field> TransactionsQuery { get; init; }
    public string? WithBalance { get; init; }
    public bool CardAccounts { get; init; }
    public required string BookingStatus { get; init; }
    public bool EntryReferenceCounts { get; init; }
    public required ErrorMeanings Errors { get; init; }
    public required StatusWords StatusWords { get; init; }

    /// <summary>Settings that the catalogue has checked against the manifest.</summary>
    public static BerlinGroupSettings Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        var bank = BankInterface.Of(channel, firstDays: DaysOfFirstReading);
        var calls = (Text("client_token") ?? "").Split(' ');
        return new BerlinGroupSettings
        {
            OAuth = Places[channel.Settings["oauth"]],
            Client = Text("token_url") is null
                ? null
                : OAuthClient.Of(channel, scope: "AIS:$consent_id") with
                {
                    ShowsOwnToken = calls.Contains("token"),
                },
            Requests = RequestStyle.Of(channel),
            Interface = bank,
            Consents = Text("consents_url") is { } consents ? new Uri(consents) : bank.Path("consents"),
            Access = Accesses[Text("consent_access") ?? "all_accounts"],
            ConsentLists = Text("consent_lists") is { } lists
                ? [.. ConsentRequest.Lists.Where(lists.Split(' ').Contains)]
                : ConsentRequest.Lists,
            ConsentFields = Field.Read(Text("consent_fields")),
            ConsentNamesCurrency = Text("consent_currency") == "true",
            AccountConsents = Text("account_consents") == "true",
            AccountConsentFields = Field.Read(Text("account_consent_fields")),
            ConsentNamesId = Text("consent_account_id") == "true",
            StatusIsOfConsent = Text("consent_status") == "consent",
            ClientTokenForConsents = calls.Contains("consent"),
            ClientTokenForData = calls.Contains("data"),
            Accounts = Text("accounts_url") is { } accounts ? new Uri(accounts) : bank.Path("accounts"),
            Balances = Text("balances_url"),
            Transactions = Text("transactions_url"),
            TransactionsQuery = QueryOf(bank, Field.Read(Text("transactions_query"))),
            WithBalance = Text("with_balance"),
            CardAccounts = Text("card_accounts") == "true",
            BookingStatus = Text("booking_status") ?? "both",
            Errors = ErrorMeanings.Of(channel),
            StatusWords = StatusWords.Of(channel),
            EntryReferenceCounts = Text("transaction_id") == "entryReference",
        };
    }

    // In the order of the entry: some banks compare addresses letter by letter.
    private static IReadOnlyList<Field> QueryOf(BankInterface bank, IReadOnlyList<Field> wanted) =>
        [
            .. new Field[]
            {
                new("bookingStatus", "$booking_status"),
                new("dateFrom", "$date_from"),
                new("dateTo", bank.SendDateTo ? "$date_to" : ""),
            }
                .Where(usual => wanted.All(field => field.Name != usual.Name))
                .Concat(wanted)
                .Where(field => field.Value != ""),
        ];

    /// <summary>Where something of an account is, when the entry says so.</summary>
    public static Uri? Of(string? place, string account) =>
        place is null
            ? null
            : new Uri(place.Replace("$account", Uri.EscapeDataString(account), StringComparison.Ordinal));

    /// <summary>Where a consent is.</summary>
    public Uri Consent(string id, string below = "") =>
        new($"{Consents.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(id)}{below}");

    /// <summary>What a request may say of itself and of us.</summary>
    public RequestValues Values(StepContext context) =>
        Client?.Values(context) ?? new RequestValues(context, Interface.Zone, "", "");
}
