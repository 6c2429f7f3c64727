using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.SimpleFin;

/// <summary>What SimpleFIN has no words for, and what is told instead.</summary>
public sealed class SimpleFinEdgeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_row_in_another_currency_than_its_account_s_is_left_out_and_said(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection, a => a with { Name = "Quotidien" });
        string[] currencies = ["EUR", "USD", "JPY", "EUR", "USD"];
        var rows = await app.StoreTransactions(
            account,
            currencies.Length,
            (row, i) =>
                row with
                {
                    Currency = currencies[i],
                    Status = i == 4 ? TransactionStatus.Pending : TransactionStatus.Booked,
                }
        );
        var dollars = await app.StoreAccount(connection, a => a with { Currency = "USD" });
        var other = await app.StoreTransactions(dollars, 1, (row, _) => row with { Currency = "USD" });
        var url = await app.Link(http);

        var set = await app.Accounts(url);

        Assert.Equal([$"{rows[0].Id}", $"{rows[3].Id}", $"{other[0].Id}"], set.TransactionIds());
        var error = Assert.Single(set.List("errlist"));
        Assert.Equal(
            (
                "act.missingdata",
                $"{account.Id}",
                $"{connection.Id}",
                "Transactions of the account Quotidien are left out, because they are not in its currency EUR, and SimpleFIN cannot say in which they are: 2 in JPY, USD."
            ),
            (error.Text("code"), error.Text("account_id"), error.Text("conn_id"), error.Text("msg"))
        );
        // By these words an application would take the account for one that it cannot read.
        Assert.Equal([error.Text("msg")], set.List("errors").Select(e => e.GetString()));
        Assert.DoesNotContain("need attention", error.Text("msg")!, StringComparison.Ordinal);
        // What was not asked for is not said to be missing.
        Assert.EndsWith(
            ": 3 in JPY, USD.",
            Assert.Single((await app.Accounts(url, "?pending=1")).List("errlist")).Text("msg")
        );
        foreach (var query in new[] { "?balances-only=1", $"?account={dollars.Id}", "?end-date=1767268801" })
        {
            Assert.Empty((await app.Accounts(url, query)).List("errlist"));
        }
    }

    [Theory]
    [OnBothDatabases("Europe/Paris")]
    [OnBothDatabases("Europe/Helsinki")]
    [OnBothDatabases("Europe/Lisbon")]
    [OnBothDatabases("America/New_York")]
    [OnBothDatabases("Pacific/Auckland")]
    public async Task A_balance_is_of_the_day_that_the_bank_says_wherever_the_bank_is(DatabaseKind kind, string zone)
    {
        var bank = new FakeBank();
        bank.Provider = bank.Provider with { TimeZone = zone };
        bank.EmbeddedChannel.With(
            Bank.Account("111") with
            {
                Balances = [Bank.Balance(BankBalanceKind.ClosingBooked, 1200m, "2026-02-28")],
            }
        );
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        var url = await app.Link(http);

        var account = Assert.Single((await app.Accounts(url)).List("accounts"));
        Assert.Equal(
            new DateTimeOffset(2026, 2, 28, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
            account.GetProperty("balance-date").GetInt64()
        );

        // Where the bank names no day it is the time of reading.
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await LinkedBank.Again(app, http, id);
        account = Assert.Single((await app.Accounts(url)).List("accounts"));
        Assert.Equal(app.Time.GetUtcNow().ToUnixTimeSeconds(), account.GetProperty("balance-date").GetInt64());
    }

    [Theory, OnBothDatabases]
    public async Task An_account_that_is_named_by_no_id_is_said_too(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var url = await app.Link(http);

        var set = await app.Accounts(
            url,
            $"?account={account.Id}&account=nonsense&account=nonsense&account=ACT-1%3Cb%3E%0A%E2%80%AE&account={new string('9', 300)}&account="
        );

        Assert.Equal([$"{account.Id}"], set.AccountIds());
        Assert.Equal(
            [
                ("act.", "There is no account 'nonsense' here: "),
                ("act.", "There is no account 'ACT-1%3Cb%3E%0A%E2%80%AE' here: "),
                ("act.", $"There is no account '{new string('9', 60)}…' here: "),
                ("act.", "There is no account '' here: "),
            ],
            set.List("errlist").Select(e => (e.Text("code")!, e.Text("msg")!.Split("the ids")[0]))
        );

        // So many are named.
        set = await app.Accounts(url, "?" + string.Join('&', Enumerable.Range(0, 450).Select(i => $"account=x{i}")));
        var said = set.List("errlist").Select(e => e.Text("msg")!).ToArray();
        Assert.Equal(21, said.Length);
        Assert.StartsWith("There are no accounts by 430 other names", said[^1], StringComparison.Ordinal);
    }

    [Theory]
    [OnBothDatabases("GET", "/simplefin/nothing", 404)]
    [OnBothDatabases("GET", "/simplefin/claim/x", 405)]
    [OnBothDatabases("POST", "/simplefin/accounts", 405)]
    [OnBothDatabases("GET", "/simplefin/accounts/", 403)]
    [OnBothDatabases("GET", "/simplefin/currencies/%24", 404)]
    [OnBothDatabases("GET", "/api/simplefin/nothing", 404)]
    [OnBothDatabases("GET", "/simplefin/accounts", 421)]
    [OnBothDatabases("POST", "/api/simplefin/claim/x", 421)]
    public async Task Whatever_is_answered_instead_is_words(DatabaseKind kind, string method, string path, int status)
    {
        await using var app = await TestApp.Start(kind);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = status == 421 ? "evil.example" : null;

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        var words = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(words.Length > 20 && !words.Contains('{', StringComparison.Ordinal), words);
        Assert.Equal(status == 405, answer.Content.Headers.Allow.Count > 0);
    }

    [Theory, OnBothDatabases]
    public async Task What_only_begins_like_the_server_s_path_is_the_api_s(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        foreach (var path in new[] { "/simplefinx", "/api/v2.1/simplefin/nothing", "/enablebankingx", "/api/x" })
        {
            await app.Http.GetAsync(path, Stop).IsRefused(HttpStatusCode.NotFound, "unknown_route");
        }
    }
}
