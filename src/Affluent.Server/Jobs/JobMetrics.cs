using System.Diagnostics.Metrics;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Jobs;

/// <summary>How a node's work on a job ended.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum JobEnd
{
    /// <summary>The run came to its end.</summary>
    Done,

    /// <summary>The user is asked something.</summary>
    Asked,

    /// <summary>The bank wants time: the run goes on later.</summary>
    PutOff,

    /// <summary>The node stops: another one goes on at once.</summary>
    GivenBack,

    /// <summary>Another node has the job, or it is gone.</summary>
    Lost,

    /// <summary>By a bug, or without the database: tried again.</summary>
    Failed,
}

/// <summary>How jobs go, as operators see it.</summary>
internal static class JobMetrics
{
    private static readonly Histogram<double> Duration = Metrics.Duration(
        "affluent.job.duration",
        "A node's work on a job, from the claim until it is done, asks its user, is put off or lost"
    );

    public static void Ended(JobKind kind, JobPriority priority, JobEnd end, TimeSpan duration) =>
        Duration.Record(
            duration.TotalSeconds,
            new("kind", kind.Word()),
            new("priority", priority.Word()),
            new("result", end.Word())
        );
}

/// <summary>
/// How many jobs wait and run in the whole installation, looked up now and then while somebody collects it: every worker tells the same.
/// </summary>
internal sealed class JobDepthLoop : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly DatabaseOutage _outage;
    private IReadOnlyList<JobDepth> _depths = [];

    public JobDepthLoop(Database database, TimeProvider time, IMeterFactory meters, DatabaseOutage outage)
    {
        (_database, _time, _outage) = (database, time, outage);
        var meter = meters.Create(Metrics.Name);
        meter.CreateObservableGauge(
            "affluent.jobs.due",
            () => Measure(depth => depth.Due),
            "{job}",
            "Jobs whose time has come and that no node has taken yet"
        );
        meter.CreateObservableGauge(
            "affluent.jobs.wait",
            () => Measure(depth => depth.OldestDueAt is { } at ? Math.Max(0, _time.Seconds() - at) : 0),
            "s",
            "For how long the job that is due longest has waited for a node"
        );
        meter.CreateObservableGauge(
            "affluent.jobs.running",
            () => Measure(depth => depth.Running),
            "{job}",
            "Jobs that a node works on, dead ones included until they are rescued"
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Look(stoppingToken);
                await Task.Delay(Interval, _time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private async Task Look(CancellationToken cancellation)
    {
        try
        {
            _depths = await _database.Read(db => JobStore.Depths(db, _time.Seconds()), cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            // Better no figure than one of yesterday.
            _depths = [];
            _outage.Noticed(error);
        }
    }

    private IEnumerable<Measurement<long>> Measure(Func<JobDepth, long> value) =>
        _depths.Select(depth => new Measurement<long>(
            value(depth),
            new KeyValuePair<string, object?>("priority", depth.Priority.Word())
        ));
}

/// <summary>How many jobs of a priority wait for a node and how many run, each up to <see cref="JobStore.DeepestDepth"/>.</summary>
internal sealed record JobDepth
{
    public JobPriority Priority { get; init; }
    public long Due { get; init; }

    /// <summary>When the one that is due first was, or will be; null: none is.</summary>
    public long? OldestDueAt { get; init; }
    public long Running { get; init; }
}
