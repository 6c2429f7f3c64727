using System.Collections.Concurrent;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>
/// Wakes those who wait for events. This process's own events wake them at once, and those of other nodes by <see cref="SignalRelay"/>; what that
/// misses is found by looking now and then, once for all who wait.
/// </summary>
internal sealed class EventTail(Database database, TimeProvider time, DatabaseOutage outage)
{
    // Those of one statement.
    private const int AtOnce = 10_000;

    private readonly ConcurrentDictionary<EventWaiter, byte> _waiters = [];

    /// <summary>One who waits for events of a user behind the last that it has seen. Start before reading.</summary>
    public EventWaiter Wait(UserId userId) => Add(new EventWaiter(this, EventLog.Topic(userId), userId, null));

    /// <summary>One who waits for events of a client's users.</summary>
    public EventWaiter Wait(ClientId clientId) => Add(new EventWaiter(this, EventLog.Topic(clientId), null, clientId));

    /// <summary>Looks what has happened to those who wait.</summary>
    public async Task Look(CancellationToken cancellation)
    {
        var waiters = _waiters.Keys.ToArray();
        try
        {
            foreach (var users in waiters.Where(w => w.UserId is not null).GroupBy(w => w.UserId!.Value).Chunk(AtOnce))
            {
                var seen = users.ToDictionary(user => user.Key, user => user.Min(w => w.Seen));
                var heads = await database.Read(db => EventLog.HeadsOf(db, seen.Keys), cancellation);
                foreach (var head in heads.Where(head => head.LastId.Value > seen[head.UserId]))
                {
                    database.Signals.Wake(EventLog.Topic(head.UserId));
                }
            }
            foreach (
                var clients in waiters.Where(w => w.ClientId is not null).GroupBy(w => w.ClientId!.Value).Chunk(AtOnce)
            )
            {
                var seen = clients.ToDictionary(client => client.Key, client => client.Min(w => w.Seen));
                foreach (var ahead in await database.Read(db => ClientFeed.Ahead(db, seen), cancellation))
                {
                    database.Signals.Wake(EventLog.Topic(ahead));
                }
            }
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
        }
    }

    public Signals.Watch Watch(string topic) => database.Signals.For(topic);

    public TimeProvider Time => time;

    public void Remove(EventWaiter waiter) => _waiters.TryRemove(waiter, out _);

    private EventWaiter Add(EventWaiter waiter)
    {
        _waiters.TryAdd(waiter, 0);
        return waiter;
    }
}

/// <summary>One who waits for events, without a thread and without a database connection.</summary>
internal sealed class EventWaiter : IDisposable
{
    private readonly EventTail _tail;
    private readonly Signals.Watch _watch;

    public EventWaiter(EventTail tail, string topic, UserId? userId, ClientId? clientId)
    {
        (_tail, UserId, ClientId) = (tail, userId, clientId);
        _watch = tail.Watch(topic);
    }

    public UserId? UserId { get; }

    public ClientId? ClientId { get; }

    /// <summary>The last event of the user, or place of the client, that the reader knows.</summary>
    public long Seen { get; private set; } = long.MaxValue;

    /// <summary>Ends when there may be events behind those seen, or after the time given.</summary>
    public Task Wait(long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        Seen = seen;
        return _watch.Wait(atMost, _tail.Time, cancellation);
    }

    public void Dispose()
    {
        _tail.Remove(this);
        _watch.Dispose();
    }
}

/// <summary>Looks for as long as the program runs.</summary>
internal sealed class EventTailLoop(EventTail tail, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Every, time, stoppingToken);
                await tail.Look(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends, and with it those who wait.
        }
    }
}
