using Affluent.Server.Synchronization;
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
        var (http, user) = await app.SignedInUser();
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

                Assert.Equal("SUCCESS", await app.Value<string>($"select status from connections where id = {id}"));
                Assert.Equal(
                    "111:-300:2,222:-700:1",
                    string.Join(
                        ',',
                        (
                            await app.Rows(
                                $"""
                                select a.account_number as number, sum(t.amount_minor) as total, count(*) as rows
                                from accounts a join transactions t on t.user_id = a.user_id and t.account_id = a.id
                                where a.connection_id = {id} group by a.account_number order by a.account_number
                                """
                            )
                        ).Select(r => $"{r.number}:{r.total}:{r.rows}")
                    )
                );
                Assert.Equal(1, await Events(app, id, "SYNCHRONIZATION_STARTED"));
                Assert.Equal(1, await Events(app, id, "SYNCHRONIZATION_ENDED"));
                Assert.Equal(2, await Events(app, id, "ACCOUNT_ADDED"));
                Assert.Equal(2, await Events(app, id, "ACCOUNT_SYNCHRONIZED"));
                Assert.Equal(1, await Events(app, id, "LIST_ACCOUNTS"));
            }
            if (survived)
            {
                break;
            }
            // A token lives an hour of the test's clock.
            http.DefaultRequestHeaders.Authorization = new("Bearer", await app.UserToken(user));
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
        var stale = (await worker.ClaimDue(1, Stop)).Single();
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
        var (http, _) = await app.SignedInUser();
        for (var i = 0; i < 12; i++)
        {
            await TestApp.Connect(http);
        }
        var worker = app.Services.GetRequiredService<Worker>();

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => worker.ClaimDue(5, Stop), Stop))
        );

        var all = claims.SelectMany(c => c).Select(c => c.Id).ToArray();
        Assert.Equal(12, all.Length);
        Assert.Equal(12, all.Distinct().Count());
    }

    [Fact]
    public async Task A_full_disk_stops_the_run_and_the_data_stays_whole()
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.PageSize = 10_000;
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            [.. Enumerable.Range(0, 5000).Select(i => Bank.Booked($"t{i}", -1, "2026-02-01", $"CARTE SHOP NUMBER {i}"))]
        );
        await using var app = await TestApp.StartWith(bank);
        var (http, _) = await app.SignedInUser();
        await TestApp.Connect(http);
        var full = new HookedDatabase(app.Database)
        {
            Begin = async db =>
            {
                var pages = await db.Scalar<long>("pragma page_count");
                await db.Execute($"pragma max_page_count = {pages + 8}");
            },
        };

        await app.WorkerOver(full).RunDue(Stop);
        var left = await app.Value<long>("select count(*) from transactions");
        Assert.Equal("ok", await app.Value<string>("pragma integrity_check"));
        Assert.Equal("RUNNING", await app.Value<string>("select status from connections"));
        var roomy = new HookedDatabase(app.Database) { Begin = db => db.Execute("pragma max_page_count = 1000000") };
        app.Time.Advance(TimeSpan.FromMinutes(10));
        await app.WorkerOver(roomy).RunDue(Stop);

        Assert.Equal(0, left);
        Assert.Equal(5000, await app.Value<long>("select count(*) from transactions"));
        Assert.Equal("SUCCESS", await app.Value<string>("select status from connections"));
    }

    [Fact]
    public async Task A_node_that_stops_gives_its_run_back_at_once()
    {
        var bank = Bank_with_two_accounts();
        await using var app = await TestApp.StartWith(bank);
        var (http, _) = await app.SignedInUser();
        await TestApp.Connect(http);
        using var stopping = new CancellationTokenSource();
        bank.EmbeddedChannel.Instead = (_, _) =>
        {
            stopping.Cancel();
            stopping.Token.ThrowIfCancellationRequested();
            return null;
        };
        var worker = app.Services.GetRequiredService<Worker>();
        var claim = (await worker.ClaimDue(1, Stop)).Single();

        await worker.Run(claim, stopping.Token);
        var job = await app.Value<string>("select job from connections");
        bank.EmbeddedChannel.Instead = null;
        await app.RunDueSynchronizations();

        Assert.Equal("idle", job);
        Assert.Equal("SUCCESS", await app.Value<string>("select status from connections"));
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

    private static Task<long> Events(TestApp app, string connectionId, string name) =>
        app.Value<long>($"select count(*) from events where connection_id = {connectionId} and name = '{name}'");

    private static async Task<string> Everything(TestApp app)
    {
        var tables = new[] { "connections", "channels", "accounts", "transactions", "events", "questions" };
        List<string> all = [];
        foreach (var table in tables)
        {
            all.AddRange((await app.Rows($"select * from {table} order by 1, 2, 3")).Select(r => (string)Text(r)));
        }
        return string.Join('\n', all);
    }

    private static string Text(object row) =>
        string.Join(
            '|',
            ((IDictionary<string, object>)row).Select(c =>
                $"{c.Key}={(c.Value is byte[] b ? Convert.ToHexString(b) : c.Value)}"
            )
        );
}
