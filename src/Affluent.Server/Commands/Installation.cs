using System.Diagnostics;
using Affluent.Server.Authorization;
using Affluent.Server.Home;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.TestBank;

namespace Affluent.Server.Commands;

/// <summary>A running process of the platform: database migrated, keys read, listening.</summary>
internal sealed partial class Installation : IAsyncDisposable
{
    private readonly WebApplication _app;

    // In the order in which they end.
    private readonly IAsyncDisposable?[] _parts;

    private Installation(WebApplication app, IAsyncDisposable?[] parts) => (_app, _parts) = (app, parts);

    /// <summary>How it is reached.</summary>
    public Addresses Addresses => _app.Services.GetRequiredService<Addresses>();

    /// <summary>Where the included test bank is reached; null: there is none.</summary>
    public Uri? TestBank => _app.Services.GetRequiredService<Settings>().TestBankUrl;

    /// <summary>The way to the first user of a household; null: it has one, or this is no installation at home.</summary>
    public SetupInvitation? Setup { get; private init; }

    /// <summary>Starts everything that the settings ask for; leaves nothing running when something fails.</summary>
    /// <exception cref="CommandException">The database is of another version, nothing can listen, or it was told to end meanwhile.</exception>
    public static async Task<Installation> Start(
        Settings settings,
        ILoggerFactory logs,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        using var signals = new ShutdownSignals(cancellation);
        try
        {
            return await StartParts(settings, logs, time, signals.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            throw ShutdownSignals.Interrupted();
        }
    }

    private static async Task<Installation> StartParts(
        Settings settings,
        ILoggerFactory logs,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var started = Stopwatch.GetTimestamp();
        var log = logs.CreateLogger("Affluent");
        LogStarting(log, ProgramVersion.Text, settings.Environment, RoleNames.Of(settings.Roles));
        if (await StartFiles.Faults(settings, cancellation) is { Count: > 0 } faults)
        {
            throw new CommandException(ExitCode.Settings, StartFiles.Describe(faults));
        }
        // A fault in an operator's bank is told before anything is made, and not by the first request.
        Banks.Load(settings);
        var database = OpenDatabase(settings);
        IAsyncDisposable? turn = null;
        WebApplication? testBank = null;
        WebApplication? metrics = null;
        try
        {
            turn = ServingLock.Take(database);
            var applied = await Migrate(database, time, cancellation);
            LogDatabase(log, MaskedAddress.Of(settings.Database), Migrator.Latest, string.Join(", ", applied));
            var clock = await TakeClock(database, time, cancellation);
            var masterKey = await TakeMasterKey(settings, database, cancellation);
            if (masterKey.WasCreated)
            {
                LogKeyCreated(log, settings.MasterKeyFile);
            }
            if (settings.TestBankListen is not null)
            {
                testBank = await StartTestBank(settings, time, cancellation);
                // Only now is its port known, when any was asked for.
                settings = settings with
                {
                    TestBankUrl = TestBankOf(settings, testBank),
                };
                LogTestBank(log, settings.TestBankUrl.OriginalString, FileSources(settings));
            }
            var node = await database.Write(Ids.TakeNode, cancellation);
            var hasSigningKey = File.Exists(settings.SigningKeyFile);
            var app = App.Build(
                settings,
                database,
                masterKey,
                node,
                clock,
                builder => builder.Services.AddSingleton(logs)
            );
            TellKeys(app.Services, masterKey.WasCreated, !hasSigningKey);
            if (settings.EnableBanking is null && app.Services.GetRequiredService<Banks>().All.Count == 0)
            {
                LogNoBanks(log, Banks.HowToOffer);
            }
            if (settings.MetricsListen is { } metricsListen)
            {
                var exporter = TelemetryExport.BuildMetricsApp(metricsListen, app.Services);
                await Listen(exporter, "metrics_listen", metricsListen, cancellation);
                metrics = exporter;
                LogMetrics(log, metrics.Urls.First());
            }
            await Listen(app, "listen", settings.Listen, cancellation);
            var addresses = app.Services.GetRequiredService<Addresses>();
            var setup =
                settings.Environment == InstallationKind.Home
                    ? await app.Services.GetRequiredService<HouseholdSetup>().Open(cancellation)
                    : null;
            OpenListening.Tell(log, settings);
            LogReady(
                log,
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                addresses.Api,
                addresses.Embed,
                addresses.Docs
            );
            return new Installation(app, [metrics, app, testBank, database, turn]) { Setup = setup };
        }
        catch
        {
            await DisposeAll(metrics, testBank, database, turn);
            throw;
        }
    }

    /// <summary>Opens the database of the settings; an SQLite file is made so that only its owner can read it.</summary>
    public static Database OpenDatabase(Settings settings)
    {
        var database = Database.Open(settings.Database);
        if (database is SqliteDatabase file)
        {
            KeyFile.Reserve(file.Path);
        }
        return database;
    }

    /// <summary>Opens the database of the settings in the form that this version needs.</summary>
    /// <exception cref="CommandException">Another version has changed it.</exception>
    public static async Task<Database> OpenMigrated(Settings settings, CancellationToken cancellation)
    {
        var database = OpenDatabase(settings);
        try
        {
            await Migrate(database, TimeProvider.System, cancellation);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>From where the test bank reads accounts files, in words.</summary>
    public static string FileSources(Settings settings) =>
        string.Join(" and ", ["public addresses", .. settings.TestBankFileNetworks.Select(n => n.ToString())]);

    /// <summary>Opens the test bank where the settings say.</summary>
    /// <exception cref="CommandException">Nothing can listen there, or the scenario has faults.</exception>
    public static async Task<WebApplication> StartTestBank(
        Settings settings,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var bank = TestBankApp.Build(TestBankSetup.Of(settings), time);
        await Listen(bank, "test_bank_listen", settings.TestBankListen!, cancellation);
        return bank;
    }

    /// <summary>Applies what is missing and names it.</summary>
    /// <exception cref="CommandException">Another version has changed the database.</exception>
    public static async Task<IReadOnlyList<string>> Migrate(
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    ) => Applied(await Migrator.Migrate(database, time, cancellation));

    /// <summary>The migrations of an outcome.</summary>
    /// <exception cref="CommandException">Another version has changed the database.</exception>
    public static IReadOnlyList<string> Applied(MigrationOutcome outcome) =>
        outcome switch
        {
            MigrationOutcome.UpToDate upToDate => upToDate.Applied,
            MigrationOutcome.TooNew tooNew => throw new CommandException(
                ExitCode.DatabaseTooNew,
                $"The database is at version {tooNew.Found}, this program knows {tooNew.Known}: a later Affluent has changed it. Run that one, or restore the backup made before the upgrade."
            ),
            MigrationOutcome.TooOld => throw new CommandException(
                ExitCode.DatabaseDiffers,
                "The database was made before the first Affluent whose databases can be upgraded. It was not touched. Begin with a new database (--database) and a new data directory, and let users link their banks again; or run the program that made it."
            ),
            MigrationOutcome.Changed changed => throw new CommandException(
                ExitCode.DatabaseDiffers,
                $"The database was made by another text of migration {changed.Name} than this program has: one of the two is not a released Affluent. Run the one that made the database, or begin with a new database."
            ),
            var other => throw new UnreachableException(other.ToString()),
        };

    /// <summary>Makes a client of this installation, as <c>client create</c> does.</summary>
    public Task<(Client Client, Secret Secret)> CreateClient(Client client, CancellationToken cancellation) =>
        _app
            .Services.GetRequiredService<Database>()
            .Write(
                db =>
                    ClientStore.Create(
                        db,
                        client,
                        _app.Services.GetRequiredService<Ids>(),
                        _app.Services.GetRequiredService<TimeProvider>()
                    ),
                cancellation
            );

    /// <summary>Waits until the process is told to end, and ends what runs.</summary>
    /// <exception cref="CommandException">Nobody told it to: a part of it has failed, and it is to be started anew.</exception>
    public async Task WaitForShutdown()
    {
        await _app.WaitForShutdownAsync();
        if (FailedPart(_app.Services) is { } part)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"{part} has ended by an error of its own, which the log tells, and with it the process. Start it again, and report the error."
            );
        }
    }

    /// <summary>What was to go on for as long as the process does, and has ended by an exception; the host has ended all else then.</summary>
    public static string? FailedPart(IServiceProvider services) =>
        services
            .GetServices<IHostedService>()
            .OfType<BackgroundService>()
            .FirstOrDefault(part => part.ExecuteTask is { IsFaulted: true })
            ?.GetType()
            .Name;

    public ValueTask DisposeAsync() => DisposeAll(_parts);

    private static async ValueTask DisposeAll(params IAsyncDisposable?[] parts)
    {
        foreach (var part in parts)
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static async Task<DatabaseClock> TakeClock(
        Database database,
        TimeProvider machine,
        CancellationToken cancellation
    )
    {
        var clock = await DatabaseClock.Start(database, machine, cancellation);
        return clock.Offset.Duration() <= DatabaseClock.MostOffset
            ? clock
            : throw new CommandException(
                ExitCode.ClocksDiffer,
                $"The clock of this machine is {clock.Offset.TotalSeconds:0} s ahead of the database's (negative: behind); {DatabaseClock.MostOffset.TotalSeconds:0} s are allowed. Set both by a time server (NTP), then start again."
            );
    }

    private static async Task<MasterKey> TakeMasterKey(
        Settings settings,
        Database database,
        CancellationToken cancellation
    )
    {
        // Beside a database that was begun with another, a new key would open nothing, and be taken for the one that was lost.
        await RefuseOther();
        var key = MasterKey.Load(settings);
        await database.Write(key.Begin, cancellation);
        // Of two processes that come to a new database at once, each with a key of its own, one began it.
        await RefuseOther();
        return key;

        async Task RefuseOther()
        {
            if (await database.Read(db => DatabaseKey.Fault(settings, db), cancellation) is { } fault)
            {
                throw new CommandException(ExitCode.Settings, fault);
            }
        }
    }

    private static void TellKeys(IServiceProvider services, bool madeMasterKey, bool madeSigningKey)
    {
        var security = services.GetRequiredService<SecurityLog>();
        if (madeMasterKey)
        {
            security.MasterKeyCreated();
        }
        security.MasterKeyOpened();
        var keyId = services.GetRequiredService<SigningKeys>().Current.KeyId;
        if (madeSigningKey)
        {
            security.SigningKeyCreated(keyId);
        }
        security.SigningKeyOpened(keyId);
    }

    private static Uri TestBankOf(Settings settings, WebApplication testBank) =>
        settings.TestBankUrl is { Port: not 0 } known ? known : TestBankApp.Address(testBank);

    private static async Task Listen(
        WebApplication app,
        string setting,
        string addresses,
        CancellationToken cancellation
    )
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception e)
        {
            // What runs in the background already must end before its database goes.
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                throw ShutdownSignals.Interrupted();
            }
            if (Trouble.OfListening(e, setting, addresses) is { } trouble)
            {
                throw trouble;
            }
            throw;
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "Affluent {Version} starts as {Environment} with the roles {Roles}")]
    private static partial void LogStarting(ILogger log, string version, InstallationKind environment, string roles);

    [LoggerMessage(
        1002,
        LogLevel.Information,
        "Database {Address} is at version {Version}; applied just now: [{Applied}]"
    )]
    private static partial void LogDatabase(ILogger log, string address, int version, string applied);

    [LoggerMessage(1003, LogLevel.Warning, "Made a master key in {File}: keep a copy of it apart from the database")]
    private static partial void LogKeyCreated(ILogger log, string file);

    [LoggerMessage(
        1005,
        LogLevel.Information,
        "The test bank is open at {Address} and reads accounts files from {Sources}"
    )]
    private static partial void LogTestBank(ILogger log, string address, string sources);

    [LoggerMessage(1007, LogLevel.Warning, "Users are offered no bank: {Advice}")]
    private static partial void LogNoBanks(ILogger log, string advice);

    [LoggerMessage(1006, LogLevel.Information, "Measurements are to be had at {Address}/metrics")]
    private static partial void LogMetrics(ILogger log, string address);

    [LoggerMessage(
        1004,
        LogLevel.Information,
        "Ready after {Seconds:F1} s: API {Api}, widget {Embed}, documentation {Docs}"
    )]
    private static partial void LogReady(ILogger log, double seconds, string api, string embed, string docs);
}
