using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Transactions;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Transactions;

/// <summary>Who follows the changes holds what the list shows, whatever happens meanwhile.</summary>
public sealed class ChangesTests
{
    private const string Changes = "/api/v2.1/transactions/changes";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Each_change_is_told_once_as_what_it_is(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP"),
            Bank.Pending(-2, "2026-02-28", "CB CAFE")
        );
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var replica = new Replica(http);

        await replica.Follow();
        Assert.Equal((2, 0, 0), replica.Told);
        await replica.Follow();
        Assert.Equal((0, 0, 0), replica.Told);

        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP"),
            Bank.Booked("b", -2, "2026-03-01", "CB CAFE"),
            Bank.Booked("c", -3, "2026-03-01", "CB BAR")
        );
        await Again(app, http, id);
        await replica.Follow();
        Assert.Equal((1, 1, 0), replica.Told);
        await replica.IsTheList();

        // Nothing new: nothing is told.
        await Again(app, http, id);
        await replica.Follow();
        Assert.Equal((0, 0, 0), replica.Told);
    }

    [Theory, OnBothDatabases]
    public async Task A_deleted_account_goes_with_all_its_transactions(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1, "2026-02-25", "CB SHOP"));
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("b", -2, "2026-02-25", "CB CAFE"));
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var replica = new Replica(http);
        await replica.Follow();
        Assert.Equal(2, replica.Rows.Count);

        using var account = await http.DeleteAsync(
            $"/api/v2.1/accounts/{(await http.Account("111")).Text("id")}",
            Stop
        );
        await replica.Follow();
        Assert.Equal("CB CAFE", Assert.Single(replica.Rows.Values).Text("notes"));

        using var connection = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);
        await replica.Follow();
        Assert.Empty(replica.Rows);
        await replica.IsTheList();
    }

    [Theory, OnBothDatabases]
    public async Task What_changes_between_two_pages_comes_behind_them(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        await StoreSet(app, user, account, 25);
        var replica = new Replica(http, limit: 10);

        await replica.Page();
        var (first, last) = (replica.Rows.Keys.First(), (await http.Transactions())[0].Text("id"));
        foreach (var id in new[] { first, last })
        {
            using var answer = await http.PatchAsJsonAsync(
                $"/api/v2.1/transactions/{id}",
                new { label = "Mine" },
                Stop
            );
            answer.EnsureSuccessStatusCode();
        }
        await replica.Follow();

        await replica.IsTheList();
        Assert.Equal(2, replica.Rows.Values.Count(row => row.Text("label") == "Mine"));
        // The first was known already; the last is new to this reader, though it has changed since.
        Assert.Equal((25, 1), (replica.EverAdded, replica.EverModified));
    }

    [Theory, OnBothDatabases]
    public async Task A_client_follows_all_of_its_users_and_nobody_else_s(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1, "2026-02-25", "CB SHOP"));
        var (app, _, _) = await Linked(bank, kind);
        await using var _1 = app;
        var client = await app.CreateClient(clientMode: true);
        var users = new[] { await app.CreateUser(client), await app.CreateUser(client) };
        foreach (var user in users)
        {
            using var http = await app.SignedIn(user);
            await TestApp.Connect(http);
        }
        await app.RunDueSynchronizations();
        using var own = app.WithToken(await app.ClientToken(client, "transactions_read"));

        var all = await own.Read(Changes);
        var one = await own.Read($"{Changes}?user_id={users[0].Id}");

        Assert.Equal(
            users.Select(user => user.Id.ToString()).Order(),
            all.GetProperty("added").EnumerateArray().Select(row => row.Text("user_id")).Order()
        );
        Assert.False(Assert.Single(one.GetProperty("added").EnumerateArray()).TryGetProperty("user_id", out var _));
    }

    [Theory]
    [OnBothDatabases("after=yesterday", "after")]
    [OnBothDatabases("after=", "after")]
    [OnBothDatabases("limit=501", "limit")]
    public async Task What_is_no_place_is_refused(DatabaseKind kind, string query, string parameter)
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();

        using var answer = await http.GetAsync($"{Changes}?{query}", Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(parameter, (await answer.Json()).Text("parameter"));
    }

    /// <summary>Writers of many users commit while the client reads: numbers become visible in their order, so nothing is passed over.</summary>
    [Theory, OnBothDatabases]
    public async Task Nothing_is_missed_while_many_write(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var client = await app.CreateClient(clientMode: true);
        var users = new List<(TestUser User, TestAccount Account)>();
        for (var i = 0; i < 6; i++)
        {
            var user = await app.CreateUser(client);
            users.Add((user, await app.StoreAccount(await app.StoreConnection(user))));
        }
        using var own = app.WithToken(await app.ClientToken(client, "transactions_read"));
        var replica = new Replica(own, limit: 7);
        var writers = users.Select(one =>
            Task.Run(
                async () =>
                {
                    for (var round = 0; round < 15; round++)
                    {
                        await StoreSet(app, one.User, one.Account, 3);
                    }
                },
                Stop
            )
        );

        var writing = Task.WhenAll(writers);
        while (!writing.IsCompleted)
        {
            await replica.Page();
        }
        await writing;
        await replica.Follow();

        Assert.Equal((6 * 15 * 3, 6 * 15 * 3), (replica.Rows.Count, replica.EverAdded));
    }

    // As a run does: rows, and their change set, in one transaction.
    private static Task<bool> StoreSet(TestApp app, TestUser user, TestAccount account, int count) =>
        app.Service<UserDatabase>()
            .Write(
                user.Id,
                user.Client.Id,
                async work =>
                {
                    var set = work.Ids.Next<ChangeSetId>();
                    var rows = Enumerable
                        .Range(0, count)
                        .Select(n => new TransactionRow
                        {
                            UserId = user.Id,
                            Id = work.Ids.Next<TransactionId>(),
                            AccountId = account.Id,
                            AmountMinor = -100 - n,
                            Currency = "EUR",
                            Label = "Shop",
                            CategoryId = "SHOPPING",
                            Day = 20_500 + n,
                            ImportedAt = work.Now,
                            UpdatedAt = work.Now,
                            AddedIn = set,
                            ChangedIn = set,
                        });
                    await TransactionImports.Save(work, account.Id, new TransactionChanges(set, [.. rows], [], [], []));
                    return true;
                },
                Stop
            );

    /// <summary>What somebody holds who only follows.</summary>
    private sealed class Replica(HttpClient http, int limit = 100)
    {
        private string? _after;

        public Dictionary<string, JsonElement> Rows { get; } = [];

        /// <summary>Added, modified and removed by the last call of <see cref="Follow"/>.</summary>
        public (int Added, int Modified, int Removed) Told { get; private set; }

        public int EverAdded { get; private set; }

        public int EverModified { get; private set; }

        public async Task<bool> Page()
        {
            var page = await http.Read($"{Changes}?limit={limit}" + (_after is null ? "" : $"&after={_after}"));
            foreach (var account in page.GetProperty("removed_accounts").EnumerateArray())
            {
                foreach (var row in Rows.Values.Where(r => r.Text("account_id") == account.Text("id")).ToArray())
                {
                    Rows.Remove(row.Text("id")!);
                }
            }
            foreach (var row in page.GetProperty("removed").EnumerateArray())
            {
                Rows.Remove(row.Text("id")!);
            }
            foreach (var row in page.GetProperty("added").EnumerateArray())
            {
                Assert.True(Rows.TryAdd(row.Text("id")!, row), "added twice");
            }
            foreach (var row in page.GetProperty("modified").EnumerateArray())
            {
                Assert.True(Rows.ContainsKey(row.Text("id")!), "modified, and never added");
                Rows[row.Text("id")!] = row;
            }
            var told = (Count("added"), Count("modified"), Count("removed"));
            Told = (Told.Added + told.Item1, Told.Modified + told.Item2, Told.Removed + told.Item3);
            (EverAdded, EverModified) = (EverAdded + told.Item1, EverModified + told.Item2);
            _after = page.Text("next");
            return page.GetProperty("has_more").GetBoolean();

            int Count(string list) => page.GetProperty(list).GetArrayLength();
        }

        public async Task Follow()
        {
            Told = default;
            for (var pages = 0; await Page(); pages++)
            {
                Assert.True(pages < 1000, "the changes have no end");
            }
        }

        public async Task IsTheList() =>
            Assert.Equal(
                (await http.Read("/api/v2.1/transactions?limit=500"))
                    .EnumerateArray()
                    .Select(row => row.GetRawText())
                    .Order(StringComparer.Ordinal),
                Rows.Values.Select(row => row.GetRawText()).Order(StringComparer.Ordinal)
            );
    }
}
