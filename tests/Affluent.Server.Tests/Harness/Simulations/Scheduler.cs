using Affluent.Server.Jobs;
using Affluent.Server.Storage;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>
/// Decides who goes on: all fibers of all processes wait at gates, and one at a time is let through, until it waits at the next one. Threads decide nothing.
/// </summary>
internal sealed class Scheduler(SimulatedClock clock, Pump pump, Database database, int traceLength)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    // Nothing that goes on by itself takes as long.
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(5);

    // SQLite's, of each process.
    private const int ReadersOfProcess = 4;

    private readonly List<Gate> _gates = [];
    private readonly List<Fiber> _fibers = [];
    private readonly Queue<string> _trace = new();
    private bool _hasCommitted = true;
    private int _started;

    public SimulatedClock Clock => clock;

    /// <summary>All processes that have not ended.</summary>
    public List<SimulatedProcess> Processes { get; } = [];

    /// <summary>All reads and transactions of which the database knows, those of dead processes too.</summary>
    public List<DatabaseUse> Uses { get; } = [];

    /// <summary>Until when the database answers nobody.</summary>
    public DateTimeOffset? AwayUntil { get; set; }

    /// <summary>Looks at a transaction before it commits.</summary>
    public Func<DbWork, Fiber, DatabaseUse, Task> Inspects { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>The first invariant that did not hold; whoever sees it is asked by the code under test, which could keep it to itself.</summary>
    public BrokenPromise? Broken { get; private set; }

    /// <summary>What happened last.</summary>
    public string Trace => string.Join('\n', [.. _trace, .. Processes.Select(Describe)]);

    public int Steps { get; private set; }

    public Fiber Start(SimulatedProcess process, string what, Job? job, Func<Task> work)
    {
        var fiber = new Fiber(++_started, process, what, job);
        process.Fibers.Add(fiber);
        _fibers.Add(fiber);
        Note($"{fiber} starts");
        fiber.Start(work);
        return fiber;
    }

    /// <summary>Waits until the scheduler lets the running fiber through.</summary>
    public async Task Reach(
        string what,
        DateTimeOffset? notBefore = null,
        bool isIdle = false,
        UseKind? begins = null,
        DatabaseUse? use = null,
        CancellationToken cancellation = default
    )
    {
        var fiber = Fiber.Current ?? throw new InvalidOperationException($"{what} is done by nobody.");
        var gate = new Gate(fiber, what)
        {
            NotBefore = notBefore,
            IsIdle = isIdle,
            Begins = begins,
            Use = use,
        };
        _gates.Add(gate);
        fiber.Gates++;
        await using var registration = cancellation.Register(gate.Cancel);
        try
        {
            await gate.Opened;
        }
        finally
        {
            if (_gates.Remove(gate))
            {
                fiber.Gates--;
                fiber.GoesOn();
            }
        }
    }

    public BrokenPromise Break(string promise) => Broken ??= new BrokenPromise(promise);

    public Task BeforeCommit(DbWork db, DatabaseUse use) => Inspects(db, Fiber.Current!, use);

    public void Committed() => _hasCommitted = true;

    public void ThrowIfAway()
    {
        if (AwayUntil > clock.Now)
        {
            throw new ConnectionCut();
        }
    }

    /// <summary>The gates that may be opened now, always in the same order.</summary>
    public IReadOnlyList<Gate> Ready()
    {
        var isTaken = database.Kind == "sqlite" && Uses.Exists(use => use.Writes);
        return
        [
            .. _gates
                .Where(gate =>
                    gate.Fiber.Process is { IsDead: false } process
                    && !(process.FrozenUntil > clock.Now)
                    && !(gate.NotBefore > clock.Now)
                    && gate.Begins switch
                    {
                        UseKind.Write => !isTaken,
                        UseKind.Read => process.Uses.Count(use => !use.Writes) < ReadersOfProcess,
                        null => true,
                    }
                    && (!gate.IsIdle || NextDue() <= clock.Now)
                )
                .OrderBy(gate => gate.Fiber.Number),
        ];
    }

    public void Open(Gate gate)
    {
        Steps++;
        Note($"{gate.Fiber}: {gate.What}");
        _gates.Remove(gate);
        gate.Fiber.Gates--;
        gate.Fiber.GoesOn();
        if (gate.Use is { IsCut: false } use)
        {
            use.IsAtDatabase = true;
        }
        gate.Open();
    }

    /// <summary>The next time at which anything can happen by itself; null: never.</summary>
    public DateTimeOffset? NextTime()
    {
        List<DateTimeOffset?> times =
        [
            clock.Next(),
            AwayUntil > clock.Now ? AwayUntil : null,
            .. Processes.Where(p => !p.IsDead && p.FrozenUntil > clock.Now).Select(p => p.FrozenUntil),
        ];
        foreach (var gate in _gates.Where(gate => !gate.Fiber.Process.IsDead))
        {
            var at = gate.IsIdle && NextDue() is var due && due > gate.NotBefore ? due : gate.NotBefore;
            if (at > clock.Now && at < DateTimeOffset.MaxValue)
            {
                times.Add(at);
            }
        }
        return times.Min();
    }

    /// <summary>Goes on until all fibers wait.</summary>
    public void Settle()
    {
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        var hasWaited = false;
        while (true)
        {
            while (pump.RunNext(TimeSpan.Zero)) { }
            if (Broken is { } broken)
            {
                throw broken;
            }
            if (IsQuiet(hasWaited, System.Diagnostics.Stopwatch.GetElapsedTime(begun) > LongSilence))
            {
                break;
            }
            // Another thread is at it: one of the pool, or the server of the database.
            hasWaited = !pump.RunNext(Tick);
            if (hasWaited && System.Diagnostics.Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new InvalidOperationException(
                    $"Waits for nothing that comes: {string.Join(", ", _fibers.Where(f => !f.IsQuiet))}"
                );
            }
        }
        foreach (var fiber in _fibers.Where(f => f.Task.IsCompleted).ToArray())
        {
            _fibers.Remove(fiber);
            fiber.Process.Fibers.Remove(fiber);
            Note($"{fiber} ends {fiber.Task.Exception?.InnerException?.GetType().Name}");
            if (fiber.Task.Exception is { InnerException: not ConnectionCut and not OperationCanceledException } error)
            {
                throw error;
            }
        }
        _fibers.RemoveAll(fiber => fiber.Process.IsDead);
        _gates.RemoveAll(gate => gate.Fiber.Process.IsDead);
    }

    public void Note(string happening)
    {
        var line = $"{clock.Now:dd HH:mm:ss.fff} {happening.ReplaceLineEndings(" ")}";
        _trace.Enqueue(line.Length > 160 ? line[..160] : line);
        if (_trace.Count > traceLength)
        {
            _trace.Dequeue();
        }
    }

    private static string Describe(SimulatedProcess process) =>
        $"{process.Name}: frozen until {process.FrozenUntil:dd HH:mm:ss}, {string.Join(
            ", ",
            process.Fibers.Select(fiber => $"{fiber} at {fiber.Gates} gates")
        )}, uses {string.Join(
            ", ",
            process.Uses.Select(use => $"{(use.Writes ? "write" : "read")} {use.Statements.Count} {use.IsAtDatabase} {use.IsCut}")
        )}";

    private bool IsQuiet(bool hasWaited, bool isSilent)
    {
        // What was cut is being undone.
        var underWay = Uses.FindAll(use => (use.IsAtDatabase || use.IsCut) && !use.IsLockedUp);
        // Locks may hold them up, of transactions that wait here. Most statements are answered sooner than this question.
        if (
            underWay.Count > 0
            && hasWaited
            && database.Kind != "sqlite"
            && Uses.Exists(use => use is { Writes: true, IsAtDatabase: false })
        )
        {
            var sessions = underWay.Select(use => (long)use.Session);
            var lockedUp = pump.Outside(() =>
                database.Read(db => SimulationRows.LockedUp(db, sessions), CancellationToken.None)
            );
            underWay.ForEach(use => use.IsLockedUp = lockedUp.Contains(use.Session));
            underWay.RemoveAll(use => use.IsLockedUp);
        }
        return underWay.Count == 0
            && _fibers.TrueForAll(fiber =>
                fiber.IsQuiet
                || (isSilent && fiber.HasTimer)
                || Uses.Exists(use => use.IsLockedUp && use.Fiber == fiber)
            );
    }

    private DateTimeOffset? _nextDue;

    private DateTimeOffset? NextDue()
    {
        if (_hasCommitted)
        {
            _hasCommitted = false;
            _nextDue = pump.Outside(() => database.Read(SimulationRows.NextDue, CancellationToken.None));
        }
        return _nextDue;
    }
}
