using System.Net;
using System.Net.Http.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Connections;

/// <summary>Several REDIRECT ways to one bank: which one is used, and how another takes its place.</summary>
public sealed class WaysTests
{
    private const string Iban = "FR7630006000011234567890189";
    private const string OtherIban = "FR1420041010050500013M02606";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Linking_begins_with_the_first_that_is_in_service_and_answers(DatabaseKind kind)
    {
        var ways = new TwoWays().With(Iban, (-5, "2026-02-20", "SHOP"));
        await using var app = await ways.Start(kind);
        var http = await User(app);

        Assert.Equal("first.example", (await Link(app, http)).Host);
        await ways.Down(app, TwoWays.First);
        Assert.Equal("second.example", (await Link(app, http)).Host);
        // Who asks for one gets that one; and where none answers, it is the first.
        Assert.Equal([TwoWays.First], await Used(http, (await Create(http, TwoWays.First)).Id));
        await ways.Down(app, TwoWays.Second);
        Assert.Equal([TwoWays.First], await Used(http, (await Create(http, channel: null)).Id));
        // Once the pause is over, it is tried again.
        app.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("first.example", (await Link(app, http)).Host);
    }

    [Theory, OnBothDatabases]
    public async Task A_way_that_is_marked_out_of_service_is_passed_over(DatabaseKind kind)
    {
        var ways = new TwoWays { Shape = channel => channel with { Unavailable = channel.Id.Value == TwoWays.First } };
        await using var app = await ways.Start(kind);
        var http = await User(app);

        Assert.Equal("second.example", (await Link(app, http)).Host);
        using var refused = await Ask(http, TwoWays.First);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task The_api_shows_each_way_with_what_speaks_there(DatabaseKind kind)
    {
        var ways = new TwoWays(hasSite: true).With(Iban, (-5, "2026-02-20", "SHOP"));
        await using var app = await ways.Start(kind);
        var http = await User(app);
        var id = await Linked(app, http);

        var bank = Assert.Single((await http.Read("/api/v2.1/providers")).EnumerateArray());
        Assert.Equal(
            [
                ("101", "REDIRECT", "fake-redirect"),
                ("102", "REDIRECT", "fake-second"),
                ("100", "EMBEDDED", "fake-embedded"),
            ],
            bank.GetProperty("channel_definitions")
                .EnumerateArray()
                .Select(c => (c.Text("id"), c.Text("mode"), c.Text("connector")))
        );
        Assert.Equal(
            [("101", "SUCCESS", "fake-redirect"), ("102", "EMPTY", "fake-second"), ("100", "EMPTY", "fake-embedded")],
            (await http.Read($"/api/v2.1/connections/{id}"))
                .GetProperty("channels")
                .EnumerateArray()
                .Select(c => (c.Text("channel_definition_id"), c.Text("status"), c.Text("connector")))
        );
        Assert.Equal(
            "101",
            Assert.Single(await http.Accounts()).GetProperty("sources")[0].Text("channel_definition_id")
        );
    }

    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task A_renewal_goes_by_another_way_when_the_one_in_use_cannot_be(DatabaseKind kind, bool isDown)
    {
        var ways = new TwoWays().With(Iban, (-5.01m, "2026-02-20", "SHOP"), (1_000.10m, "2026-02-21", "PAY"));
        await using var app = await ways.Start(kind);
        var http = await User(app);
        var id = await Linked(app, http);
        // Only the first way has it.
        ways.FirstWay.With(
            Bank.Account(OtherIban, 7) with
            {
                Iban = OtherIban,
                Number = null,
            },
            Bank.Booked("x", 7, "2026-02-22", "GIFT")
        );
        using (
            var listed = await http.PostAsync($"/api/v2.1/connections/{id}/synchronize?type=LIST_ACCOUNTS", null, Stop)
        )
        {
            listed.EnsureSuccessStatusCode();
        }
        await app.RunDueSynchronizations();
        var before = await Held(http);
        Assert.Equal((2, 3), (before.Accounts.Count, before.Transactions.Count));
        TwoWays.End(ways.FirstWay);
        await LinkedBank.Again(app, http, id);
        Assert.Equal("consent_expired", await app.ReasonOf(id, TwoWays.First));
        if (isDown)
        {
            await ways.Down(app, TwoWays.First);
        }

        ways.With(
            Iban,
            (-5.01m, "2026-02-20", "SHOP"),
            (1_000.10m, "2026-02-21", "PAY"),
            (-0.09m, "2026-03-01", "FEE")
        );
        await LinkedBank.Again(app, http, id);
        var bank = await Leave(app, http, id);
        if (!isDown)
        {
            // It is a renewal as any other, by the way in use.
            Assert.Equal("first.example", bank.Host);
            return;
        }
        Assert.Equal("second.example", bank.Host);
        // Asking again while the user is there changes nothing.
        await LinkedBank.Again(app, http, id);
        await Return(bank, TwoWays.Second, "code=1");
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal("EMPTY", await http.StatusOf(id, TwoWays.First));
        Assert.Equal("SUCCESS", await http.StatusOf(id, TwoWays.Second));
        var after = await Held(http);
        // Each kept its id, and came to the cent; what only the first way had stays, and says so.
        Assert.Equal(before.Accounts.Select(a => a.Id), after.Accounts.Select(a => a.Id));
        Assert.Equal([(Iban, 995.00m), (OtherIban, 7m)], after.Accounts.Select(a => (a.Iban, a.Balance)));
        Assert.Equal(["ACTIVE", "NOT_FOUND"], after.Accounts.Select(a => a.Status));
        Assert.Equal(4, after.Transactions.Count);
        Assert.Empty(before.Transactions.Except(after.Transactions));
        // Nothing goes back to the first by itself, and it is ended there.
        await app.RunDueRevocations();
        app.Time.Advance(TimeSpan.FromDays(2));
        var asked = ways.FirstWay.Steps.Count;
        await app.RunDueSynchronizations();
        Assert.Equal(asked, ways.FirstWay.Steps.Count);
        Assert.Equal(4, (await Held(http)).Transactions.Count);
    }

    [Theory, OnBothDatabases]
    public async Task A_way_that_holds_is_ended_at_the_bank_once_another_has_taken_its_place(DatabaseKind kind)
    {
        var ways = new TwoWays().With(Iban, (-5, "2026-02-20", "SHOP"));
        await using var app = await ways.Start(kind);
        var user = await app.CreateWidgetUser();
        var http = await app.SignedIn(user);
        var id = await Linked(app, http, TestApp.ClientOrigin);
        await ways.Down(app, TwoWays.First);

        var visitor = await Renew(app, user, id);
        await visitor.WaitFor("Handoff");
        var state = await visitor.LeaveForBank();
        await app.RunDueRevocations();
        Assert.Empty(TwoWays.Revoked(ways.FirstWay));
        await visitor.Open($"bank_callback/{TwoWays.Second}?state={state}&code=1");
        await visitor.WaitFor("Ended");
        // Not as long as it does not answer.
        app.Time.Advance(TimeSpan.FromMinutes(31));
        await app.RunDueRevocations();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(["first"], TwoWays.Revoked(ways.FirstWay));
        Assert.Empty(TwoWays.Revoked(ways.SecondWay));
        Assert.Equal("EMPTY", await http.StatusOf(id, TwoWays.First));
        Assert.Single(await http.Transactions());
    }

    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task A_user_who_does_not_go_the_other_way_to_its_end_keeps_the_one_that_holds(
        DatabaseKind kind,
        bool saysNo
    )
    {
        var ways = new TwoWays().With(Iban, (-5, "2026-02-20", "SHOP"));
        await using var app = await ways.Start(kind);
        var user = await app.CreateWidgetUser();
        var http = await app.SignedIn(user);
        var id = await Linked(app, http, TestApp.ClientOrigin);
        await ways.Down(app, TwoWays.First);
        var visitor = await Renew(app, user, id);
        await visitor.WaitFor("Handoff");
        if (saysNo)
        {
            var state = await visitor.LeaveForBank();
            await visitor.Open($"bank_callback/{TwoWays.Second}?state={state}&error=access_denied");
            await visitor.WaitFor("Failed");
            Assert.Equal("consent_denied", await app.ReasonOf(id, TwoWays.Second));
        }

        ways.With(Iban, (-5, "2026-02-20", "SHOP"), (-7, "2026-03-01", "CAFE"));
        app.Time.Advance(TimeSpan.FromDays(1));
        await app.RunDueSynchronizations();
        app.Time.Advance(TimeSpan.FromDays(1));
        await app.RunDueSynchronizations();
        await app.RunDueRevocations();

        using var later = await app.SignedIn(user);
        Assert.Equal("SUCCESS", await later.StatusOf(id));
        Assert.Equal("EMPTY", await later.StatusOf(id, TwoWays.Second));
        Assert.Equal("SUCCESS", await later.StatusOf(id, TwoWays.First));
        Assert.Equal(2, (await later.Transactions()).Count);
        Assert.Empty(TwoWays.Revoked(ways.FirstWay));
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_is_led_another_way_who_is_not_there(DatabaseKind kind)
    {
        var ways = new TwoWays().With(Iban, (-5, "2026-02-20", "SHOP"));
        await using var app = await ways.Start(kind);
        var client = await app.CreateClient(clientMode: true, redirectUrls: TestApp.ClientOrigin);
        var user = await app.CreateUser(client);
        var http = await app.SignedIn(user);
        var id = await Linked(app, http, TestApp.ClientOrigin);
        TwoWays.End(ways.FirstWay);
        await ways.Down(app, TwoWays.First);

        for (var day = 0; day < 3; day++)
        {
            app.Time.Advance(TimeSpan.FromDays(1));
            await app.RunDueSynchronizations();
            await ways.Down(app, TwoWays.First);
        }

        // A client that asks at night, and does not say that its user is there.
        using var byClient = app.WithToken(await app.ClientToken(client, "connections_sync"));
        using var asked = await byClient.PostAsync(
            $"/api/v2.1/connections/{id}/synchronize?user_id={user.Id}",
            null,
            Stop
        );
        asked.EnsureSuccessStatusCode();
        await app.RunDueSynchronizations();

        using var later = await app.SignedIn(user);
        Assert.Equal("TOKEN_EXPIRED", await later.StatusOf(id, TwoWays.First));
        Assert.Equal("EMPTY", await later.StatusOf(id, TwoWays.Second));
        Assert.Empty(ways.SecondWay.Steps);
    }

    [Theory, OnBothDatabases]
    public async Task A_way_that_the_bank_was_given_later_is_added_to_a_connection_that_lacks_it(DatabaseKind kind)
    {
        var ways = new TwoWays().With(Iban, (-5, "2026-02-20", "SHOP")).With(OtherIban, (-3, "2026-02-21", "BAR"));
        await using var app = await ways.Start(kind);
        var http = await User(app);
        var id = await Linked(app, http);
        await app.RemoveChannel(id, TwoWays.Second);
        // What the user has deleted does not come back by another way.
        var unwanted = await http.Account(OtherIban);
        using (var deleted = await http.DeleteAsync($"/api/v2.1/accounts/{unwanted.Text("id")}", Stop))
        {
            deleted.EnsureSuccessStatusCode();
        }
        TwoWays.End(ways.FirstWay);
        await LinkedBank.Again(app, http, id);
        await ways.Down(app, TwoWays.First);

        await LinkedBank.Again(app, http, id);
        await Return(await Leave(app, http, id), TwoWays.Second, "code=1");
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal("SUCCESS", await http.StatusOf(id, TwoWays.Second));
        Assert.Equal(Iban, Assert.Single(await http.Accounts()).Text("iban"));
    }

    [Theory, OnBothDatabases]
    public async Task Users_choose_between_the_modes_and_never_between_two_ways_of_one(DatabaseKind kind)
    {
        var ways = new TwoWays(hasSite: true).With(Iban, (-5, "2026-02-20", "SHOP"));
        await using var app = await ways.Start(kind);
        await ways.Down(app, TwoWays.First);
        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), "add_connection");
        Assert.Single(visitor.Page.QuerySelectorAll(".banks li"));
        await visitor.Click(".banks li button");
        await visitor.Submit();

        Assert.Equal(
            [TwoWays.Second, FakeBank.Embedded],
            visitor.Page.QuerySelectorAll("[name=definition_id]").Select(choice => choice.GetAttribute("value"))
        );
    }

