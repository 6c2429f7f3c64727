using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>One account that two channels of a connection know.</summary>
public sealed class TwoSourcesTests
{
    private const string Iban = "FR1420041010050500013M02606";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Is_described_by_the_better_one_and_by_the_other_where_that_one_is_silent(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var byInterface = Bank.Account(Iban) with { Number = null, Iban = Iban, Name = "Compte de depot" };
        var bySite = Bank.Account(Iban) with
        {
            Number = "00050013M026",
            Iban = Iban,
            Name = "MON COMPTE",
            OwnerName = "Ada Lovelace",
            Usage = BankAccountUsage.Professional,
        };
        bank.RedirectChannel.With(byInterface, Bank.Booked("r", -5, "2026-02-20", "CARTE SHOP"));
        bank.EmbeddedChannel.With(bySite, Bank.Booked("e", -5, "2026-02-20", "CARTE SHOP"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, id) = await Linked(app);

        var account = Assert.Single(await http.Accounts());
        Assert.Equal(
            ("Compte de depot", "00050013M026", "PROFESSIONAL", "Ada Lovelace"),
            (
                account.Text("name"),
                account.Text("account_number"),
                account.Text("usage"),
                account.GetProperty("owner").Text("name")
            )
        );
        Assert.Equal(
            """[{"channel_definition_id":"101","fields":["name","iban","type","balance","transactions"]},{"channel_definition_id":"100","fields":["account_number","usage","owner"]}]""",
            account.GetProperty("sources").GetRawText()
        );
        // What the site calls it later is its own affair; what only the site says follows it.
        bank.EmbeddedChannel.With(bySite with { Name = "COMPTE JOINT", OwnerName = "Ada Byron" });
        await Refresh(app, http, id);
        account = Assert.Single(await http.Accounts());
        Assert.Equal(
            ("Compte de depot", "Ada Byron"),
            (account.Text("name"), account.GetProperty("owner").Text("name"))
        );
        // Nothing new, nothing written; and the better one is believed once it speaks.
        bank.RedirectChannel.With(byInterface with { OwnerName = "A. LOVELACE" });
        await Refresh(app, http, id);
        account = Assert.Single(await http.Accounts());
        Assert.Equal("A. LOVELACE", account.GetProperty("owner").Text("name"));
        Assert.Contains(
            "owner",
            account.GetProperty("sources")[0].GetProperty("fields").EnumerateArray().Select(f => f.GetString())
        );
    }

    [Theory, OnBothDatabases]
    public async Task Is_the_others_when_the_better_one_may_be_asked_no_more_and_keeps_what_only_that_one_told(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        var byInterface = Bank.Account(Iban) with { Iban = Iban, Number = null, OwnerName = "Ada Lovelace" };
        var bySite = Bank.Account(Iban) with { Iban = Iban, Number = null, Name = "MON COMPTE" };
        bank.RedirectChannel.With(byInterface);
        bank.EmbeddedChannel.With(bySite);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, id) = await Linked(app);

        bank.RedirectChannel.Instead = (_, _) => Bank.Refused(Refusal.ConsentExpired);
        await Refresh(app, http, id);

        var account = Assert.Single(await http.Accounts());
        Assert.Equal(("MON COMPTE", "Ada Lovelace"), (account.Text("name"), account.GetProperty("owner").Text("name")));
        Assert.Equal(
            """[{"channel_definition_id":"100","fields":["name","iban","type","balance","transactions"]},{"channel_definition_id":"101","fields":["owner"]}]""",
            account.GetProperty("sources").GetRawText()
        );
    }

    private static async Task<(HttpClient Http, string Id)> Linked(TestApp app)
    {
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var id = await TestApp.Connect(http, FakeBank.Redirect, "https://app.example/back");
        await app.RunDueSynchronizations();
        using var added = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/100/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" } },
            Stop
        );
        added.EnsureSuccessStatusCode();
        await app.RunDueSynchronizations();
        return (http, id);
    }

    private static async Task Refresh(TestApp app, HttpClient http, string id)
    {
        await RunTests.Synchronize(http, id);
        await app.RunDueSynchronizations();
    }
}
