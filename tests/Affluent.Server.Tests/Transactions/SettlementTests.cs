using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Transactions;

/// <summary>Doubts are shown with what they are about, and end when somebody says what is right, for good.</summary>
public sealed class SettlementTests
{
    private static readonly BankTransaction Pending = Bank.Pending(-12.5m, "2026-02-27", "CB CAFE DE LA GARE") with
    {
        Id = "p1",
    };
    private static readonly BankTransaction BookedToo = Bank.Booked(
        "b1",
        -12.5m,
        "2026-02-27",
        "CB CAFE DE LA GARE"
    ) with
    {
        TransactionDay = Pending.TransactionDay,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Two_that_are_one_become_one_and_stay_so(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Pending);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var first = Assert.Single(await http.Transactions()).Text("id")!;
        bank.EmbeddedChannel.With(Bank.Account("111"), Pending, BookedToo);
        await Again(app, http, id);
        var doubtful = (await http.Transactions()).Single(t => t.TryGetProperty("match", out var _));
        var match = doubtful.GetProperty("match");
        Assert.True(match.GetProperty("ambiguous").GetBoolean());
        var other = doubtful.Text("id") == first ? Other(await http.Transactions(), first) : first;
        Assert.Equal([other], match.GetProperty("candidates").EnumerateArray().Select(c => c.GetString()));

        var settled = await Settle(http, doubtful.Text("id")!, new { verdict = "SAME" });

        Assert.Equal((first, "BOOKED", false), (settled.Text("id"), settled.Text("status"), Doubts(settled)));
        Assert.Equal(first, Assert.Single(await http.Transactions()).Text("id"));
        // Both ids lead to it.
        Assert.Equal(
            first,
            (
                await http.Read(
                    $"/api/v2.1/transactions/{(doubtful.Text("id") == first ? other : doubtful.Text("id"))}"
                )
            ).Text("id")
        );

        // The bank goes on listing both, then books.
        await Again(app, http, id);
        Assert.Equal((first, "BOOKED"), await Only(http));
        bank.EmbeddedChannel.With(Bank.Account("111"), BookedToo);
        await Again(app, http, id);
        Assert.Equal((first, "BOOKED"), await Only(http));
        Assert.Equal(
            ["PENDING"],
            (await http.Read($"/api/v2.1/transactions/{first}/history")).EnumerateArray().Select(v => v.Text("status"))
        );
    }

