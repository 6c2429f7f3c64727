using System.Data.Common;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>Takes away what has expired, a bounded number of rows at a time: tokens, ended families, revocations, old failures.</summary>
internal sealed partial class Pruning(Database database, TimeProvider time, ILogger<Pruning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private const int Batch = 500;

    /// <summary>One round, until nothing is left.</summary>
    public async Task Prune(CancellationToken cancellation)
    {
        var now = time.Seconds();
        int removed;
        do
        {
            removed = await database.Write(db => TokenStore.DeleteExpired(db, now, Batch), cancellation);
        } while (removed >= Batch);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, time, stoppingToken);
                await Prune(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is DbException or TimeoutException)
            {
                PruningFailed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Expired tokens could not be taken away; it is tried again in five minutes.")]
    private partial void PruningFailed(Exception error);
}
