using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using Affluent.Server.Authorization;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Widget;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Security;

/// <summary>What an auditor asks for is one stream: stable names, ids, address, the trace id of the answer, and no secret.</summary>
public sealed class SecurityLogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RecordedEvents _log = new();

    [Theory, OnBothDatabases]
    public async Task Sign_ins_are_told_with_their_user_where_there_is_one(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var (client, id) = (user.Client.Id.ToString(), user.Id.ToString());

        await app.SignIn(user);
        Assert.Equal((client, id), _log.Only("sign_in_succeeded").Whose);
        Assert.Equal("127.0.0.1", _log.Only("sign_in_succeeded").Ids["address"]);

        var refused = await (await Try(app, user, "wrong-password")).Json();
        Assert.Equal((client, id), _log.Only("sign_in_failed").Whose);
        Assert.Equal(refused.Text("trace_id"), _log.Only("sign_in_failed").TraceId);
        Assert.Equal(32, refused.Text("trace_id")!.Length);

        _log.Forget();
        await Try(app, user with { Email = "nobody@example.com" }, "wrong-password");
        Assert.Equal((client, ""), _log.Only("sign_in_failed").Whose);

        while (_log.All is not [.., { Name: "sign_in_blocked" }])
        {
            Assert.InRange(_log.All.Count, 0, 20);
            await Try(app, user, "wrong-password");
        }
        Assert.Equal((client, id), _log.All[^1].Whose);
        AssertSecret(user.Email, user.Password, "nobody@example.com", "wrong-password");
    }

    [Theory]
    [OnBothDatabases("/auth/token")]
    [OnBothDatabases("/auth/revoke")]
    [OnBothDatabases("/auth/introspect")]
    [OnBothDatabases("/embed/v2.1/widget/widget_session")]
    public async Task A_wrong_client_secret_is_told_and_found_by_the_trace_of_the_answer(DatabaseKind kind, string path)
    {
        await using var app = await Start(kind);
        var client = await app.CreateClient();

        using var answer = await app.PostAuth(
            path,
            client with
            {
                Secret = "guessed-secret",
            },
            ("grant_type", "client_credentials"),
            ("token", "t0ken-text"),
            ("access_token", "t0ken-text")
        );

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var told = _log.Only("client_refused");
        Assert.Equal((client.Id.ToString(), ""), told.Whose);
        Assert.Equal(((await answer.Json()).Text("trace_id"), "127.0.0.1"), (told.TraceId, told.Ids["address"]));
        _log.Forget();
        await app.PostAuth(
            path,
            new TestClient(default, "nobody", "guessed-secret"),
            ("access_token", "t0ken-text"),
            ("token", "t0ken-text"),
            ("grant_type", "client_credentials")
        );
        Assert.Equal(("", ""), _log.Only("client_refused").Whose);
        AssertSecret("guessed-secret", "t0ken-text", client.Secret);
    }

    [Theory, OnBothDatabases]
    public async Task Revoked_replayed_and_forged_tokens_are_told(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var whose = (user.Client.Id.ToString(), user.Id.ToString());
        var tokens = await app.SignIn(user);
        var refresh = tokens.Text("refresh_token")!;
        _log.Forget();

        await app.PostAuth("/auth/revoke", user.Client, ("token", tokens.Text("access_token")!));
        Assert.Equal(whose, _log.Only("token_revoked").Whose);
        Assert.Single(_log.All);

        _log.Forget();
        await app.PostAuth("/auth/token", user.Client, ("grant_type", "refresh_token"), ("refresh_token", refresh));
        app.Time.Advance(AuthorizationServer.RefreshGrace + TimeSpan.FromSeconds(1));
        Assert.Empty(_log.All);
        using var again = await app.PostAuth(
            "/auth/token",
            user.Client,
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh)
        );
        var replayed = _log.Only("token_replayed");
        Assert.Equal((whose, (await again.Json()).Text("trace_id")), (replayed.Whose, replayed.TraceId));

        var valid = await app.UserToken(user);
        using var forger = app.WithToken(valid[..^6] + "AAAAAA");
        var problem = await forger.ReadProblem("/api/v2.1/users/me");
        Assert.Equal(problem.Text("trace_id"), _log.Only("access_token_forged").TraceId);
        app.Time.Advance(TimeSpan.FromHours(2));
        using var late = app.WithToken(valid);
        await late.ReadProblem("/api/v2.1/users/me");
        // One that has only expired is no attack.
        _log.Only("access_token_forged");
        AssertSecret(refresh, valid);
    }

    [Theory, OnBothDatabases]
    public async Task Changes_of_a_user_and_the_end_are_told_once_each(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var (http, user) = await app.SignedInUser();
        var whose = (user.Client.Id.ToString(), user.Id.ToString());

        await http.PatchAsJsonAsync("/api/v2.1/users/me", new { first_name = "Ada" }, Stop);
        Assert.DoesNotContain(_log.All, e => e.Name.EndsWith("_changed", StringComparison.Ordinal));
        await http.PatchAsJsonAsync(
            "/api/v2.1/users/me",
            new { email = "new@example.com", current_password = user.Password },
            Stop
        );
        Assert.Equal(whose, _log.Only("email_changed").Whose);
        Assert.DoesNotContain(_log.All, e => e.Name == "password_changed");
        await http.PatchAsJsonAsync(
            "/api/v2.1/users/me",
            new { password = "an0ther-walk", current_password = user.Password },
            Stop
        );
        Assert.Equal(whose, _log.Only("password_changed").Whose);
        _log.Only("email_changed");
        using var again = await app.SignedIn(user with { Email = "new@example.com", Password = "an0ther-walk" });
        await again.DeleteAsync("/api/v2.1/users/me", Stop);
        Assert.Equal((whose, "127.0.0.1"), (_log.Only("user_deleted").Whose, _log.Only("user_deleted").Ids["address"]));
        AssertSecret(user.Email, "new@example.com", user.Password, "an0ther-walk", "Ada");
    }

    [Theory, OnBothDatabases]
    public async Task Consents_are_told_with_the_hash_of_their_words(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", "&provider_id=90");
        var hash = visitor.Find("input[name=agreed_text]").GetAttribute("value");

        await visitor.Submit();

        var told = _log.Only("consent_given");
        Assert.Equal((user.Client.Id.ToString(), user.Id.ToString()), told.Whose);
        Assert.Equal(("BANK", hash), (told.Values["Kind"], told.Values["TextHash"]));
    }

    [Theory, OnBothDatabases]
    public async Task Who_is_one_too_many_is_told_without_the_name_that_was_typed(DatabaseKind kind)
    {
        await using var app = await Start(
            kind,
            s =>
                s with
                {
                    RateLimits = new Dictionary<LimitedAction, RateLimit>(RateLimit.Standard)
                    {
                        [LimitedAction.SignIn] = new(null, User: 1, null),
                        [LimitedAction.Queue] = new(null, User: 1, null),
                    },
                }
        );
        var (http, user) = await app.SignedInUser();
        _log.Forget();

        using var signIn = await Try(app, user, user.Password);
        Assert.Equal((user.Client.Id.ToString(), ""), _log.Only("request_limited").Whose);
        Assert.Equal("sign_in", _log.Only("request_limited").Values["Limit"]);
        _log.Forget();
        await http.PostAsync("/api/v2.1/queues", null, Stop);
        using var queue = await http.PostAsync("/api/v2.1/queues", null, Stop);
        var told = _log.Only("request_limited");
        Assert.Equal((user.Client.Id.ToString(), user.Id.ToString()), told.Whose);
        Assert.Equal(("queue", "user"), (told.Values["Limit"], told.Values["By"]));
        Assert.Equal((await queue.Problem()).Text("trace_id"), told.TraceId);
        AssertSecret(user.Email);
    }

    [Theory, OnBothDatabases]
    public async Task Returns_from_the_bank_that_are_made_up_or_of_another_browser_are_told(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", "&provider_id=91");
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        var state = await visitor.LeaveForBank();
        _log.Forget();

        await app.Browse("document").Open($"/embed/v2.1/widget/bank_callback/9101?state={state}&code=c0de");
        var other = _log.Only("other_browser_refused");
        Assert.Equal(("9101", "127.0.0.1"), (other.Values["Channel"], other.Ids["address"]));
        using var http = await app.SignedIn(user);
        Assert.Equal(await http.OnlyConnection(), other.Ids["connection_id"]);
        await app.Browse("document").Open("/embed/v2.1/widget/bank_callback/9101?state=made-up&code=c0de");
        Assert.Equal("9101", _log.Only("bank_return_unknown").Values["Place"]);
        AssertSecret(state, "c0de", "made-up");
    }

    [Theory, OnBothDatabases]
    public async Task What_operators_do_is_told_beside_the_words_of_the_command(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var client = await app.CreateClient();
        var (one, two) = (await app.CreateUser(client), await app.CreateUser(client));

        var (_, output, errors) = await app.RunCommand("client", "disable", client.ClientId);
        var (code, _, failed) = await app.RunCommand("client", "disable", "n0body-here");
        var (_, _, made) = await app.RunCommand("client", "create", "--name", "Secret-Plan");

        Assert.DoesNotContain("7301", output, StringComparison.Ordinal);
        Assert.Contains(
            $"7301 Affluent.Security: An operator ran 'client disable' (id: {client.ClientId}); it ended with 0 event=operator_command",
            errors,
            StringComparison.Ordinal
        );
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("ran 'client disable' (id: none); it ended with 1", failed, StringComparison.Ordinal);
        Assert.Contains("ran 'client create' (id: none); it ended with 0", made, StringComparison.Ordinal);
        Assert.Matches("7105 Affluent.Security: A client was made event=client_created client_id=[0-9]+", made);
        Assert.DoesNotContain("Secret-Plan", made, StringComparison.Ordinal);
        var (_, help, asking) = await app.RunCommand("client", "update", "--help");
        Assert.Contains("--redirect-urls", help, StringComparison.Ordinal);
        Assert.DoesNotContain("7301", asking, StringComparison.Ordinal);
        var (_, _, looking) = await Terminal.RunWithoutDatabase("check-config");
        Assert.DoesNotContain("7301", looking, StringComparison.Ordinal);

        var (_, _, deleted) = await app.RunCommand("client", "delete", client.ClientId, "--yes");
        foreach (var user in new[] { one, two })
        {
            Assert.Contains(
                $"A user was erased event=user_deleted user_id={user.Id}",
                deleted,
                StringComparison.Ordinal
            );
        }
    }

    [Theory, OnBothDatabases]
    public async Task The_use_of_keys_is_told_at_the_start_and_the_making_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var settings = new Settings
        {
            Listen = "http://127.0.0.1:0",
            Database = database.Address,
            DataDirectory = database.Folder,
            MasterKeyFile = Path.Combine(database.Folder, "master.key"),
            SigningKeyFile = Path.Combine(database.Folder, "signing.key"),
            TestBankListen = null,
        };
        string[] opened = ["master_key_opened", "signing_key_opened"];

        await StartOnce();
        Assert.Equal(
            ["master_key_created", "master_key_opened", "signing_key_created", "signing_key_opened"],
            _log.All.Select(e => e.Name)
        );
        var keyId = _log.Only("signing_key_created").Values["KeyId"];
        _log.Forget();
        await StartOnce();
        Assert.Equal(opened, _log.All.Select(e => e.Name));
        Assert.Equal(keyId, _log.Only("signing_key_opened").Values["KeyId"]);
        AssertSecret((await File.ReadAllTextAsync(settings.MasterKeyFile, Stop)).Trim());

        async Task StartOnce()
        {
            using var logs = LoggerFactory.Create(logging => logging.AddProvider(_log));
            await using var installation = await Installation.Start(settings, logs, TimeProvider.System, Stop);
        }
    }

    [Theory]
    [InlineData(LogLevel.Debug)]
    [InlineData(LogLevel.Error)]
    public void The_events_are_there_whatever_level_is_asked_for(LogLevel level)
    {
        using var logs = LoggerFactory.Create(logging =>
        {
            Logs.Configure(logging, new Settings { LogLevel = level });
            logging.ClearProviders();
            logging.AddProvider(_log);
        });

        new SecurityLog(logs).MasterKeyOpened();

        _log.Only("master_key_opened");
    }

    [Fact]
    public void Names_are_unique_and_stand_beside_their_numbers_in_the_reference()
    {
        var events = typeof(SecurityLog)
            .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(e => e.EventId)
            .Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.EventId} {e.EventName}"))
            .ToList();
        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "advanced", "security.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && int.TryParse(cells[2], CultureInfo.InvariantCulture, out _))
            .Select(cells => $"{cells[2]} {cells[1].Trim('`')}");

        Assert.Equal(events, page.Order(StringComparer.Ordinal));
        Assert.Equal(events.Count, events.Select(e => e.Split(' ')[1]).Distinct().Count());
        Assert.All(events, e => Assert.Matches("^7[0-9]{3} [a-z_]+$", e));
    }

    private Task<TestApp> Start(DatabaseKind kind, Func<Settings, Settings>? settings = null) =>
        TestApp.Start(
            kind,
            settings,
            builder =>
            {
                _log.AddTo(builder);
                builder.Services.AddSingleton(new ScriptedBanks().Banks);
            }
        );

    private static Task<HttpResponseMessage> Try(TestApp app, TestUser user, string password) =>
        app.PostAuth(
            "/auth/token",
            user.Client,
            ("grant_type", "password"),
            ("username", user.Email),
            ("password", password)
        );

    private void AssertSecret(params string[] texts) =>
        Assert.All(
            texts,
            text =>
                Assert.DoesNotContain(_log.Everything, e => e.Whole.Contains(text, StringComparison.OrdinalIgnoreCase))
        );
}
