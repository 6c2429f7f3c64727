using System.Collections.Concurrent;
using Affluent.Server.Tests.Harness;

namespace EndToEnd.Tests.Nodes;

/// <summary>A receiver of events that dies now and then, before it has taken what it got or right afterwards, and is back a moment later.</summary>
internal sealed class MortalReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Away = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentQueue<ReceivedMessage> _accepted = new();
    private readonly WebhookReceiver _receiver;
    private readonly Random _random;
    private DateTimeOffset _backAt;
    private int _deaths;

    private MortalReceiver(WebhookReceiver receiver, int seed) => (_receiver, _random) = (receiver, new Random(seed));

    public Uri Url => _receiver.Url;

    public bool IsMortal { get; set; } = true;

    public int Deaths => _deaths;

    /// <summary>What it took, in the order in which it came.</summary>
    public IReadOnlyCollection<ReceivedMessage> Accepted => _accepted;

    /// <summary>Ids of what it took.</summary>
    public HashSet<string> Taken() => _accepted.Select(message => message.Id).ToHashSet(StringComparer.Ordinal);

    public static async Task<MortalReceiver> Start(int seed)
    {
        var receiver = new MortalReceiver(await WebhookReceiver.Start(), seed);
        receiver._receiver.Answer = (message, context) =>
        {
            var (isDead, takes) = receiver.Fate();
            if (takes)
            {
                receiver._accepted.Enqueue(message);
            }
            if (isDead)
            {
                context.Abort();
            }
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };
        return receiver;
    }

    private (bool IsDead, bool Takes) Fate()
    {
        lock (_random)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (!IsMortal)
            {
                return (false, true);
            }
            if (now < _backAt)
            {
                return (true, false);
            }
            if (_random.Next(40) > 0)
            {
                return (false, true);
            }
            _deaths++;
            _backAt = now + Away;
            return (true, _random.Next(2) == 0);
        }
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();
}
