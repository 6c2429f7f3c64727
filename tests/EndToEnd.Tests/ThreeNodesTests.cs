using System.Globalization;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Nodes;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Three nodes under load, while nodes are killed, stand still and lose their database: afterwards the platform's data is the bank's, and only consents of
/// which no node could have kept the token are over. Where nodes are stopped and the database restarts, none is. The short forms last seconds and let leases run out;
/// the long ones (<c>AFFLUENT_KILLS</c>, <c>AFFLUENT_RENEWALS</c>) wait for them.
/// </summary>
public sealed class ThreeNodesTests(ITestOutputHelper output)
{
    // Short enough to be renewed while the test lasts: at half its life.
    private static readonly TimeSpan TokenLife = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan BeyondTheLease = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(2);

    private static readonly int Kills = Number("AFFLUENT_KILLS", 0);
    private static readonly int Freezes = Number("AFFLUENT_FREEZES", 20);
    private static readonly int Renewals = Number("AFFLUENT_RENEWALS", 0);
    private static readonly int Seed = Number("AFFLUENT_SEED", 1);

    [Theory, OnPostgresOnly("One process at a time has an SQLite file.")]
    public async Task Three_nodes_that_die_and_stand_still_store_what_the_bank_has(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);
        var isLong = Kills > 0;
        await using var cluster = await Cluster.Start(database.Address, TokenLife);
        var (connections, queues) = await Connect(cluster, users: isLong ? 40 : 2);

        var traffic = new Traffic(cluster, connections, Seed, TimeSpan.FromMilliseconds(isLong ? 300 : 50));
        await (isLong ? AtRandom(cluster) : InShort(cluster, database));
        await traffic.End();

        await Check(cluster, connections, queues, traffic);
    }

    [Theory, OnPostgresOnly("One process at a time has an SQLite file.")]
    public async Task Nodes_that_are_stopped_over_a_database_that_restarts_lose_no_consent(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);
        await using var cluster = await Cluster.Start(database.Address, TokenLife);
        var (connections, queues) = await Connect(cluster, users: Renewals > 0 ? 10 : 2);

        var traffic = new Traffic(cluster, connections, Seed, TimeSpan.FromMilliseconds(20));
        var random = new Random(Seed);
        do
        {
            foreach (var node in cluster.Nodes)
            {
                await node.Restart();
                await Task.Delay(random.Next(1000), TestContext.Current.CancellationToken);
            }
            await cluster.RestartDatabase(database, Restart);
        } while (cluster.Books.Renewals < Renewals);
        await traffic.End();

        await Check(cluster, connections, queues, traffic);
        Assert.Empty(cluster.Books.Losses);
    }

    private async Task Check(
        Cluster cluster,
        List<ClusterConnection> connections,
        Dictionary<string, string> queues,
        Traffic traffic
    )
    {
        await Audit.Settle(cluster, connections);
        var losses = Audit.Losses(cluster);
        var stored = await Audit.Stored(cluster, connections, traffic);
        var events = await Audit.Events(cluster, connections, queues);
        output.WriteLine(
            $"{cluster.Books.Now:mm\\:ss}: {connections.Count} connections, {traffic.Asked} synchronizations asked for, {cluster.Books.Renewals} renewals; "
                + $"{stored} transactions and {events} events as they should be; consents over: {cluster.Books.Losses.Count} ({losses})"
        );
    }

    /// <summary>
    /// Each has been read before anything happens to a node: one that dies while it exchanges the code takes the consent along, and its user is asked anew.
    /// </summary>
    private static async Task<(List<ClusterConnection>, Dictionary<string, string>)> Connect(Cluster cluster, int users)
    {
        List<ClusterConnection> connections = [];
        Dictionary<string, string> queues = new(StringComparer.Ordinal);
        for (var i = 0; i < users; i++)
        {
            var user = await cluster.Client.CreateUser();
            queues.Add(user, await cluster.Client.Subscribe(user));
            connections.AddRange(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => cluster.Client.Connect(user))));
        }
        await Audit.Settle(cluster, connections);
        return (connections, queues);
    }

    /// <summary>
    /// One stands still in the middle of a reading while the others die and are replaced, who take from it what it had; it goes on with what the bank
    /// told before. Then one loses its database for a moment.
    /// </summary>
    private static async Task InShort(Cluster cluster, TestDatabase database)
    {
        Node[] others = [cluster.Nodes[1], cluster.Nodes[2]];
        var release = await cluster.Bank.HoldAnswersTo(0);
        await cluster
            .Nodes[0]
            .Freeze(async () =>
            {
                await Task.WhenAll(others.Select(node => node.Die()));
                await database.ExpireLeases();
                await Task.WhenAll(others.Select(node => node.Start()));
                await Task.Delay(500, TestContext.Current.CancellationToken);
                release();
            });
        await cluster.Nodes[1].CutOff(() => Task.Delay(1000, TestContext.Current.CancellationToken));
    }

    /// <summary>Nodes are killed one after the other, while at most two others stand still or have lost their database.</summary>
    private static async Task AtRandom(Cluster cluster)
    {
        await Task.WhenAll(
            Repeat(Kills, new Random(Seed), node => node.Kill()),
            Repeat(
                Freezes / 2,
                new Random(Seed + 1),
                node => node.Freeze(() => Task.Delay(BeyondTheLease, TestContext.Current.CancellationToken))
            ),
            CutOffAndFreeze()
        );

        async Task CutOffAndFreeze()
        {
            await Repeat(
                1,
                new Random(Seed + 2),
                node => node.CutOff(() => Task.Delay(Minute, TestContext.Current.CancellationToken))
            );
            await Repeat(
                Freezes - (Freezes / 2),
                new Random(Seed + 3),
                node => node.Freeze(() => Task.Delay(BeyondTheLease, TestContext.Current.CancellationToken))
            );
        }

        async Task Repeat(int times, Random random, Func<Node, Task> happens)
        {
            for (var i = 0; i < times; i++)
            {
                await Task.Delay(random.Next(200, 1500), TestContext.Current.CancellationToken);
                Node[] free = [.. cluster.Nodes.Where(node => node.IsFree)];
                if (free.Length > 0)
                {
                    await happens(free[random.Next(free.Length)]);
                }
                else
                {
                    i--;
                }
            }
        }
    }

    private static int Number(string variable, int unlessSaid) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : unlessSaid;
}
