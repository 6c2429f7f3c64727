using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Forgets events and queues after their time, in small bites, so that writers are never kept waiting for long.</summary>
internal sealed partial class EventRetention(Database database, TimeProvider time, ILogger<EventRetention> log)
    : BackgroundService
{
    /// <summary>How long events and queues are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    private const int Bite = 1000;

    /// <summary>Forgets what is older than <see cref="Kept"/>.</summary>
    public static async Task Prune(Database database, long now, CancellationToken cancellation)
    {
        var before = now - (long)Kept.TotalSeconds;
        while (await database.Write(db => EventLog.Prune(db, before, Bite), cancellation))
        {
            // More is left.
        }
        await database.Write(db => QueueStore.Prune(db, before), cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1), time);
        try
        {
            while (await hourly.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await Prune(database, time.Seconds(), stoppingToken);
                }
                catch (System.Data.Common.DbException error)
                {
                    LogFailed(log, error);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Old events could not be forgotten; the next hour tries again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
