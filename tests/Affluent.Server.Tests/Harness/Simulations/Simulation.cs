using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>
/// Days of an installation in a second: three nodes, two clients, two banks, one database, and a scheduler that stops, freezes and kills nodes between
/// any two statements. All that happens follows from the seed. The last days are quiet: what was asked for must be done by their end.
/// </summary>
internal sealed class Simulation
{
    private const int Nodes = 3;
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    // A slot is at most 29.5 hours after a run that came just too late for the one before; where the day's readings were used up (nodes that die with
    // one use another), it comes a day later.
    private static readonly TimeSpan LongestWithoutAsking = TimeSpan.FromHours(33 + 24);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestWaitAtHangingBank = TimeSpan.FromHours(3);

    private static readonly BankTrouble[] OfSteady =
    [
        BankTrouble.Unavailable,
        BankTrouble.Broken,
        BankTrouble.RefusesAccounts,
        BankTrouble.DrivesMad,
    ];
    private static readonly BankTrouble[] OfHanging = [BankTrouble.Hangs, .. OfSteady];

    private readonly SimulationScale _scale;
    private readonly DateTimeOffset _quiet;
    private readonly DateTimeOffset _end;
    private readonly Random _random;
    private readonly Pump _pump = new();
    private readonly SimulatedClock _clock = new(Begin);
    private readonly Scheduler _scheduler;
    private readonly Database _database;
    private readonly SimulatedInstallation _installation;
    private readonly SimulatedBank _steady;
    private readonly SimulatedBank _hanging;
    private readonly List<(DateTimeOffset At, Action What)> _script = [];
    private readonly Dictionary<int, SimulatedProcess?> _nodes = [];
    private DateTimeOffset _lookedAt;
    private DateTimeOffset _worksSince = Begin;

    private Simulation(SimulationScale scale, int seed, DatabaseWays database, int traceLength)
    {
        (_scale, _random, _database) = (scale, new Random(seed), database.Own);
        (_quiet, _end) = (Begin + scale.Mischief, Begin + scale.Length);
        _scheduler = new Scheduler(_clock, _pump, _database, traceLength) { Inspects = Inspect };
        _steady = new SimulatedBank(_scheduler, "1", concurrentRuns: 8, unattendedReadings: 4);
        _hanging = new SimulatedBank(_scheduler, "2", concurrentRuns: 3, unattendedReadings: 3);
        _installation = new SimulatedInstallation(_scheduler, database, [_steady, _hanging]);
    }

    /// <summary>Plays a seed; the exception of a broken invariant says which, and what happened before.</summary>
    public static SimulationResult Play(SimulationScale scale, int seed, DatabaseWays database, int traceLength)
    {
        var simulation = new Simulation(scale, seed, database, traceLength);
        try
        {
            SynchronizationContext.SetSynchronizationContext(simulation._pump);
            simulation.Play();
            return simulation.Result;
        }
        catch (Exception error)
        {
            throw new SimulationFailedException(
                $"AFFLUENT_SEED={seed} on {database.Own.Kind}: {error.Message}\n{simulation._scheduler.Trace}",
                error
            );
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
            simulation._installation.Dispose();
        }
    }

    private SimulationResult Result { get; set; } = new();

    private void Play()
    {
        AddPeople();
        WriteScript();
        for (var place = 0; place < Nodes; place++)
        {
            _nodes[place] = _installation.StartNode(place);
        }
        while (true)
        {
            _scheduler.Settle();
            EndStopped();
            var ready = _scheduler.Ready();
            if (ready.Count > 0)
            {
                var gate = ready[_random.Next(ready.Count)];
                if (!IsMischief(gate))
                {
                    _scheduler.Open(gate);
                }
                _clock.AdvanceTo(_clock.Now + TimeSpan.FromMilliseconds(_random.Next(20)));
                continue;
            }
            if (!GoOn())
            {
                break;
            }
        }
        Compare();
        Result = Result with
        {
            Seeds = 1,
            Steps = _scheduler.Steps,
            SessionsLost = _steady.SessionsLost + _hanging.SessionsLost,
            Trace = _scheduler.Trace,
        };
    }

