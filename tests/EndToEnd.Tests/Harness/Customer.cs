using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>A user of the client, and what the client does for this user over the public API.</summary>
internal sealed class Customer : IDisposable
{
    private const string Scopes =
        "profile profile_edit accounts_manage connections_manage connections_sync transactions_read";

    private readonly Installation _installation;
    private readonly HttpClient _http;

    private Customer(Installation installation)
    {
        _installation = installation;
        _http = new HttpClient { BaseAddress = installation.Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Email { get; } = $"{Guid.NewGuid():N}@example.org";
    public string Password { get; } = $"user-Passw0rd-{Guid.NewGuid():N}";

    /// <summary>Every token that this user and its client were given.</summary>
    public List<string> Tokens { get; } = [];

    public string Token => Tokens[^1];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Registers a new user and signs in.</summary>
    public static async Task<Customer> Of(Installation installation)
    {
        var customer = new Customer(installation);
        var clientToken = await customer.SignIn(("grant_type", "client_credentials"), ("scope", "users_create"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2.1/users")
        {
            Content = JsonContent.Create(new { email = customer.Email, password = customer.Password }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", clientToken);
        using var answer = await customer._http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await customer.SignIn();
        return customer;
    }

    /// <summary>Signs in, anew when tokens have ended; the test fails when the answer is no token.</summary>
    public Task<string> SignIn() =>
        SignIn(("grant_type", "password"), ("username", Email), ("password", Password), ("scope", Scopes));

    /// <summary>Connects the test bank by credentials given to the API.</summary>
    public Task<string> Connect(string login, string password, string? file = null) =>
        Created(
            "/api/v2.1/connections",
            new
            {
                provider_id = "87",
                channel_definition_id = "8700",
                credentials = new Dictionary<string, string>
                {
                    ["300"] = login,
                    ["301"] = password,
                    ["302"] = file ?? "",
                },
            }
        );

    /// <summary>Gives the test bank's channel another password, which may be a wrong one, and waits for what comes of it.</summary>
    public async Task<JsonElement> ChangePassword(string connectionId, string password)
    {
        using var answer = await Send(
            HttpMethod.Put,
            $"/api/v2.1/connections/{connectionId}/channels/8700/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = password } }
        );
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await Synchronize(connectionId);
        return await Settled(connectionId);
    }

    /// <summary>Begins to connect the test bank over REDIRECT: the address to which the user's browser must go.</summary>
    public async Task<(string ConnectionId, Uri Authorize)> ConnectByRedirect(Uri back)
    {
        using var answer = await Send(
            HttpMethod.Post,
            "/api/v2.1/connections",
            new
            {
                provider_id = "87",
                channel_definition_id = "8701",
                redirect_url = back,
            }
        );
        var made = await Json(answer);
        return (made.Text("id"), new Uri(made.GetProperty("_links").GetProperty("authorize").Text("href")));
    }

    /// <summary>The widget's link for this user's browser.</summary>
    public async Task<string> OpenWidget()
    {
        using var answer = await _http.PostAsJsonAsync(
            "/embed/v2.1/widget/widget_session",
            new
            {
                access_token = Token,
                client_id = _installation.ClientId,
                client_secret = _installation.ClientSecret,
            },
            Stop
        );
        return (await Json(answer)).GetProperty("_links").Text("add_connection");
    }

    /// <summary>Answers the bank's question.</summary>
    public async Task AnswerCode(string connectionId, string code)
    {
        using var answer = await Send(
            HttpMethod.Post,
            $"/api/v2.1/connections/{connectionId}/user_input",
            new { values = new Dictionary<string, string> { ["otp"] = code } }
        );
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    public async Task Synchronize(string connectionId)
    {
        using var answer = await Send(HttpMethod.Post, $"/api/v2.1/connections/{connectionId}/synchronize", body: null);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>Waits until the synchronization is over; the connection as it is then.</summary>
    private Task<JsonElement> Settled(string connectionId) =>
        Until(
            () => Get($"/api/v2.1/connections/{connectionId}"),
            connection => connection.Text("status") != "RUNNING",
            "the synchronization to end"
        );

    /// <summary>Waits until the synchronization is over, which must have gone well.</summary>
    public async Task<JsonElement> Succeeded(string connectionId)
    {
        var connection = await Settled(connectionId);
        Assert.True(connection.Text("status") == "SUCCESS", $"{connection}\n{_installation.Logs}");
        return connection;
    }

    /// <summary>Waits until the bank asks something.</summary>
    public Task<JsonElement> Question(string connectionId) =>
        Until(
            () => GetOrNothing($"/api/v2.1/connections/{connectionId}/user_input"),
            question => question.ValueKind == JsonValueKind.Object,
            "the bank to ask"
        );

    /// <summary>All accounts, page by page.</summary>
    public Task<List<JsonElement>> Accounts(string? connectionId = null) =>
        All(connectionId is null ? "/api/v2.1/accounts?" : $"/api/v2.1/accounts?connection_id={connectionId}&", 100);

    /// <summary>All transactions of an account, page by page.</summary>
    public Task<List<JsonElement>> Transactions(string accountId) =>
        All($"/api/v2.1/transactions?account_id={accountId}&", 500);

    /// <summary>What the user pastes into an application that speaks SimpleFIN.</summary>
    public async Task<string> SetupToken()
    {
        using var answer = await Send(HttpMethod.Post, "/api/v2.1/simplefin/accesses", new { name = "An application" });
        return (await Json(answer)).Text("setup_token");
    }

    /// <summary>What an application keeps that has claimed a setup token.</summary>
    public async Task<string> Claim(string setupToken)
    {
        var url = Encoding.UTF8.GetString(Convert.FromBase64String(setupToken));
        using var answer = await _http.PostAsync(new Uri(url), content: null, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    /// <summary>Ends the access of an application.</summary>
    public async Task Revoke(string accessUrl)
    {
        var id = new Uri(accessUrl).UserInfo.Split(':')[0];
        using var answer = await Send(HttpMethod.Delete, $"/api/v2.1/simplefin/accesses/{id}", body: null);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>A new queue of this user's events.</summary>
    public Task<string> Subscribe() => Created("/api/v2.1/queues", body: null);

    /// <summary>All events of a queue so far.</summary>
    public async Task<List<JsonElement>> Events(string queueId)
    {
        List<JsonElement> events = [];
        while (true)
        {
            var after = events.Count == 0 ? "" : $"&after={events[^1].Text("id")}";
            var page = await Get($"/api/v2.1/queues/{queueId}/events?limit=100{after}");
            events.AddRange(page.EnumerateArray());
            if (page.GetArrayLength() == 0)
            {
                return events;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<List<JsonElement>> All(string path, int limit)
    {
        List<JsonElement> all = [];
        for (var page = 1; ; page++)
        {
            var list = await Get(string.Create(CultureInfo.InvariantCulture, $"{path}page={page}&limit={limit}"));
            all.AddRange(list.EnumerateArray());
            if (list.GetArrayLength() < limit)
            {
                return all;
            }
        }
    }

    private async Task<string> SignIn(params (string Name, string Value)[] fields)
    {
        using var answer = await _http.PostAsync(
            "/auth/token",
            new FormUrlEncodedContent([
                .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)),
                KeyValuePair.Create("client_id", _installation.ClientId),
                KeyValuePair.Create("client_secret", _installation.ClientSecret),
            ]),
            Stop
        );
        var token = await Json(answer);
        if (token.TryGetProperty("refresh_token", out var refresh))
        {
            Tokens.Add(refresh.GetString()!);
        }
        Tokens.Add(token.Text("access_token"));
        return Token;
    }

    private async Task<string> Created(string path, object? body)
    {
        using var answer = await Send(HttpMethod.Post, path, body);
        Assert.True(
            answer.StatusCode == HttpStatusCode.Created,
            $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}"
        );
        return answer.Headers.Location!.ToString().Split('/')[^1];
    }

    private async Task<JsonElement> Get(string path)
    {
        using var answer = await Send(HttpMethod.Get, path, body: null);
        return await Json(answer);
    }

    private async Task<JsonElement> GetOrNothing(string path)
    {
        using var answer = await Send(HttpMethod.Get, path, body: null);
        return answer.StatusCode == HttpStatusCode.NoContent ? default : await Json(answer);
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return await _http.SendAsync(request, Stop);
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(
            answer.IsSuccessStatusCode,
            $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {text}"
        );
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private static async Task<JsonElement> Until(
        Func<Task<JsonElement>> look,
        Func<JsonElement, bool> done,
        string what
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(ServerProcess.Patience);
        while (true)
        {
            var seen = await look();
            if (done(seen))
            {
                return seen;
            }
            Assert.False(limit.IsCancellationRequested, $"Waited in vain for {what}: {seen}");
            await Task.Delay(200, Stop);
        }
    }
}

/// <summary>Short words for JSON.</summary>
internal static class JsonWords
{
    /// <summary>A text member that must be there.</summary>
    public static string Text(this JsonElement of, string name) => of.GetProperty(name).GetString()!;

    /// <summary>A text member, or null where there is none.</summary>
    public static string? TextOrNull(this JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) ? value.GetString() : null;
}
