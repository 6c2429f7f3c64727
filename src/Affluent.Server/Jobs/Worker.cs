using System.Diagnostics;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Jobs;

/// <summary>How jobs of a kind are run: as far as they get now. Leaves the job in a state from which any node can go on.</summary>
internal sealed record JobRunner(JobKind Kind, Func<Database, Job, CancellationToken, Task<JobEnd>> Run);

/// <summary>Claims due jobs and runs them. Every node has one; they share the work through the database.</summary>
internal sealed class Worker(
    Database database,
    IEnumerable<JobRunner> runners,
    RunLimits limits,
    TimeProvider time,
    ILogger<Worker> log
)
{
    /// <summary>The topic of <see cref="Signals"/> that wakes the worker.</summary>
    public const string Due = "jobs";

    private static readonly Claimed Nothing = new([], HoldsBack: false);

    private readonly Dictionary<JobKind, JobRunner> _runners = runners.ToDictionary(runner => runner.Kind);

    /// <summary>Claims as many jobs as there are places for, dead ones of other nodes included.</summary>
    public async Task<Claimed> ClaimDue(FreePlaces free, CancellationToken cancellation)
    {
        var now = time.Seconds();
        // Most looks find nothing: they shall not take the turn of a writer.
        return free.OfAll > 0 && await database.Read(db => JobStore.AnyDue(db, now), cancellation)
            ? await database.Write(db => Claim.Due(db, limits, free, now), cancellation)
            : Nothing;
    }

    /// <summary>Makes due again what this installation's former process left running, without waiting for its leases to run out.</summary>
    public Task TakeUp(CancellationToken cancellation) =>
        database.Write(db => Claim.RescueAll(db, time.Seconds()), cancellation);

    /// <summary>Takes one claimed job as far as it gets: a trace of its own, found by the ids of the job and its subject.</summary>
    public async Task Run(Job job, CancellationToken cancellation)
    {
        var scope = ScopeOf(job);
        using var logged = log.BeginScope(scope);
        using var span = Tracing.Source.StartActivity($"job {job.Kind.Word()}", ActivityKind.Consumer);
        span?.SetTag("kind", job.Kind.Word())
            .SetTag("job_id", scope.JobId)
            .SetTag("connection_id", scope.ConnectionId)
            .SetTag("run_id", scope.RunId);
        var begun = Stopwatch.GetTimestamp();
        var end = await _runners[job.Kind].Run(database, job, cancellation);
        span?.SetTag("result", end.Word());
        JobMetrics.Ended(job.Kind, job.Priority, end, Stopwatch.GetElapsedTime(begun));
    }

    private static LogScope ScopeOf(Job job) =>
        new()
        {
            JobId = job.Id.ToString(),
            ConnectionId = job.Kind switch
            {
                JobKind.Synchronization => new ConnectionId(job.SubjectId).ToString(),
            },
            RunId = job.RunId?.ToString(),
        };

    /// <summary>Runs whatever is due, one after the other, until nothing is; says how many runs that took.</summary>
    public async Task<int> RunDue(CancellationToken cancellation)
    {
        var runs = 0;
        while (await ClaimDue(new(1, 1), cancellation) is { Jobs: [var job, ..] })
        {
            await Run(job, cancellation);
            runs++;
        }
        return runs;
    }
}

/// <summary>Keeps the worker going for as long as the program does.</summary>
internal sealed class WorkerLoop(
    Worker worker,
    Database database,
    DatabaseOutage outage,
    TimeProvider time,
    IHostApplicationLifetime lifetime
) : BackgroundService
{
    /// <summary>How long other nodes' requests may go unnoticed; those of this process wake the loop at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    // Runs wait for banks nearly all the time: what is limited is memory, and the turns at the one writer of an SQLite file.
    private readonly int _most = database.Kind == "sqlite" ? 64 : 256;

    private bool _holdsBack;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        // Told as soon as the process is, not in its turn: runs end while the last requests do.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await Work(either.Token);
    }

    private async Task Work(CancellationToken cancellation)
    {
        HashSet<Task> running = [];
        using var watch = database.Signals.For(Worker.Due);
        try
        {
            // An SQLite file has one process that works.
            if (database.Kind == "sqlite")
            {
                await worker.TakeUp(cancellation);
            }
            while (!cancellation.IsCancellationRequested)
            {
                await Start(running, cancellation);
                await Wait(watch, running, cancellation);
                running.RemoveWhere(task => task.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The program ends; the runs give their jobs back.
        }
        await Task.WhenAll(running);
    }

    // The end of a run makes a place, or lets another begin at the same bank.
    private async Task Wait(Signals.Watch watch, HashSet<Task> running, CancellationToken cancellation)
    {
        if (running.Count == 0 || (running.Count < _most && !_holdsBack))
        {
            await watch.Wait(Look, time, cancellation);
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var woken = running.Count < _most ? watch.Wait(Look, time, ended.Token) : Task.Delay(Look, time, ended.Token);
        await Task.WhenAny([woken, .. running]);
        await ended.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task Start(HashSet<Task> running, CancellationToken cancellation)
    {
        try
        {
            var places = _most - running.Count;
            var claimed = await worker.ClaimDue(new(places, places - (_most / 8)), cancellation);
            _holdsBack = claimed.HoldsBack;
            foreach (var job in claimed.Jobs)
            {
                running.Add(Task.Run(() => worker.Run(job, cancellation), CancellationToken.None));
            }
            await outage.Answered(database, cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
        }
    }
}
