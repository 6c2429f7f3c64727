using System.Text.Json;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Nodes;

/// <summary>What must be true once everything is quiet: the platform's data is the bank's.</summary>
internal static class Audit
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Reads all connections once more, but for those whose consent is over: each must come to success.</summary>
    public static async Task Settle(Cluster cluster, IReadOnlyList<ClusterConnection> connections)
    {
        foreach (var connection in connections)
        {
            await cluster.Client.Synchronize(connection);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        foreach (var connection in connections)
        {
            while (
                !IsLost(cluster, connection)
                && await Read(cluster, connection) is var read
                && read.Text("status") != "SUCCESS"
            )
            {
                Assert.False(limit.IsCancellationRequested, $"Waited in vain for {read}");
                if (read.Text("status") != "RUNNING")
                {
                    await cluster.Client.Synchronize(connection);
                }
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Only consents of which no node could have kept the token are over; how many, by what took it away.</summary>
    public static string Losses(Cluster cluster)
    {
        var losses = cluster.Books.Losses;
        Assert.All(
            losses,
            loss =>
                Assert.True(
                    cluster.Books.Excuse(loss) is not null,
                    $"Nothing had happened to a node: {loss}. Away were {string.Join(", ", cluster.Books.Aways)}"
                )
        );
        return string.Join(
            ", ",
            losses
                .CountBy(loss => (cluster.Books.Excuse(loss), loss.Exchange.Answered is null))
                .Select(c =>
                    $"{c.Value} {c.Key.Item1}{(c.Key.Item2 ? " before the answer" : " before it was written")}"
                )
        );
    }

    /// <summary>
    /// Each account holds the bank's rows, each once, as they are now; that of a consent that is over holds rows of the bank. Each has come once in the
    /// changes. How many there are.
    /// </summary>
    public static async Task<int> Stored(Cluster cluster, IReadOnlyList<ClusterConnection> connections, Traffic traffic)
    {
        await traffic.ReadChanges();
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (var connection in connections)
        {
            var accounts = await cluster.Client.All(
                $"/api/v2.1/accounts?user_id={connection.UserId}&connection_id={connection.Id}"
            );
            foreach (var bank in cluster.Bank.Accounts(connection.Consent))
            {
                var account = accounts.SingleOrDefault(a => a.Text("name") == $"Account {bank.Id}");
                if (account.ValueKind == JsonValueKind.Undefined)
                {
                    Assert.True(IsLost(cluster, connection), $"{bank.Id} is not stored");
                    continue;
                }
                var rows = await cluster.Client.All(
                    $"/api/v2.1/transactions?user_id={connection.UserId}&account_id={account.Text("id")}"
                );
                Assert.All(rows, row => Assert.True(ids.Add(row.Text("id")), $"{row} is there twice"));
                AssertAlike(bank, rows, IsLost(cluster, connection));
            }
            Assert.True(accounts.Count <= cluster.Bank.Accounts(connection.Consent).Count, connection.Id);
        }
        Assert.Empty(traffic.Removed);
        Assert.Equal(ids.Order(StringComparer.Ordinal), traffic.Added.Keys.Order(StringComparer.Ordinal));
        Assert.All(traffic.Added, added => Assert.True(added.Value == 1, $"{added.Key} came {added.Value} times"));
        return ids.Count;
    }

    /// <summary>In the events, runs begin and end in turn, and each connection and account comes once. How many there are.</summary>
    public static async Task<int> Events(
        Cluster cluster,
        IReadOnlyList<ClusterConnection> connections,
        IReadOnlyDictionary<string, string> queues
    )
    {
        var count = 0;
        foreach (var (userId, queue) in queues)
        {
            var events = await cluster.Client.Events(userId, queue);
            count += events.Count;
            var added = events.Where(e => e.Text("name") == "ACCOUNT_ADDED").Select(e => e.Text("resource")).ToList();
            Assert.Equal(added.Distinct(StringComparer.Ordinal), added);
            foreach (var connection in connections.Where(c => c.UserId == userId))
            {
                var names = events
                    .Where(e => e.TextOrNull("connection_id") == connection.Id)
                    .Select(e => e.Text("name"))
                    .ToList();
                Assert.Single(names, "CONNECTION_CREATED");
                var runs = names.Where(name => name is "SYNCHRONIZATION_STARTED" or "SYNCHRONIZATION_ENDED").ToList();
                Assert.All(
                    runs.Index(),
                    run =>
                        Assert.Equal(run.Index % 2 == 0 ? "SYNCHRONIZATION_STARTED" : "SYNCHRONIZATION_ENDED", run.Item)
                );
                // A run whose consent is over asks its user to agree anew, and waits.
                Assert.True(
                    runs.Count % 2 == 0 || IsLost(cluster, connection),
                    $"{connection.Id} has a run without end"
                );
            }
        }
        return count;
    }

    private static void AssertAlike(BankAccount bank, List<JsonElement> rows, bool isLost)
    {
        var stored = rows.Select(row => (row.GetProperty("amount").GetDecimal(), row.Text("status"))).ToList();
        if (isLost)
        {
            var amounts = stored.Select(row => row.Item1).ToList();
            Assert.Equal(amounts.Distinct(), amounts);
            Assert.Subset(bank.Rows.Select(row => row.Amount).ToHashSet(), amounts.ToHashSet());
            return;
        }
        Assert.Equal(
            bank.Rows.Select(row => (row.Amount, row.IsBooked ? "BOOKED" : "PENDING")).Order(),
            stored.Order()
        );
    }

    private static bool IsLost(Cluster cluster, ClusterConnection connection) =>
        cluster.Books.Losses.Any(loss => loss.Consent == connection.Consent);

    private static Task<JsonElement> Read(Cluster cluster, ClusterConnection connection) =>
        cluster.Client.Get($"/api/v2.1/connections/{connection.Id}");
}
