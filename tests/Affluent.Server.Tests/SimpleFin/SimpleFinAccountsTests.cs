using System.Net;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.SimpleFin;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.SimpleFin;

/// <summary>What an application is told of accounts and transactions over SimpleFIN.</summary>
public sealed class SimpleFinAccountsTests
{
    private static readonly long Noon = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    [Theory, OnBothDatabases]
    public async Task Accounts_and_transactions_come_in_the_shapes_of_both_versions(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection);
        var rows = await app.StoreTransactions(
            account,
            2,
            (row, i) =>
                i == 0
                    ? row with
                    {
                        CheckNumber = "17",
                        Counterparty = "Boulangerie du Port",
                    }
                    : row with
                    {
                        Status = TransactionStatus.Pending,
                        AmountMinor = 990,
                    }
        );
        var url = await app.Link(http);
        var root = $"{app.Origin}simplefin";

        var set = await app.Accounts(url, "?pending=1");

        Assert.Equal(
            $$$"""
            {"errors":[],"errlist":[],
            "connections":[{"conn_id":"{{{connection.Id}}}","name":"Banque Étoile","org_id":"501","org_url":"https://etoile.example/","sfin_url":"{{{root}}}"}],
            "accounts":[{"org":{"domain":"etoile.example","name":"Banque Étoile","id":"501","url":"https://etoile.example/","sfin-url":"{{{root}}}"},
            "conn_id":"{{{connection.Id}}}","id":"{{{account.Id}}}","name":"Compte courant","currency":"EUR","balance":"1234.56","balance-date":1772400000,
            "transactions":[
            {"id":"{{{rows[
                1
            ].Id}}}","posted":0,"amount":"9.90","description":"Boulangerie","payee":"Boulangerie","memo":"CARTE 01/03 BOULANGERIE PARIS","transacted_at":{{{Noon
                + 86_400}}},"pending":true,"extra":{"category":"Supermarket, groceries"}},
            {"id":"{{{rows[
                0
            ].Id}}}","posted":{{{Noon}}},"amount":"-12.50","description":"Boulangerie","payee":"Boulangerie du Port","memo":"CARTE 01/03 BOULANGERIE PARIS","transacted_at":{{{Noon}}},"pending":false,"extra":{"category":"Supermarket, groceries","check_number":"17"}}
            ],"extra":{"type":"CHECKINGS","closed":false}}]}
            """.ReplaceLineEndings(
                ""
            ),
            Plain(set)
        );
        // Whatever version is asked for: applications of both find theirs.
        Assert.Equal(Plain(set), Plain(await app.Accounts(url, "?pending=1&version=1")));
        Assert.Equal(Plain(set), Plain(await app.Accounts(url, "?pending=1&version=2")));
    }

    /// <summary>Firefly III's importer and Sure read up to now, wherever the day stands.</summary>
    [Theory, OnBothDatabases]
    public async Task In_the_morning_what_is_read_up_to_now_holds_today(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        var today = DateOnly.FromDateTime(app.Time.GetUtcNow().UtcDateTime);
        await app.StoreTransactions(account, 3, (row, i) => row with { Day = today.AddDays(i - 1) });
        var url = await app.Link(http);
        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(8, app.Time.GetUtcNow().Hour);

        Assert.Equal(2, await Count($"?end-date={now}"));
        Assert.Equal(2, await Count($"?end-date={now - 600}"));
        Assert.Equal(2, await Count($"?start-date={now - (60 * 86_400)}&end-date={now + 60}"));
        // What is earlier, and what is later, is taken at its word.
        Assert.Equal(1, await Count($"?end-date={now - (8 * 3600)}"));
        Assert.Equal(1, await Count($"?start-date={now - (60 * 86_400)}&end-date={now - 3600}"));
        Assert.Equal(2, await Count($"?end-date={now + 86_400}"));
        Assert.Equal(3, await Count(""));

        async Task<int> Count(string query) =>
            (await app.Accounts(url, query)).GetProperty("accounts")[0].GetProperty("transactions").GetArrayLength();
    }

    [Theory, OnBothDatabases]
    public async Task The_parameters_choose_what_comes(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var (first, second) = (await app.StoreAccount(connection), await app.StoreAccount(connection));
        // One a day from the first of January on, the last one pending; all of the second account later.
        var rows = await app.StoreTransactions(
            first,
            4,
            (row, i) => i == 3 ? row with { Status = TransactionStatus.Pending } : row
        );
        var others = await app.StoreTransactions(second, 1, (row, _) => row with { Day = new DateOnly(2026, 2, 1) });
        await app.StoreTransactions(
            second,
            3,
            (row, i) =>
                row with
                {
                    Status = i switch
                    {
                        0 => TransactionStatus.Rejected,
                        1 => TransactionStatus.Expired,
                        _ => TransactionStatus.Other,
                    },
                }
        );
        var url = await app.Link(http);
        var ids = rows.Concat(others).Select(row => row.Id.ToString()).ToArray();
        var midnight = Noon - 43_200;

        await Shows("", 0, 1, 2, 4);
        await Shows("?pending=0", 0, 1, 2, 4);
        await Shows("?pending=1", 3, 0, 1, 2, 4);
        await Shows($"?start-date={Noon}", 0, 1, 2, 4);
        await Shows($"?start-date={Noon + 1}", 1, 2, 4);
        await Shows($"?end-date={Noon}");
        await Shows($"?end-date={Noon + 1}", 0);
        await Shows($"?start-date={midnight + 86_400}&end-date={midnight + (2 * 86_400)}", 1);
        await Shows($"?start-date={midnight + (3 * 86_400)}&end-date={midnight + (4 * 86_400)}&pending=1", 3);
        await Shows("?start-date=0", 0, 1, 2, 4);
        await Shows("?start-date=-1&end-date=0");
        await Shows($"?account={second.Id}", 4);
        await Shows($"?account={second.Id}&account={first.Id}", 0, 1, 2, 4);
        await Shows("?balances-only=1");
        Assert.Equal([$"{first.Id}", $"{second.Id}"], (await app.Accounts(url, "?balances-only=1")).AccountIds());
        Assert.Equal([$"{second.Id}"], (await app.Accounts(url, $"?account={second.Id}")).AccountIds());

        foreach (
            var wrong in new[]
            {
                "start-date=yesterday",
                "start-date=2026-01-01",
                "start-date=1767225600000",
                "start-date=",
                "start-date=1.5",
                "start-date=1&start-date=2",
                "end-date=1%00",
                "pending=true",
                "balances-only=2",
                "version=3",
                "start-date=2&end-date=1",
            }
        )
        {
            var (status, words) = await app.Refusal(url, "?" + wrong);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains($"'{wrong.Split('=')[0]}'", words, StringComparison.Ordinal);
        }

        async Task Shows(string query, params int[] expected) =>
            Assert.Equal(expected.Select(i => ids[i]), (await app.Accounts(url, query)).TransactionIds());
    }

    [Theory, OnBothDatabases]
    public async Task An_application_reaches_its_users_shared_accounts_and_no_others(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var (shared, unshared, deleted) = (
            await app.StoreAccount(connection),
            await app.StoreAccount(connection),
            await app.StoreAccount(connection)
        );
        foreach (var account in new[] { shared, unshared, deleted })
        {
            await app.StoreTransactions(account, 1);
        }
        await app.Database.Write(
            async db =>
            {
                await AccountsStore.Select(db, user.Id, connection.Id, [shared.Id, deleted.Id]);
                await AccountsStore.Erase(db, user.Id, deleted.Id, now: 1);
            },
            TestContext.Current.CancellationToken
        );
        // Of the same client, and of another one.
        var neighbour = await app.StoreAccount(await app.StoreConnection(await app.CreateUser(user.Client)));
        var stranger = await app.StoreAccount(await app.StoreConnection((await app.SignedInUser()).User));
        await app.StoreTransactions(neighbour, 1);
        await app.StoreTransactions(stranger, 1);
        var url = await app.Link(http);

        Assert.Equal([$"{shared.Id}"], (await app.Accounts(url)).AccountIds());
        foreach (var id in new[] { $"{unshared.Id}", $"{deleted.Id}", $"{neighbour.Id}", $"{stranger.Id}", "4711" })
        {
            var set = await app.Accounts(url, $"?account={id}");
            Assert.Empty(set.List("accounts"));
            Assert.Empty(set.List("connections"));
            var error = Assert.Single(set.List("errlist"));
            // In the same words, whether it is another's or nobody's.
            Assert.Equal(
                ("act.", id, $"There is no account {id} here"),
                (error.Text("code"), error.Text("account_id"), error.Text("msg")!.Split(',')[0])
            );
        }
        var both = await app.Accounts(url, $"?account={stranger.Id}&account={shared.Id}&account=nonsense");
        Assert.Equal([$"{shared.Id}"], both.AccountIds());
        Assert.Single(both.TransactionIds());
    }

    [Theory]
    [OnBothDatabases("AUTH_FAILED", "con.auth", "the bank does not take the password")]
    [OnBothDatabases("TOKEN_EXPIRED", "con.auth", "your authorization at the bank is over")]
    [OnBothDatabases("PASSWORD_CHANGE_REQUIRED", "con.auth", "the bank wants a new password")]
    [OnBothDatabases("CHALLENGE_REQUIRED", "con.auth", "the bank asks for a code")]
    [OnBothDatabases("USER_ACTION_REQUIRED", "con.auth", "the bank wants something done")]
    [OnBothDatabases("FAILED", "con.", "")]
    public async Task The_user_is_told_which_bank_to_see_to(DatabaseKind kind, string status, string code, string why)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreChannel(
            new TestChannel
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                DefinitionId = new("50101"),
                Mode = ChannelMode.Redirect,
                Status = Server.Storage.Vocabulary<ChannelStatus>.Among([status]).Single(),
            }
        );
        await app.StoreAccount(connection);
        // Another bank of the user's is well.
        await app.StoreAccount(await app.StoreConnection(user, "502"));

        var set = await app.Accounts(await app.Link(http));

        var error = Assert.Single(set.List("errlist"));
        Assert.Equal((code, $"{connection.Id}"), (error.Text("code"), error.Text("conn_id")));
        Assert.Equal([error.Text("msg")], set.List("errors").Select(e => e.GetString()));
        // By these words an application knows that its user must act, and only then.
        Assert.Equal(
            why != "",
            error
                .Text("msg")!
                .StartsWith($"Connection to Banque Étoile may need attention: {why}", StringComparison.Ordinal)
        );
        Assert.Equal(why != "", error.Text("msg")!.Contains("need attention", StringComparison.Ordinal));
    }

    [Theory, OnBothDatabases]
    public async Task What_the_bank_does_not_tell_is_said_and_names_tell_accounts_apart(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection, a => a with { BalanceMinor = null, AccountNumber = "998877" });
        await app.StoreAccount(connection, a => a with { Status = AccountStatus.Closed });
        await app.StoreAccount(
            connection,
            a => a with { Name = null, Status = AccountStatus.NotFound, Currency = "BTC" }
        );

        var set = await app.Accounts(await app.Link(http));

        var accounts = set.List("accounts");
        Assert.Equal(
            ["Compte courant (…8877)", "Compte courant (…5678)", "00012345678"],
            accounts.Select(a => a.Text("name"))
        );
        Assert.Equal(
            [("0.00", "0"), ("1234.56", "1772400000"), ("0.00123456", "1772400000")],
            accounts.Select(a => (a.Text("balance"), a.Text("balance-date")))
        );
        Assert.Equal(
            [false, true, false],
            accounts.Select(a => a.GetProperty("extra").GetProperty("closed").GetBoolean())
        );
        Assert.Equal($"{app.Origin}simplefin/currencies/BTC", accounts[2].Text("currency"));
        Assert.Equal(
            [("act.missingdata", accounts[0].Text("id")), ("act.failed", accounts[2].Text("id"))],
            set.List("errlist").Select(e => (e.Text("code")!, e.Text("account_id")))
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_transaction_keeps_its_id_when_it_books_and_comes_no_more_once_the_bank_took_it_back(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Pending(-12.5m, "2026-03-01", "CARTE BOULANGERIE"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        var url = await app.Link(http);
        var before = Assert.Single(
            Assert.Single((await app.Accounts(url, "?pending=1")).List("accounts")).List("transactions")
        );
        Assert.True(before.GetProperty("pending").GetBoolean());
        Assert.Empty((await app.Accounts(url)).TransactionIds());

        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("b", -12.5m, "2026-03-01", "CARTE BOULANGERIE"));
        await LinkedBank.Again(app, http, id);

        var after = Assert.Single(Assert.Single((await app.Accounts(url)).List("accounts")).List("transactions"));
        Assert.Equal((before.Text("id"), false), (after.Text("id"), after.GetProperty("pending").GetBoolean()));
    }

    [Theory]
    [InlineData(123_456, "EUR", "1234.56")]
    [InlineData(-5, "EUR", "-0.05")]
    [InlineData(0, "EUR", "0.00")]
    // Two decimals of every currency: an application that strikes the point out reads cents.
    [InlineData(1500, "JPY", "1500.00")]
    [InlineData(1250, "BHD", "1.25")]
    [InlineData(1255, "BHD", "1.255")]
    [InlineData(50_000_000, "BTC", "0.50")]
    [InlineData(1, "BTC", "0.00000001")]
    public void An_amount_is_exact_and_has_two_decimals_at_least(long minor, string currency, string expected) =>
        Assert.Equal(expected, AccountSet.Amount(minor, currency));

    [Fact]
    public void The_largest_and_finest_amounts_stay_exact()
    {
        Assert.Equal("92233720368547758.07", AccountSet.Amount(long.MaxValue, "EUR"));
        Assert.Equal("-92233720368547758.08", AccountSet.Amount(long.MinValue, "EUR"));
        Assert.Equal("12.34500001", AccountSet.Amount(1234.500001m, "EUR"));
    }

    private static string Plain(JsonElement set) => set.GetRawText().Replace("\\u00C9", "É", StringComparison.Ordinal);
}
