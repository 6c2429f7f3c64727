using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A client as its developer knows it: id, secret, and what it may do.</summary>
internal sealed record TestClient(ClientId Id, string ClientId, string Secret);

/// <summary>A user as the client that made it knows it.</summary>
internal sealed record TestUser(TestClient Client, UserId Id, string Email, string Password);

internal sealed partial class TestApp
{
    /// <summary>The user scopes that a client of the published API asks for.</summary>
    public const string UserScopes =
        "profile profile_edit accounts_manage accounts_read connections_manage connections_sync transactions_read";

    private int _users;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Makes a client as an operator would; without more, with every grant and scope.</summary>
    public async Task<TestClient> CreateClient(
        bool clientMode = false,
        string? scopes = null,
        string? grants = null,
        bool ownTerms = false,
        params string[] redirectUrls
    )
    {
        var (client, error) = new NewClient(
            "A test client",
            grants?.Split(' ') ?? NewClient.KnownGrants,
            scopes?.Split(' ') ?? NewClient.KnownScopes,
            redirectUrls,
            clientMode
        )
        {
            OwnTerms = ownTerms,
        }.Check(InstallationKind.Sandbox);
        Assert.Null(error);
        var (made, secret) = await Database.Write(db => ClientStore.Create(db, client!, Service<Ids>(), Time), Stop);
        return new TestClient(made.Id, made.ClientId, secret.Value);
    }

    /// <summary>Asks the token endpoint, with a form, and returns its answer whatever it is.</summary>
    public Task<HttpResponseMessage> PostToken(params (string Name, string Value)[] fields) =>
        Http.PostAsync(
            "/auth/token",
            new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))),
            Stop
        );

    /// <summary>Posts a form to an endpoint of the authorization server, as the client.</summary>
    public Task<HttpResponseMessage> PostAuth(
        string path,
        TestClient client,
        params (string Name, string Value)[] fields
    ) =>
        Http.PostAsync(
            path,
            new FormUrlEncodedContent([
                KeyValuePair.Create("client_id", client.ClientId),
                KeyValuePair.Create("client_secret", client.Secret),
                .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)),
            ]),
            Stop
        );

    /// <summary>A service of the platform, for what no interface offers.</summary>
    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A client's own access token.</summary>
    public async Task<string> ClientToken(TestClient client, string scopes = "users_create") =>
        (
            await Tokens(
                ("grant_type", "client_credentials"),
                ("client_id", client.ClientId),
                ("client_secret", client.Secret),
                ("scope", scopes)
            )
        )
            .GetProperty("access_token")
            .GetString()!;

    /// <summary>Registers a user over the API.</summary>
    public async Task<TestUser> CreateUser(TestClient client, string? email = null, string password = "m0rning-walk")
    {
        email ??= $"user{Interlocked.Increment(ref _users)}@example.com";
        using var http = WithToken(await ClientToken(client));
        using var answer = await http.PostAsJsonAsync("/api/v2.1/users", new { email, password }, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = answer.Headers.Location!.Segments[^1].Id<UserId>();
        return new TestUser(client, id, email, password);
    }

    /// <summary>The whole answer of the password grant.</summary>
    public Task<JsonElement> SignIn(TestUser user, string scopes = UserScopes) =>
        Tokens(
            ("grant_type", "password"),
            ("client_id", user.Client.ClientId),
            ("client_secret", user.Client.Secret),
            ("username", user.Email),
            ("password", user.Password),
            ("scope", scopes)
        );

    /// <summary>A user's access token.</summary>
    public async Task<string> UserToken(TestUser user, string scopes = UserScopes) =>
        (await SignIn(user, scopes)).GetProperty("access_token").GetString()!;

    /// <summary>A client of the API that sends this access token.</summary>
    public HttpClient WithToken(string accessToken) =>
        Sending(accessToken, new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>A client of the API that acts for the user, and asks for a new access token before the old one ends.</summary>
    public async Task<HttpClient> SignedIn(TestUser user) =>
        Sending(await UserToken(user), new TokenRenewer(this, user, Time.GetUtcNow()));

    /// <summary>A new user of a new client, signed in.</summary>
    public async Task<(HttpClient Http, TestUser User)> SignedInUser(TestClient? client = null)
    {
        var user = await CreateUser(client ?? await CreateClient());
        return (await SignedIn(user), user);
    }

    private HttpClient Sending(string accessToken, HttpMessageHandler handler)
    {
        var http = new HttpClient(handler) { BaseAddress = Origin, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return http;
    }

    private async Task<JsonElement> Tokens(params (string Name, string Value)[] fields)
    {
        using var answer = await PostToken(fields);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>A token lives for an hour of the test's clock, which a test moves by days.</summary>
    private sealed class TokenRenewer(TestApp app, TestUser user, DateTimeOffset since)
        : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(55);

        private DateTimeOffset _since = since;
        private AuthenticationHeaderValue? _renewed;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (app.Time.GetUtcNow() - _since > Renewal)
            {
                _since = app.Time.GetUtcNow();
                _renewed = new AuthenticationHeaderValue("Bearer", await app.UserToken(user));
            }
            request.Headers.Authorization = _renewed ?? request.Headers.Authorization;
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
