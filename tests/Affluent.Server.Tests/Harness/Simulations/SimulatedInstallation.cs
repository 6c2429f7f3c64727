using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>A connection of the simulation.</summary>
internal sealed record SimulatedConnection(
    UserId User,
    ClientId Client,
    ConnectionId Id,
    SimulatedBank Bank,
    string Login
);

/// <summary>What an installation is made of: the engine's own code, over one database, with banks that are simulated.</summary>
internal sealed class SimulatedInstallation : IDisposable
{
    // Few, so that they run short; more than a bank bears.
    private const int Places = 4;
    private const int RunsOfUser = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly PresentUser User = new("203.0.113.7", null, null);

    private readonly Scheduler _scheduler;
    private readonly DatabaseWays _database;
    private readonly Banks _banks;
    private readonly Vault _vault;
    private readonly ThrottleKeys _throttles;
    private readonly BankHttp _http;
    private readonly SimulatedProcess _api = new("api", isEngine: false);
    private readonly SimulatedDatabase _apiDatabase;
    private readonly Ids _apiIds;
    private readonly HashSet<(JobId, long)> _claims = [];
    private int _starts;

    public SimulatedInstallation(Scheduler scheduler, DatabaseWays database, IReadOnlyList<SimulatedBank> banks)
    {
        (_scheduler, _database) = (scheduler, database);
        _banks = new(
            banks.Select(bank => bank.Provider),
            family => banks.FirstOrDefault(bank => bank.Id.Value == family)
        );
        var key = MasterKey.Load(database.KeyFile, mayCreate: true);
        (_vault, _throttles) = (new Vault(key), new ThrottleKeys(key));
        _http = new BankHttp(new Settings(), scheduler.Clock, NullLogger<BankHttp>.Instance);
        scheduler.Processes.Add(_api);
        _apiDatabase = new SimulatedDatabase(database.Own, _api, scheduler);
        _apiIds = new Ids(scheduler.Clock, node: 0);
    }

    public List<SimulatedConnection> Connections { get; } = [];

    /// <summary>Starts a node: its worker claims and runs until the process ends.</summary>
    public SimulatedProcess StartNode(int place)
    {
        var process = new SimulatedProcess($"node {place}.{++_starts}", isEngine: true);
        _scheduler.Processes.Add(process);
        var database = new SimulatedDatabase(_database.OfPlace(place), process, _scheduler);
        var clock = _scheduler.Clock;
        var gates = new BankGates(_banks, database, clock, NullLogger<BankGates>.Instance);
        var tools = new RunTools(
            database,
            new Ids(clock, _starts),
            _vault,
            _banks,
            _http,
            clock,
            _throttles,
            new SecurityLog(NullLoggerFactory.Instance),
            _ => new Uri("https://affluent.example/back"),
            gates,
            new RequestRates(database, clock),
            new NotingLogger(_scheduler)
        );
        var worker = new Worker(
            database,
            [new(JobKind.Synchronization, (_, job, cancellation) => new Run(tools).Execute(job, cancellation))],
            new RunLimits(RunsOfUser, bank => _banks.Provider(bank)!.ConcurrentRuns, gates.Closed),
            clock,
            NullLogger<Worker>.Instance
        );
        _scheduler.Start(process, "worker", job: null, () => Loop(process, worker));
        return process;
    }

    /// <summary>Somebody links a bank.</summary>
    public void Connect(UserId user, ClientId client, SimulatedBank bank, string login) =>
        _scheduler.Start(
            _api,
            "connects",
            job: null,
            () =>
                _apiDatabase.Write(
                    async db =>
                    {
                        var id = await ConnectionEdits.Create(
                            Work(db, user, client),
                            new()
                            {
                                Provider = bank.Provider,
                                Channel = bank.Provider.Channels[0],
                                Credentials = new Dictionary<string, string> { ["300"] = login },
                                User = User,
                            }
                        );
                        Connections.Add(new(user, client, id, bank, login));
                    },
                    CancellationToken.None
                )
        );

    /// <summary>Somebody asks for a run.</summary>
    public void Request(SimulatedConnection connection, bool attended) =>
        _scheduler.Start(
            _api,
            attended ? "asks in person" : "asks",
            job: null,
            () =>
                _apiDatabase.Write(
                    db =>
                        Synchronizations.Request(
                            Work(db, connection.User, connection.Client),
                            connection.Id,
                            JobRequest.All,
                            attended ? User : null
                        ),
                    CancellationToken.None
                )
        );

    public Task AddUser(UserId user, ClientId client) =>
        _database.Own.Write(
            async db =>
            {
                await SimulationRows.AddUser(db, user, client);
                await _vault.CreateKey(db, user);
            },
            CancellationToken.None
        );

    public void Dispose() => _http.Dispose();

    private async Task Loop(SimulatedProcess process, Worker worker)
    {
        HashSet<Task> running = [];
        while (!process.Stop.IsCancellationRequested)
        {
            try
            {
                var places = Places - running.Count;
                foreach (var job in (await worker.ClaimDue(new(places, places - 1), process.Stop.Token)).Jobs)
                {
                    if (!_claims.Add((job.Id, job.Fence)))
                    {
                        throw _scheduler.Break($"The fence {job.Fence} of job {job.Id} has two owners.");
                    }
                    var fiber = _scheduler.Start(
                        process,
                        $"runs {job.SubjectId % 1000}/{job.Fence}",
                        job,
                        () => worker.Run(job, process.Stop.Token)
                    );
                    running.Add(fiber.Task);
                }
            }
            catch (ConnectionCut)
            {
                // It looks again.
            }
            running.RemoveWhere(task => task.IsCompleted);
            await _scheduler.Reach(
                "looks",
                _scheduler.Clock.Now + Look,
                isIdle: true,
                cancellation: process.Stop.Token
            );
        }
    }

    private UserWork Work(DbWork db, UserId user, ClientId client) =>
        new(db, user, client, _vault, _apiIds, _scheduler.Clock.Now.ToUnixTimeSeconds());
}

/// <summary>An invariant does not hold.</summary>
internal sealed class BrokenPromise(string message) : Exception(message);

/// <summary>What a run logs is told among what happens.</summary>
internal sealed class NotingLogger(Scheduler scheduler) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        Microsoft.Extensions.Logging.EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) =>
        scheduler.Note(
            $"{Fiber.Current}: {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}"
        );
}
