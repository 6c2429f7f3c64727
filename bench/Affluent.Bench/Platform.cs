using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Affluent.Bench;

/// <summary>The platform on a free port over a benchmark's database, with one client and one user.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private const string Email = "bench@example.org";
    private const string Password = "bench-pa55word";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, string> _client;

    private Platform(WebApplication app, DirectoryInfo folder, string clientId, string clientSecret)
    {
        (_app, _folder) = (app, folder);
        Address = new Uri(app.Urls.First());
        _client = new() { ["client_id"] = clientId, ["client_secret"] = clientSecret };
    }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Without its worker: benchmarks ask for each run themselves.</summary>
    public static Task<Platform> Start(BenchDatabase database, Action<WebApplicationBuilder>? configure = null) =>
        Start(database.Database, database.Address, settings => settings, configure);

    /// <inheritdoc cref="Start(BenchDatabase, Action{WebApplicationBuilder}?)"/>
    /// <param name="address">Of a migrated database.</param>
    public static async Task<Platform> Start(
        Database database,
        string address,
        Func<Settings, Settings> change,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var folder = Directory.CreateTempSubdirectory("affluent-bench-");
        var settings = change(
            new Settings
            {
                Listen = "http://127.0.0.1:0",
                DataDirectory = folder.FullName,
                Database = address,
                Roles = Roles.Auth | Roles.Api,
            }
        );
        var app = App.Build(
            settings,
            database,
            MasterKey.Load(settings.MasterKeyFile, mayCreate: true),
            node: 1,
            TimeProvider.System,
            builder =>
            {
                builder.Logging.ClearProviders();
                configure?.Invoke(builder);
            }
        );
        await app.StartAsync();
        var ids = app.Services.GetRequiredService<Ids>();
        var (client, secret) = await database.Write(
            db =>
                ClientStore.Create(
                    db,
                    new NewClient("Bench", NewClient.KnownGrants, NewClient.KnownScopes, [], ClientMode: false)
                        .Check(InstallationKind.Sandbox)
                        .Client!,
                    ids,
                    TimeProvider.System
                ),
            CancellationToken.None
        );
        return new Platform(app, folder, client.ClientId, secret.Value);
    }

    /// <summary>Registers the user over the API; the id.</summary>
    public async Task<long> CreateUser()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/api/v2.1/users"))
        {
            Content = JsonContent.Create(new { email = Email, password = Password }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await Token(new() { ["grant_type"] = "client_credentials", ["scope"] = "users_create" })
        );
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return long.Parse(answer.Headers.Location!.Segments[^1], CultureInfo.InvariantCulture);
    }

    public Task<string> UserToken() =>
        Token(
            new()
            {
                ["grant_type"] = "password",
                ["username"] = Email,
                ["password"] = Password,
                ["scope"] = "profile accounts_manage connections_manage connections_sync transactions_read",
            }
        );

    /// <summary>A token of the client's own.</summary>
    public Task<string> ClientToken(string scopes) =>
        Token(new() { ["grant_type"] = "client_credentials", ["scope"] = scopes });

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<string> Token(Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(_client.Concat(form));
        using var answer = await _http.PostAsync(new Uri(Address, "/auth/token"), content);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}