    // To the next thing that happens by itself; false: the end.
    private bool GoOn()
    {
        var scripted = _script.Count > 0 ? _script[0].At : DateTimeOffset.MaxValue;
        var next = _scheduler.NextTime() is { } time && time < scripted ? time : scripted;
        if (next > _end)
        {
            return false;
        }
        CheckWaits(next);
        _clock.AdvanceTo(next);
        if (scripted <= next)
        {
            var (_, what) = _script[0];
            _script.RemoveAt(0);
            what();
        }
        return true;
    }

    private void AddPeople()
    {
        // A client with many connections at a bank that will hang, and one with few.
        for (var user = 1; user <= _scale.Users + _scale.SteadyUsers; user++)
        {
            var (id, client) = (new UserId(user), new ClientId(user <= _scale.Users ? 1 : 2));
            _pump.Outside(async () =>
            {
                await _installation.AddUser(id, client);
                return 0;
            });
            var bank = client.Value == 1 ? _hanging : _steady;
            for (var connection = 0; connection < (client.Value == 1 ? _scale.ConnectionsEach : 1); connection++)
            {
                var login = $"u{user}c{connection}";
                bank.AddLogin(login, 1 + _random.Next(2));
                for (var booked = 0; booked < 5; booked++)
                {
                    bank.Book(login, _random.Next(2), -_random.Next(1, 10_000) / 100m);
                }
                At(Begin.AddMinutes(_random.Next(30)), () => _installation.Connect(id, client, bank, login));
            }
        }
    }

    private void WriteScript()
    {
        var minutes = (int)_scale.Mischief.TotalMinutes;
        foreach (var bank in (SimulatedBank[])[_steady, _hanging])
        {
            foreach (var login in bank.Logins)
            {
                for (var booked = _random.Next(2, _scale.Movements); booked > 0; booked--)
                {
                    var amount = -_random.Next(1, 10_000) / 100m;
                    At(Begin.AddMinutes(_random.Next(minutes)), () => bank.Book(login, _random.Next(2), amount));
                }
            }
            for (var times = _random.Next(1, 5); times > 0; times--)
            {
                var from = Begin.AddMinutes(_random.Next(40, minutes));
                var troubles = bank == _hanging ? OfHanging : OfSteady;
                var trouble = troubles[_random.Next(troubles.Length)];
                bank.During(from, from.AddMinutes(_random.Next(1, _scale.TroubleMinutes)), trouble);
            }
        }
        // All of a client's users come while their bank hangs, and one of the other client's.
        var rush = Begin.AddMinutes(_random.Next(60, minutes));
        _hanging.During(rush.AddMinutes(-5), rush.AddMinutes(30), BankTrouble.Hangs);
        At(
            rush,
            () =>
                _installation
                    .Connections.FindAll(c => c.Bank == _hanging)
                    .ForEach(c => _installation.Request(c, attended: true))
        );
        At(
            rush.AddSeconds(10),
            () => _installation.Request(_installation.Connections.Find(c => c.Bank == _steady)!, attended: true)
        );
        for (var requests = _random.Next(_scale.Requests / 4, _scale.Requests); requests > 0; requests--)
        {
            var (who, attended) = (_random.Next(1000), _random.Next(2) == 0);
            At(
                Begin.AddMinutes(_random.Next(40, minutes)),
                () => _installation.Request(_installation.Connections[who % _installation.Connections.Count], attended)
            );
        }
        // A login that died with too many nodes in a row waits for its user.
        At(_quiet.AddHours(2), ComeAgain);
        for (var outages = _random.Next(4); outages > 0; outages--)
        {
            var length = TimeSpan.FromSeconds(_random.Next(1, 40));
            At(
                Begin.AddMinutes(_random.Next(40, minutes)),
                () =>
                {
                    _scheduler.Note("the database is away");
                    _scheduler.AwayUntil = _clock.Now + length;
                    _scheduler.Processes.ForEach(process => process.CutOff());
                }
            );
        }
        _script.Sort((one, other) => one.At.CompareTo(other.At));
    }

    private void ComeAgain()
    {
        var stopped = _pump.Outside(() => _database.Read(SimulationRows.Stopped, CancellationToken.None));
        foreach (var connection in _installation.Connections.FindAll(c => stopped.Contains(c.Id)))
        {
            _installation.Request(connection, attended: true);
        }
    }

