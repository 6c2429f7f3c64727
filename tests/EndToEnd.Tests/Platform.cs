using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.TestBank;
using EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The platform, the test bank and a client's web site, each on an origin of its own, as in life.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private const string Password = "m0rning-walk";
    private const string TestScopes =
        "profile profile_edit accounts_manage connections_manage connections_sync transactions_read";

    private readonly DirectoryInfo _folder;
    private readonly Database _database;
    private readonly WebApplication _bank;
    private readonly WebApplication _app;
    private readonly WebApplication _site;
    private string _clientId = "";
    private string _secret = "";

    private Platform(
        DirectoryInfo folder,
        Database database,
        WebApplication bank,
        WebApplication app,
        WebApplication site
    )
    {
        (_folder, _database, _bank, _app, _site) = (folder, database, bank, app, site);
        Http = new HttpClient { BaseAddress = AddressOf(app), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    /// <summary>The client's site, on another host name than the platform.</summary>
    public Uri Site => new UriBuilder(AddressOf(_site)) { Host = "localhost" }.Uri;

    private string SignedIn => $"{Site}back?signed=in";

    /// <summary>The client's id and secret.</summary>
    public (string Id, string Secret) Client => (_clientId, _secret);

    /// <summary>What arrived at the client's address /back.</summary>
    public ConcurrentQueue<string> Arrivals { get; } = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="origins">Of the client, beside its site.</param>
    public static async Task<Platform> Start(
        Func<Settings, Settings>? change = null,
        IReadOnlyList<string>? origins = null
    )
    {
        var folder = Directory.CreateTempSubdirectory("affluent-e2e-");
        var bank = TestBankApp.Build(
            new TestBankOptions { Urls = "http://127.0.0.1:0", FileNetworks = TestBankOptions.Loopback },
            TimeProvider.System
        );
        await bank.StartAsync(Stop);
        var settings = new Settings
        {
            Listen = "http://127.0.0.1:0",
            Database = Path.Combine(folder.FullName, "affluent.db"),
            MasterKeyFile = Path.Combine(folder.FullName, "master.key"),
            SigningKeyFile = Path.Combine(folder.FullName, "signing.key"),
            TestBankUrl = TestBankApp.Address(bank),
        };
        settings = change?.Invoke(settings) ?? settings;
        var database = Database.Open(settings.Database);
        await Migrator.Migrate(database, TimeProvider.System, Stop);
        var key = MasterKey.Load(settings.MasterKeyFile, mayCreate: true);
        var app = App.Build(settings, database, key, node: 1, TimeProvider.System);
        await app.StartAsync(Stop);
        var site = ClientSite(out var started);
        await site.StartAsync(Stop);
        var platform = new Platform(folder, database, bank, app, site);
        started.SetResult(platform);
        await platform.CreateClient(origins ?? []);
        return platform;
    }

    /// <summary>The address to which the client sends a new user's browser to sign in, and the user's e-mail and password.</summary>
    public async Task<(string Address, string Email, string Password)> SignIn(string challenge)
    {
        var query = new Dictionary<string, string>
        {
            ["response_type"] = "code",
            ["client_id"] = _clientId,
            ["redirect_uri"] = SignedIn,
            ["scope"] = TestScopes,
            ["state"] = "where-we-were",
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256",
        };
        var address = $"{Http.BaseAddress}auth/signin?{await new FormUrlEncodedContent(query).ReadAsStringAsync(Stop)}";
        return (address, await CreateUser(), Password);
    }

    /// <summary>The tokens of a code.</summary>
    public Task<string> Redeem(string code, string verifier) =>
        Token(
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", SignedIn),
            ("code_verifier", verifier)
        );

    /// <summary>A session of a new user, and that user's token.</summary>
    public async Task<(string AddConnection, string Token)> OpenWidget()
    {
        var email = await CreateUser();
        var token = await Token(
            ("grant_type", "password"),
            ("username", email),
            ("password", Password),
            ("scope", TestScopes)
        );
        return ((await OpenWidget(token))("add_connection"), token);
    }

    /// <summary>Another session of that user: the addresses of its pages.</summary>
    /// <param name="sessionId">The one that is to live on; null: a new one.</param>
    public async Task<Func<string, string>> OpenWidget(string token, string? sessionId = null)
    {
        using var answer = await Http.PostAsJsonAsync(
            "/embed/v2.1/widget/widget_session",
            new
            {
                access_token = token,
                client_id = _clientId,
                client_secret = _secret,
                session_id = sessionId,
            },
            Stop
        );
        Assert.Equal(sessionId is null ? HttpStatusCode.Created : HttpStatusCode.OK, answer.StatusCode);
        var session = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return page => session.GetProperty("_links").GetProperty(page).GetString()!;
    }

    /// <summary>Registers a user; the e-mail.</summary>
    private async Task<string> CreateUser()
    {
        var clientToken = await Token(("grant_type", "client_credentials"), ("scope", "users_create"));
        var email = $"{Guid.NewGuid():N}@example.com";
        using var create = new HttpRequestMessage(HttpMethod.Post, "/api/v2.1/users")
        {
            Content = JsonContent.Create(new { email, password = Password }),
        };
        create.Headers.Authorization = new("Bearer", clientToken);
        using var created = await Http.SendAsync(create, Stop);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return email;
    }

    /// <summary>The user's accounts, as the client reads them over the API.</summary>
    public Task<JsonElement> Accounts(string token) => Get(token, "/api/v2.1/accounts?limit=100");

    /// <summary>Makes a setup token, for an application that is to read the user's accounts.</summary>
    public async Task LetRead(string token, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2.1/simplefin/accesses")
        {
            Content = JsonContent.Create(new { name }),
        };
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>What the API answers the user.</summary>
    public async Task<JsonElement> Get(string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await Http.SendAsync(request, Stop);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>The client's page that shows an address of the widget in a frame.</summary>
    public string FramePage(string widgetAddress) => $"{Site}frame?{Uri.EscapeDataString(widgetAddress)}";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _site.DisposeAsync();
        await _app.DisposeAsync();
        await _bank.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    // /frame?{address} shows the widget; /resume is the aspsp_callback_uri: it makes the same frame again; /back ends the way. /connect works with
    // the package (clients/typescript): the functions link and renew are the test's.
    private static WebApplication ClientSite(out TaskCompletionSource<Platform> started)
    {
        const string Page = """
            <!doctype html><html lang="en"><head><title>A client</title></head><body>
            <iframe id="widget" width="408" height="600" title="Link your bank"></iframe>
            <script>
              window.messages = [];
              addEventListener("message", (event) => window.messages.push({ origin: event.origin, data: event.data }));
              const wanted = location.pathname === "/frame" ? decodeURIComponent(location.search.slice(1)) : sessionStorage.wanted;
              sessionStorage.wanted = wanted;
              document.getElementById("widget").src = wanted;
            </script></body></html>
            """;
        const string PackagePage = """
            <!doctype html><html lang="en"><head><title>A client</title></head><body>
            <button id="open">Link a bank</button><div id="place"></div>
            <script type="module">
              import * as connect from "/package/index.js";
              const seen = [];
              const kept = (kind) => (value) => seen.push({ kind, ...value });
              const options = (more) => ({
                link: () => link(), renew: () => renew(), container: document.getElementById("place"),
                onStep: kept("step"), onResult: kept("result"), onSuccess: kept("success"), onError: kept("error"),
                onCancel: kept("cancel"), onFault: () => seen.push({ kind: "fault" }), ...more,
              });
              Object.assign(window, { connect, seen, options });
              document.getElementById("open").onclick = () => (window.widget = connect.openPopup(options()));
              if (location.hash === "#at-once") window.widget = connect.openPopup(options());
            </script></body></html>
            """;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var site = builder.Build();
        site.MapGet("/connect", () => Results.Content(PackagePage, "text/html"));
        site.MapGet(
            "/package/{file}",
            (string file) =>
                Results.File(
                    Repository.Path("clients", "typescript", "dist", Path.GetFileName(file)),
                    "text/javascript"
                )
        );
        var source = started = new TaskCompletionSource<Platform>();
        site.MapGet("/frame", () => Results.Content(Page, "text/html"));
        site.MapGet("/resume", () => Results.Content(Page, "text/html"));
        site.MapGet(
            "/back",
            async (HttpRequest request) =>
            {
                (await source.Task).Arrivals.Enqueue(request.QueryString.Value ?? "");
                return Results.Content("<!doctype html><title>Back</title><h1>Back at the client</h1>", "text/html");
            }
        );
        return site;
    }

    private async Task CreateClient(IReadOnlyList<string> origins)
    {
        var (client, error) = new NewClient(
            "A client",
            NewClient.KnownGrants,
            NewClient.KnownScopes,
            [Site.GetLeftPart(UriPartial.Authority), SignedIn, .. origins],
            ClientMode: false
        ).Check(InstallationKind.Sandbox);
        Assert.Null(error);
        var ids = _app.Services.GetRequiredService<Ids>();
        var (made, secret) = await _database.Write(
            db => ClientStore.Create(db, client!, ids, TimeProvider.System),
            Stop
        );
        (_clientId, _secret) = (made.ClientId, secret.Value);
    }

    private async Task<string> Token(params (string Name, string Value)[] fields)
    {
        using var answer = await Http.PostAsync(
            "/auth/token",
            new FormUrlEncodedContent(
                fields
                    .Append(("client_id", _clientId))
                    .Append(("client_secret", _secret))
                    .Select(f => KeyValuePair.Create(f.Item1, f.Item2))
            ),
            Stop
        );
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return body.GetProperty("access_token").GetString()!;
    }
}
