using System.Net;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Transactions;

/// <summary>What recurs, and the origins of transactions. It is 1 March 2026 in these tests.</summary>
public sealed class RecurringTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_recurs_is_listed_with_what_comes_next(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var films = await Films(app, account);
        await app.StoreTransactions(account, 1, (t, _) => t with { Day = new(2026, 2, 17), Label = "Boulangerie" });

        var all = await http.Read("/api/v2.1/transactions/recurring");

        var last = new TransactionId(films[^1].Id.Value | (1L << 62));
        Assert.Equal(
            $$"""
            [{"id":"{{films[
                0
            ].Id}}","account_id":"{{account.Id}}","kind":"SUBSCRIPTION","period":"MONTHLY","status":"ACTIVE",
            "label":"Films","category_id":"SUPERMARKET","amount":-9.99,"min_amount":-9.99,"max_amount":-7.99,"currency":"EUR",
            "first_date":{{Seconds(2025, 9, 10)}},"last_date":{{Seconds(2026, 2, 10)}},"next_date":{{Seconds(
                2026,
                3,
                10
            )}},
            "next_date_from":{{Seconds(2026, 3, 9)}},"next_date_until":{{Seconds(
                2026,
                3,
                11
            )}},"next_transaction_id":"{{last}}",
            "confidence":92,"reasons":["SAME_WORDS","PRICE_CHANGED"],
            "transaction_ids":[{{string.Join(',', films.Reverse().Select(film => $"\"{film.Id}\""))}}]}]
            """.ReplaceLineEndings(
                ""
            ),
            all.GetRawText()
        );
        Assert.Equal("[]", (await http.Read("/api/v2.1/transactions/recurring?kind=SALARY")).GetRawText());
        Assert.Equal("[]", (await http.Read("/api/v2.1/transactions/recurring?status=ENDED")).GetRawText());
        Assert.Equal("[]", (await http.Read("/api/v2.1/transactions/recurring?page=2")).GetRawText());
        Assert.Equal("[]", (await http.Read("/api/v2.1/transactions/recurring?account_id=77")).GetRawText());
        var v3 = (await http.Read($"/api/v3/transactions/recurring?user_id={user.Id}")).GetProperty("recurring")[0];
        Assert.Equal("""{"amount":"-9.99","currency":"EUR"}""", v3.Text("amount"));
        Assert.Equal("2026-03-10T00:00:00+01:00", v3.Text("next_date"));
    }

    [Theory, OnBothDatabases]
    public async Task Each_origin_lists_its_own(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var films = await Films(app, account);
        var bread = await app.StoreTransactions(account, 1, (t, _) => t with { Day = new(2026, 2, 17) });

        await Finds("", "TRANSACTION", [.. films.Select(t => t.Id), bread[0].Id]);
        await Finds("?origin=TRANSACTION", "TRANSACTION", [.. films.Select(t => t.Id), bread[0].Id]);
        await Finds("?origin=RECURRING", "RECURRING", [.. films.Select(t => t.Id)]);
        await Finds($"?origin=RECURRING&start_date={Seconds(2026, 1, 1)}", "RECURRING", [films[4].Id, films[5].Id]);
        var expected = new TransactionId(films[^1].Id.Value | (1L << 62));
        await Finds("?origin=UPCOMING", "UPCOMING", expected);
        await Finds(
            "?origin=UPCOMING&max_amount=-9.99&category_id=SUPERMARKET&included_statuses=OTHER",
            "UPCOMING",
            expected
        );
        foreach (
            var none in new[]
            {
                "origin=UPCOMING&max_amount=-10",
                "origin=UPCOMING&included_statuses=BOOKED",
                "origin=UPCOMING&excluded_statuses=OTHER",
                "origin=UPCOMING&category_id=SALARY",
                $"origin=UPCOMING&end_date={Seconds(2026, 3, 9)}",
                $"origin=UPCOMING&start_date={Seconds(2026, 3, 11)}",
                "origin=UPCOMING&page=2",
                "origin=ORIGINAL",
                "origin=SCHEDULED",
            }
        )
        {
            await Finds($"?{none}", "");
        }

        async Task Finds(string query, string origin, params TransactionId[] ids)
        {
            var found = (await http.Read($"/api/v2.1/transactions{query}")).EnumerateArray().ToArray();
            Assert.Equal(ids.Select(id => id.ToString()).Order(), found.Select(t => t.Text("id")!).Order());
            Assert.All(found, t => Assert.Equal(origin, t.Text("origin")));
        }
    }

    [Theory, OnBothDatabases]
    public async Task An_expected_transaction_is_shown_by_its_id_until_it_comes(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        await Films(app, account);
        var id = (await http.Read("/api/v2.1/transactions?origin=UPCOMING"))[0].Text("id");

        var one = await http.Read($"/api/v2.1/transactions/{id}");

        Assert.Equal(
            $$"""
            {"id":"{{id}}","account_id":"{{account.Id}}","amount":-9.99,"currency":"EUR","label":"Films","remittance_information":[],
            "type":"POINT_OF_SALE","origin":"UPCOMING","status":"OTHER","category_id":"SUPERMARKET","date":{{Seconds(
                2026,
                3,
                10
            )}},
            "import_date":1772400000,"last_update_date":1772400000}
            """.ReplaceLineEndings(
                ""
            ),
            one.GetRawText()
        );
        var (strange, _) = await app.SignedInUser();
        using var refused = await strange.GetAsync($"/api/v2.1/transactions/{id}", Stop);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        // The bank announces it: then it is expected no longer.
        var pending = await app.StoreTransactions(
            account,
            1,
            (t, _) => Film(t, new(2026, 3, 8), -999) with { Status = TransactionStatus.Pending }
        );
        Assert.Equal("[]", (await http.Read("/api/v2.1/transactions?origin=UPCOMING")).GetRawText());
        Assert.Equal(
            pending[0].Id.ToString(),
            (await http.Read("/api/v2.1/transactions/recurring"))[0].Text("next_transaction_id")
        );
        using var gone = await http.GetAsync($"/api/v2.1/transactions/{id}", Stop);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task What_recurs_takes_one_statement_however_much_it_is(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await http.Read("/api/v2.1/transactions/recurring");
        var none = await Statements();
        for (var i = 0; i < 3; i++)
        {
            await Films(app, await app.StoreAccount(connection));
        }

        Assert.Equal(none, await Statements());
        Assert.Equal(3, (await http.Read("/api/v2.1/transactions/recurring")).GetArrayLength());

        async Task<long> Statements()
        {
            var before = app.Database.Statements;
            await http.Read("/api/v2.1/transactions/recurring");
            return app.Database.Statements - before;
        }
    }

    // Six months of a subscription; its price rose in January.
    private static Task<IReadOnlyList<TestTransaction>> Films(TestApp app, TestAccount account) =>
        app.StoreTransactions(
            account,
            6,
            (t, i) => Film(t, new DateOnly(2025, 9, 10).AddMonths(i), i < 4 ? -799 : -999)
        );

    private static TestTransaction Film(TestTransaction row, DateOnly day, long amount) =>
        row with
        {
            Day = day,
            AmountMinor = amount,
            Label = "Films",
            Remittance = "CB FILMS",
        };

    private static long Seconds(int year, int month, int day) => ParisDay.Start(new DateOnly(year, month, day));
}
