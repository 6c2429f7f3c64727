using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Tests;

/// <summary>Brands of one platform: what they share stands in a profile, and each says what differs.</summary>
public sealed class ProfileTests : IDisposable
{
    private const string Group = """
        {
          "profile": "group",
          "channel": {
            "connector": "stet", "account_types": ["CHECKINGS", "CREDIT_CARD"], "consent_days": 90,
            "transaction_ids": "STABLE", "client_certificate": true,
            "reconciliation": { "pending_days": 7, "text_edits": false },
            "settings": {
              "authorize_url": "https://{region}.bank.example/authorize", "token_url": "https://api.bank.example/{region}/token",
              "api_url": "https://api.bank.example/{region}/v1", "client_id": "ours", "client_secret": "{group_secret}",
              "token_auth": "client_secret_post", "data_headers": { "Accept": "application/json", "X-Bank": "{region}" }
            }
          }
        }
        """;

    private readonly Dictionary<string, string> _variables = new() { ["group_secret"] = "S3CRET" };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("profiles");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("a.json", "z.json")]
    [InlineData("z.json", "a.json")]
    public void A_brand_is_its_profile_with_what_differs_whatever_the_order_of_files(string profile, string brand)
    {
        Write(profile, Group);
        Write(
            brand,
            Brand(
                """
                "consent_days": 180, "reconciliation": { "pending_days": 9 },
                "settings": {
                  "client_id": "theirs", "client_secret": "", "scope": "aisp more",
                  "data_headers": { "accept": "text/json", "X-Bank": "", "X-Region": "{region}" }
                }
                """
            )
        );

        var load = Load();

        Assert.Empty(load.Faults);
        var channel = Assert.Single(load.Providers).Channels.Single();
        Assert.Equal(
            ("4711" + "01", ChannelMode.Redirect, "stet"),
            (channel.Id.Value, channel.Mode, channel.Connector)
        );
        Assert.Equal([BankAccountType.Checkings, BankAccountType.CreditCard], channel.AccountTypes);
        Assert.Equal(
            (180, TransactionIds.Stable, true),
            (channel.ConsentDays, channel.TransactionIds, channel.ClientCertificate)
        );
        Assert.Equal((9, false), (channel.Reconciliation.PendingDays, channel.Reconciliation.TextEdits));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["authorize_url"] = "https://north.bank.example/authorize",
                ["token_url"] = "https://api.bank.example/north/token",
                ["api_url"] = "https://api.bank.example/north/v1",
                ["client_id"] = "theirs",
                ["token_auth"] = "client_secret_post",
                ["scope"] = "aisp more",
                ["data_headers"] = "accept: text/json\nX-Bank: \nX-Region: north",
            },
            channel.Settings
        );
    }

    [Fact]
    public void A_brand_may_add_nothing_and_take_a_variable_of_the_installation()
    {
        Write("group.json", Group);
        Write("bank.json", Brand("").Replace("\"north\"", "\"{where}\"", StringComparison.Ordinal));
        _variables["where"] = "south";
        _variables["region"] = "another's";

        var load = Load();

        Assert.Empty(load.Faults);
        var settings = Assert.Single(load.Providers).Channels.Single().Settings;
        Assert.Equal(("https://api.bank.example/south/v1", "S3CRET"), (settings["api_url"], settings["client_secret"]));
    }

    [Fact]
    public void Forty_brands_are_one_short_file()
    {
        var brands = Enumerable
            .Range(0, 40)
            .Select(i => $$"""{ "id": "{{8000 + i}}", "name": "Caisse {{i}}", "variables": { "region": "r{{i}}" } }""");
        Write("group.json", Group);
        Write(
            "brands.json",
            $$"""
            {
              "common": {
                "country_code": "FRA", "base_url": "https://{region}.bank.example", "channels": [{ "profile": "group" }]
              },
              "brands": [{{string.Join(
                ",\n",
                brands
            )}}, { "id": "8000", "name": "Twice", "variables": { "region": "r" } }]
            }
            """
        );

        var load = Load();

        Assert.Equal("brands.json: brands[40].id: 8000 is taken by brands.json", Shown(Assert.Single(load.Faults)));
        Assert.Equal(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{8000 + i}01 https://r{i}.bank.example/ https://api.bank.example/r{i}/v1"
                    )
                ),
            load.Providers.Select(p => $"{p.Channels[0].Id} {p.BaseUrl} {p.Channels[0].Settings["api_url"]}")
        );
    }

    [Fact]
    public void Brands_of_the_operator_may_be_of_a_profile_that_ships_and_profiles_of_profiles()
    {
        var load = Catalogue.Read(
            [
                ("catalogue/group.json", Group),
                (
                    "north.json",
                    """{ "profile": "north", "channel": { "profile": "group", "consent_days": 30, "settings": { "scope": "more" } } }"""
                ),
                (
                    "bank.json",
                    Brand("\"settings\": { \"pkce\": \"false\" }")
                        .Replace("\"group\"", "\"north\"", StringComparison.Ordinal)
                ),
            ],
            _variables,
            []
        );

        Assert.Empty(load.Faults);
        var channel = Assert.Single(load.Providers).Channels.Single();
        Assert.Equal(30, channel.ConsentDays);
        Assert.Equal(
            ("more", "false", "ours"),
            (channel.Settings["scope"], channel.Settings["pkce"], channel.Settings["client_id"])
        );
    }

    [Fact]
    public void A_placeholder_that_nobody_sets_is_a_fault_of_the_brand()
    {
        Write("group.json", Group);
        Write("bank.json", Brand("").Replace("\"region\"", "\"area\"", StringComparison.Ordinal));
        Write(
            "other.json",
            Brand(
                    """
"settings": { "authorize_url": "https://x.example", "token_url": "https://x.example", "api_url": "https://x.example", "data_headers": "" }
"""
                )
                .Replace("\"region\"", "\"area\"", StringComparison.Ordinal)
                .Replace("4711", "4712", StringComparison.Ordinal)
        );

        var load = Load();

        Assert.Equal("4712", Assert.Single(load.Providers).Id.Value);
        var fault = Assert.Single(load.Faults);
        Assert.Equal("region", fault.UnsetVariable);
        Assert.Equal(
            "bank.json: channels[0].settings.authorize_url: the variable {region} is not set (group.json: channel.settings.authorize_url refers to it)",
            Shown(fault)
        );
    }

    [Fact]
    public void What_is_wrong_with_a_value_of_a_profile_is_told_once_at_its_place()
    {
        Write(
            "group.json",
            Group
                .Replace("90", "\"S3CRET\"", StringComparison.Ordinal)
                .Replace("\"pending_days\"", "\"pending\"", StringComparison.Ordinal)
        );
        Write("a.json", Brand(""));
        Write("b.json", Brand("").Replace("4711", "4712", StringComparison.Ordinal));

        var load = Load();

        Assert.Empty(load.Providers);
        Assert.Equal(
            [
                "group.json: channel.consent_days: is not a whole number from 1 to 3650",
                "group.json: channel.reconciliation.pending: is not known",
            ],
            load.Faults.Select(Shown).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(
        """{ "profile": "Group", "channel": { "connector": "stet" } }""",
        "profile: is no name of lower-case letters, digits and hyphens"
    )]
    [InlineData(
        """{ "profile": "group", "channel": { "connector": "stet" } }""",
        "profile: group is taken by group.json"
    )]
    [InlineData("""{ "profile": 1, "channel": { "connector": "stet" } }""", "profile: is not a text")]
    [InlineData("""{ "profile": "x" }""", "channel: is missing")]
    [InlineData("""{ "profile": "x", "channel": [] }""", "channel: is not an object")]
    [InlineData("""{ "profile": "x", "channel": {} }""", "channel.connector: is missing")]
    [InlineData(
        """{ "profile": "x", "channel": { "connector": "stett" } }""",
        "channel.connector: 'stett' is none of: stet, berlin_group, open_banking_uk, enable_banking, website"
    )]
    [InlineData(
        """{ "profile": "x", "channel": { "connector": "stet", "id": "1" } }""",
        "channel.id: is said by each brand, not by a profile"
    )]
    [InlineData(
        """{ "profile": "x", "channel": { "connector": "stet", "mode": "REDIRECT" } }""",
        "channel.mode: is said by each brand, not by a profile"
    )]
    [InlineData("""{ "profile": "x", "channel": { "connector": "stet" }, "id": "1" }""", "id: is not known")]
    [InlineData("""{ "profile": "x", "channel": { "profile": "y" } }""", "channel.profile: 'y' is none of: ")]
    [InlineData("""{ "profile": "x", "channel": { "profile": "x" } }""", "channel.profile: 'x' comes back to itself")]
    [InlineData(
        """{ "profile": "x", "channel": { "profile": "group", "connector": "stet" } }""",
        "channel.connector: is the profile's to say"
    )]
    [InlineData("""{ "brands": [] }""", "brands: names no bank")]
    [InlineData("""{ "brands": {} }""", "brands: is not a list")]
    [InlineData("""{ "brands": [{}], "common": 1 }""", "common: is not an object")]
    [InlineData("""{ "brands": [1] }""", "brands[0]: is not an object")]
    [InlineData("""{ "brands": [{}], "shared": {} }""", "shared: is not known")]
    [InlineData("""{ "common": { "nam": "x" }, "brands": [{}] }""", "common.nam: is not known")]
    [InlineData("""{ "id": "1", "variables": { "a": 1 } }""", "variables.a: is not a text")]
    [InlineData("""{ "id": "1", "channels": [{ "profile": "none" }] }""", "channels[0].profile: 'none' is none of: ")]
    [InlineData(
        """{ "id": "1", "channels": [{ "profile": "group", "connector": "stet" }] }""",
        "channels[0].connector: is the profile's to say"
    )]
    [InlineData(
        """{ "id": "1", "variables": { "region": "r" }, "channels": [{ "profile": "group", "mode": "EMBEDDED" }] }""",
        "channels[0].settings: channel 100: connector 'stet' serves the channel Redirect, not Embedded"
    )]
    public void What_cannot_be_is_a_fault_at_its_place_used_or_not(string text, string fault)
    {
        Write("group.json", Group);
        Write("x.json", text);

        Assert.Contains(
            Load().Faults.Select(Shown),
            seen => seen.StartsWith($"x.json: {fault}", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_profile_that_no_brand_uses_is_no_fault()
    {
        Write("group.json", Group);

        Assert.Empty(Load().Faults);
    }

    private CatalogueLoad Load() => Catalogue.Load(_variables, _folder.FullName);

    // The folder has another name each time.
    private string Shown(CatalogueFault fault) =>
        fault.ToString().Replace(_folder.FullName + "/", "", StringComparison.Ordinal);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private static string Brand(string more) =>
        $$"""
            {
              "id": "4711", "name": "Bank of the North", "country_code": "FRA", "base_url": "https://north.bank.example",
              "variables": { "region": "north" },
              "channels": [{ "profile": "group"{{(more == "" ? "" : ", " + more)}} }]
            }
            """;
}