    private static async Task<HttpClient> User(TestApp app) =>
        (await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"))).Http;

    private static Task<HttpResponseMessage> Ask(
        HttpClient http,
        string? channel,
        string back = "https://app.example"
    ) =>
        http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = channel,
                redirect_url = $"{back}/back",
            },
            Stop
        );

    /// <summary>Makes a connection; where its user is sent to.</summary>
    private static async Task<Departed> Link(TestApp app, HttpClient http, string? channel = null)
    {
        var (_, link) = await Create(http, channel);
        await app.RunDueSynchronizations();
        return await Follow(app, link);
    }

    private static async Task<(string Id, string Link)> Create(
        HttpClient http,
        string? channel,
        string back = "https://app.example"
    )
    {
        using var created = await Ask(http, channel, back);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync(Stop));
        var body = await created.Json();
        return (body.Text("id")!, body.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
    }

    private static async Task<string> Linked(TestApp app, HttpClient http, string back = "https://app.example")
    {
        var (id, link) = await Create(http, TwoWays.First, back);
        await app.RunDueSynchronizations();
        await Return(await Follow(app, link), TwoWays.First, "code=1");
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        return id;
    }

    private static async Task<IReadOnlyList<string?>> Used(HttpClient http, string id) =>
        [
            .. (await http.Read($"/api/v2.1/connections/{id}"))
                .GetProperty("channels")
                .EnumerateArray()
                .Where(channel => channel.Text("status") != "EMPTY")
                .Select(channel => channel.Text("channel_definition_id")),
        ];

    private static async Task<Departed> Leave(TestApp app, HttpClient http, string id) =>
        await Follow(app, (await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("address")!);

    private static async Task<Departed> Follow(TestApp app, string link)
    {
        var visitor = app.Browse("document");
        await visitor.Open(link);
        Assert.True(visitor.SentTo is not null, visitor.Page.Body?.TextContent);
        return new Departed(visitor, visitor.SentTo);
    }

    private static async Task Return(Departed left, string way, string answer)
    {
        var state = System.Web.HttpUtility.ParseQueryString(left.Bank.Query)["state"];
        await left.Visitor.Open($"/embed/v2.1/widget/bank_callback/{way}?state={state}&{answer}");
    }

    private static async Task<PageVisitor> Renew(TestApp app, TestUser user, string id)
    {
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "edit_credentials",
            $"&redirect_url=https%3A%2F%2Fclient.example%2Fback&connection_id={id}&expected_account_types=PAYMENT"
        );
        await visitor.Submit();
        return visitor;
    }

    private static async Task<Holding> Held(HttpClient http) =>
        new(
            [
                .. (await http.Accounts()).Select(a =>
                    (a.Text("id"), a.Text("iban"), a.Money("balance"), a.Text("status"))
                ),
            ],
            [.. (await http.Transactions()).Select(t => (t.Text("id"), t.Money("amount")))]
        );

    private sealed record Holding(
        IReadOnlyList<(string? Id, string? Iban, decimal Balance, string? Status)> Accounts,
        IReadOnlyList<(string? Id, decimal Amount)> Transactions
    );

    /// <summary>Who was sent to a bank.</summary>
    private sealed record Departed(PageVisitor Visitor, Uri Bank)
    {
        public string Host => Bank.Host;
    }
}
