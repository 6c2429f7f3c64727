using Affluent.Server.Jobs;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>A process of the simulation: it may be killed, stopped, or stand still for a while.</summary>
internal sealed class SimulatedProcess(string name, bool isEngine)
{
    public string Name => name;

    /// <summary>Nodes may be killed; what asks them for runs is not.</summary>
    public bool IsEngine => isEngine;

    /// <summary>Nothing of it ever goes on.</summary>
    public bool IsDead { get; private set; }

    public DateTimeOffset? FrozenUntil { get; set; }

    /// <summary>Told to end, as by SIGTERM.</summary>
    public CancellationTokenSource Stop { get; } = new();

    public List<Fiber> Fibers { get; } = [];

    public List<DatabaseUse> Uses { get; } = [];

    /// <summary>It ends here: the server of the database undoes what it had not committed.</summary>
    public void Kill()
    {
        IsDead = true;
        CutOff();
    }

    /// <summary>It stands still: the server undoes the transactions in which it does so.</summary>
    public void Freeze(DateTimeOffset until)
    {
        FrozenUntil = until;
        Fibers.ForEach(fiber => fiber.HasStoodStill = true);
        foreach (var use in Uses.Where(use => use.Writes).ToArray())
        {
            use.Cut();
        }
    }

    /// <summary>Its connections to the database break.</summary>
    public void CutOff()
    {
        foreach (var use in Uses.ToArray())
        {
            use.Cut();
        }
    }
}

/// <summary>One flow of control in a process: the loop of a worker, or a run.</summary>
internal sealed class Fiber(int number, SimulatedProcess process, string what, Job? job)
{
    private static readonly AsyncLocal<Fiber?> Own = new();

    // Timers set since it last went on.
    private readonly HashSet<ITimer> _timers = [];

    // Set before: another flow of it may have gone on since, and this one waits still.
    private readonly HashSet<ITimer> _earlierTimers = [];

    /// <summary>The one that is just being run.</summary>
    public static Fiber? Current => Own.Value;

    public int Number => number;

    public SimulatedProcess Process => process;

    /// <summary>What it runs; null: it runs no job.</summary>
    public Job? Job => job;

    /// <summary>Others may have gone on with what it does.</summary>
    public bool HasStoodStill { get; set; }

    /// <summary>How many places it waits at for the scheduler.</summary>
    public int Gates { get; set; }

    public Task Task { get; private set; } = Task.CompletedTask;

    /// <summary>Whether nothing in it goes on until the scheduler, or the clock, says so.</summary>
    public bool IsQuiet => process.IsDead || Task.IsCompleted || Gates > 0 || IsAsleep;

    private bool IsAsleep
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count > 0;
            }
        }
    }

    /// <summary>Whether it waits for a timer, when nothing in it goes on by itself.</summary>
    public bool HasTimer
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count + _earlierTimers.Count > 0;
            }
        }
    }

    public void Start(Func<Task> work)
    {
        Task = Begin();

        async Task Begin()
        {
            Own.Value = this;
            await work();
        }
    }

    public void GoesOn()
    {
        lock (_timers)
        {
            _earlierTimers.UnionWith(_timers);
            _timers.Clear();
        }
    }

    public void Set(ITimer timer)
    {
        lock (_timers)
        {
            _timers.Add(timer);
        }
    }

    public void Forget(ITimer timer)
    {
        lock (_timers)
        {
            _timers.Remove(timer);
            _earlierTimers.Remove(timer);
        }
    }

    public override string ToString() => $"{process.Name} {what}";
}

/// <summary>A place at which a fiber waits for the scheduler.</summary>
internal sealed class Gate(Fiber fiber, string what)
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Fiber Fiber => fiber;

    public string What => what;

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>An idle worker's: it looks when there is something to be found.</summary>
    public bool IsIdle { get; init; }

    /// <summary>The use of the database that it belongs to; null: none.</summary>
    public DatabaseUse? Use { get; init; }

    /// <summary>What is about to begin; null: nothing.</summary>
    public UseKind? Begins { get; init; }

    public Task Opened => _open.Task;

    public void Open() => _open.TrySetResult();

    public void Cancel() => _open.TrySetCanceled();
}

/// <summary>What is done with the database.</summary>
internal enum UseKind
{
    /// <summary>Statements, each on its own.</summary>
    Read,

    /// <summary>A transaction.</summary>
    Write,
}