    private void At(DateTimeOffset time, Action what) => _script.Add((time, what));

    // Something happens to the process instead of its next step.
    private bool IsMischief(Gate gate)
    {
        var process = gate.Fiber.Process;
        if (_clock.Now >= _quiet || !process.IsEngine || process.Uses.Exists(use => use.IsAtDatabase))
        {
            return false;
        }
        switch (_random.Next(6 * _scale.StepsPerMischief))
        {
            case < 3:
                _scheduler.Note($"{process.Name} is killed");
                process.Kill();
                Result = Result with { Kills = Result.Kills + 1 };
                StartLater(process);
                return true;
            case < 5:
                var until = _clock.Now + TimeSpan.FromSeconds(_random.Next(5, 200));
                _scheduler.Note($"{process.Name} is frozen");
                process.Freeze(until);
                Result = Result with { Freezes = Result.Freezes + 1 };
                return true;
            case < 6 when !process.Stop.IsCancellationRequested:
                _scheduler.Note($"{process.Name} is told to stop");
                process.Stop.Cancel();
                Result = Result with { Stops = Result.Stops + 1 };
                return true;
            default:
                return false;
        }
    }

    private void EndStopped()
    {
        foreach (
            var process in _scheduler
                .Processes.Where(p => p.IsEngine && p.Stop.IsCancellationRequested && p.Fibers.Count == 0)
                .ToArray()
        )
        {
            StartLater(process);
        }
    }

    private void StartLater(SimulatedProcess ended)
    {
        _scheduler.Processes.Remove(ended);
        var place = _nodes.Single(node => node.Value == ended).Key;
        _nodes[place] = null;
        var at = _clock.Now + TimeSpan.FromSeconds(_random.Next(1, 60));
        _script.Insert(
            _script.TakeWhile(line => line.At <= at).Count(),
            (at, () => _nodes[place] = _installation.StartNode(place))
        );
    }

    /// <summary>No job waits for long while a node can take it: nobody is forgotten, and no client waits for another's bank.</summary>
    private void CheckWaits(DateTimeOffset next)
    {
        if (
            _scheduler.AwayUntil > _clock.Now
            || !_nodes.Values.Any(node => node is not null && !(node.FrozenUntil > _clock.Now))
        )
        {
            _worksSince = next;
        }
        if (_clock.Now - _lookedAt < TimeSpan.FromSeconds(30))
        {
            return;
        }
        _lookedAt = _clock.Now;
        foreach (var waiting in _pump.Outside(() => _database.Read(SimulationRows.Longest, CancellationToken.None)))
        {
            var due = DateTimeOffset.FromUnixTimeSeconds(waiting.DueAt);
            var wait = _clock.Now - (due > _worksSince ? due : _worksSince);
            if (wait > (waiting.ProviderId == _steady.Id ? LongestWait : LongestWaitAtHangingBank))
            {
                throw _scheduler.Break($"A job at bank {waiting.ProviderId} has been due for {wait}.");
            }
        }
        foreach (var connection in _installation.Connections)
        {
            var asked = connection.Bank.LastAsked(connection.Login);
            if (_clock.Now - asked > LongestWithoutAsking)
            {
                throw _scheduler.Break($"{connection.Login} was last read at {asked:dd HH:mm}: {Stands(connection)}.");
            }
        }
    }

    private string Stands(SimulatedConnection connection) =>
        _pump.Outside(() =>
            _database.Read(db => SimulationRows.Describe(db, connection.User, connection.Id), CancellationToken.None)
        );

