using System.Globalization;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Nodes;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Nodes that are killed at any moment, and receivers that die, too: afterwards each event that was committed has come to every webhook and to the reader of
/// the feed, those of a connection in their order, and nothing else has. <c>AFFLUENT_KILLS</c> says how often; without it a few times.
/// </summary>
public sealed class DeliveryTests(ITestOutputHelper output)
{
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("AFFLUENT_KILLS") ?? "3",
        CultureInfo.InvariantCulture
    );
    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("AFFLUENT_SEED") ?? "1",
        CultureInfo.InvariantCulture
    );
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Each_committed_event_comes_to_everybody_in_the_order_of_its_connection(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);
        await using var cluster = await Cluster.Start(database.Address, TimeSpan.FromMinutes(10));
        await using var first = await MortalReceiver.Start(Seed);
        await using var second = await MortalReceiver.Start(Seed + 1);
        await cluster.Client.Make("/api/v2.1/webhooks", new { url = first.Url });
        await cluster.Client.Make("/api/v2.1/webhooks", new { url = second.Url });
        using var end = new CancellationTokenSource();
        var followed = new List<string>();
        var place = "0";
        // Users walk to the bank and back before anything happens to a node.
        List<ClusterConnection> connections = [];
        for (var i = 0; i < 6; i++)
        {
            connections.Add(await cluster.Client.Connect(await cluster.Client.CreateUser()));
        }

        var traffic = Task.WhenAll([Follow(), PassTime(), .. connections.Chunk(2).Select(Happen)]);
        var random = new Random(Seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            await cluster.Nodes[random.Next(cluster.Nodes.Count)].Kill();
            if (cluster.Nodes.Count == 1)
            {
                // Who had one is dead: the next process need not wait for them, which it is given no time for.
                await database.ExpireLeases();
            }
        }
        await end.CancelAsync();
        await traffic;
        (first.IsMortal, second.IsMortal) = (false, false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        // What a dead node held; once, since who is at a webhook would be taken for dead, too.
        await database.ExpireLeases();
        var committed = await Settled();

        var feed = committed.Select(e => e.Text("cursor")).ToArray();
        Assert.Equal(
            await database.EventPositions(),
            feed.Select(cursor => long.Parse(cursor, CultureInfo.InvariantCulture))
        );
        Assert.Equal(feed, followed);
        foreach (var receiver in new[] { first, second })
        {
            var accepted = receiver.Accepted;
            var ids = accepted.Select(m => m.Id).Distinct(StringComparer.Ordinal).ToArray();
            Assert.Equal(feed.Select(c => $"evt_{c}").Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
            foreach (var lane in accepted.GroupBy(Lane))
            {
                var order = lane.Select(m => m.Place).Distinct().ToArray();
                Assert.Equal(order.Order(), order);
            }
        }
        output.WriteLine(
            $"{Kills} nodes killed; receivers dead {first.Deaths + second.Deaths} times; {feed.Length} events, each at both webhooks and in the feed; "
                + $"{first.Accepted.Count + second.Accepted.Count - (2 * feed.Length)} came twice"
        );

        async Task Happen(ClusterConnection[] some)
        {
            while (!end.IsCancellationRequested)
            {
                await cluster.Client.LeaveUser();
                foreach (var connection in some)
                {
                    await cluster.Client.Synchronize(connection);
                }
                await Task.Delay(50, Stop);
            }
        }

        async Task Follow()
        {
            while (!end.IsCancellationRequested)
            {
                await ReadOn();
                await Task.Delay(50, Stop);
            }
        }

        async Task ReadOn()
        {
            var page = await cluster.Client.Get($"/api/v2.1/events?limit=500&after={place}");
            followed.AddRange(page.GetProperty("events").EnumerateArray().Select(e => e.Text("cursor")));
            place = page.Text("next");
        }

        // Receivers that come back are tried after seconds, minutes, hours: no test waits for that.
        async Task PassTime()
        {
            while (!end.IsCancellationRequested)
            {
                await database.RetryDeliveries();
                await Task.Delay(1000, Stop);
            }
        }

        // No run can say anything more, and everybody has it all.
        async Task<IReadOnlyList<JsonElement>> Settled()
        {
            while (true)
            {
                var underWay = await database.JobsUnderWay(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
                await ReadOn();
                var all = await All();
                HashSet<string>[] taken = [first.Taken(), second.Taken()];
                if (
                    underWay == 0
                    && followed.Count == all.Count
                    && all.All(e => taken.All(ids => ids.Contains($"evt_{e.Text("cursor")}")))
                    && await database.DeliveriesLeft() == 0
                )
                {
                    return all;
                }
                Assert.False(
                    patience.IsCancellationRequested,
                    $"{underWay} jobs under way, {all.Count} events, {followed.Count} followed, {first.Accepted.Count} and {second.Accepted.Count} received, {await database.DeliveriesLeft()} on their way"
                );
                await database.RetryDeliveries();
                await Task.Delay(500, Stop);
            }
        }

        async Task<List<JsonElement>> All()
        {
            List<JsonElement> all = [];
            for (var from = "0"; ; )
            {
                var page = await cluster.Client.Get($"/api/v2.1/events?limit=500&after={from}");
                all.AddRange(page.GetProperty("events").EnumerateArray());
                from = page.Text("next");
                if (!page.GetProperty("has_more").GetBoolean())
                {
                    return all;
                }
            }
        }
    }

    private static string Lane(ReceivedMessage message) =>
        message.Json.TryGetProperty("connection_id", out var connection)
            ? connection.GetString()!
            : message.Json.Text("user_id");
}
