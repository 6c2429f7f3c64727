using Affluent.Server.Events;
using Affluent.Server.Platform;

namespace Affluent.Server.Webhooks;

/// <summary>Some deliveries of a webhook that are sent together, and what becomes of them.</summary>
internal sealed class WebhookBatch
{
    private readonly Lock _lock = new();
    private readonly IReadOnlySet<LaneId> _heldBefore;
    private readonly List<WebhookAttemptRow> _attempts = [];
    private readonly HashSet<FeedPlace> _gone = [];
    private readonly List<DeliveryRetry> _retries = [];
    private readonly List<FeedPlace> _waiting = [];
    private readonly HashSet<LaneId> _held = [];
    private readonly HashSet<LaneId> _sentAgain = [];
    private int _inVain;
    private long? _retryAfter;

    /// <param name="deliveries">What is sent again in front, then by place.</param>
    /// <param name="heldBefore">Lanes in which something is sent again, perhaps now.</param>
    public WebhookBatch(IReadOnlyList<Delivery> deliveries, IReadOnlySet<LaneId> heldBefore)
    {
        _heldBefore = heldBefore;
        _waiting.AddRange(
            deliveries.Where(d => d.State == DeliveryState.Ready && heldBefore.Contains(d.Lane)).Select(d => d.Position)
        );
        _sentAgain.UnionWith(deliveries.Where(d => d.State == DeliveryState.Retrying).Select(d => d.Lane));
        Lanes =
        [
            .. deliveries
                .Where(d => d.State == DeliveryState.Retrying || !heldBefore.Contains(d.Lane))
                .GroupBy(d => d.Lane)
                .Select(lane => lane.ToArray()),
        ];
    }

    /// <summary>What can be sent now, in the order of each lane. What stands behind one that is sent again waits, also when that arrives: it comes next.</summary>
    public IReadOnlyList<IReadOnlyList<Delivery>> Lanes { get; }

    public IReadOnlyList<WebhookAttemptRow> Attempts => _attempts;

    /// <summary>How many failed since the last that arrived.</summary>
    public int InVain => Volatile.Read(ref _inVain);

    /// <summary>It has not to be sent any more.</summary>
    public void Drop(Delivery delivery)
    {
        lock (_lock)
        {
            _gone.Add(delivery.Position);
        }
    }

    /// <summary>What came of sending one.</summary>
    public void Add(Delivery delivery, WebhookAttemptRow attempt, long? retryAfter)
    {
        lock (_lock)
        {
            _attempts.Add(attempt);
            _inVain = attempt.Outcome == AttemptOutcome.Delivered ? 0 : _inVain + 1;
            _retryAfter = Max(_retryAfter, retryAfter);
            if (attempt.NextAt is { } next)
            {
                _retries.Add(new(delivery.Position, next));
                _held.Add(delivery.Lane);
            }
            else
            {
                _gone.Add(delivery.Position);
            }
        }
    }

    /// <summary>One that stands behind another of its lane, which is sent again.</summary>
    public void Wait(IEnumerable<Delivery> behind)
    {
        lock (_lock)
        {
            _waiting.AddRange(behind.Select(d => d.Position));
        }
    }

    /// <summary>What to write.</summary>
    public DeliveryChanges Changes() => new([.. _gone], _retries, _waiting, [.. Opened]);

    /// <summary>The lanes in which something is sent again after this.</summary>
    public HashSet<LaneId> HeldAfter() => [.. _heldBefore.Except(Opened).Union(_held)];

    public SentMessages Sent() =>
        new(
            _attempts.Count(a => a.Outcome == AttemptOutcome.Delivered),
            _attempts.Count(a => a.Outcome != AttemptOutcome.Delivered),
            _inVain,
            HeldAfter().Count,
            _retryAfter
        );

    // What was sent again there has arrived, was given up, or is no more.
    private IEnumerable<LaneId> Opened =>
        Lanes
            .Where(lane =>
                _sentAgain.Contains(lane[0].Lane) && !_held.Contains(lane[0].Lane) && _gone.Contains(lane[0].Position)
            )
            .Select(lane => lane[0].Lane);

    private static long? Max(long? one, long? other) => one > other || other is null ? one : other;
}
