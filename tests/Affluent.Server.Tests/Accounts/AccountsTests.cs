using System.Net;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Accounts;

public sealed class AccountsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task An_account_shows_what_the_bank_told_and_nothing_else(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));

        var one = await http.Read($"/api/v2.1/accounts/{account.Id}");

        Assert.Equal(
            $$$"""
            {"id":"{{{account.Id}}}","connection_id":"{{{account.ConnectionId}}}","name":"Compte courant",
            "account_number":"00012345678","currency":"EUR","balance":1234.56,"balance_date":1772400000,"type":"CHECKINGS",
            "status":"ACTIVE","usage":"PERSONAL","classification":"PERSONAL","creation_date":1772000000,
            "last_channel_definition_id":"50100","sources":[{"channel_definition_id":"50100","fields":["name","account_number","type","usage","owner","balance"]}],"owner":{"name":"Ada Lovelace"}}
            """.ReplaceLineEndings(""),
            one.GetRawText()
        );
    }

    [Theory, OnBothDatabases]
    public async Task Loans_savings_and_cards_have_their_own_details(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var payer = await app.StoreAccount(connection, a => a with { Iban = "FR7630006000011234567890189" });
        var day = new DateOnly(2026, 3, 1);
        await Add(
            new()
            {
                Type = BankAccountType.Loan,
                Loan = new(InitialBalance: 150_000m, Interest: 1.85m, StartDay: day, NextPayment: 812.40m),
            }
        );
        await Add(new() { Type = BankAccountType.Savings, Savings = new(YieldRate: 2.4m, OpenedDay: day) });
        await Add(
            new()
            {
                Type = BankAccountType.CreditCard,
                CreditCard = new("FR7630006000011234567890189", NextPayment: -45.1m, NextPaymentDay: day),
            }
        );

        var accounts = await http.Read("/api/v2.1/accounts");

        Assert.Equal(
            """{"initial_balance":150000,"interest":1.85,"start_date":1772319600,"next_payment":{"amount":812.40}}""",
            accounts[1].Text("loan")
        );
        Assert.Equal("""{"yield_rate":2.4,"effect_date":1772319600}""", accounts[2].Text("savings"));
        Assert.Equal(
            $$$"""{"payable_account_id":"{{{payer.Id}}}","next_payment":{"amount":-45.1,"due_date":1772319600}}""",
            accounts[3].Text("credit_card")
        );
        Assert.Equal([null, "SAVINGS"], [accounts[0].Text("savings"), accounts[2].Text("type")]);

        Task Add(Details details) =>
            app.StoreAccount(
                connection,
                a =>
                    a with
                    {
                        Type = details.Type,
                        Details = AccountDetails.Of(
                            new BankAccount
                            {
                                Reference = "r",
                                Currency = "EUR",
                                Type = details.Type,
                                Loan = details.Loan,
                                Savings = details.Savings,
                                CreditCard = details.CreditCard,
                            }
                        ),
                    }
            );
    }

    [Theory, OnBothDatabases]
    public async Task Filters_and_order_do_what_they_say(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        AccountId[] ids =
        [
            (await app.StoreAccount(connection, a => a with { Name = "Épargne", Type = BankAccountType.Savings })).Id,
            (await app.StoreAccount(connection, a => a with { Name = "courant", BalanceMinor = -5 })).Id,
            (
                await app.StoreAccount(
                    await app.StoreConnection(user),
                    a =>
                        a with
                        {
                            Name = "Zen",
                            Usage = BankAccountUsage.Professional,
                            Status = AccountStatus.Error,
                            Iban = "FR761234",
                        }
                )
            ).Id,
        ];

        await Finds("", 0, 1, 2);
        await Finds($"connection_id={connection.Id}", 0, 1);
        await Finds("type=SAVINGS", 0);
        await Finds("status=ACTIVE", 0, 1);
        await Finds("usage=PROFESSIONAL", 2);
        await Finds("q=epar", 0);
        await Finds("q=fr76%2012", 2);
        await Finds("q=0001234", 0, 1, 2);
        await Finds("sort=name", 1, 0, 2);
        await Finds("sort=-name", 2, 0, 1);
        await Finds("sort=balance", 1, 0, 2);
        await Finds("sort=-creation_date", 2, 1, 0);
        await Finds("limit=2&page=2", 2);
        await Finds("limit=2&page=3");

        async Task Finds(string query, params int[] expected) =>
            Assert.Equal(expected.Select(i => ids[i]), await http.ReadIds<AccountId>($"/api/v2.1/accounts?{query}"));
    }

    [Theory, OnBothDatabases]
    public async Task A_bad_parameter_is_named(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();
        (string Query, string Parameter)[] cases =
        [
            ("limit=501", "limit"),
            ("type=GOLD", "type"),
            ("status=active", "status"),
            ("usage=BOTH", "usage"),
            ("sort=colour", "sort"),
            ("q=", "q"),
            ("connection_id=x", "connection_id"),
        ];

        foreach (var (query, parameter) in cases)
        {
            var problem = await http.ReadProblem($"/api/v2.1/accounts?{query}");

            Assert.Equal(("invalid_parameter", parameter), (problem.Text("code"), problem.Text("parameter")));
        }
    }

    [Theory, OnBothDatabases]
    public async Task What_the_user_does_not_share_shows_no_money(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(
            await app.StoreConnection(user),
            a =>
                a with
                {
                    Status = AccountStatus.PendingConsent,
                    Balances = AccountBalances.Json([Booked(1)]),
                    BalanceCheck = """{"status":"GAP","gap":1}""",
                }
        );

        var one = await http.Read($"/api/v2.1/accounts/{account.Id}");

        string[] money = ["balance", "balance_date", "balances", "balance_gap", "balance_check"];
        Assert.All(money, name => Assert.Null(one.Text(name)));
    }

    [Theory, OnBothDatabases]
    public async Task Every_balance_of_the_bank_is_shown_and_what_their_check_came_to(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(
            await app.StoreConnection(user),
            a =>
                a with
                {
                    Balances = AccountBalances.Json([
                        Booked(123_456) with
                        {
                            Day = 20513,
                            ChangedAt = 1_772_399_000,
                            LastCommittedTransaction = "A452CH",
                        },
                        Booked(500) with
                        {
                            Kind = BankBalanceKind.InterimAvailable,
                            Currency = "JPY",
                            CreditLimitIncluded = true,
                        },
                    ]),
                    BalanceCheck = """{"status":"GAP","gap":-1050,"since":20513}""",
                }
        );

        var one = await http.Read($"/api/v2.1/accounts/{account.Id}");
        var v3 = await http.Read($"/api/v3/accounts/{account.Id}?user_id={user.Id}");

        Assert.Equal(
            """
            [{"kind":"CLOSING_BOOKED","amount":1234.56,"currency":"EUR","date":1772319600,"change_date":1772399000,
            "last_committed_transaction":"A452CH"},
            {"kind":"INTERIM_AVAILABLE","amount":500,"currency":"JPY","credit_limit_included":true}]
            """.ReplaceLineEndings(""),
            one.Text("balances")
        );
        Assert.Equal("""{"status":"GAP","gap":-10.50,"since":1772319600}""", one.Text("balance_check"));
        Assert.Equal(-10.5m, one.Money("balance_gap"));
        Assert.Equal(
            """
            [{"kind":"CLOSING_BOOKED","amount":{"amount":"1234.56","currency":"EUR"},"date":"2026-03-01T00:00:00+01:00",
            "change_date":"2026-03-01T22:03:20+01:00","last_committed_transaction":"A452CH"},
            {"kind":"INTERIM_AVAILABLE","amount":{"amount":"500","currency":"JPY"},"credit_limit_included":true}]
            """.ReplaceLineEndings(""),
            v3.Text("balances")
        );
        Assert.Equal(
            """{"status":"GAP","gap":{"amount":"-10.50","currency":"EUR"},"since":"2026-03-01T00:00:00+01:00"}""",
            v3.Text("balance_check")
        );
    }

    private static AccountBalance Booked(long amount) =>
        new()
        {
            Kind = BankBalanceKind.ClosingBooked,
            Amount = amount,
            Currency = "EUR",
        };

    [Theory, OnBothDatabases]
    public async Task A_deleted_account_is_gone_with_its_transactions(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        var gone = await app.StoreAccount(connection);
        var stays = await app.StoreAccount(connection);
        await app.StoreTransactions(gone, 3);
        await app.StoreTransactions(stays, 2);

        await Delete(http, gone.Id, HttpStatusCode.NoContent);

        Assert.Equal([stays.Id], await http.ReadIds<AccountId>("/api/v2.1/accounts"));
        Assert.Equal(2, (await http.ReadIds<TransactionId>("/api/v2.1/transactions")).Length);
        Assert.Equal("not_found", (await http.ReadProblem($"/api/v2.1/accounts/{gone.Id}")).Text("code"));
        await Delete(http, gone.Id, HttpStatusCode.NotFound);
        // The bank's word for the connection is still there: it has an account left.
        Assert.Equal("SUCCESS", Channel(await http.Read($"/api/v2.1/connections/{connection.Id}"), 1).Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task The_last_account_of_a_channel_takes_the_channel_and_its_credentials(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreChannel(
            new()
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                DefinitionId = new("50101"),
                Mode = ChannelMode.Redirect,
            }
        );
        var embedded = await app.StoreAccount(connection);
        var redirect = await app.StoreAccount(connection, a => a with { LastDefinitionId = new("50101") });

        await Delete(http, embedded.Id, HttpStatusCode.NoContent);

        var left = await http.Read($"/api/v2.1/connections/{connection.Id}");
        Assert.Equal(["SUCCESS", "EMPTY"], [Channel(left, 0).Text("status"), Channel(left, 1).Text("status")]);
        Assert.Null(Channel(left, 1).Text("credentials"));

        await Delete(http, redirect.Id, HttpStatusCode.NoContent);

        Assert.Empty(await http.ReadIds<ConnectionId>("/api/v2.1/connections"));
    }

    [Theory, OnBothDatabases]
    public async Task A_channel_that_was_never_used_does_not_keep_a_connection_without_accounts(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreChannel(
            new()
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                DefinitionId = new("50101"),
                Mode = ChannelMode.Redirect,
                Status = ChannelStatus.Empty,
            }
        );
        var last = await app.StoreAccount(connection);
        var unused = Channel(await http.Read($"/api/v2.1/connections/{connection.Id}"), 0);
        Assert.Equal("EMPTY", unused.Text("status"));
        Assert.False(unused.TryGetProperty("credentials", out _));

        await Delete(http, last.Id, HttpStatusCode.NoContent);

        Assert.Empty(await http.ReadIds<ConnectionId>("/api/v2.1/connections"));
    }

    private static JsonElement Channel(JsonElement connection, int index) => connection.GetProperty("channels")[index];

    private static async Task Delete(HttpClient http, AccountId id, HttpStatusCode expected)
    {
        using var answer = await http.DeleteAsync($"/api/v2.1/accounts/{id}", Stop);
        Assert.Equal(expected, answer.StatusCode);
    }

    private sealed record Details
    {
        public BankAccountType Type { get; init; }
        public BankLoan? Loan { get; init; }
        public BankSavings? Savings { get; init; }
        public BankCreditCard? CreditCard { get; init; }
    }
}
