using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Nodes;

/// <summary>A connection of one of the client's users, and the bank's number of what the user agreed to.</summary>
internal sealed record ClusterConnection(string UserId, string Id, int Consent);

/// <summary>
/// A client that asks one node after the other, as a load balancer would: one that is dead or cannot work is passed over, one that stands still for a while.
/// </summary>
internal sealed class ClusterClient : IDisposable
{
    /// <summary>Where users are sent back to; nothing answers there.</summary>
    public const string Site = "http://127.0.0.1:9";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };
    private static readonly TimeSpan LeftOut = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<Uri> _nodes;
    private readonly long[] _silentAt;
    private string _token = "";
    private int _turn;

    private ClusterClient(IReadOnlyList<Uri> nodes) => (_nodes, _silentAt) = (nodes, new long[nodes.Count]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ClusterClient> SignIn(IReadOnlyList<Uri> nodes, string id, string secret)
    {
        var client = new ClusterClient(nodes);
        client._http.DefaultRequestHeaders.Add("PSU-IP-Address", "192.0.2.1");
        var answer = await client.Ask(
            HttpMethod.Post,
            "/auth/token",
            () =>
                new FormUrlEncodedContent([
                    KeyValuePair.Create("grant_type", "client_credentials"),
                    KeyValuePair.Create("client_id", id),
                    KeyValuePair.Create("client_secret", secret),
                    KeyValuePair.Create(
                        "scope",
                        "users_create accounts_read connections_manage connections_sync transactions_read"
                    ),
                ])
        );
        client._token = answer.Body.Text("access_token");
        return client;
    }

    public async Task<string> CreateUser()
    {
        // Somebody else each time: a node that answered too late has made the one before.
        var answer = await Ask(HttpMethod.Post, "/api/v2.1/users", () => JsonContent.Create(NewUser()));
        return answer.Location!.Split('/')[^1];
    }

    /// <summary>Makes a user of whom nothing more is wanted: a node that died may have made them before another is asked.</summary>
    public Task LeaveUser() => Ask(HttpMethod.Post, "/api/v2.1/users", Once(NewUser()), done: HttpStatusCode.Conflict);

    public async Task<string> Subscribe(string userId) =>
        (await Post($"/api/v2.1/queues?user_id={userId}", body: null)).Location!.Split('/')[^1];

    /// <summary>Makes a connection, and goes with its user to the bank and back.</summary>
    public async Task<ClusterConnection> Connect(string userId)
    {
        var made = await Post(
            $"/api/v2.1/connections?user_id={userId}",
            new
            {
                provider_id = "4711",
                channel_definition_id = "471101",
                redirect_url = $"{Site}/back",
            }
        );
        var code = await GoToBankAndBack(
            new Uri(made.Body.GetProperty("_links").GetProperty("authorize").Text("href"))
        );
        return new(userId, made.Body.Text("id"), code);
    }

    /// <summary>Makes what the client has of its own.</summary>
    public Task Make(string path, object body) => Post(path, body);

    public Task Synchronize(ClusterConnection connection) =>
        Post($"/api/v2.1/connections/{connection.Id}/synchronize", body: null);

    public async Task<JsonElement> Get(string path) => (await Ask(HttpMethod.Get, path, () => null)).Body;

    /// <summary>All of a list, page by page.</summary>
    public async Task<List<JsonElement>> All(string path)
    {
        List<JsonElement> all = [];
        for (var page = 1; ; page++)
        {
            var list = await Get(string.Create(CultureInfo.InvariantCulture, $"{path}&page={page}&limit=100"));
            all.AddRange(list.EnumerateArray());
            if (list.GetArrayLength() < 100)
            {
                return all;
            }
        }
    }

    public async Task<List<JsonElement>> Events(string userId, string queueId)
    {
        List<JsonElement> events = [];
        while (true)
        {
            var after = events.Count == 0 ? "" : $"&after={events[^1].Text("id")}";
            var page = await Get($"/api/v2.1/queues/{queueId}/events?user_id={userId}&limit=500{after}");
            events.AddRange(page.EnumerateArray());
            if (page.GetArrayLength() == 0)
            {
                return events;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The user's browser: follows where it is sent, with cookies, until it is back at the client. The code with which the bank sent it back.</summary>
    private static async Task<int> GoToBankAndBack(Uri address)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Dest", "document");
        int? code = null;
        for (var hop = 0; hop < 100; hop++)
        {
            using var answer = await browser.GetAsync(address, Stop);
            if (answer.Headers.Location is not { } location)
            {
                // A page that waits for the bank.
                Assert.True(
                    answer.IsSuccessStatusCode,
                    $"{address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}"
                );
                await Task.Delay(100, Stop);
                continue;
            }
            address = new Uri(address, location);
            if (address.AbsoluteUri.StartsWith(Site, StringComparison.Ordinal))
            {
                return code!.Value;
            }
            var query = System.Web.HttpUtility.ParseQueryString(address.Query);
            code ??= query["code"] is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
        }
        throw new InvalidOperationException($"The browser never came back, but is at {address}.");
    }

    private static object NewUser() =>
        new { email = $"{Guid.NewGuid():N}@example.org", password = $"user-Passw0rd-{Guid.NewGuid():N}" };

    private static Func<HttpContent> Once(object body) => () => JsonContent.Create(body);

    private Task<(JsonElement Body, string? Location)> Post(string path, object? body) =>
        Ask(HttpMethod.Post, path, () => body is null ? null : JsonContent.Create(body));

    private async Task<(JsonElement Body, string? Location)> Ask(
        HttpMethod method,
        string path,
        Func<HttpContent?> content,
        HttpStatusCode? done = null
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(ServerProcess.Patience);
        while (true)
        {
            var node = (int)((uint)Interlocked.Increment(ref _turn) % _nodes.Count);
            if (_silentAt[node] is not 0 and var at && Stopwatch.GetElapsedTime(at) < LeftOut)
            {
                await Task.Delay(10, limit.Token);
                continue;
            }
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(_nodes[node], path)) { Content = content() };
                if (_token != "")
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
                }
                using var answer = await _http.SendAsync(request, limit.Token);
                var text = await answer.Content.ReadAsStringAsync(limit.Token);
                if (answer.IsSuccessStatusCode || answer.StatusCode == done)
                {
                    return (
                        text == "" ? default : JsonDocument.Parse(text).RootElement.Clone(),
                        answer.Headers.Location?.ToString()
                    );
                }
                Assert.True(
                    answer.StatusCode >= HttpStatusCode.InternalServerError,
                    $"{path}: {(int)answer.StatusCode} {text}"
                );
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                // The next one; where it does not even say how it is, it stands still, and is left out for a while.
                if (!await SaysHowItIs(node))
                {
                    _silentAt[node] = Stopwatch.GetTimestamp();
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                // It is dead: the next one.
            }
            await Task.Delay(50, limit.Token);
        }
    }

    private async Task<bool> SaysHowItIs(int node)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var answer = await _http.GetAsync(new Uri(_nodes[node], "/health"), limit.Token);
            return true;
        }
        catch (Exception error)
            when (error is HttpRequestException or OperationCanceledException && !Stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
