using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace Affluent.Bench;

/// <summary>From the commit of an event to the answer of who waits for it, beside streams of Redis and beside asking every 5 ms; and what waiting costs.</summary>
internal static class EventDelay
{
    private const int PerSecond = 500;
    private const int Users = 100;
    private const int Waiters = 10_000;
    private static readonly TimeSpan During = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Figure>> Run(string server)
    {
        await using var database = await BenchDatabase.Create(server);
        await using var platform = await Platform.Start(database);
        var client = new ClientId(await database.Scalar("select id from clients"));
        await database.Execute("update clients set client_mode = true");
        await database.Execute(
            $"""
            insert into users (id, client_id, email, email_key, password_hash, created_at)
            select n, {client}, n || '@example.org', n || '@example.org', '', 0 from generate_series(1, {Users}) n
            """
        );
        // The first warms up.
        await LongPoll(platform, database, client);
        var ours = await LongPoll(platform, database, client);
        var polled = await Polling(platform, database, client);
        var redis = await Redis();
        var (share, statements) = await Wait(platform, database);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  from commit to answer, {PerSecond} events/s: {Shown(ours)}; asking every 5 ms: {Shown(polled)}; Redis: {(redis is { } r ? Shown(r) : "left out, redis-server is not installed")}; {Waiters} waiters: {share:0.00} % of a core, {statements:0.0} statements/s in all"
            )
        );
        return
        [
            Figure.Below("commit to answer of a long poll, 99 of 100", "ms", ours.P99, 15),
            Figure.Below("10,000 idle waiters", "% of a core", share, 2),
            Figure.Below("their statements, all together", "statements/s", statements, 10),
        ];
    }

    private static string Shown((double P50, double P99) delay) =>
        string.Create(CultureInfo.InvariantCulture, $"median {delay.P50:0.0} ms, 99 of 100 {delay.P99:0.0} ms");

    private static (double P50, double P99) Percentiles(IEnumerable<double> delays)
    {
        var sorted = delays.Order().ToArray();
        return (sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    private static async Task<(double P50, double P99)> LongPoll(
        Platform platform,
        BenchDatabase database,
        ClientId client
    )
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await platform.ClientToken("connections_sync")
        );
        var place = (await Page("start=newest")).GetProperty("next").GetString();
        using var end = new CancellationTokenSource();
        var arrived = new ConcurrentDictionary<long, long>();
        var reading = Read();
        var committed = await Write(platform, database, client);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        await end.CancelAsync();
        await reading;
        return Percentiles(
            committed.Select(c => Math.Max(0, Stopwatch.GetElapsedTime(c.Value, arrived[c.Key]).TotalMilliseconds))
        );

        async Task Read()
        {
            while (!end.IsCancellationRequested)
            {
                var page = await Page($"after={place}&wait=1&limit=500");
                var now = Stopwatch.GetTimestamp();
                foreach (var happened in page.GetProperty("events").EnumerateArray())
                {
                    arrived.TryAdd(
                        long.Parse(happened.GetProperty("connection_id").GetString()!, CultureInfo.InvariantCulture),
                        now
                    );
                }
                place = page.GetProperty("next").GetString();
            }
        }

        async Task<JsonElement> Page(string query)
        {
            var body = await http.GetByteArrayAsync(new Uri(platform.Address, $"/api/v2.1/events?{query}"));
            return JsonDocument.Parse(body).RootElement;
        }
    }

    private static async Task<(double P50, double P99)> Polling(
        Platform platform,
        BenchDatabase database,
        ClientId client
    )
    {
        var seen = await database.Scalar("select coalesce(max(position), 0) from events");
        using var end = new CancellationTokenSource();
        var arrived = new ConcurrentDictionary<long, long>();
        var reading = Read();
        var committed = await Write(platform, database, client);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        await end.CancelAsync();
        await reading;
        return Percentiles(
            committed.Select(c => Math.Max(0, Stopwatch.GetElapsedTime(c.Value, arrived[c.Key]).TotalMilliseconds))
        );

        async Task Read()
        {
            await using var connection = await database.Source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            // Late commits are looked at twice.
            command.CommandText = "select position, connection_id from events where position > $1 order by position";
            command.Parameters.AddWithValue(seen);
            while (!end.IsCancellationRequested)
            {
                command.Parameters[0].Value = Math.Max(0, seen - 100);
                await using (var rows = await command.ExecuteReaderAsync())
                {
                    var now = Stopwatch.GetTimestamp();
                    while (await rows.ReadAsync())
                    {
                        seen = Math.Max(seen, rows.GetInt64(0));
                        arrived.TryAdd(rows.GetInt64(1), now);
                    }
                }
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }

    private static int _named = 1_000_000;

    /// <summary>So many events a second, each about a connection of its own; when each was committed.</summary>
    private static async Task<ConcurrentDictionary<long, long>> Write(
        Platform platform,
        BenchDatabase database,
        ClientId client
    )
    {
        var (vault, ids) = (platform.Services.GetRequiredService<Vault>(), platform.Services.GetRequiredService<Ids>());
        var committed = new ConcurrentDictionary<long, long>();
        await AtPace(async () =>
        {
            var name = Interlocked.Increment(ref _named);
            await database.Database.Write(
                db =>
                    Affluent.Server.Events.EventLog.Append(
                        new UserWork(
                            db,
                            new UserId((name % Users) + 1),
                            client,
                            vault,
                            ids,
                            TimeProvider.System.Seconds()
                        ),
                        NewEvent.OfConnection(EventName.SynchronizationEnded, new ConnectionId(name))
                    ),
                CancellationToken.None
            );
            committed.TryAdd(name, Stopwatch.GetTimestamp());
        });
        return committed;
    }

    private static async Task AtPace(Func<Task> one)
    {
        var begun = Stopwatch.GetTimestamp();
        List<Task> all = [];
        while (Stopwatch.GetElapsedTime(begun) is var passed && passed < During)
        {
            while (all.Count < passed.TotalSeconds * PerSecond)
            {
                all.Add(Task.Run(one));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
        await Task.WhenAll(all);
    }

    /// <summary>XADD and a blocking XREAD of redis-server, on a socket of its own; null: it is not installed.</summary>
    private static async Task<(double P50, double P99)?> Redis()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-bench-redis-");
        var socket = Path.Combine(folder.FullName, "redis.sock");
        Process redis;
        try
        {
            redis = Process.Start(
                new ProcessStartInfo(
                    "redis-server",
                    ["--port", "0", "--unixsocket", socket, "--dir", folder.FullName, "--appendonly", "yes"]
                )
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                }
            )!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        using (redis)
        {
            redis.OutputDataReceived += (_, _) => { };
            redis.BeginOutputReadLine();
            while (!File.Exists(socket))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
            var arrived = new ConcurrentDictionary<long, long>();
            var committed = new ConcurrentDictionary<long, long>();
            using var end = new CancellationTokenSource();
            var reading = Task.Run(() => ReadStream(socket, arrived, end.Token));
            var free = new ConcurrentBag<Stream>();
            long named = 0;
            await AtPace(async () =>
            {
                var stream = free.TryTake(out var taken) ? taken : await Connect(socket);
                var name = Interlocked.Increment(ref named);
                await Command(stream, "XADD", "events", "*", "n", name.ToString(CultureInfo.InvariantCulture));
                var buffer = new byte[256];
                _ = await stream.ReadAsync(buffer);
                committed.TryAdd(name, Stopwatch.GetTimestamp());
                free.Add(stream);
            });
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            await end.CancelAsync();
            redis.Kill();
            await reading;
            folder.Delete(recursive: true);
            return Percentiles(
                committed
                    .Where(c => arrived.ContainsKey(c.Key))
                    .Select(c => Math.Max(0, Stopwatch.GetElapsedTime(c.Value, arrived[c.Key]).TotalMilliseconds))
            );
        }
    }

    private static async Task ReadStream(
        string socket,
        ConcurrentDictionary<long, long> arrived,
        CancellationToken cancellation
    )
    {
        await using var stream = await Connect(socket);
        var last = "0";
        var buffer = new byte[1 << 20];
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await Command(stream, "XREAD", "BLOCK", "1000", "STREAMS", "events", last);
                var text = "";
                do
                {
                    var read = await stream.ReadAsync(buffer, cancellation);
                    text += System.Text.Encoding.ASCII.GetString(buffer, 0, read);
                } while (!text.EndsWith("\r\n", StringComparison.Ordinal));
                var now = Stopwatch.GetTimestamp();
                var lines = text.Split("\r\n");
                for (var i = 0; i + 2 < lines.Length; i++)
                {
                    if (lines[i] == "n")
                    {
                        arrived.TryAdd(long.Parse(lines[i + 2], CultureInfo.InvariantCulture), now);
                    }
                    else if (lines[i].Contains('-', StringComparison.Ordinal) && char.IsAsciiDigit(lines[i][0]))
                    {
                        last = lines[i];
                    }
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // It has ended.
        }
    }

    private static async Task<Stream> Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task Command(Stream stream, params string[] words)
    {
        var text = $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"));
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
    }

    /// <summary>Many who wait for events of many clients, of which none comes: their share of a core, in percent, and all statements of the process a second.</summary>
    private static async Task<(double Share, double Statements)> Wait(Platform platform, BenchDatabase database)
    {
        var reader = platform.Services.GetRequiredService<EventReader>();
        using var end = new CancellationTokenSource();
        var all = Enumerable
            .Range(1, Waiters)
            .Select(n =>
                reader.OfUser(
                    new UserId(1_000_000 + n),
                    new EventId(long.MaxValue),
                    1,
                    TimeSpan.FromMinutes(2),
                    end.Token
                )
            )
            .ToArray();
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        var process = Process.GetCurrentProcess();
        var (before, sent) = (process.TotalProcessorTime, database.Database.Statements);
        await Task.Delay(Idle, TimeProvider.System);
        process.Refresh();
        var share = (process.TotalProcessorTime - before).TotalSeconds / Idle.TotalSeconds * 100;
        var statements = (database.Database.Statements - sent) / Idle.TotalSeconds;
        await end.CancelAsync();
        await Task.WhenAll(all);
        return (share, statements);
    }
}
