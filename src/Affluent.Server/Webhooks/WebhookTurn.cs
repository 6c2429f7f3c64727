using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>What a turn needs of the program.</summary>
internal sealed record WebhookTools(
    Database Database,
    WebhookSender Sender,
    WebhookSecrets Secrets,
    WebhookPayloads Payloads,
    Ids Ids,
    TimeProvider Time
);

/// <summary>
/// A node at a webhook: sends what is to be sent, those of a connection one after the other and many connections at a time, and writes what became of it. What it
/// sent and could not write any more, the next one sends again.
/// </summary>
internal sealed class WebhookTurn(WebhookTools tools, WebhookRow webhook, TimeSpan linger) : IDisposable
{
    /// <summary>For how long a node that says nothing keeps a webhook to itself.</summary>
    public static readonly TimeSpan Lease = WebhookSender.LongestAnswer * 3;

    // Read, sent and written together.
    private const int BatchSize = 500;

    // Connections to one receiver.
    private const int AtOnce = 64;

    // After so long nothing of a batch is begun: it is to be over within the lease.
    private static readonly TimeSpan LongestBatch = WebhookSender.LongestAnswer;

    // For what is under way when the program ends.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    // Others may wait for the place.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly Uri _url = new(webhook.Url);
    private readonly long _begun = tools.Time.GetTimestamp();
    private WebhookHealth _health = new(webhook.FailingSince, webhook.Failures, webhook.WarnedAt, webhook.NextAt);
    private HashSet<LaneId> _held = [];
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, tools.Time);

    /// <summary>Until there is nothing more to be sent, the time is over, or the receiver fails.</summary>
    /// <param name="cancellation">The program ends: nothing more is begun, and what is under way is waited for a little, since it would come twice.</param>
    public async Task Run(CancellationToken cancellation)
    {
        await using var grace = cancellation.Register(() => _over.CancelAfter(Grace));
        using var watch = tools.Database.Signals.For(Deliveries.Topic);
        _held = [.. await tools.Database.Read(db => Deliveries.HeldLanes(db, webhook.Id), cancellation)];
        while (!cancellation.IsCancellationRequested && tools.Time.GetElapsedTime(_begun) < Longest)
        {
            var end = await SendSome(cancellation);
            if (end == BatchEnd.Over)
            {
                return;
            }
            if (end == BatchEnd.Empty && !await IsMoreSoon(watch, cancellation))
            {
                break;
            }
        }
        await Release();
    }

    public void Dispose() => _over.Dispose();

    private Task Release() =>
        tools.Database.Write(db => WebhookStore.Release(db, webhook, tools.Time.Seconds()), CancellationToken.None);

    private async Task<bool> IsMoreSoon(Signals.Watch watch, CancellationToken cancellation)
    {
        if (linger == TimeSpan.Zero)
        {
            return false;
        }
        var begun = tools.Time.GetTimestamp();
        await watch.Wait(linger, tools.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellation.IsCancellationRequested && tools.Time.GetElapsedTime(begun) < linger;
    }

    private async Task<BatchEnd> SendSome(CancellationToken cancellation)
    {
        var now = tools.Time.Seconds();
        var (deliveries, messages) = await tools.Database.Read(
            async db =>
            {
                var some = await Deliveries.Next(db, webhook.Id, now, BatchSize);
                return (some, await tools.Payloads.Of(db, webhook, some));
            },
            cancellation
        );
        if (deliveries.Count == 0)
        {
            return BatchEnd.Empty;
        }
        var begun = tools.Time.GetTimestamp();
        var batch = new WebhookBatch(deliveries, _held);
        var signer = tools.Secrets.SignerOf(webhook, now);
        var lanes = _health.IsProbed
            ? batch.Lanes.Take(2).Select(lane => (IReadOnlyList<Delivery>)[lane[0]])
            : batch.Lanes;
        await Parallel.ForEachAsync(
            lanes,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (lane, _) => await Send(lane)
        );
        return await Save(batch);

        bool MayBegin() =>
            !cancellation.IsCancellationRequested
            && batch.InVain < WebhookHealth.MostInVain
            && tools.Time.GetElapsedTime(begun) < LongestBatch;

        // Up to the first that fails.
        async Task Send(IReadOnlyList<Delivery> lane)
        {
            for (var i = 0; i < lane.Count && MayBegin(); i++)
            {
                var delivery = lane[i];
                if (!messages.TryGetValue(delivery.Position, out var message))
                {
                    // Its event has been erased, or what it is about.
                    batch.Drop(delivery);
                    continue;
                }
                SendResult result;
                try
                {
                    result = await tools.Sender.Send(_url, signer, message.Body, _over.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                var attempt = Attempt(delivery, message.Name, result);
                batch.Add(delivery, attempt, result.RetryAfter);
                if (attempt.NextAt is not null)
                {
                    batch.Wait(lane.Skip(i + 1));
                    return;
                }
            }
        }
    }

    private WebhookAttemptRow Attempt(Delivery delivery, EventName name, SendResult result)
    {
        var now = tools.Time.Seconds();
        var number = delivery.Attempts + 1;
        var next = result.Error is null
            ? null
            : WebhookRetries.Next(number, delivery.Position.GetHashCode(), result.RetryAfter, now);
        return new()
        {
            WebhookId = webhook.Id,
            Id = tools.Ids.Next<WebhookAttemptId>(),
            Position = delivery.Position,
            EventName = name,
            Number = number,
            At = now,
            Outcome =
                result.Error is null ? AttemptOutcome.Delivered
                : next is null ? AttemptOutcome.GivenUp
                : AttemptOutcome.Failed,
            HttpStatus = result.HttpStatus,
            Error = result.Error,
            Response = result.Response,
            DurationMs = result.Milliseconds,
            NextAt = next,
        };
    }

    private async Task<BatchEnd> Save(WebhookBatch batch)
    {
        var now = tools.Time.Seconds();
        var health = _health.After(batch.Sent(), webhook.Id.GetHashCode(), now);
        var end =
            batch.Attempts.Any(a => a.HttpStatus == 410) ? WebhookStatusReason.Gone
            : health.IsOver(now) ? WebhookStatusReason.Failing
            : (WebhookStatusReason?)null;
        var isLeft = health.NextAt > now;
        var leaseUntil = isLeft ? now : now + (long)Lease.TotalSeconds;
        var isKept = await tools.Database.Write(
            async db =>
            {
                if (!await WebhookStore.Renew(db, webhook, health, leaseUntil))
                {
                    return false;
                }
                await Deliveries.Save(db, webhook.Id, batch.Changes());
                await WebhookAttemptStore.Insert(db, batch.Attempts);
                if (end is { } reason)
                {
                    await WebhookEdits.Disable(db, webhook, reason, tools.Ids, now);
                }
                else if (health.WarnedAt is not null && _health.WarnedAt is null)
                {
                    await WebhookEdits.Warn(db, webhook, tools.Ids, now);
                }
                return true;
            },
            CancellationToken.None
        );
        WebhookMetrics.Sent(batch.Attempts);
        (_health, _held) = (health, batch.HeldAfter());
        return isKept && end is null && !isLeft ? BatchEnd.Done : BatchEnd.Over;
    }

    private enum BatchEnd
    {
        /// <summary>There may be more.</summary>
        Done,

        /// <summary>There was nothing.</summary>
        Empty,

        /// <summary>The receiver is left alone, or somebody else is at it.</summary>
        Over,
    }
}
