using System.Net;
using System.Net.Http.Json;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Upstreams;

/// <summary>A bank that the operator reads directly and an upstream lists too, through the whole platform.</summary>
public sealed class JoinedListTests
{
    private const string Iban = "FI2112345600000785";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Users_see_one_bank_and_are_led_directly_or_by_the_upstream(DatabaseKind kind)
    {
        await using var banks = await Start(kind, new FakeBank());
        banks.Upstream.Listed.Add(EnableBankingUpstream.Row("Nordlandsbanken", bic: "NDLAFIHH"));
        await banks.Read();
        var app = banks.App;
        var (http, user) = await app.SignedInUser(await app.CreateClient(redirectUrls: [TestApp.ClientOrigin]));

        var bank = Assert.Single(await banks.Offered(http, "nordlands"));
        Assert.Equal("1", bank.Text("id"));
        Assert.Equal(
            [("101", null), ("900000000101", "Enable Banking")],
            bank.GetProperty("channel_definitions").EnumerateArray().Select(c => (c.Text("id"), c.Text("upstream")))
        );
        var listed = await http.Read("/api/v2.1/providers/9000000001");
        Assert.Equal("Nordlandsbanken", listed.Text("name"));

        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", "&provider_id=1");
        Assert.DoesNotContain("Enable Banking", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        await Down(banks);
        visitor = await app.Visit(await app.OpenWidget(user), "add_connection", "&provider_id=9000000001");
        Assert.Contains("Enable Banking reads it for us", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        await visitor.Click("a.primary");
        await visitor.Open(banks.Upstream.Agree(visitor.SentTo!).PathAndQuery);
        await visitor.WaitFor("Ended");

        var id = await http.OnlyConnection();
        var connection = await http.Read($"/api/v2.1/connections/{id}");
        Assert.Equal(("1", "SUCCESS"), (connection.Text("provider_id"), connection.Text("status")));
        Assert.Equal(
            [("101", "EMPTY", null), ("900000000101", "SUCCESS", "Enable Banking")],
            connection
                .GetProperty("channels")
                .EnumerateArray()
                .Select(c => (c.Text("channel_definition_id"), c.Text("status"), c.Text("upstream")))
        );
        Assert.Equal(
            "900000000101",
            (await http.Account(Iban)).GetProperty("sources")[0].Text("channel_definition_id")
        );

        // When the list has it no longer, who is connected that way goes on.
        banks.Upstream.Listed[0]["name"] = "Other";
        banks.Upstream.Listed[0]["bic"] = "OTHEFIHH";
        for (var day = 0; day < 5; day++)
        {
            await banks.ReadAfter(TimeSpan.FromDays(1));
        }
        using var later = await app.SignedIn(user);
        Assert.Single(
            Assert.Single(await banks.Offered(later, "Fake")).GetProperty("channel_definitions").EnumerateArray()
        );
        banks.Upstream.Accounts[0].With("E9", "-9.00", "2026-03-05", "UUSI");
        await LinkedBank.Again(app, later, id);
        Assert.Equal("SUCCESS", await later.StatusOf(id));
        Assert.Equal(3, (await later.Transactions()).Count);
        var shown = await later.Channel(id, "900000000101");
        Assert.Equal(
            ("Enable Banking", false),
            (shown.Text("upstream"), shown.GetProperty("channel_definition_unavailable").GetBoolean())
        );
    }

    [Theory, OnBothDatabases]
    public async Task What_was_linked_by_the_list_alone_goes_on_and_is_known_to_be_linked(DatabaseKind kind)
    {
        var fake = new FakeBank();
        fake.RedirectChannel.With(Bank.Account(Iban) with { Iban = Iban, Number = null });
        await using var banks = await Start(kind, fake);
        banks.Upstream.Listed.Add(EnableBankingUpstream.Row("Nordlandsbanken"));
        await banks.Read();
        var app = banks.App;
        var user = await app.CreateWidgetUser();
        var http = await app.SignedIn(user);
        var session = await app.OpenWidget(user);
        var visitor = await app.Visit(session, "add_connection", "&provider_id=9000000001");
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        await visitor.Click("a.primary");
        await visitor.Open(banks.Upstream.Agree(visitor.SentTo!).PathAndQuery);
        await visitor.WaitFor("Ended");
        var id = await http.OnlyConnection();
        var account = (await http.Account(Iban)).Text("id");

        // The list says by its BIC that it is the bank of the entry.
        banks.Upstream.Listed[0]["bic"] = "NDLAFIHH";
        await banks.ReadAfter(TimeSpan.FromDays(1));
        using var later = await app.SignedIn(user);
        Assert.Equal("1", Assert.Single(await banks.Offered(later, "nordlands")).Text("id"));
        banks.Upstream.Accounts[0].With("E9", "-9.00", "2026-03-02", "UUSI");
        await LinkedBank.Again(app, later, id);
        Assert.Equal(
            ("SUCCESS", "9000000001"),
            (await later.StatusOf(id), (await later.Read($"/api/v2.1/connections/{id}")).Text("provider_id"))
        );
        Assert.Equal(3, (await later.Transactions()).Count);

        visitor = await app.Visit(await app.OpenWidget(user), "add_connection", "&provider_id=1");
        Assert.Equal("Fake Nordlandsbank is linked already", visitor.Heading);
        // Who links it all the same has each account once.
        using var created = await later.PostAsJsonAsync(
            "/api/v2.1/connections",
            new { provider_id = "1", redirect_url = $"{TestApp.ClientOrigin}/back" },
            Stop
        );
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await app.RunDueSynchronizations();
        Assert.Equal(account, Assert.Single(await later.Accounts()).Text("id"));
        Assert.Equal(3, (await later.Transactions()).Count);
    }

    private static async Task<ListedBanks> Start(DatabaseKind kind, FakeBank fake)
    {
        var own = fake.Provider with
        {
            Name = "Fake Nordlandsbank",
            CountryCode = "FIN",
            Bic = "NDLAFIHH",
            Channels = [fake.Provider.Channels[0]],
        };
        return await ListedBanks.Start(
            kind,
            configure: builder =>
                builder.Services.AddSingleton(
                    new Banks([own], family => family == "fake-redirect" ? fake.RedirectChannel : Families.Find(family))
                )
        );
    }

    private static Task Down(ListedBanks banks) =>
        banks
            .App.Service<BankGates>()
            .Failed(
                banks.App.Service<Banks>().Provider(new ProviderId("1"))!,
                new ChannelDefinitionId("101"),
                banks.App.NextId<ConnectionId>(),
                banks.App.Time.Seconds() + 600
            );
}
