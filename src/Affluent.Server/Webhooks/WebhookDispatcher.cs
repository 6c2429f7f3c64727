using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>
/// Takes turns at the webhooks that have something to be sent. Every node has one; they share the webhooks through the database. A client can have so few
/// webhooks, and a turn is so short, that none waits long for a place.
/// </summary>
internal sealed partial class WebhookDispatcher(
    WebhookTools tools,
    DatabaseOutage outage,
    ILogger<WebhookDispatcher> log
)
{
    /// <summary>So many webhooks at a time. A turn waits for its receiver nearly all the time.</summary>
    public int Places { get; } = tools.Database.Kind == "sqlite" ? 64 : 256;

    /// <summary>Sends all that is due, until nothing is.</summary>
    public async Task RunDue(CancellationToken cancellation)
    {
        while (await Claim(Places, cancellation) is { Count: > 0 } claimed)
        {
            await Task.WhenAll(claimed.Select(webhook => Run(webhook, TimeSpan.Zero, cancellation)));
        }
    }

    /// <summary>Takes webhooks that have something to be sent and that no node is at.</summary>
    public async Task<IReadOnlyList<WebhookRow>> Claim(int atMost, CancellationToken cancellation)
    {
        var now = tools.Time.Seconds();
        // Most looks find nothing: they shall not take the turn of a writer.
        var due = atMost > 0 ? await tools.Database.Read(db => Deliveries.Due(db, now), cancellation) : [];
        return due.Count == 0
            ? []
            : await tools.Database.Write(
                async db =>
                    await WebhookStore.Claim(
                        db,
                        due,
                        await ClientStore.Closed(db),
                        now + (long)WebhookTurn.Lease.TotalSeconds,
                        now,
                        atMost
                    ),
                cancellation
            );
    }

    /// <summary>A turn at a webhook that was claimed.</summary>
    /// <param name="linger">So long it waits for more.</param>
    public async Task Run(WebhookRow webhook, TimeSpan linger, CancellationToken cancellation)
    {
        try
        {
            using var turn = new WebhookTurn(tools, webhook, linger);
            await turn.Run(cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            // Taken up when the lease is over.
            outage.Noticed(error);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was sent and not written comes twice.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(log, webhook.Id, error);
        }
    }

    [LoggerMessage(
        8001,
        LogLevel.Error,
        "Webhook {Webhook}: a fault of ours; it is tried again when its lease is over"
    )]
    private static partial void LogFailed(ILogger log, WebhookId webhook, Exception error);
}

/// <summary>Looks for webhooks that have something to be sent for as long as the program runs.</summary>
internal sealed class WebhookDispatcherLoop(
    WebhookDispatcher dispatcher,
    Database database,
    DatabaseOutage outage,
    TimeProvider time,
    IHostApplicationLifetime lifetime
) : BackgroundService
{
    // How long the events of another process may go unnoticed; those of this one wake the loop at once.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    // However many events there are, webhooks are not looked for more often.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(50);

    // What comes soon after the last one costs no new claim.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        HashSet<Task> running = [];
        using var watch = database.Signals.For(Deliveries.Topic);
        while (!either.IsCancellationRequested)
        {
            await Start(running, either.Token);
            var next = watch.Wait(Look, time, either.Token);
            await Task.WhenAny([next, .. running.Count >= dispatcher.Places ? running : []]);
            running.RemoveWhere(turn => turn.IsCompleted);
            await Task.Delay(Together, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(running);
    }

    private async Task Start(HashSet<Task> running, CancellationToken cancellation)
    {
        try
        {
            foreach (var webhook in await dispatcher.Claim(dispatcher.Places - running.Count, cancellation))
            {
                running.Add(Task.Run(() => dispatcher.Run(webhook, Linger, cancellation), CancellationToken.None));
            }
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The program ends.
        }
    }
}
