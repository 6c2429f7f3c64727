using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Widget;

public sealed class WidgetSessionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_session_has_an_id_and_links_to_its_pages(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        var session = await app.OpenWidget(await app.CreateWidgetUser());

        Assert.Equal(32, session.Id.Length);
        Assert.Equal(
            $"{app.Origin}embed/v2.1/widget/add_connection?session_id={session.Id}",
            session.Link("add_connection")
        );
        foreach (
            var page in (string[])["edit_credentials", "user_input", "manage_accounts", "terms", "professional_account"]
        )
        {
            Assert.EndsWith($"?session_id={session.Id}", session.Link(page), StringComparison.Ordinal);
        }
        Assert.Matches("^[0-9]+$", session.Answer.GetProperty("queue_id").GetString());
    }

    [Theory]
    [OnBothDatabases("/embed/v2.1/widget/widget_session", "/embed/v2.1/widget/add_connection")]
    [OnBothDatabases("/embed/v2.1/widget_session", "/embed/v2.1/widget/add_connection")]
    [OnBothDatabases("/embed/widget_session", "/embed/widget/add_connection")]
    public async Task Every_published_path_opens_a_session_by_a_form_too(DatabaseKind kind, string path, string link)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();

        using var answer = await app.Http.PostAsync(
            path,
            new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["access_token"] = await app.UserToken(user),
                    ["client_id"] = user.Client.ClientId,
                    ["client_secret"] = user.Client.Secret,
                }
            ),
            Stop
        );

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var message = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Contains(
            link,
            message.GetProperty("_links").GetProperty("add_connection").GetString(),
            StringComparison.Ordinal
        );
    }

    [Theory, OnBothDatabases]
    public async Task What_is_missing_or_wrong_is_named(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        var other = await app.CreateWidgetUser();
        var token = await app.UserToken(user);
        var (id, secret) = (user.Client.ClientId, user.Client.Secret);

        async Task Expect(object body, int status, string code)
        {
            using var answer = await app.PostWidgetSession(body);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
            Assert.Equal((status, code), ((int)answer.StatusCode, problem.GetProperty("code").GetString()));
        }

        await Expect(new { client_id = id, client_secret = secret }, 400, "invalid_body");
        await Expect(
            new
            {
                access_token = token,
                client_id = id,
                client_secret = "wrong",
            },
            401,
            "invalid_client"
        );
        await Expect(
            new
            {
                access_token = token,
                client_id = 12,
                client_secret = secret,
            },
            400,
            "invalid_body"
        );
        await Expect(
            new
            {
                access_token = "nonsense",
                client_id = id,
                client_secret = secret,
            },
            401,
            "invalid_token"
        );
        await Expect(
            new
            {
                access_token = await app.UserToken(other),
                client_id = id,
                client_secret = secret,
            },
            401,
            "invalid_token"
        );
        await Expect(
            new
            {
                access_token = await app.ClientToken(user.Client),
                client_id = id,
                client_secret = secret,
            },
            400,
            "invalid_parameter"
        );
        await Expect(
            new
            {
                access_token = await app.UserToken(user, "accounts_read"),
                client_id = id,
                client_secret = secret,
            },
            403,
            "insufficient_scope"
        );
        app.Time.Advance(TimeSpan.FromMinutes(61));
        await Expect(
            new
            {
                access_token = token,
                client_id = id,
                client_secret = secret,
            },
            401,
            "invalid_token"
        );
    }

    [Theory, OnBothDatabases]
    public async Task Bodies_that_are_neither_json_nor_a_form_are_refused(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        using var text = await app.Http.PostAsync("/embed/widget_session", new StringContent("hello"), Stop);
        using var broken = await app.Http.PostAsync(
            "/embed/widget_session",
            new StringContent("{\"access_token\":", null, "application/json"),
            Stop
        );

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_session_ends_after_an_hour_and_its_row_goes(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());

        app.Time.Advance(TimeSpan.FromMinutes(60));
        var visitor = await app.Visit(session, "add_connection");
        Assert.Equal(1, await app.Count("widget_sessions"));
        await app.RunDuePeriodicTasks();

        Assert.Equal(HttpStatusCode.Forbidden, visitor.Status);
        Assert.Equal("This page has expired", visitor.Heading);
        Assert.Equal(0, await app.Count("widget_sessions"));
    }

    [Theory, OnBothDatabases]
    public async Task A_session_lives_on_with_another_token_of_its_user_where_it_stands(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        var session = await app.OpenWidget(user);
        var parameters = "&provider_id=87&locale=en_GB";
        var before = await app.Visit(session, "add_connection", parameters);

        app.Time.Advance(TimeSpan.FromMinutes(59));
        using var prolonged = await app.PostWidgetSession(Prolongs(user, await app.UserToken(user), session.Id));
        var answer = await prolonged.Content.ReadFromJsonAsync<JsonElement>(Stop);
        app.Time.Advance(TimeSpan.FromMinutes(59));
        var after = await app.Visit(session, "add_connection", parameters);

        Assert.Equal(HttpStatusCode.OK, prolonged.StatusCode);
        Assert.Equal(session.Id, answer.Text("session_id"));
        Assert.Equal(session.Answer.Text("queue_id"), answer.Text("queue_id"));
        Assert.Equal(session.Link("terms"), answer.GetProperty("_links").Text("terms"));
        Assert.Equal((HttpStatusCode.OK, before.Heading), (after.Status, after.Heading));
        Assert.Equal(1, await app.Count("widget_sessions"));

        // It stands on the new token now, and what has ended does not begin again; nor does another user's.
        var other = await app.CreateUser(user.Client);
        async Task<HttpStatusCode> Again(TestUser who)
        {
            using var again = await app.PostWidgetSession(Prolongs(who, await app.UserToken(who), session.Id));
            return again.StatusCode;
        }
        Assert.Equal(HttpStatusCode.NotFound, await Again(other));
        Assert.Equal(HttpStatusCode.OK, await Again(user));
        app.Time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(HttpStatusCode.NotFound, await Again(user));
        var ended = await app.Visit(session, "add_connection");
        Assert.Equal(HttpStatusCode.Forbidden, ended.Status);
        // Its client is unknown here, so that all may hear it: it says nothing else.
        Assert.Equal(
            """{"eventName":"session_over","status":"error","result":"session_over"}""",
            ended.Find("body").GetAttribute("data-message")
        );
        Assert.Equal("*", ended.Find("body").GetAttribute("data-origins"));
    }

    [Theory]
    [OnBothDatabases("password")]
    [OnBothDatabases("token")]
    [OnBothDatabases("client")]
    [OnBothDatabases("user")]
    public async Task A_session_ends_with_what_it_stands_on(DatabaseKind kind, string end)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        var signedIn = await app.SignIn(user);
        var token = signedIn.Text("access_token")!;
        using var opened = await app.PostWidgetSession(Request(user, token, signedIn.Text("refresh_token")));
        var session = await Session(opened);
        // One that stands on something else goes on.
        var other = await app.OpenWidget(await app.CreateWidgetUser());
        Assert.Equal(HttpStatusCode.OK, (await app.Visit(session, "add_connection")).Status);

        using var http = app.WithToken(token);
        switch (end)
        {
            case "password":
                using (
                    var changed = await http.PatchAsJsonAsync(
                        "/api/v2.1/users/me",
                        new { password = "an0ther-word", current_password = user.Password },
                        Stop
                    )
                )
                {
                    Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
                }
                break;
            case "token":
                using (var revoked = await app.PostAuth("/auth/revoke", user.Client, ("token", token)))
                {
                    Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
                }
                break;
            case "client":
                await SetDisabled(app, user.Client, disabled: true);
                break;
            default:
                using (var deleted = await http.DeleteAsync("/api/v2.1/users/me", Stop))
                {
                    Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
                }
                break;
        }

        var visitor = await app.Visit(session, "add_connection");
        Assert.Equal((HttpStatusCode.Forbidden, "This page has expired"), (visitor.Status, visitor.Heading));
        Assert.Equal(HttpStatusCode.OK, (await app.Visit(other, "add_connection")).Status);
        if (end == "client")
        {
            // Opened again, the client opens new sessions; the old ones stay closed.
            await SetDisabled(app, user.Client, disabled: false);
            Assert.Equal(HttpStatusCode.Forbidden, (await app.Visit(session, "add_connection")).Status);
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_revocation_ends_a_long_session_after_the_token_itself_has_expired_too(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        var signedIn = await app.SignIn(user);
        using var opened = await app.PostWidgetSession(
            Request(user, signedIn.Text("access_token")!, signedIn.Text("refresh_token"))
        );
        var session = await Session(opened);

        await SetDisabled(app, user.Client, disabled: true);
        app.Time.Advance(TimeSpan.FromMinutes(150));
        await app.Service<Revocations>().Refresh(Stop);
        await SetDisabled(app, user.Client, disabled: false);

        Assert.Equal(HttpStatusCode.Forbidden, (await app.Visit(session, "add_connection")).Status);
    }

    [Theory, OnBothDatabases]
    public async Task A_refresh_token_makes_the_session_longer_if_it_is_a_good_one(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        var signedIn = await app.SignIn(user);
        var token = signedIn.Text("access_token")!;
        var refreshToken = signedIn.Text("refresh_token")!;
        var otherUser = await app.CreateUser(user.Client);
        var (others, earlier) = (await app.SignIn(otherUser), await app.SignIn(user));

        async Task<HttpStatusCode> Status(string? refresh, string? access = null)
        {
            using var answer = await app.PostWidgetSession(Request(user, access ?? token, refresh));
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await Status("anything"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(token));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(others.Text("refresh_token")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(earlier.Text("refresh_token")));
        Assert.Equal(0, await app.Count("widget_sessions"));

        using var opened = await app.PostWidgetSession(Request(user, token, refreshToken));
        var message = await opened.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(app.Time.GetUtcNow().ToUnixTimeSeconds() + 4 * 3600, message.GetProperty("expires_at").GetInt64());

        // It was looked at, not used: the client can still use it, once.
        using var renewed = await app.PostAuth(
            "/auth/token",
            user.Client,
            ("grant_type", "refresh_token"),
            ("refresh_token", refreshToken)
        );
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(refreshToken));
    }

    [Theory, OnBothDatabases]
    public async Task Only_a_hash_of_the_session_id_is_stored(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());

        Assert.DoesNotContain(session.Id, await app.Snapshot("widget_sessions"), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Parameters_of_older_integrations_on_the_session_call_are_kept(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser(), "?captive_mode=false&lng=fr_FR");

        var visitor = await app.Visit(session, "add_connection");

        Assert.Equal("Choisissez votre banque", visitor.Heading);
    }

    private static object Prolongs(TestUser user, string token, string sessionId) =>
        new
        {
            access_token = token,
            client_id = user.Client.ClientId,
            client_secret = user.Client.Secret,
            session_id = sessionId,
        };

    private static object Request(TestUser user, string token, string? refreshToken) =>
        new
        {
            access_token = token,
            client_id = user.Client.ClientId,
            client_secret = user.Client.Secret,
            refresh_token = refreshToken,
        };

    private static async Task<TestSession> Session(HttpResponseMessage opened)
    {
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        var message = await opened.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return new TestSession(message.Text("session_id")!, message);
    }

    private static Task<bool> SetDisabled(TestApp app, TestClient client, bool disabled) =>
        app.Database.Write(
            db => ClientStore.SetDisabled(db, client.ClientId, disabled, app.Service<Revocations>()),
            Stop
        );
}
