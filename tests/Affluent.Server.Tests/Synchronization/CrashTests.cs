using Affluent.Server.Jobs;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class CrashTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_run_killed_at_any_transaction_is_finished_without_loss_or_repetition(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_with_two_accounts(), kind);
        var (http, _) = await app.SignedInUser();
        var died = 0;
        for (var step = 1; ; step++)
        {
            // Each step dies once before its commit and once after it.
            var survived = false;
            foreach (var afterCommit in new[] { false, true })
            {
                var id = await TestApp.Connect(http, autoSync: false);
                var database = new HookedDatabase(app.Database) { DiesAt = step, DiesAfterCommit = afterCommit };
                try
                {
                    await app.WorkerOver(database).RunDue(Stop);
                }
                catch (HookedDatabase.Death)
                {
                    // At the claim itself.
                }
                survived = database.Writes < step;
                died += survived ? 0 : 1;
                app.Time.Advance(Claim.Lease + TimeSpan.FromSeconds(1));
                await app.RunDueSynchronizations();

                Assert.Equal("SUCCESS", await http.StatusOf(id));
                Assert.Equal(["111: -2.00 -1.00", "222: -7.00"], await Movements(http, id));
                var events = (await app.EventNames(id)).CountBy(name => name).ToDictionary();
                Assert.Equal(1, events["SYNCHRONIZATION_STARTED"]);
                Assert.Equal(1, events["SYNCHRONIZATION_ENDED"]);
                Assert.Equal(2, events["ACCOUNT_ADDED"]);
                Assert.Equal(2, events["ACCOUNT_SYNCHRONIZED"]);
                Assert.Equal(1, events["LIST_ACCOUNTS"]);
            }
            if (survived)
            {
                break;
            }
        }
        Assert.True(died >= 10, $"only {died} deaths");
    }

    [Theory, OnBothDatabases]
    public async Task A_worker_whose_fence_is_stale_writes_nothing(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_with_two_accounts(), kind);
        var (http, _) = await app.SignedInUser();
        await TestApp.Connect(http);
        var worker = app.Services.GetRequiredService<Worker>();
        var stale = (await worker.ClaimDue(new(1, 1), Stop)).Jobs.Single();
        app.Time.Advance(Claim.Lease + TimeSpan.FromSeconds(1));
        await app.RunDueSynchronizations();
        var before = await Everything(app);

        await worker.Run(stale, Stop);

        Assert.Equal(before, await Everything(app));
    }

    [Theory, OnBothDatabases]
    public async Task Many_workers_at_once_claim_each_connection_once(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_with_two_accounts(), kind);
        for (var i = 0; i < 12; i++)
        {
            var (http, _) = await app.SignedInUser();
            await TestApp.Connect(http);
        }
        var worker = app.Services.GetRequiredService<Worker>();

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => worker.ClaimDue(new(5, 5), Stop), Stop))
        );

        var all = claims.SelectMany(c => c.Jobs).Select(job => job.Id).ToArray();
        Assert.Equal(12, all.Length);
        Assert.Equal(12, all.Distinct().Count());
    }

    [Theory, OnSqliteOnly("A test can say how large a file may become, but not how full the disk of a server is.")]
    public async Task A_full_disk_stops_the_run_and_the_data_stays_whole(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.PageSize = 10_000;
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            [.. Enumerable.Range(0, 5000).Select(i => Bank.Booked($"t{i}", -1, "2026-02-01", $"CARTE SHOP NUMBER {i}"))]
        );
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        var full = new HookedDatabase(app.Database) { PagesLeft = 8 };

        await app.WorkerOver(full).RunDue(Stop);
        var left = await app.Count("transactions");
        Assert.Equal("ok", await app.Integrity());
        Assert.Equal("RUNNING", await http.StatusOf(id));
        var roomy = new HookedDatabase(app.Database) { PagesLeft = 1_000_000 };
        app.Time.Advance(TimeSpan.FromMinutes(10));
        await app.WorkerOver(roomy).RunDue(Stop);

        Assert.Equal(0, left);
        Assert.Equal(5000, await app.Count("transactions"));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_node_that_stops_gives_its_run_back_at_once(DatabaseKind kind)
    {
        var bank = Bank_with_two_accounts();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        using var stopping = new CancellationTokenSource();
        bank.EmbeddedChannel.Instead = (_, _) =>
        {
            stopping.Cancel();
            stopping.Token.ThrowIfCancellationRequested();
            return null;
        };
        var worker = app.Services.GetRequiredService<Worker>();
        var claim = (await worker.ClaimDue(new(1, 1), Stop)).Jobs.Single();

        await worker.Run(claim, stopping.Token);
        var job = await app.JobState(id);
        bank.EmbeddedChannel.Instead = null;
        await app.RunDueSynchronizations();

        Assert.Equal("IDLE", job);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    private static FakeBank Bank_with_two_accounts()
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked("a", -1, "2026-02-01", "CARTE ONE"),
            Bank.Booked("b", -2, "2026-02-02", "CARTE TWO")
        );
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("c", -7, "2026-02-01", "CARTE THREE"));
        return bank;
    }

    private static async Task<IReadOnlyList<string>> Movements(HttpClient http, string connection)
    {
        List<string> movements = [];
        foreach (var account in (await http.Read($"/api/v2.1/accounts?connection_id={connection}")).EnumerateArray())
        {
            var listed = await http.Read($"/api/v2.1/transactions?account_id={account.Text("id")}");
            var amounts = listed.EnumerateArray().Select(t => t.GetProperty("amount").GetRawText());
            movements.Add($"{account.Text("account_number")}: {string.Join(' ', amounts)}");
        }
        return movements;
    }

    private static Task<string> Everything(TestApp app) =>
        app.Snapshot("connections", "jobs", "channels", "accounts", "transactions", "events", "questions");
}
