using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.SimpleFin;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Xunit;

namespace Affluent.Server.Tests.SimpleFin;

/// <summary>Who gets an access over SimpleFIN, who keeps it, and what it is good for.</summary>
public sealed class SimpleFinAccessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RecordedEvents _log = new();

    [Theory, OnBothDatabases]
    public async Task A_setup_token_is_claimed_once_and_its_access_listed_used_and_revoked(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, configure: _log.AddTo);
        var (http, user) = await app.SignedInUser();
        var whose = (user.Client.Id.ToString(), user.Id.ToString());

        var offer = await http.Offer("Actual");
        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(("Actual", $"{now + 86_400}"), (offer.Text("name"), offer.Text("setup_token_expiration_date")));
        Assert.StartsWith($"{app.Origin}simplefin/claim/", offer.ClaimUrl(), StringComparison.Ordinal);
        var (status, url) = await app.Claim(offer.ClaimUrl());
        Assert.Equal(HttpStatusCode.OK, status);
        // Applications take it apart without decoding it, and one of them minds a line's end.
        Assert.Matches($"^http://[A-Za-z0-9]+:[A-Za-z0-9]{{43}}@127\\.0\\.0\\.1:{app.Origin.Port}/simplefin\\z", url);
        Assert.Equal("[]", (await app.Accounts(url)).GetProperty("accounts").GetRawText());

        var (again, words) = await app.Claim(offer.ClaimUrl());
        Assert.Equal(HttpStatusCode.Forbidden, again);
        Assert.StartsWith("Forbidden", words, StringComparison.Ordinal);
        var listed = Assert.Single((await http.Read("/api/v2.1/simplefin/accesses")).EnumerateArray());
        Assert.Equal(
            $$"""{"id":"{{offer.Text("id")}}","name":"Actual","creation_date":{{now}},"claim_date":{{now}},"last_use_date":{{now}}}""",
            listed.GetRawText()
        );
        Assert.Equal(
            listed.GetRawText(),
            (await http.Read($"/api/v2.1/simplefin/accesses/{offer.Text("id")}")).GetRawText()
        );

        using var revoked = await http.DeleteAsync($"/api/v2.1/simplefin/accesses/{offer.Text("id")}", Stop);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Refusal(url)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Claim(offer.ClaimUrl())).Status);
        Assert.Equal(whose, _log.Only("simplefin_offered").Whose);
        Assert.Equal(whose, _log.Only("simplefin_claimed").Whose);
        Assert.Equal(whose, _log.Only("simplefin_revoked").Whose);
        Assert.Equal(
            [("code_used", whose), ("wrong_credentials", ("", "")), ("unknown_code", ("", ""))],
            _log.All.Where(e => e.Name == "simplefin_refused").Select(e => (e.Values["Why"], e.Whose))
        );
        string[] secrets = [new Uri(url).UserInfo.Split(':')[1], offer.ClaimUrl().Split('/')[^1]];
        Assert.All(_log.Everything, e => Assert.All(secrets, s => Assert.DoesNotContain(s, e.Whole)));
        var stored = await app.Snapshot("simplefin_accesses");
        Assert.All(secrets, s => Assert.DoesNotContain(s, stored));
    }

    [Theory, OnBothDatabases]
    public async Task Of_many_who_claim_at_once_one_gets_the_access(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();

        for (var round = 0; round < 5; round++)
        {
            var url = (await http.Offer($"Round {round}")).ClaimUrl();
            var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.Claim(url)));

            var (_, accessUrl) = Assert.Single(all, claim => claim.Status == HttpStatusCode.OK);
            Assert.Equal(7, all.Count(claim => claim.Status == HttpStatusCode.Forbidden));
            await app.Accounts(accessUrl);
        }
    }

    [Theory, OnBothDatabases]
    public async Task Who_guesses_keeps_no_writer_waiting(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();
        var used = (await http.Offer()).ClaimUrl();
        var url = (await app.Claim(used)).Body;
        var before = app.Database.Transactions;

        var codes = new[] { used, $"{used}x", $"{used[..^1]}", $"{app.Origin}simplefin/claim/DEMO" };
        foreach (var claim in codes)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await app.Claim(claim)).Status);
        }
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await app.Refusal(url.Replace("@", "x@", StringComparison.Ordinal))).Status
        );

        Assert.Equal(before, app.Database.Transactions);
    }

    [Theory, OnBothDatabases]
    public async Task An_access_that_is_used_often_is_written_down_now_and_then(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();
        var url = await app.Link(http);
        var start = app.Time.GetUtcNow().ToUnixTimeSeconds();
        await app.Accounts(url);
        var before = app.Database.Transactions;

        foreach (var seconds in new[] { 0, 1, 298 })
        {
            app.Time.Advance(TimeSpan.FromSeconds(seconds));
            await app.Accounts(url);
            Assert.Equal(($"{start}", 1), (await LastUse(), await Written()));
        }
        Assert.Equal(before, app.Database.Transactions);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await app.Accounts(url);

        Assert.Equal(before + 1, app.Database.Transactions);
        Assert.Equal(($"{start + 300}", 5), (await LastUse(), await Written()));

        async Task<string?> LastUse() => (await Access()).Text("last_use_date");
        async Task<int> Written()
        {
            Assert.True(Ids.TryRead<SimpleFinAccessId>((await Access()).Text("id")!, out var id));
            return (await app.Database.Read(db => SimpleFinStore.FindByName(db, id), Stop))!.Requests;
        }
        async Task<JsonElement> Access() => (await http.Read("/api/v2.1/simplefin/accesses"))[0];
    }

    [Theory, OnBothDatabases]
    public async Task A_setup_token_that_nobody_claims_ends_after_a_day_and_is_forgotten(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();
        var (late, inTime) = (await http.Offer("late"), await http.Offer("in time"));
        app.Time.Advance(TimeSpan.FromSeconds(86_399));
        var (status, url) = await app.Claim(inTime.ClaimUrl());
        Assert.Equal(HttpStatusCode.OK, status);

        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Claim(late.ClaimUrl())).Status);
        await app.RunDuePeriodicTasks();

        Assert.Equal(
            ["in time"],
            (await http.Read("/api/v2.1/simplefin/accesses")).EnumerateArray().Select(a => a.Text("name"))
        );
        await app.Accounts(url);
    }

    [Theory, OnBothDatabases]
    public async Task An_access_goes_with_its_user_and_with_the_rights_of_the_client(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        var (leaver, _) = await app.SignedInUser(user.Client);
        var (url, leaversUrl) = (await app.Link(http), await app.Link(leaver));
        var waiting = (await http.Offer()).ClaimUrl();

        using var gone = await leaver.DeleteAsync("/api/v2.1/users/me", Stop);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Refusal(leaversUrl)).Status);
        Assert.Equal(2, await app.Count("simplefin_accesses"));

        var revocations = app.Service<Revocations>();
        foreach (var disabled in new[] { true, false })
        {
            await app.Database.Write(
                db => ClientStore.SetDisabled(db, user.Client.ClientId, disabled, revocations),
                Stop
            );
            using var answer = await app.Get(url);
            Assert.Equal(disabled ? HttpStatusCode.Forbidden : HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(disabled ? HttpStatusCode.Forbidden : HttpStatusCode.OK, (await app.Claim(waiting)).Status);
        }
        foreach (var scopes in new[] { "accounts_read", "transactions_read" })
        {
            var client = await app.Database.Read(db => ClientStore.Find(db, user.Client.Id), Stop);
            await app.Database.Write(
                db =>
                    ClientStore.Update(
                        db,
                        client! with
                        {
                            Scopes = [.. Server.Storage.Vocabulary<Scope>.Among([scopes])],
                        }
                    ),
                Stop
            );
            Assert.Equal(HttpStatusCode.Forbidden, (await app.Refusal(url)).Status);
        }
    }

    [Theory, OnBothDatabases]
    public async Task Credentials_of_simplefin_open_nothing_else_and_tokens_do_not_open_simplefin(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        var url = await app.Link(http);
        var (name, password) = (new Uri(url).UserInfo.Split(':')[0], new Uri(url).UserInfo.Split(':')[1]);
        var neighbours = new Uri(await app.Link((await app.SignedInUser(user.Client)).Http)).UserInfo.Split(':')[0];

        foreach (
            var credentials in new[]
            {
                $"{name}:{password}x",
                $"{name}:{password[..^1]}",
                $"{name}:",
                $"{name}",
                $"{neighbours}:{password}",
                $"0{password}:{name}",
                $"{user.Client.ClientId}:{user.Client.Secret}",
                $"{user.Email}:{user.Password}",
                new string('a', 3000),
            }
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/simplefin/accounts");
            request.Headers.Authorization = SimpleFinScene.Basic(credentials);
            using var refused = await app.Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
        using var withToken = await http.GetAsync("/simplefin/accounts", Stop);
        Assert.Equal(HttpStatusCode.Forbidden, withToken.StatusCode);
        using var withNothing = await app.Http.GetAsync("/simplefin/accounts", Stop);
        Assert.Equal(HttpStatusCode.Forbidden, withNothing.StatusCode);

        foreach (var path in new[] { "accounts", "transactions", "users/me", "simplefin/accesses" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2.1/{path}");
            request.Headers.Authorization = SimpleFinScene.Basic($"{name}:{password}");
            using var refused = await app.Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            using var asBearer = app.WithToken(password);
            using var alsoRefused = await asBearer.GetAsync($"/api/v2.1/{path}", Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, alsoRefused.StatusCode);
        }
    }

    [Theory, OnBothDatabases]
    public async Task Requests_are_counted_for_each_access_and_day(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, settings => settings with { SimpleFinRequests = 2 });
        var (http, _) = await app.SignedInUser();
        var (url, other) = (await app.Link(http), await app.Link(http));
        await app.Accounts(url);
        await app.Accounts(url);

        using var refused = await app.Get(url);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        // Some applications take every JSON for data.
        Assert.Equal("text/plain", refused.Content.Headers.ContentType?.MediaType);
        // The test begins at eight in the morning.
        Assert.Equal(TimeSpan.FromHours(16), refused.Headers.RetryAfter?.Delta);
        await app.Accounts(other);
        app.Time.Advance(TimeSpan.FromHours(16));
        await app.Accounts(url);
    }

    [Theory, OnBothDatabases]
    public async Task A_client_makes_setup_tokens_for_its_users_within_bounds(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        var user = await app.CreateUser(client);
        using var http = app.WithToken(await app.ClientToken(client, "accounts_read transactions_read"));
        var of = $"?user_id={user.Id}";

        await app.Accounts((await app.Claim((await http.Offer("Sure", of)).ClaimUrl())).Body);
        foreach (
            var name in new[] { "", "  ", new string('x', 101), "a\nb", "a\tb", "a\u2029b", "a\u202Ab", "a\u2067b" }
        )
        {
            await http.PostAsJsonAsync($"/api/v2.1/simplefin/accesses{of}", new { name }, Stop)
                .IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        }
        using var lesser = app.WithToken(await app.UserToken(user, "transactions_read"));
        await lesser
            .PostAsJsonAsync("/api/v2.1/simplefin/accesses", new { name = "Sure" }, Stop)
            .IsRefused(HttpStatusCode.Forbidden, "insufficient_scope");
        for (var i = 1; i < SimpleFinAccess.Most; i++)
        {
            await http.Offer($"Sure {i}", of);
        }
        await http.PostAsJsonAsync($"/api/v2.1/simplefin/accesses{of}", new { name = "Sure" }, Stop)
            .IsRefused(HttpStatusCode.Conflict, "too_many_simplefin_accesses");
    }

    [Theory]
    [OnBothDatabases("http://127.0.0.1/api", "/api/simplefin")]
    [OnBothDatabases("http://api.example", "/simplefin")]
    public async Task The_server_lies_below_the_address_of_the_api(DatabaseKind kind, string apiUrl, string path)
    {
        await using var app = await TestApp.Start(kind, settings => settings with { ApiUrl = new Uri(apiUrl) });
        var (http, _) = await app.SignedInUser();
        http.DefaultRequestHeaders.Host = new Uri(apiUrl).Authority;
        using var offered = await http.PostAsJsonAsync(
            new Uri(apiUrl).AbsolutePath.TrimEnd('/') + "/v2.1/simplefin/accesses",
            new { name = "Sure" },
            Stop
        );
        var claim = new Uri((await offered.Json()).ClaimUrl());

        Assert.StartsWith($"{new Uri(apiUrl).GetLeftPart(UriPartial.Authority)}{path}/claim/", claim.AbsoluteUri);
        using var claimed = await http.PostAsync(claim.AbsolutePath, content: null, Stop);
        var access = new Uri(await claimed.Content.ReadAsStringAsync(Stop));
        Assert.Equal((new Uri(apiUrl).Authority, path), (access.Authority, access.AbsolutePath));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}/accounts");
        (request.Headers.Host, request.Headers.Authorization) = (
            access.Authority,
            SimpleFinScene.Basic(access.UserInfo)
        );
        using var answer = await app.Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task Anybody_learns_the_versions_and_nobody_anything_where_it_is_switched_off(DatabaseKind kind)
    {
        var app = await TestApp.Start(kind);
        Assert.Equal("""{"versions":["1","2"]}""", (await app.Http.Read("/simplefin/info")).GetRawText());
        Assert.Equal(
            """{"name":"BTC","abbr":"BTC"}""",
            (await app.Http.Read("/simplefin/currencies/btc")).GetRawText()
        );
        using var create = await app.Http.GetAsync("/simplefin/create", Stop);
        using var page = await app.Http.GetAsync(create.Headers.Location, Stop);
        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.OK), (create.StatusCode, page.StatusCode));

        await using var without = await app.StartAgain(settings => settings with { SimpleFin = false });
        foreach (var path in new[] { "/simplefin/info", "/simplefin/accounts" })
        {
            using var off = await without.Http.GetAsync(path, Stop);
            Assert.Equal(
                (HttpStatusCode.NotFound, "text/plain"),
                (off.StatusCode, off.Content.Headers.ContentType?.MediaType)
            );
        }
        await without
            .Http.GetAsync("/api/v2.1/simplefin/accesses", Stop)
            .IsRefused(HttpStatusCode.NotFound, "unknown_route");
        Assert.False(new Settings { Environment = InstallationKind.Production }.SimpleFin);
    }
}
