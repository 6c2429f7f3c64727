using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Transactions;

public sealed class TransactionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_transaction_shows_all_that_the_bank_told(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var stored = await app.StoreTransactions(
            account,
            1,
            (t, _) => t with { Counterparty = "Chez Paul", Confidence = 71, Ambiguous = true, CheckNumber = "42" }
        );

        var one = await http.Read($"/api/v2.1/transactions/{stored[0].Id}");

        Assert.Equal(
            $$"""
            {"id":"{{stored[
                0
            ].Id}}","account_id":"{{account.Id}}","amount":-12.50,"currency":"EUR","label":"Boulangerie",
            "notes":"CARTE 01/03 BOULANGERIE\nPARIS","remittance_information":["CARTE 01/03 BOULANGERIE","PARIS"],
            "source":{"label":"Chez Paul"},"type":"POINT_OF_SALE","origin":"TRANSACTION","status":"BOOKED",
            "category_id":"SUPERMARKET","date":1767222000,"booking_date":1767222000,"import_date":1772400000,
            "last_update_date":1772400000,"check_number":"42","confidence":71,"ambiguous":true,
            "match":{"tier":"NEW","confidence":71,"ambiguous":true,"candidates":[]},"details":{"means":"CHECK"}
            }
            """.ReplaceLineEndings(
                ""
            ),
            one.GetRawText()
        );
    }

    [Theory, OnBothDatabases]
    public async Task Pages_give_each_transaction_once_newest_first(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var stored = await app.StoreTransactions(account, 250);
        TransactionId[] newestFirst =
        [
            .. stored.OrderByDescending(t => t.Day).ThenByDescending(t => t.Id.Value).Select(t => t.Id),
        ];

        foreach (var filter in new[] { "", $"&account_id={account.Id}", "&included_statuses=BOOKED&max_amount=0" })
        {
            List<TransactionId> seen = [];
            for (var page = 1; page <= 4; page++)
            {
                seen.AddRange(
                    await http.ReadIds<TransactionId>($"/api/v2.1/transactions?limit=100&page={page}{filter}")
                );
            }
            Assert.Equal(newestFirst, seen);
        }
        Assert.Equal(newestFirst[..100], await http.ReadIds<TransactionId>("/api/v2.1/transactions"));
        Assert.Equal(newestFirst, await http.ReadIds<TransactionId>("/api/v2.1/transactions?limit=500"));
    }

    [Theory, OnBothDatabases]
    public async Task The_link_to_the_next_page_leads_to_the_end_also_when_new_ones_come_in(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var stored = await app.StoreTransactions(account, 230);
        List<TransactionId> seen = [];

        var next = $"/api/v2.1/transactions?limit=100&account_id={account.Id}&unknown=a%26b";
        while (next is not null)
        {
            using var answer = await http.GetAsync(next, Stop);
            seen.AddRange(await http.ReadIds<TransactionId>(next));
            next = answer.Headers.TryGetValues("Link", out var links)
                ? links.Single()[1..links.Single().IndexOf('>', StringComparison.Ordinal)]
                : null;
            await app.StoreTransactions(account, 1, (t, _) => t with { Day = new DateOnly(2026, 3, 2) });
        }

        Assert.Equal(stored.OrderByDescending(t => t.Day).ThenByDescending(t => t.Id.Value).Select(t => t.Id), seen);
    }

    [Theory, OnBothDatabases]
    public async Task A_page_past_the_end_is_empty(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        await app.StoreTransactions(await app.StoreAccount(await app.StoreConnection(user)), 3);

        Assert.Empty(await http.ReadIds<TransactionId>("/api/v2.1/transactions?page=2"));
        Assert.Empty(await http.ReadIds<TransactionId>("/api/v2.1/transactions?page=2147483647&limit=500"));
    }

    [Theory, OnBothDatabases]
    public async Task Filters_let_through_what_they_say(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var checkings = await app.StoreAccount(connection);
        var savings = await app.StoreAccount(
            await app.StoreConnection(user),
            a => a with { Type = BankAccountType.Savings }
        );
        var march = new DateOnly(2026, 3, 1);
        TestTransaction[] rows =
        [
            .. await app.StoreTransactions(
                checkings,
                6,
                (t, i) =>
                    t with
                    {
                        Day = march.AddDays(i),
                        AmountMinor = (i - 3) * 1_050,
                        Status = i == 5 ? TransactionStatus.Pending : TransactionStatus.Booked,
                        CategoryId = i switch
                        {
                            0 => "DAILY_LIFE",
                            1 => "SUPERMARKET",
                            _ => "SALARY",
                        },
                        ImportedAt = 1_772_400_000 + i,
                    }
            ),
            .. await app.StoreTransactions(
                savings,
                2,
                (t, i) =>
                    t with
                    {
                        Day = march.AddDays(10 + i),
                        Currency = i == 0 ? "JPY" : "KWD",
                        AmountMinor = i == 0 ? 11 : 10_500,
                        ImportedAt = 1_772_300_000,
                        Status = TransactionStatus.Expired,
                        CategoryId = "FUEL",
                    }
            ),
        ];

        await Finds($"account_id={checkings.Id}", 0, 1, 2, 3, 4, 5);
        await Finds($"connection_id={connection.Id}", 0, 1, 2, 3, 4, 5);
        await Finds("account_type=SAVINGS", 6, 7);
        await Finds("included_statuses=PENDING,EXPIRED", 5, 6, 7);
        await Finds("included_statuses=PENDING&included_statuses=EXPIRED", 5, 6, 7);
        await Finds("excluded_statuses=BOOKED,EXPIRED", 5);
        // 10.50 is 1050 cents of EUR and 10500 fils of KWD; JPY has no such amount, and 11 yen are more.
        await Finds("amount=10.5", 4, 7);
        await Finds("min_amount=10.50", 4, 5, 6, 7);
        await Finds("max_amount=10.50", 0, 1, 2, 3, 4, 7);
        await Finds("min_amount=-10.50&max_amount=0", 2, 3);
        await Finds("min_amount=79228162514264337593543950335");
        await Finds("max_amount=79228162514264337593543950335", 0, 1, 2, 3, 4, 5, 6, 7);
        await Finds("category_id=SUPERMARKET", 1);
        await Finds("category_id=DAILY_LIFE", 0, 1);
        await Finds("start_import_date=1772400003", 3, 4, 5);
        await Finds("origin=TRANSACTION", 0, 1, 2, 3, 4, 5, 6, 7);
        await Finds("origin=UPCOMING");
        await Finds("unknown=whatever", 0, 1, 2, 3, 4, 5, 6, 7);
        // 2026-03-02 in Paris runs from 1772406000 to 1772492399.
        await Finds("start_date=1772406000&end_date=1772492399", 1);
        await Finds("start_date=1772492399&end_date=1772492400", 1, 2);
        await Finds("start_date=1772405999&end_date=1772405999", 0);

        async Task Finds(string query, params int[] expected) =>
            Assert.Equal(
                (query, string.Join(',', expected.Reverse())),
                (
                    query,
                    string.Join(
                        ',',
                        (await http.ReadIds<TransactionId>($"/api/v2.1/transactions?{query}")).Select(id =>
                            Array.FindIndex(rows, r => r.Id == id)
                        )
                    )
                )
            );
    }

    [Theory, OnBothDatabases]
    public async Task A_bad_parameter_is_named(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();
        (string Query, string Parameter, string Words)[] cases =
        [
            ("limit=501", "limit", "from 1 to 500"),
            ("limit=0", "limit", "from 1 to 500"),
            ("limit=ten", "limit", "whole number"),
            ("page=0", "page", "whole number"),
            ("page=-1", "page", "whole number"),
            ("page=1&page=2", "page", "more than once"),
            ("account_id=", "account_id", "must be an id"),
            ("account_id=1.5", "account_id", "must be an id"),
            ("account_type=GOLD", "account_type", "CHECKINGS, SAVINGS, LOAN, CREDIT_CARD"),
            ("included_statuses=BOOKED,GONE", "included_statuses", "BOOKED, PENDING"),
            ("excluded_statuses=booked", "excluded_statuses", "BOOKED, PENDING"),
            ("origin=BANK", "origin", "TRANSACTION, ORIGINAL"),
            ("category_id=NOTHING", "category_id", "SUPERMARKET"),
            ("amount=12,5", "amount", "-12.50"),
            ("min_amount=5&max_amount=4", "min_amount", "must not be more than 'max_amount'"),
            ("start_date=2026-03-01", "start_date", "whole seconds"),
            ("start_date=1772406000000", "start_date", "not milliseconds"),
            ("start_date=1772406001&end_date=1772406000", "start_date", "must not be later than 'end_date'"),
            ("after=nonsense", "after", "Link header"),
            ("page=2&after=MjA1MTQuMQ", "after", "cannot be combined with 'page'"),
        ];

        foreach (var (query, parameter, words) in cases)
        {
            var problem = await http.ReadProblem($"/api/v2.1/transactions?{query}");

            Assert.Equal(
                (400, "invalid_parameter", parameter),
                (problem.GetProperty("status").GetInt32(), problem.Text("code"), problem.Text("parameter"))
            );
            Assert.Contains(words, problem.Text("error_description"), StringComparison.Ordinal);
        }
    }

    [Theory, OnBothDatabases]
    public async Task An_unknown_transaction_is_not_found(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();

        Assert.Equal("not_found", (await http.ReadProblem("/api/v2.1/transactions/1")).Text("code"));
        Assert.Equal("not_found", (await http.ReadProblem("/api/v2.1/transactions/abc")).Text("code"));
    }

    [Theory, OnBothDatabases]
    public async Task A_client_reads_for_its_users_with_its_own_token(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var client = await app.CreateClient(clientMode: true);
        var user = await app.CreateUser(client);
        var stored = await app.StoreTransactions(await app.StoreAccount(await app.StoreConnection(user)), 2);
        using var http = app.WithToken(await app.ClientToken(client, "transactions_read"));

        Assert.Equal(2, (await http.ReadIds<TransactionId>($"/api/v2.1/transactions?user_id={user.Id}")).Length);
        Assert.Equal($"{stored[0].Id}", (await http.Read($"/api/v2.1/transactions/{stored[0].Id}")).Text("id"));
        Assert.Equal("user_id", (await http.ReadProblem("/api/v2.1/transactions")).Text("parameter"));
        using var other = await http.GetAsync($"/api/v2.1/transactions?user_id={user.Id.Value + 1}", Stop);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }
}
