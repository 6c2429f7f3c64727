using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Affluent.TestBank;
using Affluent.TestBank.Consents;
using Affluent.TestBank.Imitation;
using Affluent.TestBank.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>A program that listens on a free port of loopback, and somebody who may ask it.</summary>
internal sealed class HttpWorld
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Func<HttpWorld, Task> _renew;
    private int _asked;

    private HttpWorld(WebApplication app, bool mayBeBusy, Func<HttpWorld, Task> renew)
    {
        App = app;
        MayBeBusy = mayBeBusy;
        _renew = renew;
        Origin = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
        Http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
            }
        )
        {
            BaseAddress = Origin,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    public Uri Origin { get; }
    public HttpClient Http { get; }

    /// <summary>Whether 503 may be an answer: the test bank's customer whose file is gone.</summary>
    public bool MayBeBusy { get; }

    private WebApplication App { get; }

    /// <summary>The text with tokens and ids in the place of their names.</summary>
    public string Fill(string text)
    {
        // A token may be revoked, a user changed: somebody new comes now and then.
        if (_names.Count == 0 || ++_asked % 500 == 0)
        {
            Promise.Of(_renew(this));
        }
        return _names.Aggregate(
            text,
            (filled, name) => filled.Replace($"{{{name.Key}}}", name.Value, StringComparison.Ordinal)
        );
    }

    /// <summary>What waits for others by design, and what would close the door to all that follows.</summary>
    public static bool Forbids(string method, Uri address) =>
        address.Query.Contains("wait", StringComparison.OrdinalIgnoreCase)
        || (method == "DELETE" && address.AbsolutePath.Contains("/users", StringComparison.OrdinalIgnoreCase))
        || address.Query.Contains("file_url", StringComparison.OrdinalIgnoreCase);

    /// <summary>The platform over an SQLite file, without the loops in the background.</summary>
    public static async Task<HttpWorld> OfServer()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-fuzz-server-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var settings = new Settings
        {
            Listen = "http://127.0.0.1:0",
            DataDirectory = folder,
            Database = Path.Combine(folder, "affluent.db"),
            TestBankUrl = new Uri("http://127.0.0.1:9"),
            Roles = Roles.Auth | Roles.Api | Roles.Embed,
        };
        var database = Database.Open(settings.Database);
        await Migrator.Migrate(database, TimeProvider.System, CancellationToken.None);
        var app = Affluent.Server.App.Build(
            settings,
            database,
            MasterKey.Load(settings.MasterKeyFile, mayCreate: true),
            node: 1,
            TimeProvider.System,
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.None);
                builder.Services.AddSingleton(new PasswordCost(MemoryKiB: 8, Passes: 1));
            }
        );
        await app.StartAsync();
        var (client, _) = new NewClient(
            "fuzz",
            NewClient.KnownGrants,
            NewClient.KnownScopes,
            ["http://localhost:3000"],
            true
        ).Check(InstallationKind.Sandbox);
        var (made, secret) = await database.Write(
            db => ClientStore.Create(db, client!, app.Services.GetRequiredService<Ids>(), TimeProvider.System),
            CancellationToken.None
        );
        return new HttpWorld(app, mayBeBusy: false, world => world.SignUp(made.ClientId, secret.Value));
    }

    /// <summary>The test bank, and a consent of a customer who chooses accounts by STET.</summary>
    public static async Task<HttpWorld> OfTestBank()
    {
        var app = TestBankApp.Build(
            new TestBankOptions { Urls = "http://127.0.0.1:0", Likenesses = Likenesses },
            TimeProvider.System
        );
        await app.StartAsync();
        return new HttpWorld(app, mayBeBusy: true, world => world.Consent());
    }

    // A bank of each standard, with something of each kind that entries say.
    private static IReadOnlyList<Likeness> Likenesses =>
        [
            Like(
                "stet",
                "consent_required: true\nconsent_owners: true\ndate_format: yyyy-MM-dd'T'HH:mm:ss.fff'Z'\nsend_date_to: true\npage_parameter: p\npage_count_header: pages\nempty_is_none: true\nothr_is_pending: true"
            ),
            Like(
                "berlin_group",
                "oauth: before_consent\ntoken_request: json\ntoken_auth: client_secret_post\nconsent_access: dedicated\nconsent_currency: true\nhistory_days: 90\nclient_token: consent"
            ),
            Like(
                "open_banking_uk",
                "token_request: query\ntoken_auth: private_key_jwt\nconsent_expires: true\npermissions: ReadBalances\nissuer: bank"
            ),
        ];

    private static Likeness Like(string family, string settings)
    {
        var said = settings.Split('\n').Select(line => line.Split(": ", 2)).ToDictionary(s => s[0], s => s[1]);
        foreach (var place in new[] { "authorize", "token", "api" })
        {
            said[$"{place}_url"] = $"http://127.0.0.1/like/{family}/{place}";
        }
        said["client_id"] = "us";
        said["client_secret"] = "secret";
        return new Likeness(family, family, said) { ClientPublicKey = Key };
    }

    private static string Key { get; } = RSA.Create(2048).ExportSubjectPublicKeyInfoPem();

    private async Task SignUp(string clientId, string secret)
    {
        (_names["client_id"], _names["client_secret"]) = (clientId, secret);
        _names["client"] = await Token(new() { ["grant_type"] = "client_credentials" });
        var email = $"{Guid.NewGuid():N}@mail.example";
        using var user = new HttpRequestMessage(HttpMethod.Post, "/api/v2.1/users");
        user.Headers.Authorization = new("Bearer", _names["client"]);
        user.Content = JsonContent.Create(new { email, password = "harvest-of-7-pears" });
        using var created = await Http.SendAsync(user);
        created.EnsureSuccessStatusCode();
        _names["user_id"] = created.Headers.Location!.ToString().Split('/')[^1];
        _names["user"] = await Token(
            new()
            {
                ["grant_type"] = "password",
                ["username"] = email,
                ["password"] = "harvest-of-7-pears",
            }
        );
        var opened = await Post(
            "/embed/v2.1/widget/widget_session",
            JsonContent.Create(
                new
                {
                    access_token = _names["user"],
                    client_id = clientId,
                    client_secret = secret,
                }
            )
        );
        _names["session"] = opened.GetProperty("session_id").GetString()!;
        _names["queue"] = opened.GetProperty("queue_id").GetString()!;
        using var connection = new HttpRequestMessage(HttpMethod.Post, "/api/v2.1/connections");
        connection.Headers.Authorization = new("Bearer", _names["user"]);
        connection.Content = JsonContent.Create(
            new
            {
                provider_id = "87",
                channel_definition_id = "8700",
                credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" },
            }
        );
        using var connected = await Http.SendAsync(connection);
        connected.EnsureSuccessStatusCode();
        _names["connection"] = connected.Headers.Location!.ToString().Split('/')[^1];
    }

    private async Task<string> Token(Dictionary<string, string> fields)
    {
        (fields["client_id"], fields["client_secret"]) = (_names["client_id"], _names["client_secret"]);
        return (await Post("/auth/token", new FormUrlEncodedContent(fields))).GetProperty("access_token").GetString()!;
    }

    private async Task<JsonElement> Post(string path, HttpContent content)
    {
        using var answer = await Http.PostAsync(path, content);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task Consent()
    {
        var id = Guid.NewGuid().ToString("N");
        App.Services.GetRequiredService<ConsentBook>()
            .Add(
                new Consent
                {
                    Id = id,
                    ClientId = "affluent",
                    Visitor = new Visitor("mixed", null),
                    Scope = "aisp extended_transaction_history",
                    GrantedAt = TimeProvider.System.GetUtcNow(),
                    Expires = TimeProvider.System.GetUtcNow().AddDays(1),
                    Balances = ["roussel-courant"],
                    Transactions = ["roussel-courant"],
                }
            );
        _names["token"] = App
            .Services.GetRequiredService<Affluent.TestBank.Consents.AccessTokens>()
            .Issue(id, shown: null);
        return Task.CompletedTask;
    }
}
