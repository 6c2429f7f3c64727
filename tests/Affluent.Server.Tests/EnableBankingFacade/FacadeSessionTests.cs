using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>How sessions end, what they hold, and how users see them and take them back.</summary>
public sealed class FacadeSessionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RecordedEvents _log = new();

    [Theory, OnBothDatabases]
    public async Task A_session_ends_with_its_time_the_bank_s_consent_its_deletion_or_the_connection(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        var connections = new List<TestConnection>();
        for (var i = 0; i < 4; i++)
        {
            connections.Add(await app.StoreConnection(user));
            await app.StoreAccount(connections[i]);
        }
        // Over REDIRECT alone, with ten days left: no session is longer.
        var bound = connections[3] with
        {
            Id = app.Service<Affluent.Server.Platform.Ids>().Next<Affluent.Server.Platform.ConnectionId>(),
        };
        await app.StoreBareConnection(bound);
        await app.StoreChannel(
            new TestChannel
            {
                UserId = user.Id,
                ConnectionId = bound.Id,
                DefinitionId = new("50101"),
                Mode = ChannelMode.Redirect,
                ExpiresAt = now + (10 * 86_400),
            }
        );
        await app.StoreAccount(bound);
        var days = await app.Session(
            application,
            user,
            connections[0].Id,
            w => w["access"]!["valid_until"] = "2026-03-03T08:00:00Z"
        );
        var closed = await app.Session(application, user, connections[1].Id);
        var revoked = await app.Session(application, user, connections[2].Id);
        var ofBank = await app.Session(application, user, bound.Id);
        Assert.Equal("2026-03-12T08:00:00+00:00", ofBank.Begun.GetProperty("access").Text("valid_until"));

        Assert.Equal(
            """{"message":"OK"}""",
            (await app.Read(application, $"/sessions/{closed.Id}", HttpMethod.Delete)).GetRawText()
        );
        using var http = await app.SignedIn(user);
        using var deleted = await http.DeleteAsync($"/api/v2.1/connections/{connections[2].Id}", Stop);
        deleted.EnsureSuccessStatusCode();
        await Is(closed, "CLOSED");
        await Is(revoked, "REVOKED");
        await app.Read(application, $"/accounts/{days.Uids[0]}/balances");

        app.Time.Advance(TimeSpan.FromDays(1));
        await Is(days, "EXPIRED");
        await app.Read(application, $"/accounts/{ofBank.Uids[0]}/balances");
        app.Time.Advance(TimeSpan.FromDays(9));
        await Is(ofBank, "EXPIRED");

        // Long after, nothing is told of it any more.
        app.Time.Advance(TimeSpan.FromDays(30));
        await app.RunDuePeriodicTasks();
        Assert.Equal((404, "SESSION_DOES_NOT_EXIST"), await app.Refusal(application, $"/sessions/{days.Id}"));
        Assert.Equal(
            (404, "ACCOUNT_DOES_NOT_EXIST"),
            await app.Refusal(application, $"/accounts/{days.Uids[0]}/details")
        );

        async Task Is(TestFacadeSession session, string status)
        {
            var shown = await app.Read(application, $"/sessions/{session.Id}");
            // Who looks at the accounts alone must not take it for a bank without any: it tries one, and is told.
            Assert.Equal(
                (status, $"""["{session.Uids[0]}"]"""),
                (shown.Text("status"), shown.GetProperty("accounts").GetRawText())
            );
            Assert.Equal(status == "REVOKED" ? 0 : 1, shown.GetProperty("accounts_data").GetArrayLength());
            var error = $"{status}_SESSION";
            foreach (var path in new[] { "details", "balances", "transactions" })
            {
                Assert.Equal((401, error), await app.Refusal(application, $"/accounts/{session.Uids[0]}/{path}"));
            }
            Assert.Equal((401, error), await app.Refusal(application, $"/sessions/{session.Id}", HttpMethod.Delete));
        }
    }

    [Theory, OnBothDatabases]
    public async Task Accounts_have_uids_and_hashes_of_their_own_the_same_in_all_sessions(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection, a => a with { Iban = "FR7630006000011234567890189" });
        await app.StoreAccount(connection, a => a with { Iban = "FR7630006000011234567890189", Currency = "USD" });
        await app.StoreAccount(connection);
        await app.StoreAccount(connection);

        var (first, second) = (
            await app.Session(application, user, connection.Id),
            await app.Session(application, user, connection.Id)
        );

        Assert.Equal(4, first.Uids.Distinct().Count());
        Assert.Equal(first.Uids, second.Uids);
        Assert.Equal(4, Hashes(first).Distinct().Count());
        Assert.Equal(Hashes(first), Hashes(second));

        static IEnumerable<string> Hashes(TestFacadeSession session) =>
            session.Begun.GetProperty("accounts").EnumerateArray().Select(a => a.Text("identification_hash")!);
    }

    [Theory, OnBothDatabases]
    public async Task A_user_sees_what_applications_were_given_and_takes_it_back(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind, configure: _log.AddTo);
        var user = await app.CreateUser(await app.CreateClient());
        var neighbour = await app.CreateUser(user.Client);
        var application = await app.RegisterFacade(user.Client);
        var (first, second) = (await app.StoreConnection(user), await app.StoreConnection(user));
        await app.StoreAccount(first);
        await app.StoreAccount(second);
        var (taken, kept) = (
            await app.Session(application, user, first.Id),
            await app.Session(application, user, second.Id)
        );
        var closed = await app.Session(application, user, second.Id);
        await app.Read(application, $"/sessions/{closed.Id}", HttpMethod.Delete);
        using var http = await app.SignedIn(user);
        using var stranger = await app.SignedIn(neighbour);

        var listed = (await http.Read("/api/v2.1/enable_banking/sessions")).EnumerateArray().ToArray();
        Assert.Equal([taken.Id, kept.Id], listed.Select(one => one.Text("session_id")));
        var id = listed[0].Text("id");
        Assert.Equal(
            $$"""{"id":"{{id}}","session_id":"{{taken.Id}}","application_id":"{{application.Id}}","application_name":"Firefly at home","connection_id":"{{first.Id}}","creation_date":1772438400,"expiration_date":1780128000}""",
            listed[0].GetRawText()
        );
        Assert.Equal("[]", (await stranger.Read("/api/v2.1/enable_banking/sessions")).GetRawText());
        using (var theirs = await stranger.DeleteAsync($"/api/v2.1/enable_banking/sessions/{id}", Stop))
        {
            Assert.Equal("not_found", (await theirs.Problem()).Text("code"));
        }
        await app.Read(application, $"/accounts/{taken.Uids[0]}/balances");
        Assert.Equal(
            1772438400,
            (await http.Read("/api/v2.1/enable_banking/sessions"))[0].GetProperty("last_use_date").GetInt64()
        );

        using (var deleted = await http.DeleteAsync($"/api/v2.1/enable_banking/sessions/{id}", Stop))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }
        Assert.Equal((401, "REVOKED_SESSION"), await app.Refusal(application, $"/accounts/{taken.Uids[0]}/balances"));
        Assert.Equal("REVOKED", (await app.Read(application, $"/sessions/{taken.Id}")).Text("status"));
        Assert.Equal(
            (401, "REVOKED_SESSION"),
            await app.Refusal(application, $"/sessions/{taken.Id}", HttpMethod.Delete)
        );
        using (var again = await http.DeleteAsync($"/api/v2.1/enable_banking/sessions/{id}", Stop))
        {
            Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        }
        await app.Read(application, $"/accounts/{kept.Uids[0]}/balances");
        Assert.Equal(
            (user.Client.Id.ToString(), user.Id.ToString()),
            _log.Only("enable_banking_session_revoked").Whose
        );

        // With the bank it is over, and no longer there to be taken back.
        using var gone = await http.DeleteAsync($"/api/v2.1/connections/{second.Id}", Stop);
        gone.EnsureSuccessStatusCode();
        Assert.Equal("[]", (await http.Read("/api/v2.1/enable_banking/sessions")).GetRawText());
    }

    [Theory, OnBothDatabases]
    public async Task In_the_widget_a_user_sees_applications_of_both_kinds_and_removes_one(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind, configure: _log.AddTo);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection);
        var session = await app.Session(application, user, connection.Id);
        var visitor = await app.Visit(await app.OpenWidget(user), "manage_accounts");

        Assert.Equal(
            [
                "Firefly at home",
                "Reads Banque Étoile since 2 March 2026, until 30 May 2026",
                "Has not read anything yet",
            ],
            visitor.Page.QuerySelectorAll(".applications li strong, .applications li small").Select(e => e.TextContent)
        );
        await visitor.Click(".applications button");
        Assert.Equal("Remove the access of Firefly at home?", visitor.Heading);
        Assert.Contains("nothing of Banque Étoile any more", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        await app.Read(application, $"/accounts/{session.Uids[0]}/balances");
        await visitor.Do("confirm");

        Assert.Equal("Your linked accounts", visitor.Heading);
        Assert.Empty(visitor.Page.QuerySelectorAll(".applications li"));
        Assert.Equal((401, "REVOKED_SESSION"), await app.Refusal(application, $"/accounts/{session.Uids[0]}/balances"));
        _log.Only("enable_banking_session_revoked");
    }
}
