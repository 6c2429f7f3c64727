using System.Globalization;
using System.Text;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// A process that is killed in the middle of its work loses and invents nothing: started again on the same data it goes on. The bank
/// fetches its account file at every page it shows, which tells the test how far the reading has come.
/// </summary>
public sealed class CrashTests
{
    private const int Accounts = 3;
    private const int Movements = 120;

    [Theory, OnBothDatabases]
    public async Task A_process_killed_during_a_synchronization_loses_and_doubles_nothing(DatabaseKind kind)
    {
        await using var installation = await Installation.Start(kind);
        await using var files = await FileSite.Start();
        using var customer = await Customer.Of(installation);
        var queue = await customer.Subscribe();

        // In the login, in the first account, and just before the last page; each time counted from the last start. On PostgreSQL,
        // where other nodes may live, each death costs the time of a lease.
        var moments = new Queue<int>(kind == DatabaseKind.Postgres ? [5] : [2, 5, 8]);
        var begun = 0;
        var killed = new TaskCompletionSource();
        files.OnRequest = async number =>
        {
            if (moments.TryPeek(out var moment) && number - begun >= moment)
            {
                moments.Dequeue();
                begun = number;
                await installation.Server.Kill();
                killed.TrySetResult();
            }
        };

        var connection = await customer.Connect("dev", "dev", files.Put("many.txt", File()));
        while (moments.Count > 0)
        {
            await killed.Task.WaitAsync(ServerProcess.Patience, TestContext.Current.CancellationToken);
            killed = new TaskCompletionSource();
            await installation.Serve();
        }

        await AssertComplete(customer, connection);
        await AssertEvents(customer, queue);
    }

    [Theory, OnPostgresOnly("One process at a time has an SQLite file.")]
    public async Task Two_nodes_on_one_database_share_the_work_and_outlive_each_other(DatabaseKind kind)
    {
        await using var installation = await Installation.Start(kind);
        await using var files = await FileSite.Start();
        var first = installation.Server;
        var second = await installation.Serve(new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}"));
        var file = files.Put("many.txt", File());

        var customers = new List<(Customer Customer, string Queue, string Connection)>();
        try
        {
            for (var i = 0; i < 6; i++)
            {
                var customer = await Customer.Of(installation);
                customers.Add((customer, await customer.Subscribe(), await customer.Connect("dev", "dev", file)));
            }
            // The second node dies in the middle; what it had comes to the first.
            await second.Kill();
            foreach (var (customer, queue, connection) in customers)
            {
                await AssertComplete(customer, connection);
                await AssertEvents(customer, queue);
            }
        }
        finally
        {
            customers.ForEach(c => c.Customer.Dispose());
        }
        // With what follows each, which says why.
        Assert.Equal(
            "",
            string.Join('\n', first.Output.Split(" error ").Skip(1).Select(e => e[..Math.Min(e.Length, 2000)]))
        );
    }

    private static async Task AssertComplete(Customer customer, string connectionId)
    {
        await customer.Succeeded(connectionId);
        var accounts = await customer.Accounts(connectionId);
        Assert.Equal(Accounts, accounts.Count);
        foreach (var account in accounts)
        {
            var amounts = (await customer.Transactions(account.Text("id"))).Select(t =>
                t.GetProperty("amount").GetDecimal()
            );
            // Each amount of an account occurs once.
            Assert.Equal(Enumerable.Range(1, Movements).Select(Amount).Order(), amounts.Order());
        }
    }

    private static async Task AssertEvents(Customer customer, string queue)
    {
        var events = await customer.Events(queue);
        var ids = events.Select(e => long.Parse(e.Text("id"), CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(ids.Distinct().Order(), ids);
        Assert.Equal("CONNECTION_CREATED", events[0].Text("name"));
        Assert.Equal("SYNCHRONIZATION_ENDED", events[^1].Text("name"));
        Assert.Equal("SUCCESS", events[^1].Text("status"));
        foreach (var name in new[] { "CONNECTION_CREATED", "SYNCHRONIZATION_STARTED", "SYNCHRONIZATION_ENDED" })
        {
            Assert.Single(events, e => e.Text("name") == name);
        }
        AssertOncePerAccount(events, "ACCOUNT_ADDED");
        AssertOncePerAccount(events, "ACCOUNT_SYNCHRONIZED");
    }

    private static void AssertOncePerAccount(List<JsonElement> events, string name)
    {
        var resources = events.Where(e => e.Text("name") == name).Select(e => e.Text("resource")).ToList();
        Assert.Equal(Accounts, resources.Count);
        Assert.Equal(Accounts, resources.Distinct(StringComparer.Ordinal).Count());
    }

    private static decimal Amount(int movement) => -movement - 0.25m;

    private static byte[] File()
    {
        var file = new StringBuilder("CREDENTIALS|dev|dev\nCREDENTIALS_OWNER|CLEMENT VIDAL\n");
        for (var account = 1; account <= Accounts; account++)
        {
            file.Append(
                CultureInfo.InvariantCulture,
                $"ACCOUNT|crashcrash{account:00}|000{account}|01/08/26|{account}00.00|Checkings||false|CLEMENT VIDAL|Compte {account}||||EUR\n"
            );
            for (var movement = 1; movement <= Movements; movement++)
            {
                file.Append(
                    CultureInfo.InvariantCulture,
                    $"TRANSACTION|{Amount(movement)}|{(movement % 28) + 1:00}/07/26|CB COMMERCE {movement}\n"
                );
            }
        }
        return Encoding.UTF8.GetBytes(file.ToString());
    }
}
