using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Upstreams;

/// <summary>The banks of an upstream: offered without an entry, linked, read, and what becomes of them when the list changes, through the whole platform.</summary>
public sealed class UpstreamListsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_bank_of_the_list_is_offered_linked_and_read_without_an_entry(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        banks.Upstream.Listed.AddRange([
            EnableBankingUpstream.Row("Nordlandsbanken", days: 90, bic: "NDLAFIHH", psuTypes: ["personal", "business"]),
            EnableBankingUpstream.Row("Västbanken", "SE"),
        ]);
        var app = banks.App;
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        Assert.Empty(await banks.Offered(http, "banken"));

        await banks.Read();
        var offered = await banks.Offered(http, "banken");
        Assert.Equal(
            [("Nordlandsbanken", "FIN"), ("Nordlandsbanken Business", "FIN"), ("Västbanken", "SWE")],
            offered.Select(bank => (bank.Text("name"), bank.Text("country_code")))
        );
        Assert.Single((await http.Read("/api/v2.1/providers?countries=SWE&q=vastbanken")).EnumerateArray());
        using var logo = await app.Http.GetAsync(new Uri(offered[0].Text("logo_url")!).PathAndQuery, Stop);
        Assert.Equal("image/svg+xml", logo.Content.Headers.ContentType?.MediaType);

        var (id, link) = await ListedBanks.Connect(http, offered[0]);
        await app.RunDueSynchronizations();
        var back = await banks.Agree(link);

        Assert.Equal(banks.ReturnAddress, back.GetLeftPart(UriPartial.Path));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(100m, (await http.Account("FI2112345600000785")).Money("balance"));
        Assert.Equal(2, (await http.Transactions()).Count);
        var wanted = Assert.Single(banks.Upstream.Wanted);
        Assert.Equal(("Nordlandsbanken", "FI"), ($"{wanted["aspsp"]!["name"]}", $"{wanted["aspsp"]!["country"]}"));
        Assert.Equal("personal", $"{wanted["psu_type"]}");
        Assert.InRange(
            DateTimeOffset.Parse(
                $"{wanted["access"]!["valid_until"]}",
                System.Globalization.CultureInfo.InvariantCulture
            ) - app.Time.GetUtcNow(),
            TimeSpan.FromDays(89),
            TimeSpan.FromDays(90)
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_user_finds_a_bank_of_the_list_in_the_widget(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        banks.Upstream.Listed.AddRange(
            Enumerable.Range(0, 300).Select(i => EnableBankingUpstream.Row($"Osuuspankki {i:000}"))
        );
        banks.Upstream.Listed.Add(EnableBankingUpstream.Row("Nordlandsbanken", psuTypes: ["personal", "business"]));
        banks.Upstream.Listed[^1]["beta"] = true;
        await banks.Read();
        var session = await banks.App.OpenWidget(await banks.App.CreateWidgetUser());
        var visitor = banks.App.Browse("document");

        await visitor.Open(session.Link("add_connection"));
        Assert.Equal(BankListPageMost, visitor.Page.QuerySelectorAll(".banks li").Length);
        Assert.Contains("of 302 banks", visitor.Find("#bank-count").TextContent, StringComparison.Ordinal);
        Assert.False(visitor.Find("#bank-search-input").HasAttribute("data-whole"));

        await visitor.Open(session.Link("add_connection") + "&search=NORDLANDS%20business");
        var found = Assert.Single(visitor.Page.QuerySelectorAll(".banks li:not([hidden])"));
        Assert.Contains("still being tried out", found.TextContent, StringComparison.Ordinal);
        await visitor.Click(".banks li button");
        await visitor.Submit();
        await banks.App.RunDueSynchronizations();
        await visitor.WaitFor("Handoff");
        await visitor.Click("a.primary");
        await visitor.Open(banks.Upstream.Agree(visitor.SentTo!).PathAndQuery);
        await banks.App.RunDueSynchronizations();
        await visitor.WaitFor("Ended");

        Assert.Equal("business", $"{Assert.Single(banks.Upstream.Wanted)["psu_type"]}");
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_is_gone_is_offered_no_longer_and_goes_on_for_those_who_have_it(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        banks.Upstream.Listed.AddRange([
            EnableBankingUpstream.Row("Nordlandsbanken"),
            EnableBankingUpstream.Row("Osuuspankki"),
        ]);
        await banks.Read();
        var app = banks.App;
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var bank = Assert.Single(await banks.Offered(http, "nordlands"));
        var (id, link) = await ListedBanks.Connect(http, bank);
        await app.RunDueSynchronizations();
        await banks.Agree(link);
        var gone = banks.Upstream.Listed[0];

        // A list without it may be half a list.
        banks.Upstream.Listed.Remove(gone);
        await banks.ReadAfter(TimeSpan.FromDays(1));
        Assert.Single(await banks.Offered(http, "nordlands"));
        await banks.ReadAfter(TimeSpan.FromDays(1));
        await banks.ReadAfter(TimeSpan.FromDays(1));
        await banks.ReadAfter(TimeSpan.FromDays(1));
        Assert.Empty(await banks.Offered(http, "nordlands"));
        Assert.Single(await banks.Offered(http, "osuus"));

        using var refused = await ListedBanks.Ask(http, bank);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("Nordlandsbanken", (await http.Read($"/api/v2.1/providers/{bank.Text("id")}")).Text("name"));
        banks.Upstream.Accounts[0].With("E3", "-9.00", "2026-03-05", "UUSI");
        await LinkedBank.Again(app, http, id);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(3, (await http.Transactions()).Count);

        // It comes back as what it was.
        banks.Upstream.Listed.Insert(0, gone);
        await banks.ReadAfter(TimeSpan.FromDays(1));
        Assert.Equal(bank.Text("id"), Assert.Single(await banks.Offered(http, "nordlands")).Text("id"));
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_under_another_name_is_the_same_where_its_bic_says_so(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        banks.Upstream.Listed.AddRange([
            EnableBankingUpstream.Row("Nordlandsbanken", bic: "NDLAFIHH"),
            EnableBankingUpstream.Row("Twin A", bic: "TWINFIHH"),
            EnableBankingUpstream.Row("Twin B", bic: "TWINFIHH"),
        ]);
        await banks.Read();
        var app = banks.App;
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var bank = Assert.Single(await banks.Offered(http, "nordlands"));
        var twin = Assert.Single(await banks.Offered(http, "Twin A"));
        var (id, link) = await ListedBanks.Connect(http, bank);
        await app.RunDueSynchronizations();
        await banks.Agree(link);

        banks.Upstream.Listed[0]["name"] = "Aurora";
        banks.Upstream.Listed[1]["name"] = "Twin C";
        await banks.ReadAfter(TimeSpan.FromDays(1));

        var renamed = Assert.Single(await banks.Offered(http, "aurora"));
        Assert.Equal(bank.Text("id"), renamed.Text("id"));
        Assert.Empty(await banks.Offered(http, "nordlands"));
        // Whose BIC two bear is not told apart by it.
        Assert.NotEqual(twin.Text("id"), Assert.Single(await banks.Offered(http, "Twin C")).Text("id"));

        // The user agrees anew, to the bank as it is called now.
        banks.Upstream.End("EXPIRED");
        await LinkedBank.Again(app, http, id);
        await LinkedBank.Again(app, http, id);
        await banks.Agree((await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("address")!);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal("Aurora", $"{banks.Upstream.Wanted[^1]["aspsp"]!["name"]}");
    }

    [Theory]
    [OnBothDatabases("{\"aspsps\":[")]
    [OnBothDatabases("{\"aspsps\":[]}")]
    [OnBothDatabases("{}")]
    [OnBothDatabases("[]")]
    [OnBothDatabases("")]
    [OnBothDatabases("<html>Maintenance</html>")]
    [OnBothDatabases("{\"aspsps\":[{\"name\":\"Osuuspankki\"},7,null]}")]
    [OnBothDatabases("gigantic")]
    [OnBothDatabases("endless")]
    public async Task An_answer_that_is_no_list_leaves_the_old_one(DatabaseKind kind, string answer)
    {
        await using var banks = await ListedBanks.Start(kind);
        banks.Upstream.Countries = ["FI"];
        banks.Upstream.Listed.Add(EnableBankingUpstream.Row("Nordlandsbanken"));
        await banks.Read();
        var (http, _) = await banks.App.SignedInUser(await banks.App.CreateClient());
        var before = Assert.Single(await banks.Offered(http, "nordlands")).GetRawText();
        var body = answer switch
        {
            "gigantic" => $"{{\"aspsps\":[{new string(' ', BankLimits.LargestAnswer)}]}}",
            "endless" => $"{{\"aspsps\":[{string.Join(',', Enumerable.Repeat("{}", 10_001))}]}}",
            _ => answer,
        };

        banks.Upstream.Raw = request => IsList(request) ? body : null;
        await banks.ReadAfter(TimeSpan.FromDays(1));
        for (var i = 0; i < 5; i++)
        {
            await banks.ReadAfter(TimeSpan.FromDays(1));
        }
        Assert.Equal(before, Assert.Single(await banks.Offered(http, "nordlands")).GetRawText());

        // It is asked again soon, and then once a day.
        banks.Upstream.Raw = _ => null;
        banks.Upstream.Listed.Add(EnableBankingUpstream.Row("Osuuspankki"));
        await banks.ReadAfter(TimeSpan.FromDays(1));
        Assert.Single(await banks.Offered(http, "osuus"));
    }

    [Theory, OnBothDatabases]
    public async Task Lists_are_read_once_a_day_soon_again_after_a_failure_and_each_country_by_itself(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        banks.Upstream.Listed.AddRange([
            EnableBankingUpstream.Row("Nordlandsbanken"),
            EnableBankingUpstream.Row("Västbanken", "SE"),
        ]);
        banks.Upstream.Raw = request => IsList(request) && request.Query["country"] == "FI" ? "nonsense" : null;
        var (http, _) = await banks.App.SignedInUser(await banks.App.CreateClient());

        await banks.Read();
        Assert.Equal("Västbanken", Assert.Single(await banks.Offered(http, "banken")).Text("name"));
        banks.Upstream.Raw = _ => null;
        await banks.ReadAfter(TimeSpan.FromMinutes(1));
        Assert.Single(await banks.Offered(http, "banken"));
        await banks.ReadAfter(TimeSpan.FromMinutes(15));
        Assert.Equal(2, (await banks.Offered(http, "banken")).Count);

        var asked = banks.Upstream.Requests.Count;
        await banks.ReadAfter(TimeSpan.FromHours(23));
        Assert.Equal(asked, banks.Upstream.Requests.Count);
        await banks.ReadAfter(TimeSpan.FromHours(2));
        Assert.Equal(asked + 3, banks.Upstream.Requests.Count);
    }

    [Theory, OnBothDatabases]
    public async Task An_application_that_is_not_what_is_set_changes_nothing(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        var (http, _) = await banks.App.SignedInUser(await banks.App.CreateClient());

        banks.Upstream.Environment = "SANDBOX";
        await banks.Read();
        Assert.Empty(await banks.Offered(http, EnableBankingUpstream.Bank));
        banks.Upstream.Environment = "PRODUCTION";
        await banks.ReadAfter(TimeSpan.FromMinutes(16));
        Assert.Single(await banks.Offered(http, EnableBankingUpstream.Bank));

        banks.Upstream.IsActive = false;
        await banks.ReadAfter(TimeSpan.FromDays(1));
        banks.Upstream.IsActive = true;
        banks.Upstream.Instead = _ => (401, "UNAUTHORIZED_ACCESS");
        await banks.ReadAfter(TimeSpan.FromDays(4));
        await banks.ReadAfter(TimeSpan.FromDays(4));
        Assert.Single(await banks.Offered(http, EnableBankingUpstream.Bank));
    }

    [Theory, OnBothDatabases]
    public async Task The_age_of_the_lists_grows_until_all_can_be_read_again(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        var lists = banks.App.Service<UpstreamLists>();
        List<long> ages = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (
                    instrument.Name == "affluent.upstream.list.age"
                    && instrument.Meter.Scope == banks.App.Service<IMeterFactory>()
                )
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, age, _, _) => ages.Add(age));
        listener.Start();

        listener.RecordObservableInstruments();
        await banks.Read();
        await lists.Look(Stop);
        listener.RecordObservableInstruments();
        banks.Upstream.Instead = _ => (500, "ASPSP_ERROR");
        await banks.ReadAfter(TimeSpan.FromDays(2));
        listener.RecordObservableInstruments();
        banks.Upstream.Instead = _ => null;
        await banks.ReadAfter(TimeSpan.FromHours(1));
        listener.RecordObservableInstruments();

        Assert.Equal([0, 172_800, 0], ages);
    }

    [Theory, OnBothDatabases]
    public async Task One_node_reads_and_all_offer(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        await using var database = banks.App.OtherProcess();
        var others = new Banks([], Families.Find);
        using var other = new UpstreamLists(
            banks.Application,
            database,
            banks.App.Service<BankHttp>(),
            others,
            banks.App.Time,
            banks.App.Service<DatabaseOutage>(),
            banks.App.Service<ILogger<UpstreamLists>>()
        );

        await Task.WhenAll(banks.Read(), other.ReadDue(Stop), banks.Read(), other.ReadDue(Stop));
        Assert.Equal(3, banks.Upstream.Requests.Count);
        await other.Look(Stop);
        await banks.App.Service<UpstreamLists>().Look(Stop);
        var offered = Assert.Single(others.All);
        var (http, _) = await banks.App.SignedInUser(await banks.App.CreateClient());
        Assert.Equal(offered.Id.Value, Assert.Single(await banks.Offered(http, EnableBankingUpstream.Bank)).Text("id"));

        // A node that dies after the claim: another goes on when the lease is over.
        banks.App.Time.Advance(TimeSpan.FromDays(1));
        await database.Write(
            db =>
                PeriodicTaskStore.Claim(
                    db,
                    "upstream_production",
                    banks.App.Time.Seconds(),
                    banks.App.Time.Seconds() + 60
                ),
            Stop
        );
        await other.ReadDue(Stop);
        Assert.Equal(3, banks.Upstream.Requests.Count);
        await banks.ReadAfter(TimeSpan.FromSeconds(61));
        Assert.Equal(6, banks.Upstream.Requests.Count);
    }

    [Theory, OnBothDatabases]
    public async Task What_was_read_is_there_at_the_next_start_before_the_first_request(DatabaseKind kind)
    {
        await using var banks = await ListedBanks.Start(kind);
        await banks.Read();
        var before = Assert.Single(await Providers(banks.App)).GetRawText();
        banks.Upstream.Instead = _ => (500, "ASPSP_ERROR");

        await banks.StartAgain();

        var offered = Assert.Single(await Providers(banks.App));
        Assert.Equal(JsonSerializer.Deserialize<JsonElement>(before).Text("id"), offered.Text("id"));
    }

    [Fact]
    public async Task An_entry_for_a_bank_of_the_list_stands_in_its_place_with_the_same_key_and_address()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-test-");
        await using var banks = await ListedBanks.Alone();
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "own.json"),
            $$"""
            { "id": "4712", "name": "My bank", "country_code": "FIN", "base_url": "https://www.nordlandsbanken.example",
              "channels": [{ "connector": "enable_banking", "account_types": ["CHECKINGS"], "settings": {
                "application_id": "{{EnableBankingUpstream.ApplicationId}}", "enable_banking_url": "{{banks.Upstream.Address}}",
                "bank_name": "{{EnableBankingUpstream.Bank}}", "bank_country": "FI" } }] }
            """,
            Stop
        );
        var catalogue = Banks.Load(banks.Known(new Settings()) with { CatalogueFolder = folder.FullName });
        var listed = new ListedBank
        {
            Id = 9_000_000_001,
            Country = "FI",
            Name = EnableBankingUpstream.Bank,
            ConsentDays = 180,
        };
        var (offered, former) = ListedProviders.Of(
            banks.Application,
            [listed, listed with { Id = 9_000_000_002, Name = "Osuuspankki" }],
            0
        );

        catalogue.Import(offered, former);

        Assert.Equal(
            ["My bank", "Osuuspankki"],
            catalogue.All.Where(bank => bank.Channels[0].Upstream is not null).Select(bank => bank.Name)
        );
        Assert.Equal("enable_banking", $"{catalogue.ReturnPlaceOf(new ChannelDefinitionId("471201"))}");
        Assert.NotNull(catalogue.Provider(new ProviderId("9000000001")));
        Assert.Null(catalogue.Offered(new ProviderId("9000000001")));
        folder.Delete(recursive: true);
    }

    private const int BankListPageMost = 200;

    private static bool IsList(HttpRequest request) => request.Path == "/aspsps";

    private static async Task<IReadOnlyList<JsonElement>> Providers(TestApp app)
    {
        var (http, _) = await app.SignedInUser(await app.CreateClient());
        return [.. (await http.Read($"/api/v2.1/providers?q={EnableBankingUpstream.Bank}")).EnumerateArray()];
    }
}
