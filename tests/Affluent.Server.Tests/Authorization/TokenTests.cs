using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Authorization;

public sealed class TokenTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_client_token_says_what_the_published_one_says(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();

        using var answer = await app.PostAuth(
            "/auth/token",
            client,
            ("grant_type", "client_credentials"),
            ("scope", "users_create")
        );
        var body = await answer.Json();
        var claims = Claims(body.Text("access_token")!, part: 1);

        Assert.Equal("Bearer", body.Text("token_type"));
        Assert.Equal(3600, body.GetProperty("expires_in").GetInt32());
        Assert.Equal("users_create", body.Text("scope"));
        Assert.False(body.TryGetProperty("refresh_token", out _));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal(app.Origin + "auth", claims.Text("iss"));
        Assert.Equal(client.ClientId, claims.Text("sub"));
        Assert.Equal(client.ClientId, claims.Text("aud"));
        Assert.Equal(client.ClientId, claims.Text("client_id"));
        Assert.Equal("users_create", claims.Text("scope"));
        Assert.NotEmpty(claims.Text("jti")!);
        Assert.Equal(3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal("ES256", Claims(body.Text("access_token")!, part: 0).Text("alg"));
    }

    [Theory, OnBothDatabases]
    public async Task A_user_signs_in_by_form_by_json_and_by_basic_authentication(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        using var json = new StringContent(
            JsonSerializer.Serialize(
                new
                {
                    provider = "linxoConnect",
                    client_id = user.Client.ClientId,
                    client_secret = user.Client.Secret,
                    grant_type = "password",
                    scope = TestApp.UserScopes,
                    username = user.Email.ToUpperInvariant(),
                    password = user.Password,
                }
            ),
            Encoding.UTF8,
            "application/json"
        );
        using var basic = new HttpRequestMessage(HttpMethod.Post, "/auth/token")
        {
            Content = new FormUrlEncodedContent([
                KeyValuePair.Create("grant_type", "password"),
                KeyValuePair.Create("username", user.Email),
                KeyValuePair.Create("password", user.Password),
            ]),
        };
        basic.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Client.ClientId}:{user.Client.Secret}"))
        );

        var byForm = await app.SignIn(user);
        var byJson = await app.Http.PostAsync("/auth/token", json, Stop).IsGiven();
        var byBasic = await app.Http.SendAsync(basic, Stop).IsGiven();

        foreach (var tokens in new[] { byForm, byJson, byBasic })
        {
            Assert.NotEmpty(tokens.Text("refresh_token")!);
            using var http = app.WithToken(tokens.Text("access_token")!);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/v2.1/users/me", Stop)).StatusCode);
        }
        Assert.Equal(TestApp.UserScopes, byForm.Text("scope"));
        // Nothing asked: all that the client may have, except what is for clients alone.
        Assert.Equal(NewClient.KnownScopes.Skip(1), byBasic.Text("scope")!.Split(' '));
    }

    [Theory, OnBothDatabases]
    public async Task Every_wrong_request_gets_the_error_of_the_standard(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var user = await app.CreateUser(client);
        var limited = await app.CreateClient(grants: "client_credentials", scopes: "users_create profile");
        Task Refused(HttpStatusCode status, string error, TestClient by, params (string, string)[] fields) =>
            app.PostAuth("/auth/token", by, fields).IsRefused(status, error);
        const HttpStatusCode Bad = HttpStatusCode.BadRequest;
        const HttpStatusCode Unauthorized = HttpStatusCode.Unauthorized;

        await Refused(Bad, "invalid_request", client);
        await Refused(Bad, "unsupported_grant_type", client, ("grant_type", "implicit"));
        await Refused(Bad, "invalid_request", client, ("grant_type", "authorization_code"));
        await Refused(Bad, "invalid_grant", client, ("grant_type", "authorization_code"), ("code", "x"));
        await Refused(Bad, "invalid_request", client, ("grant_type", "password"), ("username", user.Email));
        await Refused(Bad, "invalid_request", client, ("grant_type", "refresh_token"));
        await Refused(Bad, "invalid_grant", client, ("grant_type", "refresh_token"), ("refresh_token", "x"));
        await Refused(Bad, "invalid_scope", client, ("grant_type", "client_credentials"), ("scope", "everything"));
        // Without client mode, a client's own token only creates users.
        await Refused(Bad, "invalid_scope", client, ("grant_type", "client_credentials"), ("scope", "profile"));
        await Refused(
            Bad,
            "unauthorized_client",
            limited,
            ("grant_type", "password"),
            ("username", user.Email),
            ("password", user.Password)
        );
        await Refused(
            Unauthorized,
            "invalid_client",
            client with
            {
                Secret = "wrong",
            },
            ("grant_type", "client_credentials")
        );
        await Refused(
            Unauthorized,
            "invalid_client",
            client with
            {
                ClientId = Guid.Empty.ToString(),
            },
            ("grant_type", "client_credentials")
        );
        await app.PostToken(("grant_type", "client_credentials")).IsRefused(Unauthorized, "invalid_client");
        await app.PostToken(("grant_type", "password"), ("client_id", client.ClientId))
            .IsRefused(Unauthorized, "invalid_client");
        await app.Http.GetAsync("/auth/token", Stop).IsRefused(Bad, "invalid_request");
    }

    [Theory]
    [OnBothDatabases("{\"grant_type\":", "application/json")]
    [OnBothDatabases("[]", "application/json")]
    [OnBothDatabases("{\"grant_type\":[\"password\"]}", "application/json")]
    [OnBothDatabases("{\"grant_type\":\"password\",\"grant_type\":\"password\"}", "application/json")]
    [OnBothDatabases("<grant/>", "application/xml")]
    public async Task A_body_that_is_no_form_and_no_json_object_is_refused(DatabaseKind kind, string text, string type)
    {
        await using var app = await TestApp.Start(kind);
        using var body = new StringContent(text, Encoding.UTF8, type);

        await app.Http.PostAsync("/auth/token", body, Stop).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory, OnBothDatabases]
    public async Task A_refused_client_is_told_how_to_authenticate(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        using var answer = await app.PostToken(
            ("grant_type", "client_credentials"),
            ("client_id", "x"),
            ("client_secret", "y")
        );

        Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Contains(
            "realm=\"Affluent\"",
            answer.Headers.WwwAuthenticate.Single().Parameter,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("error_uri", (await answer.Json()).GetRawText(), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_refresh_token_works_once_and_its_return_ends_the_whole_family(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var first = await app.SignIn(user);
        Task<HttpResponseMessage> Refresh(JsonElement tokens) =>
            app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            );

        var second = await Refresh(first).IsGiven();
        Assert.NotEqual(first.Text("refresh_token"), second.Text("refresh_token"));
        Assert.Equal(TestApp.UserScopes, second.Text("scope"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, second));

        app.Time.Advance(AuthorizationServer.RefreshGrace + TimeSpan.FromSeconds(1));
        await Refresh(first).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");

        await Refresh(second).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, second));
        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, await app.SignIn(user)));
    }

    [Theory, OnBothDatabases]
    public async Task A_client_that_lost_the_answer_repeats_its_refresh(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var first = await app.SignIn(user);

        var lost = await Refresh(app, user, first).IsGiven();
        app.Time.Advance(AuthorizationServer.RefreshGrace - TimeSpan.FromSeconds(1));
        var second = await Refresh(app, user, first).IsGiven();
        var third = await Refresh(app, user, second).IsGiven();
        app.Time.Advance(TimeSpan.FromHours(2));
        var fourth = await Refresh(app, user, third).IsGiven();

        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, fourth));
        // Whoever has the lost answer is not who went on: one of them is a thief.
        await Refresh(app, user, lost).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        await Refresh(app, user, fourth).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, fourth));
    }

    [Theory, OnBothDatabases]
    public async Task A_repetition_after_its_answer_was_used_ends_the_family(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var first = await app.SignIn(user);
        var second = await Refresh(app, user, first).IsGiven();
        var third = await Refresh(app, user, second).IsGiven();

        await Refresh(app, user, first).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");

        await Refresh(app, user, third).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, third));
    }

    [Theory, OnBothDatabases]
    public async Task Repetitions_do_not_make_the_grace_longer(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var first = await app.SignIn(user);
        await Refresh(app, user, first).IsGiven();
        app.Time.Advance(AuthorizationServer.RefreshGrace - TimeSpan.FromSeconds(1));
        await Refresh(app, user, first).IsGiven();
        app.Time.Advance(TimeSpan.FromSeconds(2));

        await Refresh(app, user, first).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Theory, OnBothDatabases]
    public async Task Of_refreshes_with_one_token_at_the_same_moment_one_goes_on(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var tokens = await app.SignIn(user);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Refresh(app, user, tokens)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var given = await Task.WhenAll(answers.Select(a => a.Json()));
        var next = await Refresh(app, user, given[3]).IsGiven();
        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, next));
        await Refresh(app, user, given[5]).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        await Refresh(app, user, next).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, next));
    }

    [Theory, OnBothDatabases]
    public async Task Two_who_go_on_from_one_token_at_the_same_moment_end_the_family(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var tokens = await app.SignIn(user);
        var one = await Refresh(app, user, tokens).IsGiven();
        var other = await Refresh(app, user, tokens).IsGiven();

        var answers = await Task.WhenAll(Refresh(app, user, one), Refresh(app, user, other));

        Assert.InRange(answers.Count(a => a.IsSuccessStatusCode), 0, 1);
        foreach (var winner in answers.Where(a => a.IsSuccessStatusCode))
        {
            var won = await winner.Json();
            await Refresh(app, user, won).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, won));
        }
    }

    private static Task<HttpResponseMessage> Refresh(TestApp app, TestUser user, JsonElement tokens) =>
        app.PostAuth(
            "/auth/token",
            user.Client,
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.Text("refresh_token")!)
        );

    [Theory, OnBothDatabases]
    public async Task A_refresh_may_ask_for_less_and_never_for_more(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var other = await app.CreateClient();
        var tokens = await app.SignIn(user, "profile accounts_read");
        Task<HttpResponseMessage> Refresh(TestClient client, string scope) =>
            app.PostAuth(
                "/auth/token",
                client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!),
                ("scope", scope)
            );

        await Refresh(other, "profile").IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        await Refresh(user.Client, "profile transactions_read").IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        var less = await Refresh(user.Client, "profile").IsGiven();

        Assert.Equal("profile", less.Text("scope"));
    }

    [Theory, OnBothDatabases]
    public async Task A_refresh_token_dies_after_ninety_days(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var tokens = await app.SignIn(user);

        app.Time.Advance(TimeSpan.FromDays(90) + TimeSpan.FromSeconds(1));

        await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            )
            .IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Theory, OnBothDatabases]
    public async Task A_refresh_token_ends_with_its_sign_in_wherever_it_is_shown(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateWidgetUser();
        var tokens = await app.SignIn(user);
        async Task<HttpStatusCode> OpenWidget()
        {
            using var answer = await app.PostWidgetSession(
                new
                {
                    client_id = user.Client.ClientId,
                    client_secret = user.Client.Secret,
                    access_token = tokens.Text("access_token"),
                    refresh_token = tokens.Text("refresh_token"),
                }
            );
            return answer.StatusCode;
        }
        Task<JsonElement> Introspect() =>
            app.PostAuth("/auth/introspect", user.Client, ("token", tokens.Text("refresh_token")!)).IsGiven();
        Task<HttpResponseMessage> Refresh() =>
            app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            );

        await app.AgeSignIns(TimeSpan.FromDays(179));
        tokens = await Refresh().IsGiven();
        var ends = (await Introspect()).GetProperty("exp").GetInt64();
        Assert.InRange(ends, 1, app.Time.GetUtcNow().ToUnixTimeSeconds() + 24 * 3600);
        Assert.Equal(HttpStatusCode.Created, await OpenWidget());

        await app.AgeSignIns(TimeSpan.FromDays(1));
        Assert.False((await Introspect()).GetProperty("active").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, await OpenWidget());
        await Refresh().IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Theory, OnBothDatabases]
    public async Task A_sign_in_ends_after_180_days_however_often_it_is_refreshed(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var tokens = await app.SignIn(user);
        Task<HttpResponseMessage> Refresh() =>
            app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            );

        for (var i = 0; i < 3; i++)
        {
            app.Time.Advance(TimeSpan.FromDays(59));
            tokens = await Refresh().IsGiven();
        }
        app.Time.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(1));

        await Refresh().IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Theory, OnBothDatabases]
    public async Task With_a_refresh_token_end_the_access_tokens_of_its_sign_in_and_no_others(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var first = await app.SignIn(user);
        var refreshed = await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", first.Text("refresh_token")!)
            )
            .IsGiven();
        var other = await app.SignIn(user);

        await app.PostAuth("/auth/revoke", user.Client, ("token", refreshed.Text("refresh_token")!)).IsGiven();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, first));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, refreshed));
        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, other));
    }

    [Theory]
    [OnBothDatabases("users_create profile openid", "users_create")]
    [OnBothDatabases("openid users_create", "users_create")]
    [OnBothDatabases("users_create", "users_create")]
    public async Task A_client_s_own_token_leaves_out_what_is_for_users_and_says_so(
        DatabaseKind kind,
        string asked,
        string granted
    )
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();

        var answer = await app.PostAuth("/auth/token", client, ("grant_type", "client_credentials"), ("scope", asked))
            .IsGiven();

        Assert.Equal(granted, answer.Text("scope"));
        Assert.Equal(granted, Claims(answer.Text("access_token")!, part: 1).Text("scope"));
    }

    [Theory]
    [OnBothDatabases("scope")]
    [OnBothDatabases("grant_type")]
    [OnBothDatabases("client_id")]
    [OnBothDatabases("username")]
    public async Task A_field_that_comes_twice_is_refused(DatabaseKind kind, string twice)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        Dictionary<string, string> fields = new()
        {
            ["grant_type"] = "password",
            ["client_id"] = user.Client.ClientId,
            ["client_secret"] = user.Client.Secret,
            ["username"] = user.Email,
            ["password"] = user.Password,
            ["scope"] = "profile",
        };

        await app.PostToken([.. fields.Select(f => (f.Key, f.Value)), (twice, fields[twice])])
            .IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        await app.PostToken([.. fields.Select(f => (f.Key, f.Value))]).IsGiven();
    }

    [Theory]
    [OnBothDatabases("/auth/token/")]
    [OnBothDatabases("/AUTH/Token/")]
    public async Task An_address_with_a_slash_at_its_end_is_the_same(DatabaseKind kind, string path)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        using var json = new StringContent("{\"grant_type\":", Encoding.UTF8, "application/json");
        using var form = new StringContent("grant_type=%00&%00=%", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var other = new StringContent("<grant/>", Encoding.UTF8, "application/xml");

        foreach (var body in new[] { json, form, other, null })
        {
            await app.Http.PostAsync(path, body, Stop).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        }
        await app.PostAuth(path, client, ("grant_type", "client_credentials")).IsGiven();
    }

    [Theory, OnBothDatabases]
    public async Task Introspection_tells_a_client_of_its_own_tokens_only(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var other = await app.CreateClient();
        var token = await app.UserToken(user, "profile");
        Task<JsonElement> Introspect(TestClient client, string text) =>
            app.PostAuth("/auth/introspect", client, ("token", text)).IsGiven();

        var mine = await Introspect(user.Client, token);

        Assert.True(mine.GetProperty("active").GetBoolean());
        Assert.Equal(user.Id.ToString(), mine.Text("sub"));
        Assert.Equal("profile", mine.Text("scope"));
        Assert.Equal(user.Client.ClientId, mine.Text("client_id"));
        Assert.False((await Introspect(other, token)).GetProperty("active").GetBoolean());
        Assert.False((await Introspect(user.Client, "junk")).GetProperty("active").GetBoolean());
        app.Time.Advance(TimeSpan.FromSeconds(3601));
        Assert.False((await Introspect(user.Client, token)).GetProperty("active").GetBoolean());
    }

    [Theory, OnBothDatabases]
    public async Task A_revoked_token_is_worth_nothing_and_only_its_own_client_can_revoke_it(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var other = await app.CreateClient();
        var tokens = await app.SignIn(user);
        Task<JsonElement> Revoke(TestClient client, string token) =>
            app.PostAuth("/auth/revoke", client, ("token", token)).IsGiven();

        await Revoke(other, tokens.Text("access_token")!);
        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, tokens));

        await Revoke(user.Client, tokens.Text("access_token")!);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, tokens));

        await Revoke(user.Client, tokens.Text("refresh_token")!);
        await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            )
            .IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        await Revoke(user.Client, "junk");
        await app.PostToken(("token", "junk")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory]
    [OnBothDatabases("/auth/.well-known/openid-configuration")]
    [OnBothDatabases("/auth/.well-known/oauth-authorization-server")]
    [OnBothDatabases("/.well-known/oauth-authorization-server/auth")]
    public async Task The_server_describes_itself(DatabaseKind kind, string path)
    {
        await using var app = await TestApp.Start(kind);

        var document = await app.Http.GetAsync(path, Stop).IsGiven();
        var keys = await app.Http.GetAsync(document.Text("jwks_uri")!, Stop).IsGiven();

        Assert.Equal(app.Origin + "auth", document.Text("issuer"));
        Assert.Equal(app.Origin + "auth/token", document.Text("token_endpoint"));
        Assert.Equal(app.Origin + "auth/revoke", document.Text("revocation_endpoint"));
        Assert.Equal(app.Origin + "auth/introspect", document.Text("introspection_endpoint"));
        Assert.Equal(
            ["authorization_code", "client_credentials", "password", "refresh_token"],
            document
                .GetProperty("grant_types_supported")
                .EnumerateArray()
                .Select(g => g.GetString())
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(app.Origin + "auth/signin", document.Text("authorization_endpoint"));
        foreach (
            var (member, values) in new[]
            {
                ("response_types_supported", new[] { "code" }),
                ("response_modes_supported", ["query"]),
                ("code_challenge_methods_supported", ["S256"]),
            }
        )
        {
            Assert.Equal(values, document.GetProperty(member).EnumerateArray().Select(v => v.GetString()));
        }
        Assert.True(document.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        Assert.Empty(
            NewClient.KnownScopes.Except(
                document.GetProperty("scopes_supported").EnumerateArray().Select(s => s.GetString())
            )
        );
        var key = Assert.Single(keys.GetProperty("keys").EnumerateArray());
        Assert.Equal(("EC", "P-256", "ES256"), (key.Text("kty"), key.Text("crv"), key.Text("alg")));
        Assert.False(key.TryGetProperty("d", out _));
    }

    [Theory, OnBothDatabases]
    public async Task An_authorization_server_with_a_host_of_its_own_names_itself_without_a_slash(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { AuthUrl = new Uri("http://auth.test") }
        );
        var user = await app.CreateUser(await app.CreateClient());

        var document = await app.Http.GetAsync("/auth/.well-known/openid-configuration", Stop).IsGiven();
        var token = await app.UserToken(user, "openid profile");
        var introspection = await app.PostAuth("/auth/introspect", user.Client, ("token", token)).IsGiven();

        Assert.Equal("http://auth.test", document.Text("issuer"));
        Assert.Equal("http://auth.test/token", document.Text("token_endpoint"));
        Assert.Equal("http://auth.test/.well-known/jwks", document.Text("jwks_uri"));
        Assert.Equal("http://auth.test", Claims(token, part: 1).Text("iss"));
        Assert.Equal("http://auth.test", introspection.Text("iss"));
    }

    [Theory, OnBothDatabases]
    public async Task Many_sign_ins_at_once_all_succeed(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var users = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => app.CreateUser(client)));

        var tokens = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => app.SignIn(users[i % 5])));

        Assert.Equal(40, tokens.Select(t => t.Text("refresh_token")).Distinct().Count());
    }

    private static async Task<HttpStatusCode> StatusOfMe(TestApp app, JsonElement tokens)
    {
        using var http = app.WithToken(tokens.Text("access_token")!);
        using var answer = await http.GetAsync("/api/v2.1/users/me", Stop);
        return answer.StatusCode;
    }

    private static JsonElement Claims(string token, int part) =>
        JsonSerializer.Deserialize<JsonElement>(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[part]));
}
