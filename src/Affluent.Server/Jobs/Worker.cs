using System.Diagnostics;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Jobs;

/// <summary>How jobs of a kind are run: as far as they get now. Leaves the job in a state from which any node can go on.</summary>
internal sealed record JobRunner(JobKind Kind, Func<Database, Job, CancellationToken, Task<JobEnd>> Run);

/// <summary>Claims due jobs and runs them. Every node has one; they share the work through the database.</summary>
internal sealed class Worker(Database database, IEnumerable<JobRunner> runners, TimeProvider time, ILogger<Worker> log)
{
    /// <summary>The topic of <see cref="Signals"/> that wakes the worker.</summary>
    public const string Due = "jobs";

    private readonly Dictionary<JobKind, JobRunner> _runners = runners.ToDictionary(runner => runner.Kind);

    /// <summary>Claims up to <paramref name="atMost"/> jobs, dead ones of other nodes included.</summary>
    public async Task<IReadOnlyList<Job>> ClaimDue(int atMost, CancellationToken cancellation)
    {
        var now = time.Seconds();
        // Most looks find nothing: they shall not take the turn of a writer.
        return await database.Read(db => JobStore.AnyDue(db, now), cancellation)
            ? await database.Write(db => Claim.Due(db, atMost, now), cancellation)
            : [];
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
        while (await ClaimDue(1, cancellation) is [var job, ..])
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

    private readonly int _most = database.Kind == "sqlite" ? 4 : Math.Max(8, Environment.ProcessorCount * 4);

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
                if (running.Count < _most)
                {
                    await watch.Wait(Look, time, cancellation);
                }
                else
                {
                    await Task.WhenAny(running).WaitAsync(cancellation);
                }
                running.RemoveWhere(task => task.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The program ends; the runs give their jobs back.
        }
        await Task.WhenAll(running);
    }

    private async Task Start(HashSet<Task> running, CancellationToken cancellation)
    {
        try
        {
            foreach (var job in await worker.ClaimDue(_most - running.Count, cancellation))
            {
                running.Add(Task.Run(() => worker.Run(job, cancellation), CancellationToken.None));
            }
            outage.Answered();
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
        }
    }
}
