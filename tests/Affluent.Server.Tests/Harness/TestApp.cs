using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.Server.Tests.Harness;

/// <summary>
/// The whole platform on a free port of loopback, over a database of its own, with a clock that the test moves. Tests drive it
/// through <see cref="Http"/> by intent methods.
/// </summary>
internal sealed partial class TestApp : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly WebApplication _app;

    private TestApp(TestDatabase database, WebApplication app, FakeTimeProvider time)
    {
        (_database, _app, Time) = (database, app, time);
        Origin = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
        Http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                Expect100ContinueTimeout = TimeSpan.FromSeconds(20),
            }
        )
        {
            BaseAddress = Origin,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>2026-03-02 08:00 UTC, a Monday, until the test moves it.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>Plain client: no cookies, no redirects followed.</summary>
    public HttpClient Http { get; }

    public Uri Origin { get; }

    public Database Database => _database.Database;

    /// <summary>The database as another process has it, of whose signals this one hears nothing by itself.</summary>
    public Database OtherProcess() => Database.Open(_database.Address);

    /// <summary>Where the keys are.</summary>
    public string Folder => _database.Folder;

    public static async Task<TestApp> Start(
        DatabaseKind kind,
        Func<Settings, Settings>? settings = null,
        Action<WebApplicationBuilder>? configure = null
    ) => await StartOver(await TestDatabase.Create(kind), settings, configure);

    /// <summary>Over a migrated database, which is the platform's from now on.</summary>
    public static async Task<TestApp> StartOver(
        TestDatabase database,
        Func<Settings, Settings>? settings = null,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
        var all = new Settings
        {
            Listen = "http://127.0.0.1:0",
            Database = database.Address,
            MasterKeyFile = Path.Combine(database.Folder, "master.key"),
            SigningKeyFile = Path.Combine(database.Folder, "signing.key"),
        };
        all = settings?.Invoke(all) ?? all;
        var app = App.Build(
            all,
            database.Database,
            MasterKey.Load(all.MasterKeyFile, mayCreate: true),
            node: 1,
            time,
            builder =>
            {
                // The cheapest that argon2id allows: tests sign in thousands of times.
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
                builder.Logging.AddFilter<ConsoleLoggerProvider>(Logs.Security, LogLevel.None);
                builder.Services.AddSingleton(new PasswordCost(MemoryKiB: 8, Passes: 1));
                RemoveLoops(builder);
                configure?.Invoke(builder);
            }
        );
        await app.StartAsync();
        return new TestApp(database, app, time);
    }

    /// <summary>Runs a command on the platform's database.</summary>
    public Task<(Server.Commands.ExitCode Code, string Output, string Errors)> RunCommand(params string[] arguments) =>
        Terminal.Run(_database, arguments);

    /// <summary>Ends it, and starts another over the same database.</summary>
    public async Task<TestApp> StartAgain(Func<Settings, Settings> settings)
    {
        await End();
        var again = await StartOver(_database, settings);
        // Ids hold the time: none may come twice.
        again.Time.SetUtcNow(Time.GetUtcNow().AddSeconds(1));
        return again;
    }

    public async ValueTask DisposeAsync()
    {
        // What runs in the background must not meet a database that is being dropped.
        await End();
        await _database.DisposeAsync();
    }

    private async Task End()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