    /// <summary>Before a commit of a run: the job is still its own, and events tell of what the rows hold.</summary>
    private async Task Inspect(DbWork db, Fiber fiber, DatabaseUse use)
    {
        if (fiber.Job is not { } job)
        {
            return;
        }
        var tally = await SimulationRows.Tally(db, job);
        if (tally.Fence != job.Fence && use.Statements.Exists(IsOfRun) && !KeepsLateSession(use.Statements))
        {
            throw _scheduler.Break($"A run with fence {job.Fence} writes where the fence is {tally.Fence}.");
        }
        if (tally.Started - tally.Ended != tally.UnderWay || tally.Ended != tally.Runs)
        {
            throw _scheduler.Break($"The events of runs are not those of the rows: {tally}");
        }
        if (tally.AccountsAdded != tally.Accounts || tally.AccountsTold != tally.AccountsRead)
        {
            throw _scheduler.Break($"The events of accounts are not those of the rows: {tally}");
        }
        if (use.Statements.Exists(statement => statement.StartsWith("update accounts", StringComparison.Ordinal)))
        {
            await InspectRead(db, fiber, job);
        }
    }

    // An account that is said to be read has all that the bank has shown.
    private async Task InspectRead(DbWork db, Fiber fiber, Job job)
    {
        var connection = _installation.Connections.Single(c => c.Id.Value == job.SubjectId);
        var stored = await SimulationRows.Movements(db, connection.User, connection.Id);
        foreach (var number in await SimulationRows.AccountsRead(db, job))
        {
            var shown = connection.Bank.Shown(connection.Login, number, fiber) ?? [];
            if (shown.Except(stored).FirstOrDefault() is { } missing)
            {
                throw _scheduler.Break($"Account {number} is said to be read, without {missing}.");
            }
        }
    }

    private static bool IsOfRun(string statement) =>
        ((string[])["jobs", "connections", "channels", "accounts", "transactions", "events", "runs", "questions"]).Any(
            table =>
                statement.Contains($"update {table} ", StringComparison.Ordinal)
                || statement.Contains($"insert into {table}", StringComparison.Ordinal)
                || statement.Contains($"delete from {table}", StringComparison.Ordinal)
        );

    /// <summary>
    /// What a run that has lost its job may still write: the session that a bank handed over, once it has looked what is stored, and a request for the run
    /// that is to go on with it.
    /// </summary>
    private static bool KeepsLateSession(IReadOnlyList<string> statements) =>
        statements.Any(s => s.Contains("from channels", StringComparison.Ordinal))
        && statements
            .Where(IsOfRun)
            .All(s =>
                ((string[])["channels", "connections", "jobs"]).Any(table =>
                    s.StartsWith($"update {table} ", StringComparison.Ordinal)
                )
            );

    /// <summary>At the end: stored is what the bank has, each movement once.</summary>
    private void Compare()
    {
        foreach (var connection in _installation.Connections)
        {
            var stored = _pump.Outside(() =>
                _database.Read(
                    db => SimulationRows.Movements(db, connection.User, connection.Id),
                    CancellationToken.None
                )
            );
            var (missing, extra) = Difference(connection.Bank.Movements(connection.Login), stored);
            if (missing.Count + extra.Count > 0)
            {
                throw _scheduler.Break(
                    $"{connection.Login} ({Stands(connection)}): lost {string.Join(", ", missing)}; too much {string.Join(", ", extra)}"
                );
            }
        }
    }

    private static (List<string> Missing, List<string> Extra) Difference(
        IEnumerable<string> bank,
        IEnumerable<string> stored
    )
    {
        List<string> missing = [.. bank];
        return (missing, [.. stored.Where(row => !missing.Remove(row))]);
    }
}

/// <summary>What happened in a simulation.</summary>
internal sealed record SimulationResult
{
    public int Seeds { get; init; }
    public int Steps { get; init; }
    public int Kills { get; init; }
    public int Freezes { get; init; }
    public int Stops { get; init; }
    public int SessionsLost { get; init; }

    /// <summary>What happened last.</summary>
    public string Trace { get; init; } = "";

    /// <summary>What happened in both, each by itself.</summary>
    public static SimulationResult operator +(SimulationResult one, SimulationResult other) =>
        new()
        {
            Seeds = one.Seeds + other.Seeds,
            Steps = one.Steps + other.Steps,
            Kills = one.Kills + other.Kills,
            Freezes = one.Freezes + other.Freezes,
            Stops = one.Stops + other.Stops,
            SessionsLost = one.SessionsLost + other.SessionsLost,
        };
}

/// <summary>A seed that breaks an invariant.</summary>
internal sealed class SimulationFailedException(string message, Exception inner) : Exception(message, inner);
