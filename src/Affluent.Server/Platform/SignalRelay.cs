using System.Threading.Channels;
using Affluent.Server.Storage;
using Npgsql;

namespace Affluent.Server.Platform;

/// <summary>
/// Carries <see cref="Signals"/> between the nodes of an installation by PostgreSQL's NOTIFY: one connection listens, and topics are sent together
/// after the transactions that raised them, never in them, since NOTIFY lets no two transactions commit at a time. A signal that is lost costs time only.
/// </summary>
internal sealed class SignalRelay(PostgresDatabase database, TimeProvider time, DatabaseOutage outage)
    : BackgroundService
{
    private const string Channel = "affluent_signals";

    // PostgreSQL takes less than 8,000 bytes; topics are of ASCII.
    private const int MostBytes = 7_900;

    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    // Told by the one who listens from its own.
    private readonly string _self = Guid.NewGuid().ToString("N");

    private readonly Lock _lock = new();
    private readonly Channel<bool> _bell = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private HashSet<string> _topics = new(StringComparer.Ordinal);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        database.Signals.Relay = topic =>
        {
            lock (_lock)
            {
                _topics.Add(topic);
            }
            _bell.Writer.TryWrite(true);
        };
        return Task.WhenAll(Forever(Listen, stoppingToken), Forever(Send, stoppingToken));
    }

    private async Task Forever(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await work(cancellation);
            }
            catch (Exception error) when (DatabaseOutage.Is(error))
            {
                outage.Noticed(error);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(TryAgainAfter, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Listen(CancellationToken cancellation)
    {
        await using var connection = database.ConnectAlone(keepAlive: 30);
        await connection.OpenAsync(cancellation);
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload.Split('\n') is [var sender, .. var topics] && sender != _self)
            {
                foreach (var topic in topics)
                {
                    database.Signals.Wake(topic);
                }
            }
        };
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }
        while (true)
        {
            await connection.WaitAsync(cancellation);
        }
    }

    private async Task Send(CancellationToken cancellation)
    {
        while (await _bell.Reader.ReadAsync(cancellation))
        {
            foreach (var payload in Payloads())
            {
                await using var notify = database.Source.CreateCommand("select pg_notify($1, $2)");
                notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Channel });
                notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = payload });
                await notify.ExecuteNonQueryAsync(cancellation);
            }
            await Task.Delay(Together, time, cancellation);
        }
    }

    private IEnumerable<string> Payloads()
    {
        HashSet<string> topics;
        lock (_lock)
        {
            (topics, _topics) = (_topics, new(StringComparer.Ordinal));
        }
        var payload = _self;
        foreach (var topic in topics)
        {
            if (payload.Length + 1 + topic.Length > MostBytes)
            {
                yield return payload;
                payload = _self;
            }
            payload += '\n' + topic;
        }
        yield return payload;
    }
}
