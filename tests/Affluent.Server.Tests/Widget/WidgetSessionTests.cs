using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
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
}
