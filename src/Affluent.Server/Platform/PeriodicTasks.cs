using System.Diagnostics;
using System.Diagnostics.Metrics;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Platform;

/// <summary>Does a bounded part of a task, and says how many rows it was; as many as allowed: there may be more.</summary>
internal delegate Task<int> PeriodicStep(DbWork db, long now, int atMost);

/// <summary>What is done again and again, by one node of all.</summary>
/// <param name="Name">Names it in the database.</param>
internal sealed record PeriodicTask(string Name, TimeSpan Every, PeriodicStep Step);

/// <summary>
/// Does the periodic tasks that are due. A node takes a task for the time of a lease and renews it with each step, in the transaction of the
/// step: two nodes are never at the same task, and when one dies the next takes over where its last step ended.
/// </summary>
internal sealed partial class PeriodicTasks(
    IEnumerable<PeriodicTask> tasks,
    Database database,
    TimeProvider time,
    DatabaseOutage outage,
    ILogger<PeriodicTasks> log
)
{
    private static readonly Histogram<double> Duration = Metrics.Duration(
        "affluent.task.duration",
        "A periodic task, from its taking to its last step"
    );

    /// <summary>For how long a node that says nothing keeps a task to itself.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>How many rows a step may touch, so that writers are never kept waiting for long.</summary>
    public const int StepSize = 1000;

    /// <summary>Does each task that is due and that no other node is at, to its end.</summary>
    public async Task RunDue(CancellationToken cancellation)
    {
        foreach (var task in tasks)
        {
            var begun = Stopwatch.GetTimestamp();
            long? fence;
            try
            {
                fence = await database.Write(
                    db => PeriodicTaskStore.Claim(db, task.Name, time.Seconds(), LeaseEnd()),
                    cancellation
                );
            }
            catch (Exception error) when (DatabaseOutage.Is(error))
            {
                // It would take none of the others.
                outage.Noticed(error);
                return;
            }
            try
            {
                while (fence is { } mine && await database.Write(db => Step(db, task, mine), cancellation))
                {
                    // More is left.
                }
                if (fence is not null)
                {
                    Duration.Record(
                        Stopwatch.GetElapsedTime(begun).TotalSeconds,
                        new KeyValuePair<string, object?>("task", task.Name)
                    );
                }
            }
            catch (Exception error) when (DatabaseOutage.Is(error))
            {
                // Taken up when the lease is over, by whoever comes first.
                LogFailed(log, task.Name, error);
            }
        }
    }

    /// <summary>True: another step must follow.</summary>
    private async Task<bool> Step(DbWork db, PeriodicTask task, long fence)
    {
        if (!await PeriodicTaskStore.Renew(db, task.Name, fence, LeaseEnd()))
        {
            LogLost(log, task.Name);
            return false;
        }
        if (await task.Step(db, time.Seconds(), StepSize) >= StepSize)
        {
            return true;
        }
        await PeriodicTaskStore.Finish(db, task.Name, (time.GetUtcNow() + task.Every).ToUnixTimeSeconds());
        return false;
    }

    private long LeaseEnd() => (time.GetUtcNow() + Lease).ToUnixTimeSeconds();

    [LoggerMessage(1102, LogLevel.Warning, "The task '{Name}' failed; it is tried again in a minute")]
    private static partial void LogFailed(ILogger log, string name, Exception error);

    [LoggerMessage(
        1103,
        LogLevel.Warning,
        "The task '{Name}' took longer than its lease; another node goes on with it"
    )]
    private static partial void LogLost(ILogger log, string name);
}

/// <summary>Every statement about who is at which task.</summary>
internal static class PeriodicTaskStore
{
    /// <summary>Takes a task that is due; null: it is not, or another node is at it. The number given back proves the taking.</summary>
    public static Task<long?> Claim(DbWork db, string name, long now, long leaseUntil) =>
        db.Scalar<long?>(
            """
            insert into periodic_tasks (name, next_at, lease_until, fence) values (@Name, @Now, @LeaseUntil, 1)
            on conflict (name) do update set lease_until = @LeaseUntil, fence = periodic_tasks.fence + 1
                where periodic_tasks.next_at <= @Now and periodic_tasks.lease_until <= @Now
            returning fence
            """,
            new
            {
                Name = name,
                Now = now,
                LeaseUntil = leaseUntil,
            }
        );

    /// <summary>Keeps a task, and everybody else off it until the transaction ends; false when another node has taken it since.</summary>
    public static async Task<bool> Renew(DbWork db, string name, long fence, long leaseUntil) =>
        await db.Execute(
            "update periodic_tasks set lease_until = @LeaseUntil where name = @Name and fence = @Fence",
            new
            {
                Name = name,
                Fence = fence,
                LeaseUntil = leaseUntil,
            }
        ) == 1;

    /// <summary>Gives a task back until its next time, in a transaction that has renewed it.</summary>
    public static Task Finish(DbWork db, string name, long nextAt) =>
        db.Execute(
            "update periodic_tasks set next_at = @NextAt, lease_until = 0 where name = @Name",
            new { Name = name, NextAt = nextAt }
        );
}

/// <summary>Looks for due tasks for as long as the program runs.</summary>
internal sealed class PeriodicTaskLoop(PeriodicTasks tasks, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Look, time, stoppingToken);
                await tasks.RunDue(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends; what was under way is taken up by another node.
        }
    }
}

/// <summary>Plugs periodic tasks into the platform.</summary>
internal static class PeriodicTaskServices
{
    /// <summary>Runs the tasks that features bring, where the role is given.</summary>
    public static IServiceCollection AddPeriodicTasks(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<PeriodicTasks>();
        return settings.Runs(Roles.Worker) ? services.AddHostedService<PeriodicTaskLoop>() : services;
    }

    /// <summary>A feature's task.</summary>
    public static IServiceCollection AddPeriodicTask(
        this IServiceCollection services,
        string name,
        TimeSpan every,
        PeriodicStep step
    ) => services.AddSingleton(new PeriodicTask(name, every, step));
}
