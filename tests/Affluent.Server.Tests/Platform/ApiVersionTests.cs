using System.Net;
using System.Net.Http.Json;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Tests.EnableBankingFacade;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Affluent.Server.Tests.Platform;

public sealed class ApiVersionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Under_v2_every_route_that_reads_answers_as_under_v2_1_with_links_into_v2(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser(await app.CreateClient(clientMode: true));
        using var client = await app.ClientItself(user.Client);
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection);
        var stored = await app.StoreTransactions(account, 3);
        var queue = (await Post(http, "/api/v2.1/queues")).Segments[^1];
        await Post(http, $"/api/v2.1/connections/{connection.Id}/synchronize");
        var ids = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["users"] = $"{user.Id}",
            ["connections"] = $"{connection.Id}",
            ["accounts"] = $"{account.Id}",
            ["transactions"] = $"{stored[0].Id}",
            ["queues"] = queue,
            ["providers"] = "501",
            ["categories"] = "SALARY",
            ["recategorizations"] = (await Post(client, "/api/v2.1/categories/recategorize")).Segments[^1],
            ["webhooks"] = (
                await client
                    .PostAsJsonAsync("/api/v2.1/webhooks", new { url = "http://127.0.0.1:9/hook" }, Stop)
                    .IsGiven()
            ).Text("id")!,
            ["accesses"] = (
                await http.PostAsJsonAsync("/api/v2.1/simplefin/accesses", new { name = "Actual" }, Stop).IsGiven()
            ).Text("id")!,
            ["applications"] = (await app.RegisterFacade(user.Client)).Id,
            ["rules"] = (await client.MakeRule("PETS", new { label = "zoo" })).Text("id")!,
        };
        string[] paths =
        [
            .. app
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") is true)
                .Select(e => "/" + e.RoutePattern.RawText!.Trim('/'))
                .Where(path => path.StartsWith("/api/v2.1/", StringComparison.Ordinal))
                .Select(path => path["/api/v2.1".Length..])
                .Select(path =>
                    path.Split("/{id}") is [var list, .. var rest] && rest.Length > 0
                        ? $"{list}/{ids[list.Split('/')[^1]]}{rest[0]}"
                        : path
                ),
            "/transactions?limit=2",
        ];

        Assert.True(paths.Length > 15);
        foreach (var path in paths)
        {
            var (status, body, link) = await Answer($"/api/v2.1{path}");
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{path}: {status} {body}");
            Assert.Equal((status, InV2(body), link is null ? null : InV2(link)), await Answer($"/api/v2{path}"));
        }
        Assert.Contains("/api/v2/providers/501/logo", (await Answer("/api/v2/connections")).Body);
        Assert.Contains($"/api/v2/connections/{connection.Id}", (await Answer($"/api/v2/queues/{queue}/events")).Body);
        Assert.Contains("/api/v2/transactions?", (await Answer("/api/v2/transactions?limit=2")).Link);

        async Task<(HttpStatusCode Status, string Body, string? Link)> Answer(string path)
        {
            // What is the client's own is for the client itself.
            var reader =
                path.Contains("/categories/r", StringComparison.Ordinal)
                || path.Contains("/enable_banking/applications", StringComparison.Ordinal)
                || path.StartsWith("/api/v2.1/webhooks", StringComparison.Ordinal)
                || path.StartsWith("/api/v2/webhooks", StringComparison.Ordinal)
                || path.EndsWith("/events", StringComparison.Ordinal)
                    && !path.Contains("/queues/", StringComparison.Ordinal)
                    ? client
                    : http;
            using var answer = await reader.GetAsync(path, Stop);
            return (
                answer.StatusCode,
                await answer.Content.ReadAsStringAsync(Stop),
                answer.Headers.TryGetValues("Link", out var links) ? links.Single() : null
            );
        }
        static string InV2(string text) => text.Replace("/v2.1/", "/v2/", StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task What_is_made_under_v2_has_its_address_under_v2(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(redirectUrls: [TestApp.ClientOrigin]);
        using var own = app.WithToken(await app.ClientToken(client));
        using var made = await own.PostAsJsonAsync(
            "/api/v2/users",
            new { email = "v2@example.com", password = "m0rning-walk" },
            Stop
        );
        var userId = made.Headers.Location!.Segments[^1];
        Assert.Equal($"{app.Origin}api/v2/users/{userId}", made.Headers.Location.OriginalString);

        using var http = app.WithToken(
            await app.UserToken(
                new TestUser(client, userId.Id<UserId>(), Email: "v2@example.com", Password: "m0rning-walk")
            )
        );
        Assert.StartsWith($"{app.Origin}api/v2/queues/", (await Post(http, "/api/v2/queues")).OriginalString);
        using var connected = await http.PostAsJsonAsync(
            "/api/v2/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = FakeBank.Redirect,
                redirect_url = TestApp.ClientOrigin,
            },
            Stop
        );
        var links = (await connected.Json()).GetProperty("_links");
        var self = $"{app.Origin}api/v2/connections/{connected.Headers.Location!.Segments[^1]}";
        Assert.Equal(self, connected.Headers.Location.OriginalString);
        Assert.Equal(self, links.GetProperty("self").Text("href"));
        var authorize = links.GetProperty("authorize").Text("href")!;
        Assert.StartsWith($"{app.Origin}embed/v2/authorize/", authorize, StringComparison.Ordinal);
        await app.RunDueSynchronizations();
        using var leaving = await app.Http.GetAsync(authorize, Stop);
        Assert.Equal(HttpStatusCode.SeeOther, leaving.StatusCode);
        using var all = await http.PostAsync("/api/v2/connections/synchronize", content: null, Stop);
        Assert.Contains($"\"{self}\"", await all.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [OnBothDatabases("/embed/v2/widget/widget_session")]
    [OnBothDatabases("/embed/v2/widget_session")]
    public async Task The_widget_of_v2_stays_under_v2(DatabaseKind kind, string path)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        using var answer = await app.PostWidgetSession(
            new
            {
                access_token = await app.UserToken(user),
                client_id = user.Client.ClientId,
                client_secret = user.Client.Secret,
            },
            path
        );

        var link = (await answer.Json()).GetProperty("_links").Text("add_connection")!;

        Assert.StartsWith($"{app.Origin}embed/v2/widget/add_connection?", link, StringComparison.Ordinal);
        using var page = await app.Http.GetAsync(link, Stop);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Theory]
    [OnBothDatabases("/v2/nothing", 404)]
    [OnBothDatabases("/v2.1/nothing", 404)]
    [OnBothDatabases("/v3/nothing", 404)]
    [OnBothDatabases("/v3/queues", 404)]
    [OnBothDatabases("/v4/users/me", 404)]
    [OnBothDatabases("/v2/accounts", 405)]
    [OnBothDatabases("/v3/accounts", 405)]
    public async Task What_is_not_there_is_told_by_the_path_that_the_caller_used(
        DatabaseKind kind,
        string path,
        int status
    )
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { ApiUrl = new Uri("https://api.example"), DocsUrl = new Uri("https://docs.example") }
        );
        foreach (var host in new[] { "api.example", app.Origin.Authority })
        {
            var asked = host == "api.example" ? path : $"/api{path}";
            using var request = new HttpRequestMessage(HttpMethod.Patch, asked);
            request.Headers.Host = host;
            using var answer = await app.Http.SendAsync(request, Stop);
            var detail = (await answer.Problem()).Text("detail");
            Assert.Equal(
                (
                    status,
                    status == 404
                        ? $"There is nothing at {asked}. See https://docs.example/api for the routes."
                        : $"{asked} does not take PATCH, but: GET."
                ),
                ((int)answer.StatusCode, detail)
            );
        }
    }

    [Theory, OnBothDatabases]
    public async Task V3_shows_users_connections_and_accounts_in_its_own_form(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection, a => a with { Iban = "FR7630006000011234567890189" });
        var bare = await app.StoreAccount(
            connection,
            a =>
                a with
                {
                    Name = null,
                    AccountNumber = null,
                    Type = null,
                    Currency = "JPY",
                    BalanceMinor = -1500,
                    Status = AccountStatus.Error,
                }
        );
        var unknown = await app.StoreAccount(connection, a => a with { BalanceMinor = null });

        Assert.Equal(
            (await http.Read("/api/v2.1/users/me")).GetRawText(),
            (await http.Read("/api/v3/users/me")).GetRawText()
        );
        Assert.Equal(
            (await http.Read("/api/v2.1/users/me")).GetRawText(),
            (await http.Read($"/api/v3/users/{user.Id}")).GetRawText()
        );
        var one = $$"""
            {"id":"{{connection.Id}}","user_id":"{{user.Id}}","provider_id":"501","name":"Banque Étoile","status":"SUCCESS",
            "creation_date":1772000000,"auto_sync":true,"consent_per_account":false,
            "provider_logo_url":"{{app.Origin}}api/v3/providers/501/logo","owner":{"name":"Ada Lovelace"},"constraints":{},
            "channels":[{"channel_definition_id":"50101","mode":"DEDICATED_INTERFACE","status":"EMPTY",
            "account_types":["CHECKINGS","CREDIT_CARD"],"eligible_accounts":false,"channel_definition_unavailable":false,"connector":"none"},
            {"channel_definition_id":"50100","mode":"DIRECT_ACCESS","status":"SUCCESS","last_success_date":1772400000,
            "last_end_date":1772400000,"credentials":[{"id":"300"},{"id":"301"}],
            "account_types":["CHECKINGS","SAVINGS","LOAN","CREDIT_CARD"],"channel_definition_unavailable":false,"connector":"none"}]}
            """.ReplaceLineEndings("");
        await Shows($"/api/v3/connections/{connection.Id}", one);
        await Shows($"/api/v3/connections?user_id={user.Id}", $$"""{"connections":[{{one}}]}""");
        using var logo = await app.Http.GetAsync("/api/v3/providers/501/logo", Stop);
        Assert.Equal(HttpStatusCode.OK, logo.StatusCode);

        var first = $$$$"""
            {"id":"{{{{account.Id}}}}","connection_id":"{{{{connection.Id}}}}","name":"Compte courant","account_number":"00012345678",
            "iban":"FR7630006000011234567890189","status":"ACTIVE","type":"CHECKINGS",
            "balance":{"amount":{"amount":"1234.56","currency":"EUR"}}}
            """.ReplaceLineEndings("");
        var second = $$$$"""
            {"id":"{{{{bare.Id}}}}","connection_id":"{{{{connection.Id}}}}","status":"ERROR",
            "balance":{"amount":{"amount":"-1500","currency":"JPY"}}}
            """.ReplaceLineEndings("");
        var third = $$$$"""
            {"id":"{{{{unknown.Id}}}}","connection_id":"{{{{connection.Id}}}}","name":"Compte courant","account_number":"00012345678",
            "status":"ACTIVE","type":"CHECKINGS"}
            """.ReplaceLineEndings("");
        await Shows($"/api/v3/accounts/{account.Id}", first);
        await Shows($"/api/v3/accounts?user_id={user.Id}", $$"""{"accounts":[{{first}},{{second}},{{third}}]}""");
        await Shows($"/api/v3/accounts?user_id={user.Id}&limit=2&page=2", $$"""{"accounts":[{{third}}]}""");
        await Shows($"/api/v3/accounts?user_id={user.Id}&page=9", """{"accounts":[]}""");

        async Task Shows(string path, string json) =>
            Assert.Equal(
                json,
                (await http.Read(path)).GetRawText().Replace("\\u00C9", "É", StringComparison.OrdinalIgnoreCase)
            );
    }

    [Theory, OnBothDatabases]
    public async Task V3_shows_transactions_with_amounts_as_text_and_days_in_ISO_8601(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var (account, other, third) = (
            await app.StoreAccount(connection),
            await app.StoreAccount(connection),
            await app.StoreAccount(connection)
        );
        var winter = (await app.StoreTransactions(account, 1))[0];
        var summer = (
            await app.StoreTransactions(
                other,
                1,
                (t, _) =>
                    t with
                    {
                        Day = new DateOnly(2026, 7, 14),
                        AmountMinor = 1,
                        Currency = "KWD",
                        Type = TransactionType.Other,
                        Status = TransactionStatus.Pending,
                    }
            )
        )[0];
        await app.StoreTransactions(third, 1, (t, _) => t with { Day = new DateOnly(2025, 1, 1) });

        var one = $$"""
            {"id":"{{winter.Id}}","account_id":"{{account.Id}}","amount":{"amount":"-12.50","currency":"EUR"},
            "enrichments":{"display_label":"Boulangerie","date":"2026-01-01T00:00:00+01:00","category_id":"SUPERMARKET"},
            "notes":"CARTE 01/03 BOULANGERIE\nPARIS","type":"POINT_OF_SALE","origin":"TRANSACTION","status":"BOOKED"}
            """.ReplaceLineEndings("");
        Assert.Equal(one, (await http.Read($"/api/v3/transactions/{winter.Id}")).GetRawText());
        var both = await http.Read($"/api/v3/transactions?user_id={user.Id}&account_ids={account.Id},{other.Id}");
        Assert.Equal(
            $$"""
            {"transactions":[{"id":"{{summer.Id}}","account_id":"{{other.Id}}","amount":{"amount":"0.001","currency":"KWD"},
            "enrichments":{"display_label":"Boulangerie","date":"2026-07-14T00:00:00+02:00","category_id":"SUPERMARKET"},
            "notes":"CARTE 01/03 BOULANGERIE\nPARIS","type":"OTHER","origin":"TRANSACTION","status":"PENDING"},{{one}}]}
            """.ReplaceLineEndings(""),
            both.GetRawText()
        );
        Assert.Equal([winter.Id], await Ids($"account_ids={account.Id}"));
        Assert.Equal(3, (await Ids("")).Length);
        Assert.Equal(3, (await Ids($"account_ids[]={account.Id}")).Length);
        // The day in Paris that holds the time counts, whatever the offset; both ends belong.
        Assert.Equal([summer.Id], await Ids("start_date=2026-07-13T22:00:00Z"));
        Assert.Equal(
            [summer.Id],
            await Ids("start_date=2026-07-14T00:00:00%2B02:00&end_date=2026-07-14T00:00:00%2B02:00")
        );
        Assert.Empty(await Ids("start_date=2026-07-14T22:00:00Z"));
        Assert.Equal([summer.Id, winter.Id], await Ids("start_date=2026-01-01T00:00:00%2B0100"));
        Assert.Equal([summer.Id, winter.Id], await Ids("start_date=2025-12-31T23:00:00.000%2B00:00"));
        // An offset that nobody escaped.
        Assert.Equal([summer.Id, winter.Id], await Ids("start_date=2026-01-01T00:00:00+01:00"));

        using var page = await http.GetAsync($"/api/v3/transactions?user_id={user.Id}&limit=2", Stop);
        var link = page.Headers.GetValues("Link").Single();
        Assert.StartsWith($"<{app.Origin}api/v3/transactions?user_id={user.Id}&", link, StringComparison.Ordinal);
        Assert.Single(
            (await http.Read(link[1..link.IndexOf('>', StringComparison.Ordinal)]))
                .GetProperty("transactions")
                .EnumerateArray()
        );

        foreach (
            var wrong in new[]
            {
                "start_date=1767222000",
                "start_date=2026-01-01",
                "start_date=2026-01-01T00:00:00",
                "end_date=2026-13-01T00:00:00Z",
                "account_ids=1,x",
                "account_ids=",
            }
        )
        {
            var problem = await http.ReadProblem($"/api/v3/transactions?user_id={user.Id}&{wrong}");
            Assert.Equal(
                (400, "invalid_parameter", wrong.Split('=')[0]),
                (problem.GetProperty("status").GetInt32(), problem.Text("code"), problem.Text("parameter"))
            );
        }

        async Task<TransactionId[]> Ids(string query) =>
            [
                .. (await http.Read($"/api/v3/transactions?user_id={user.Id}&{query}"))
                    .GetProperty("transactions")
                    .EnumerateArray()
                    .Select(t => t.Text("id")!.Id<TransactionId>()),
            ];
    }

    [Theory, OnBothDatabases]
    public async Task In_v3_user_id_names_the_user_for_both_kinds_of_token(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var client = await app.CreateClient(clientMode: true);
        var (user, neighbour) = (await app.CreateUser(client), await app.CreateUser(client));
        var account = await app.StoreAccount(await app.StoreConnection(user));
        using var byUser = app.WithToken(await app.UserToken(user));
        using var byClient = app.WithToken(await app.ClientToken(client, TestApp.UserScopes));
        using var withoutRight = app.WithToken(await app.ClientToken(await app.CreateClient()));

        foreach (var list in new[] { "connections", "accounts", "transactions" })
        {
            var shown = (await byUser.Read($"/api/v3/{list}?user_id={user.Id}")).GetRawText();
            Assert.Equal(shown, (await byUser.Read($"/api/v3/{list}")).GetRawText());
            Assert.Equal(shown, (await byClient.Read($"/api/v3/{list}?user_id={user.Id}")).GetRawText());
            await Refuses(byUser, $"{list}?user_id={neighbour.Id}", 404, "not_found");
            await Refuses(byUser, $"{list}?user_id=x", 400, "invalid_parameter");
            await Refuses(byClient, list, 400, "missing_parameter");
            await Refuses(byClient, $"{list}?user_id=x", 400, "invalid_parameter");
            await Refuses(byClient, $"{list}?user_id=1", 404, "not_found");
            await Refuses(withoutRight, $"{list}?user_id={user.Id}", 403, "insufficient_scope");
        }
        await Refuses(byUser, $"accounts/{account.Id}?user_id={neighbour.Id}", 404, "not_found");
        await Refuses(app.Http, "accounts", 401, "invalid_token");
        Assert.Equal($"{account.Id}", (await byClient.Read($"/api/v3/accounts/{account.Id}")).Text("id"));
        Assert.Equal($"{user.Id}", (await byClient.Read($"/api/v3/users/me?user_id={user.Id}")).Text("id"));

        static async Task Refuses(HttpClient http, string path, int status, string code)
        {
            var problem = await http.ReadProblem($"/api/v3/{path}");
            Assert.Equal((status, code), (problem.GetProperty("status").GetInt32(), problem.Text("code")));
        }
    }

    private static async Task<Uri> Post(HttpClient http, string path)
    {
        using var answer = await http.PostAsync(path, content: null, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        return answer.Headers.Location ?? new Uri(http.BaseAddress!, path);
    }
}
