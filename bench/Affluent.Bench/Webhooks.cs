using System.Diagnostics;
using System.Text;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Affluent.Bench;

/// <summary>Events to a local receiver: deliveries a second, and what another client's backlog costs.</summary>
internal static class Webhooks
{
    private const int Users = 200;
    private const int EventsOfUser = 100;
    private const int AtOnce = 64;
    private const int Rounds = 3;
    private const int Backlog = 1_000_000;
    private const int Probes = 60;

    public static async Task<IReadOnlyList<Figure>> Run(string server)
    {
        await using var database = await BenchDatabase.Create(server);
        await using var platform = await Platform.Start(database);
        await using var receiver = await Receiver.Start();
        var client = new ClientId(await database.Scalar("select id from clients"));
        await Subscribe(platform, client, new Uri(receiver.Address, "/count"));
        var dispatcher = platform.Services.GetRequiredService<WebhookDispatcher>();
        List<double> ours = [];
        List<double> bare = [];
        for (var round = 0; round <= Rounds; round++)
        {
            await Append(database, platform, client, round * Users);
            var before = receiver.Count;
            var begun = Stopwatch.GetTimestamp();
            await dispatcher.RunDue(CancellationToken.None);
            var rate = (receiver.Count - before) / Stopwatch.GetElapsedTime(begun).TotalSeconds;
            // The first warms up.
            if (round > 0)
            {
                ours.Add(rate);
                bare.Add(await Bare(new Uri(receiver.Address, "/bare")));
            }
        }
        var attempts = await database.Scalar("select count(*) from webhook_attempts where outcome = 'DELIVERED'");
        var left = await database.Scalar("select count(*) from deliveries");
        var (alone, beside) = await Beside(database, platform, receiver);
        return
        [
            Figure.AtLeast("signed deliveries, attempts recorded", "deliveries/s", Figure.Median(ours), 5_000),
            Figure.Share(
                "the same beside a bare loop of HttpClient",
                "/s",
                Figure.Median(ours),
                Figure.Median(bare),
                0
            ),
            Figure.None(
                "deliveries without an attempt, or left over",
                (int)(((Rounds + 1L) * Users * EventsOfUser) - attempts + left),
                "none"
            ),
            Figure.Below(
                "median delay of a client beside another's backlog of a million, less that without",
                "ms",
                beside - alone,
                5
            ),
        ];
    }

    private static Task<WebhookRow?> Subscribe(Platform platform, ClientId client, Uri url) =>
        platform
            .Services.GetRequiredService<WebhookEdits>()
            .Create(
                client,
                new CheckedWebhook(
                    url.ToString(),
                    null,
                    null,
                    WebhookFormat.Event,
                    WebhookSignature.HmacSha256,
                    WebhookStatus.Active
                ),
                CancellationToken.None
            );

    private static async Task Append(BenchDatabase database, Platform platform, ClientId client, int firstUser)
    {
        var (vault, ids) = (platform.Services.GetRequiredService<Vault>(), platform.Services.GetRequiredService<Ids>());
        await database.Execute(
            $"""
            insert into users (id, client_id, email, email_key, password_hash, created_at)
            select n, {client}, n || '@example.org', n || '@example.org', '', 0
            from generate_series({firstUser + 1}, {firstUser + Users}) n
            """
        );
        foreach (var user in Enumerable.Range(firstUser + 1, Users))
        {
            await database.Database.Write(
                db =>
                    Affluent.Server.Events.EventLog.Append(
                        new UserWork(db, new UserId(user), client, vault, ids, TimeProvider.System.Seconds()),
                        [
                            .. Enumerable
                                .Range(0, EventsOfUser)
                                .Select(n =>
                                    NewEvent.OfConnection(
                                        EventName.SynchronizationEnded,
                                        new ConnectionId((user * 2) + (n % 2))
                                    )
                                ),
                        ]
                    ),
                CancellationToken.None
            );
        }
    }

