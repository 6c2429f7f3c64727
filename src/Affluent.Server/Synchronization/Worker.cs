using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>Claims due connections and runs them. Every node has one; they share the work through the database.</summary>
internal sealed class Worker(
    Database database,
    Ids ids,
    Vault vault,
    Banks banks,
    BankHttp http,
    Addresses addresses,
    TimeProvider time,
    ILogger<Worker> log
)
{
    /// <summary>Claims up to <paramref name="atMost"/> connections, dead ones of other nodes included.</summary>
    public Task<IReadOnlyList<ClaimedConnection>> ClaimDue(int atMost, CancellationToken stop) =>
        database.Write(
            async db =>
            {
                var now = time.Seconds();
                await Claim.Rescue(db, now);
                return await Claim.Due(db, atMost, now);
            },
            stop
        );

    /// <summary>Makes due again what this installation's former process left running, without waiting for its leases to run out.</summary>
    public Task TakeUp(CancellationToken stop) => database.Write(db => Claim.RescueAll(db, time.Seconds()), stop);

    /// <summary>Takes one claimed connection as far as it gets.</summary>
    public Task Run(ClaimedConnection claim, CancellationToken stop) =>
        new Run(new RunTools(database, ids, vault, banks, http, time, BankCallbackAddress(), log)).Go(claim, stop);

    // One address for all banks and connections: it is registered at each bank. The widget serves it.
    private Uri BankCallbackAddress() => new($"{addresses.Embed}/v2.1/widget/bank_callback");

    /// <summary>Runs whatever is due, one after the other, until nothing is; says how many runs that took.</summary>
    public async Task<int> RunDue(CancellationToken stop)
    {
        var runs = 0;
        while (await ClaimDue(1, stop) is [var claim, ..])
        {
            await Run(claim, stop);
            runs++;
        }
        return runs;
    }
}

/// <summary>Keeps the worker going for as long as the program does.</summary>
internal sealed partial class WorkerLoop(Worker worker, Database database, TimeProvider time, ILogger<WorkerLoop> log)
    : BackgroundService
{
    /// <summary>How long other nodes' requests may go unnoticed; those of this process wake the loop at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly int _most = database.Kind == "sqlite" ? 4 : Math.Max(8, Environment.ProcessorCount * 4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        HashSet<Task> running = [];
        using var watch = database.Signals.For(Synchronizations.Work);
        try
        {
            // An SQLite file has one process that works.
            if (database.Kind == "sqlite")
            {
                await worker.TakeUp(stoppingToken);
            }
            while (!stoppingToken.IsCancellationRequested)
            {
                await Start(running, stoppingToken);
                if (running.Count < _most)
                {
                    await watch.Wait(Look, time, stoppingToken);
                }
                else
                {
                    await Task.WhenAny(running).WaitAsync(stoppingToken);
                }
                running.RemoveWhere(task => task.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends; the runs give their connections back.
        }
        await Task.WhenAll(running);
    }

    private async Task Start(HashSet<Task> running, CancellationToken stop)
    {
        try
        {
            foreach (var claim in await worker.ClaimDue(_most - running.Count, stop))
            {
                running.Add(Task.Run(() => worker.Run(claim, stop), CancellationToken.None));
            }
        }
        catch (Exception error) when (error is System.Data.Common.DbException or TimeoutException)
        {
            LogUnavailable(log, error);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The database cannot be asked for due connections")]
    private static partial void LogUnavailable(ILogger log, Exception error);
}
