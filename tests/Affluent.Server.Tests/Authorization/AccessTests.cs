using System.Net;
using System.Security.Cryptography;
using Affluent.Server.Authorization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Users;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Affluent.Server.Tests.Authorization;

public sealed class AccessTests
{
    private const string Me = "/api/v2.1/users/me";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Without_a_token_or_with_one_that_is_none_the_answer_is_401_with_a_challenge(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (signedIn, _) = await app.SignedInUser();
        var token = signedIn.DefaultRequestHeaders.Authorization!.Parameter!;
        signedIn.Dispose();

        foreach (
            var text in new[]
            {
                "junk",
                token[..^2],
                token + "x",
                token[(token.IndexOf('.', StringComparison.Ordinal) + 1)..],
                new string('a', 9000),
            }
        )
        {
            using var http = app.WithToken(text);
            using var answer = await http.GetAsync(Me, Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("error=\"invalid_token\"", answer.Headers.WwwAuthenticate.Single().Parameter);
        }
        await app.Http.GetAsync(Me, Stop).IsRefused(HttpStatusCode.Unauthorized, "invalid_token");
    }

    [Theory, OnBothDatabases]
    public async Task A_token_signed_by_somebody_else_or_for_another_issuer_is_worth_nothing(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var real = new JsonWebToken(await app.UserToken(user));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ours = app.Service<SigningKeys>().Current;
        string Forge(SecurityKey key, string issuer, string type = "at+jwt") =>
            new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
                new SecurityTokenDescriptor
                {
                    Issuer = issuer,
                    TokenType = type,
                    Claims = real
                        .Claims.Where(c => c.Type is not ("iss" or "exp" or "iat"))
                        .ToDictionary(c => c.Type, c => (object)c.Value, StringComparer.Ordinal),
                    Expires = app.Time.GetUtcNow().UtcDateTime.AddHours(1),
                    SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
                }
            );
        async Task<HttpStatusCode> Status(string token)
        {
            using var http = app.WithToken(token);
            using var answer = await http.GetAsync(Me, Stop);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Status(Forge(ours, real.Issuer)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(Forge(new ECDsaSecurityKey(stranger), real.Issuer)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(Forge(ours, "https://auth.elsewhere.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(Forge(ours, real.Issuer, type: "JWT")));
        var unsigned = $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt"}""")}.{real.EncodedPayload}.";
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(unsigned));
    }

    [Theory, OnBothDatabases]
    public async Task An_access_token_lives_for_an_hour(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var http = app.WithToken(await app.UserToken(await app.CreateUser(await app.CreateClient())));

        app.Time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(Me, Stop)).StatusCode);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(Me, Stop)).StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_token_without_the_scope_is_refused_by_the_name_of_the_scope(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        using var http = app.WithToken(await app.UserToken(user, "accounts_read"));

        var problem = await http.GetAsync(Me, Stop).IsRefused(HttpStatusCode.Forbidden, "insufficient_scope");

        Assert.Contains("'profile'", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_client_in_client_mode_names_the_user_and_reaches_only_its_own(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        var user = await app.CreateUser(client);
        var foreign = await app.CreateUser(await app.CreateClient());
        using var http = app.WithToken(await app.ClientToken(client, "profile"));

        var byParameter = await http.GetAsync($"{Me}?user_id={user.Id}", Stop).IsGiven();
        var byPath = await http.GetAsync($"/api/v2.1/users/{user.Id}", Stop).IsGiven();
        var byBoth = await http.GetAsync($"/api/v2.1/users/{user.Id}?user_id={user.Id}", Stop).IsGiven();
        var missing = await http.GetAsync(Me, Stop).IsRefused(HttpStatusCode.BadRequest, "missing_parameter");
        var malformed = await http.GetAsync($"{Me}?user_id=-1", Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_parameter");

        Assert.Equal(user.Email, byParameter.Text("email"));
        Assert.Equal(user.Email, byPath.Text("email"));
        Assert.Equal(user.Email, byBoth.Text("email"));
        Assert.Equal("user_id", missing.Text("parameter"));
        Assert.Equal("user_id", malformed.Text("parameter"));
        foreach (
            var path in new[]
            {
                $"{Me}?user_id={foreign.Id}",
                $"{Me}?user_id=12",
                $"/api/v2.1/users/{foreign.Id}",
                $"/api/v2.1/users/{user.Id}?user_id={foreign.Id}",
                $"/api/v2.1/users/{foreign.Id}?user_id={user.Id}",
                "/api/v2.1/users/12",
                "/api/v2.1/users/x",
            }
        )
        {
            await http.GetAsync(path, Stop).IsRefused(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_user_token_reaches_nobody_else(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var neighbour = await app.CreateUser(client);
        var (http, user) = await app.SignedInUser(client);

        await http.GetAsync($"/api/v2.1/users/{user.Id}", Stop).IsGiven();
        await http.GetAsync($"/api/v2.1/users/{neighbour.Id}", Stop).IsRefused(HttpStatusCode.NotFound, "not_found");
        await http.DeleteAsync($"/api/v2.1/users/{neighbour.Id}", Stop).IsRefused(HttpStatusCode.NotFound, "not_found");
    }

    [Theory, OnBothDatabases]
    public async Task A_known_token_is_checked_without_the_database(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var token = await app.UserToken(user);
        var tokens = app.Service<AccessTokens>();
        Assert.NotNull(await tokens.Validate(token, Stop));
        await app.Drop("revocations");
        await app.DeleteAll("clients");

        Assert.NotNull(await tokens.Validate(token, Stop));
    }

    [Theory, OnBothDatabases]
    public async Task Another_node_hears_of_a_revocation_within_two_seconds(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        await app.RevokeOnAnotherNode(user);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(Me, Stop)).StatusCode);

        var status = HttpStatusCode.OK;
        for (var i = 0; i < 200 && status == HttpStatusCode.OK; i++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
            status = (await http.GetAsync(Me, Stop)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.True(app.Time.GetUtcNow().ToUnixTimeSeconds() - 1_772_438_400 < 200);
    }

    [Theory, OnBothDatabases]
    public async Task A_closed_client_and_its_users_are_shut_out_until_it_is_opened_again(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        Task<bool> SetDisabled(bool disabled) =>
            app.Database.Write(
                db => ClientStore.SetDisabled(db, user.Client.ClientId, disabled, app.Service<Revocations>()),
                Stop
            );

        Assert.True(await SetDisabled(true));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(Me, Stop)).StatusCode);
        await app.PostAuth("/auth/token", user.Client, ("grant_type", "client_credentials"))
            .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");

        Assert.True(await SetDisabled(false));
        using var again = app.WithToken(await app.UserToken(user));
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(Me, Stop)).StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_rotated_secret_replaces_the_old_one_and_a_deleted_client_leaves_nothing(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        var secret = await app.Database.Write(
            db => ClientStore.RotateSecret(db, user.Client.ClientId, keepOldUntil: null),
            Stop
        );

        await app.PostAuth("/auth/token", user.Client, ("grant_type", "client_credentials"))
            .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        await app.PostAuth(
                "/auth/token",
                user.Client with
                {
                    Secret = secret!.Value.Value,
                },
                ("grant_type", "client_credentials")
            )
            .IsGiven();

        Assert.True(
            await new ClientErasure(app.Database, app.Service<UserErasure>(), app.Service<Revocations>()).Erase(
                user.Client.ClientId,
                (_, _, _) => Task.CompletedTask,
                Stop
            )
        );
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(Me, Stop)).StatusCode);
        foreach (var table in new[] { "users", "user_keys", "tokens", "authorizations", "clients" })
        {
            Assert.Equal(0, await app.Count(table));
        }
    }

    [Theory, OnBothDatabases]
    public async Task Of_more_tokens_than_fit_a_few_are_forgotten_at_a_time(DatabaseKind kind)
    {
        const int Fits = 20;
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        using var tokens = ActivatorUtilities.CreateInstance<AccessTokens>(app.Services, Fits);
        List<int> known = [];

        for (var i = 0; i < 3 * Fits; i++)
        {
            Assert.NotNull(await tokens.Validate(await app.ClientToken(client), Stop));
            known.Add(tokens.Known);
        }

        Assert.InRange(known.Max(), Fits - 2, Fits);
        Assert.InRange(known.Skip(Fits).Min(), Fits / 2, Fits);
    }

    [Theory, OnBothDatabases]
    public async Task Every_route_of_the_api_says_what_it_needs(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        var silent = app.Service<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/v2.1", StringComparison.Ordinal))
            .Where(e => !Access.IsGuarded(e))
            .Select(e => e.RoutePattern.RawText)
            .Order(StringComparer.Ordinal);

        // The bare address leads to the documentation; pictures are for <img>, which sends no token.
        Assert.Equal(["/api/v2.1", "/api/v2.1/providers/{id}/logo"], silent);
    }

    [Theory, OnBothDatabases]
    public async Task Expired_tokens_are_taken_away_and_a_used_refresh_token_stays_as_a_warning(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var tokens = await app.SignIn(user);
        await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            )
            .IsGiven();
        var before = await app.Count("tokens");

        await app.RunDuePeriodicTasks();
        Assert.Equal(before, await app.Count("tokens"));
        app.Time.Advance(TimeSpan.FromHours(2));
        await app.RunDuePeriodicTasks();
        Assert.Equal(0, await app.CountTokens(type: "access_token"));
        Assert.Equal(1, await app.CountTokens(status: "redeemed"));
        Assert.Equal(1, await app.Count("authorizations"));

        app.Time.Advance(TimeSpan.FromDays(91));
        await app.RunDuePeriodicTasks();
        Assert.Equal(0, await app.Count("tokens"));
        Assert.Equal(0, await app.Count("authorizations"));
    }
}