    private static async Task<double> Bare(Uri url)
    {
        using var http = new HttpClient();
        var body = Encoding.UTF8.GetBytes(new string('x', 300));
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Users * EventsOfUser),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (_, cancellation) =>
            {
                using var answer = await http.PostAsync(url, new ByteArrayContent(body), cancellation);
            }
        );
        return Users * EventsOfUser / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Milliseconds from the commit of an event to its arrival: without anything else, and while another client has a million events before a receiver that takes its time.</summary>
    private static async Task<(double Alone, double Beside)> Beside(
        BenchDatabase database,
        Platform platform,
        Receiver receiver
    )
    {
        await database.Execute("delete from subscriptions");
        await database.Execute(
            """
            insert into clients (id, client_id, secret_hash, name, grants, scopes, redirect_urls, redirect_origins, client_mode, own_terms, created_at, version)
            select 7, 'other', '', 'Other', grants, scopes, redirect_urls, redirect_origins, client_mode, own_terms, 0, version from clients
            """
        );
        var client = new ClientId(await database.Scalar("select id from clients where id <> 7"));
        await Subscribe(platform, client, new Uri(receiver.Address, "/probe"));
        var loop = ActivatorUtilities.CreateInstance<WebhookDispatcherLoop>(platform.Services);
        await loop.StartAsync(CancellationToken.None);
        var alone = await Delay(platform, database, client, receiver);
        await Subscribe(platform, new ClientId(7), new Uri(receiver.Address, "/slow"));
        await database.Execute(
            $"""
            insert into events (user_id, id, client_id, at, name, type)
            select n % 1000 + 1000000, n, 7, extract(epoch from now())::bigint, 'SYNCHRONIZATION_ENDED', 'SYNCHRONIZATION' from generate_series(1, {Backlog}) n
            """
        );
        await database.Execute(
            """
            insert into deliveries (webhook_id, position, user_id, event_id, lane, state)
            select (select webhook_id from subscriptions where client_id = 7), position, user_id, id, user_id, 'READY' from events where client_id = 7
            """
        );
        await database.Execute("analyze");
        var beside = await Delay(platform, database, client, receiver);
        await loop.StopAsync(CancellationToken.None);
        return (alone, beside);
    }

    private static async Task<double> Delay(
        Platform platform,
        BenchDatabase database,
        ClientId client,
        Receiver receiver
    )
    {
        var (vault, ids) = (platform.Services.GetRequiredService<Vault>(), platform.Services.GetRequiredService<Ids>());
        List<double> delays = [];
        for (var probe = 0; probe < Probes; probe++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            var arrival = receiver.NextProbe();
            await database.Database.Write(
                db =>
                    Affluent.Server.Events.EventLog.Append(
                        new UserWork(db, new UserId(1), client, vault, ids, TimeProvider.System.Seconds()),
                        NewEvent.OfConnection(EventName.SynchronizationEnded, new ConnectionId(probe + 1))
                    ),
                CancellationToken.None
            );
            var committed = Stopwatch.GetTimestamp();
            var arrived = await arrival.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
            delays.Add(Math.Max(0, Stopwatch.GetElapsedTime(committed, arrived).TotalMilliseconds));
        }
        Console.WriteLine($"  median {Figure.Median(delays):0.0} ms, slowest {delays.Max():0.0} ms");
        return Figure.Median(delays);
    }

    /// <summary>Takes events and does nothing with them.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private TaskCompletionSource<long> _probe = new();
        private int _count;

        private Receiver(WebApplication app) => _app = app;

        public int Count => Volatile.Read(ref _count);

        public Uri Address => new(_app.Urls.First());

        public static async Task<Receiver> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var receiver = new Receiver(builder.Build());
            receiver._app.Run(receiver.Take);
            await receiver._app.StartAsync();
            return receiver;
        }

        public Task<long> NextProbe()
        {
            _probe = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _probe.Task;
        }

        private async Task Take(HttpContext context)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 204;
            switch (context.Request.Path.Value)
            {
                case "/count":
                    Interlocked.Increment(ref _count);
                    break;
                case "/probe":
                    _probe.TrySetResult(Stopwatch.GetTimestamp());
                    break;
                case "/slow":
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                    break;
                default:
                    break;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
