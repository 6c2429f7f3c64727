using Affluent.Connectors.Contract;
using Affluent.Connectors.Stet;

namespace Affluent.Connectors.Tests;

public sealed class CatalogueTests : IDisposable
{
    private static readonly Dictionary<string, string> TestBankHere = new()
    {
        ["test_bank"] = "http://127.0.0.1:5200/",
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("catalogue");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_test_bank_is_provider_87_with_both_channels()
    {
        var load = Catalogue.Load(TestBankHere);

        Assert.Empty(load.Faults);
        var bank = load.Providers.Single(p => p.Id == new ProviderId("87"));
        Assert.Equal(("Linxo Test Bank", "FRA", true), (bank.Name, bank.CountryCode, bank.Test));
        Assert.Equal(["8701", "8700"], bank.Channels.Select(c => c.Id.Value));
        var (redirect, embedded) = (bank.Channels[0], bank.Channels[1]);
        Assert.Equal("stet", redirect.Connector);
        Assert.Equal(new StetConnector().Manifest.Capabilities, redirect.Capabilities);
        Assert.Equal("http://127.0.0.1:5200/stettestbank/stet/psd2/v1.4.2", redirect.Settings["api_url"]);
        Assert.Equal([BankAccountType.Checkings, BankAccountType.CreditCard], redirect.AccountTypes);
        Assert.Equal(4, embedded.AccountTypes.Count);
        Assert.Equal(
            [
                ("300", "login", CredentialType.Text, false, false),
                ("301", "password", CredentialType.Pwd, true, false),
                ("302", "file_url", CredentialType.Text, false, true),
            ],
            embedded.Credentials.Select(c => (c.Id, c.Name, c.Type, c.Encrypt, c.Optional))
        );
    }

    [Fact]
    public void The_test_bank_speaks_the_standard_of_the_Berlin_Group_as_provider_88()
    {
        var bank = Catalogue.Load(TestBankHere).Providers.Single(p => p.Id == new ProviderId("88"));

        Assert.Equal(("Test Bank (Berlin Group)", true), (bank.Name, bank.Test));
        Assert.Equal(
            [("8801", ChannelMode.Redirect), ("8800", ChannelMode.Embedded)],
            bank.Channels.Select(c => (c.Id.Value, c.Mode))
        );
        Assert.Equal("http://127.0.0.1:5200/berlingroup/redirect/v1", bank.Channels[0].Settings["api_url"]);
    }

    [Fact]
    public void The_test_bank_speaks_UK_Open_Banking_as_provider_89()
    {
        var bank = Catalogue.Load(TestBankHere).Providers.Single(p => p.Id == new ProviderId("89"));

        Assert.Equal(("Test Bank (UK Open Banking)", true), (bank.Name, bank.Test));
        Assert.Equal("8901", Assert.Single(bank.Channels).Id.Value);
    }

    [Fact]
    public void An_installation_without_a_test_bank_does_not_list_it()
    {
        var load = Catalogue.Load(new Dictionary<string, string>());

        Assert.Empty(load.Faults);
        Assert.DoesNotContain(load.Providers, p => p.Test);
    }

    [Fact]
    public void A_bank_says_which_kinds_of_balance_are_the_balance()
    {
        const string kinds = """ "balance_kinds": ["EXPECTED", "OTHER"], "card_balance_kinds": ["NON_INVOICED"], """;
        Write("4711.json", Entry("4711").Replace("\"settings\"", $"{kinds}\"settings\"", StringComparison.Ordinal));
        Write("4712.json", Entry("4712").Replace("\"settings\"", $"{kinds.Replace("OTHER", "BEST")}\"settings\""));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        var channel = load.Providers.Single(p => p.Id == new ProviderId("4711")).Channels.Single();
        Assert.Equal([BankBalanceKind.Expected, BankBalanceKind.Other], channel.BalanceKinds);
        Assert.Equal([BankBalanceKind.NonInvoiced], channel.CardBalanceKinds);
        Assert.Contains("balance_kinds[1]", Assert.Single(load.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bank_says_when_and_how_often_it_may_be_asked()
    {
        const string said = """
            "readings_a_day": 3,
            "requests_per_second": 5,
            "quiet_hours": [{ "from": "23:30", "until": "01:15" }, { "from": "02:00", "until": "04:00", "days": ["SUNDAY"] }],
            "maintenance": [{ "from": "2026-12-01T22:00+01:00", "until": "2026-12-02T04:00:00Z" }],
            "outage": { "failures": 5, "first_pause_seconds": 30, "longest_pause_seconds": 600 },
            """;
        Write(
            "4711.json",
            Entry("4711")
                .Replace("\"channels\"", $"{said}\"channels\"", StringComparison.Ordinal)
                .Replace("\"settings\"", "\"unattended_readings\": 3, \"settings\"", StringComparison.Ordinal)
        );
        Write("4712.json", Entry("4712"));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Empty(load.Faults);
        var (bank, silent) = (load.Providers[^2], load.Providers[^1]);
        Assert.Equal(5, bank.RequestsPerSecond);
        Assert.Equal(
            [(new TimeOnly(23, 30), new TimeOnly(1, 15), ""), (new TimeOnly(2, 0), new TimeOnly(4, 0), "Sunday")],
            bank.QuietHours.Select(hours => (hours.From, hours.Until, string.Join(',', hours.Days)))
        );
        Assert.Equal(
            new MaintenanceWindow(
                new DateTimeOffset(2026, 12, 1, 21, 0, 0, TimeSpan.Zero),
                new DateTimeOffset(2026, 12, 2, 4, 0, 0, TimeSpan.Zero)
            ),
            Assert.Single(bank.Maintenance)
        );
        Assert.Equal(
            new OutageSettings
            {
                Failures = 5,
                FirstPause = TimeSpan.FromSeconds(30),
                LongestPause = TimeSpan.FromMinutes(10),
            },
            bank.Outage
        );
        Assert.Equal((3, 3), (bank.ReadingsADay, bank.Channels.Single().UnattendedReadings));
        Assert.Equal(1, silent.ReadingsADay);
        Assert.Equal((null, 4), (silent.RequestsPerSecond, silent.Channels.Single().UnattendedReadings));
        Assert.Equal(new OutageSettings(), silent.Outage);
    }

    [Theory]
    [InlineData(""" "requests_per_second": 0 """, "requests_per_second")]
    [InlineData(""" "readings_a_day": 5 """, "readings_a_day")]
    [InlineData(""" "quiet_hours": [{ "from": "24:00", "until": "01:00" }] """, "quiet_hours[0].from")]
    [InlineData(""" "quiet_hours": [{ "from": "01:00", "until": "01:00" }] """, "quiet_hours[0].until")]
    [InlineData(
        """ "quiet_hours": [{ "from": "01:00", "until": "02:00", "days": ["SATURDAYS"] }] """,
        "quiet_hours[0].days[0]"
    )]
    [InlineData(""" "quiet_hours": [{ "from": "01:00", "to": "02:00", "until": "02:00" }] """, "quiet_hours[0].to")]
    [InlineData(
        """ "maintenance": [{ "from": "2026-12-01T22:00", "until": "2026-12-02T04:00Z" }] """,
        "maintenance[0].from"
    )]
    [InlineData(
        """ "maintenance": [{ "from": "2026-12-02T22:00Z", "until": "2026-12-02T04:00Z" }] """,
        "maintenance[0].until"
    )]
    [InlineData(
        """ "outage": { "first_pause_seconds": 60, "longest_pause_seconds": 30 } """,
        "outage.longest_pause_seconds"
    )]
    public void Hours_and_bounds_that_make_no_sense_are_faults_at_their_place(string said, string place)
    {
        Write("4711.json", Entry("4711").Replace("\"channels\"", $"{said}, \"channels\"", StringComparison.Ordinal));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Contains($"{place}:", Assert.Single(load.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bank_is_not_read_by_itself_more_often_than_a_channel_of_it_may_be_read_without_the_user()
    {
        Write(
            "4711.json",
            Entry("4711")
                .Replace("\"channels\"", "\"readings_a_day\": 3, \"channels\"", StringComparison.Ordinal)
                .Replace("\"settings\"", "\"unattended_readings\": 2, \"settings\"", StringComparison.Ordinal)
        );

        var fault = Assert.Single(Catalogue.Load(TestBankHere, _folder.FullName).Faults).ToString();

        Assert.Contains("readings_a_day: is more than unattended_readings", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operators_folder_adds_banks()
    {
        Write("4711.json", Entry("4711"));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Empty(load.Faults);
        Assert.Equal(["87", "88", "89", "90", "4711"], load.Providers.Select(p => p.Id.Value));
        Assert.Equal("id-of-ours", load.Providers[^1].Channels.Single().Settings["client_id"]);
    }

    [Fact]
    public void All_faults_of_all_files_are_found_at_once_with_their_places()
    {
        Write("a.json", "{ \"id\": \"12\",\n  broken");
        Write(
            "b.json",
            Entry("4711")
                .Replace("\"FRA\"", "\"FR\"", StringComparison.Ordinal)
                .Replace("\"471101\"", "\"4711\"", StringComparison.Ordinal)
                .Replace("\"stet\"", "\"stett\"", StringComparison.Ordinal)
                .Replace("\"CHECKINGS\"", "\"CHECKING\"", StringComparison.Ordinal)
        );
        Write(
            "c.json",
            Entry("4712")
                .Replace("\"https://bank.example/api\"", "\"bank.example\"", StringComparison.Ordinal)
                .Replace("\"client_id\"", "\"cliend_id\"", StringComparison.Ordinal)
                .Replace("\"name\"", "\"nam\"", StringComparison.Ordinal)
        );
        Write("d.json", Entry("87"));
        Write("e.json", Entry("4713").Replace("https://bank.example/api", "{gateway}/api", StringComparison.Ordinal));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Equal(["87", "88", "89", "90"], load.Providers.Select(p => p.Id.Value));
        Assert.Equal(
            [
                "a.json: line 2: is not JSON",
                "b.json: channels[0].account_types[0]: is none of: CHECKINGS, SAVINGS, LOAN, CREDIT_CARD",
                "b.json: channels[0].connector: 'stett' is none of: stet, berlin_group, open_banking_uk, enable_banking, website, statement_file",
                "b.json: channels[0].id: must be 4711 followed by 01 to 99 (REDIRECT)",
                "b.json: country_code: is not an ISO 3166-1 alpha-3 code (FRA, BEL …)",
                "c.json: channels[0].settings: channel 471201: setting 'api_url' is not an absolute http(s) address",
                "c.json: channels[0].settings: channel 471201: setting 'cliend_id' is not known to connector 'stet'",
                "c.json: channels[0].settings: channel 471201: setting 'client_id' is missing (our name at the bank)",
                "c.json: nam: is not known",
                "c.json: name: is missing",
                "d.json: id: 87 is taken by catalogue/87-linxo-test-bank.json",
                "e.json: channels[0].settings.api_url: the variable {gateway} is not set",
            ],
            load.Faults.Select(f => (f with { File = Path.GetFileName(f.File) }).ToString())
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Headers_and_fields_are_objects_and_what_they_refer_to_is_checked()
    {
        Write(
            "a.json",
            Entry("4711")
                .Replace(
                    "\"client_id\"",
                    "\"data_headers\": { \"X-Id\": \"$uuid\", \"X-Bank\": \"{test_bank}\" }, \"client_id\"",
                    StringComparison.Ordinal
                )
        );
        Write(
            "b.json",
            Entry("4712")
                .Replace(
                    "\"client_id\"",
                    "\"data_headers\": { \"X-Id\": \"$code\", \"A:B\": \"c\", \"D\": 1 }, \"client_id\"",
                    StringComparison.Ordinal
                )
        );

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Equal(
            "X-Id: $uuid\nX-Bank: http://127.0.0.1:5200/",
            load.Providers[^1].Channels[0].Settings["data_headers"]
        );
        Assert.Equal(
            [
                "channels[0].settings.data_headers.A:B: is not a name and a text",
                "channels[0].settings.data_headers.D: is not a name and a text",
                "channels[0].settings: channel 471201: setting 'data_headers' refers to $code, which is none of: uuid, uuid_plain, date, utc_date, local_date, unix_time, client_id, client_secret, certificate, access_token, client_token, consent_id, auth_date, redirect_uri, return_uri, psu_id, psu_corporate_id, psu_ip, psu_user_agent, psu_language",
            ],
            load.Faults.Select(f => $"{f.Place}: {f.Reason}").Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "channels": [1, "x", null], "id": 4, "base_url": [] }""")]
    [InlineData("""{ "channels": [{ "settings": [], "credentials": {}, "consent_days": "x", "test": 1 }] }""")]
    [InlineData("""{ "base_url": "\udc00" }""")]
    [InlineData("""{ "channels": [{ "settings": { "a": "\ud800" } }] }""")]
    [InlineData("""{ "channels": [{ "\ud800": {} }] }""")]
    public void A_file_of_the_wrong_shape_is_a_fault_and_no_crash(string text)
    {
        Write("x.json", text);

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.NotEmpty(load.Faults);
        Assert.Equal(["87", "88", "89", "90"], load.Providers.Select(p => p.Id.Value));
    }

    [Theory]
    [InlineData("\"time_zone\": \"Nowhere/None\"", "setting 'time_zone' is no IANA time zone (Europe/Paris …)")]
    [InlineData("\"date_format\": \"Q\"", "setting 'date_format' is no .NET date format (yyyy-MM-dd …)")]
    [InlineData("\"history_days\": \"9\\u0000\"", "setting 'history_days' is not a whole number")]
    public void A_setting_with_which_no_step_could_be_taken_is_a_fault(string setting, string fault)
    {
        Write("x.json", Entry("4711").Replace("\"client_id\"", $"{setting}, \"client_id\"", StringComparison.Ordinal));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.EndsWith(fault, Assert.Single(load.Faults).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void How_a_bank_changes_its_rows_is_read_and_what_is_not_said_keeps_its_value()
    {
        Write(
            "x.json",
            WithReconciliation("""{ "tiers": ["BOOKED", "AMOUNT"], "card_amount_percent": 25, "text_edits": false }""")
        );

        var settings = Catalogue.Load(TestBankHere, _folder.FullName).Providers[^1].Channels.Single().Reconciliation;

        Assert.Equal([MatchTier.Booked, MatchTier.Amount], settings.Tiers);
        Assert.Equal((25, false), (settings.CardAmountPercent, settings.TextEdits));
        var unlessSaid = new ReconciliationSettings();
        Assert.Equal(
            unlessSaid,
            settings with
            {
                Tiers = unlessSaid.Tiers,
                CardAmountPercent = unlessSaid.CardAmountPercent,
                TextEdits = unlessSaid.TextEdits,
            }
        );
    }

    [Theory]
    [InlineData("""[]""", "is not an object")]
    [InlineData("""{ "tier": ["BOOKED"] }""", "is not known")]
    [InlineData("""{ "tiers": ["LIKELY"] }""", "is none of: NEW, BANK_ID, EXACT, BOOKED, EDITED, AMOUNT, CONVENTION")]
    [InlineData("""{ "tiers": ["EXACT"] }""", "EXACT cannot be chosen")]
    [InlineData("""{ "pending_days": 63 }""", "is not a whole number from 0 to 62")]
    [InlineData("""{ "date_shift_days": -1 }""", "is not a whole number from 0 to 31")]
    [InlineData("""{ "card_amount_percent": 2.5 }""", "is not a whole number from 0 to 400")]
    [InlineData("""{ "foreign_amount_percent": 51 }""", "is not a whole number from 0 to 50")]
    [InlineData("""{ "text_edits": "no" }""", "is neither true nor false")]
    public void How_a_bank_changes_its_rows_is_checked(string reconciliation, string fault)
    {
        Write("x.json", WithReconciliation(reconciliation));

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Contains(load.Faults, f => f.Reason == fault);
        Assert.All(
            load.Faults,
            f => Assert.StartsWith("channels[0].reconciliation", f.Place, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("(?=a)b")]
    [InlineData("(a)\\\\1")]
    [InlineData("(?x)a # b")]
    [InlineData("a)|(b")]
    public void A_pattern_with_which_no_form_could_be_checked_is_a_fault(string pattern)
    {
        Write(
            "x.json",
            $$"""
            {
              "id": "4711", "name": "Bank", "country_code": "FRA", "base_url": "https://bank.example",
              "channels": [{
                "id": "471100", "mode": "EMBEDDED", "connector": "website", "account_types": ["CHECKINGS"],
                "settings": { "login_url": "https://bank.example/login" },
                "credentials": [{
                  "id": "1", "name": "login", "labels": { "en": "a", "fr": "b" }, "type": "TEXT", "regexp": "{{pattern}}"
                }]
              }]
            }
            """
        );

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Equal("channels[0].credentials[0].regexp", Assert.Single(load.Faults).Place);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_fault()
    {
        var load = Catalogue.Load(TestBankHere, Path.Combine(_folder.FullName, "none"));

        Assert.Equal("the folder does not exist", Assert.Single(load.Faults).Reason);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    [Fact]
    public void Rules_in_shadow_say_only_what_differs_from_those_in_force()
    {
        Write(
            "x.json",
            Entry("4711")
                .Replace(
                    "\"settings\"",
                    """
                    "transaction_ids": "STABLE", "reconciliation": { "pending_days": 7, "text_edits": false },
                    "shadow_reconciliation": { "pending_days": 9 }, "settings"
                    """,
                    StringComparison.Ordinal
                )
        );

        var load = Catalogue.Load(TestBankHere, _folder.FullName);

        Assert.Empty(load.Faults);
        var channel = load.Providers[^1].Channels.Single();
        Assert.Equal(7, channel.Reconciliation.PendingDays);
        Assert.Equal(TransactionIds.Stable, channel.ShadowReconciliation!.TransactionIds);
        Assert.Equal(9, channel.ShadowReconciliation.Settings.PendingDays);
        Assert.False(channel.ShadowReconciliation.Settings.TextEdits);
        Write(
            "x.json",
            Entry("4711")
                .Replace(
                    "\"settings\"",
                    "\"shadow_reconciliation\": { \"transaction_ids\": \"NONE\", \"tiers\": [\"NEW\"] }, \"settings\"",
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(
            ["channels[0].shadow_reconciliation.transaction_ids", "channels[0].shadow_reconciliation.tiers"],
            Catalogue.Load(TestBankHere, _folder.FullName).Faults.Select(f => f.Place)
        );
    }

    private static string WithReconciliation(string json) =>
        Entry("4711").Replace("\"settings\"", $"\"reconciliation\": {json}, \"settings\"", StringComparison.Ordinal);

    private static string Entry(string id) =>
        $$"""
            {
              "id": "{{id}}",
              "name": "Bank {{id}}",
              "country_code": "FRA",
              "base_url": "https://bank.example",
              "channels": [{
                "id": "{{id}}01", "mode": "REDIRECT", "connector": "stet", "account_types": ["CHECKINGS"],
                "settings": {
                  "authorize_url": "https://bank.example/authorize", "token_url": "https://bank.example/token",
                  "api_url": "https://bank.example/api", "client_id": "id-of-ours"
                }
              }]
            }
            """;
}