    [Theory, OnBothDatabases]
    public async Task Two_that_are_two_are_in_no_doubt_any_more(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Pending);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Bank.Account("111"), Pending, BookedToo);
        await Again(app, http, id);
        var doubtful = (await http.Transactions()).Single(Doubts);

        await Settle(http, doubtful.Text("id")!, new { verdict = "DIFFERENT" });

        Assert.Equal((2, 0), await Shown(http));
        await Again(app, http, id);
        Assert.Equal((2, 0), await Shown(http));
    }

    [Theory, OnBothDatabases]
    public async Task What_cannot_be_settled_is_told(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP"),
            Bank.Booked("b", -2, "2026-02-25", "CB CAFE")
        );
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("c", -1, "2026-02-25", "CB SHOP"));
        var (app, http, _) = await Linked(bank, kind);
        await using var _1 = app;
        var rows = (await http.Transactions())
            .OrderBy(t => t.Text("account_id"))
            .ThenBy(t => t.Money("amount"))
            .ToArray();
        var (shop, cafe) = (rows.Single(t => t.Money("amount") == -2), rows.First(t => t.Money("amount") == -1));
        var elsewhere = rows.Single(t => t.Text("account_id") != shop.Text("account_id"));
        string Path(JsonElement row) => $"/api/v2.1/transactions/{row.Text("id")}/settle";
        Task<HttpResponseMessage> Post(object body) => http.PostAsJsonAsync(Path(shop), body, Stop);

        await Post(new { verdict = "SAME" }).IsRefused(HttpStatusCode.Conflict, "nothing_to_settle");
        await Post(new { verdict = "SAME", transaction_id = cafe.Text("id") })
            .IsRefused(HttpStatusCode.Conflict, "not_one_movement");
        await Post(new { verdict = "SAME", transaction_id = elsewhere.Text("id") })
            .IsRefused(HttpStatusCode.Conflict, "not_one_movement");
        await Post(new { verdict = "SAME", transaction_id = "17" }).IsRefused(HttpStatusCode.NotFound, "not_found");
        await Post(new { verdict = "MAYBE" }).IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        await Post(new { }).IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        var (stranger, _) = await app.SignedInUser();
        await stranger
            .PostAsJsonAsync(Path(shop), new { verdict = "DIFFERENT" }, Stop)
            .IsRefused(HttpStatusCode.NotFound, "not_found");
        Assert.Equal(3, (await http.Transactions()).Count);
    }

    [Theory, OnBothDatabases]
    public async Task What_a_user_makes_of_a_transaction_outlives_every_reading(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Pending(-2, "2026-02-28", "CB CAFE"));
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var first = Assert.Single(await http.Transactions()).Text("id");
        var path = $"/api/v2.1/transactions/{first}";
        var edited = await http.PatchAsJsonAsync(
            path,
            new
            {
                label = "Coffee with Ada",
                category_id = "PETS",
                note = "her turn next",
            },
            Stop
        );
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);

        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked(null, -2, "2026-03-01", "CB CAFE 28/02 PARIS"));
        await Again(app, http, id);

        var now = Assert.Single(await http.Transactions());
        Assert.Equal(
            (first, "BOOKED", "Coffee with Ada", "PETS", "her turn next", "CB CAFE 28/02 PARIS"),
            (
                now.Text("id"),
                now.Text("status"),
                now.Text("label"),
                now.Text("category_id"),
                now.Text("note"),
                now.Text("notes")
            )
        );
        Assert.NotEqual("PETS", now.GetProperty("original").Text("category_id"));
        Assert.Single((await http.Read("/api/v2.1/transactions?category_id=PETS")).EnumerateArray());

        await http.PatchAsJsonAsync(
            path,
            new
            {
                label = "",
                category_id = "",
                note = "",
            },
            Stop
        );
        var ours = await http.Read(path);
        Assert.False(ours.TryGetProperty("original", out var _) || ours.TryGetProperty("note", out var _));
        await http.PatchAsJsonAsync(path, new { category_id = "NONE_SUCH" }, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "unknown_category");
    }

    [Theory, OnBothDatabases]
    public async Task Ids_that_were_seen_on_two_movements_are_no_longer_believed_and_the_account_says_so(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("1", -3, "2026-02-10", "CB CAFE"));
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        Assert.False(Assert.Single(await http.Accounts()).TryGetProperty("transaction_ids_fault", out var _));
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked("1", 1800, "2026-02-27", "VIR SALAIRE"),
            Bank.Booked("2", -3, "2026-02-10", "CB CAFE")
        );
        await Again(app, http, id);
        Assert.Equal("OTHER_AMOUNT", Assert.Single(await http.Accounts()).Text("transaction_ids_fault"));

        // Later lists that give no cause for doubt by themselves do not change that.
        await Again(app, http, id);
        Assert.Equal("OTHER_AMOUNT", Assert.Single(await http.Accounts()).Text("transaction_ids_fault"));
        Assert.Equal(2, (await http.Transactions()).Count);
    }

    private static bool Doubts(JsonElement row) => row.TryGetProperty("ambiguous", out var _);

    private static string Other(IEnumerable<JsonElement> rows, string id) =>
        rows.Single(t => t.Text("id") != id).Text("id")!;

    private static async Task<(string?, string?)> Only(HttpClient http) =>
        Assert.Single(await http.Transactions()) is var row ? (row.Text("id"), row.Text("status")) : default;

    private static async Task<(int Rows, int Doubts)> Shown(HttpClient http) =>
        await http.Transactions() is var rows ? (rows.Count, rows.Count(Doubts)) : default;

    private static async Task<JsonElement> Settle(HttpClient http, string id, object verdict)
    {
        using var answer = await http.PostAsJsonAsync($"/api/v2.1/transactions/{id}/settle", verdict, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Json();
    }
}
