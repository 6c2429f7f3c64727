using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>What banks make of the standard: links, pages and refusals that can still be understood, and those that must not be.</summary>
public sealed class StetDeviationTests
{
    private const string Accounts = "/psd2/v1.4.2/accounts";
    private const string Movements = Accounts + "/A1/transactions";
    private static readonly StepInput Back = new StepInput.Returned(
        new Uri($"{ConnectorRun.CallbackAddress}?code=c&state=state-of-this-connection")
    );
    private const string Page = "<html><title>Access Denied</title>Reference #18.2f3a</html>";

    [Theory]
    [InlineData("""{ "next": { "href": "?page=2" } }""")]
    [InlineData("""{ "next": [ { "href": "?page=2" } ] }""")]
    [InlineData("""{ "next": [ { "href": null }, { "href": "?page=2" } ] }""")]
    [InlineData("""{ "next": "?page=2" }""")]
    [InlineData("""[ { "rel": "self", "href": "?page=1" }, { "rel": "next", "href": "?page=2" } ]""")]
    public async Task The_next_page_is_read_however_its_link_is_wrapped(string links)
    {
        var bank = TwoPages(links);
        using var run = SmallBanks.StetAllowed(bank);

        var read = await run.Transactions((await run.Accounts())[0]);

        Assert.Equal([-1m, -2m], read.Select(t => t.Amount));
    }

    [Theory]
    [InlineData("""{ "next": {} }""")]
    [InlineData("""{ "next": { "templated": true, "type": "application/json" } }""")]
    [InlineData("""{ "next": [] }""")]
    [InlineData("""{ "next": { "href": "" } }""")]
    [InlineData("""{ "next": { "href": "null" } }""")]
    [InlineData("""{ "next": false }""")]
    public async Task A_link_that_says_nothing_ends_the_list(string links)
    {
        using var run = SmallBanks.StetAllowed(TwoPages(links));

        Assert.Single(await run.Transactions((await run.Accounts())[0]));
    }

    [Theory]
    [InlineData("""{ "next": { "url": "?page=2" } }""")]
    [InlineData("""{ "next": [ { "rel": "next", "location": "?page=2" } ] }""")]
    public async Task A_link_without_a_known_address_is_no_end(string links)
    {
        using var run = SmallBanks.StetAllowed(TwoPages(links));
        var account = (await run.Accounts())[0];

        await run.TakeRefused(new StepInput.ListTransactions(account, null), Refusal.NotUnderstood);
    }

    [Theory]
    [InlineData("transactions?page=2", Movements + "?page=2")]
    [InlineData("./transactions?page=2", Movements + "?page=2")]
    [InlineData("../A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("v1.4.2/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("/v1.4.2/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("psd2/v1.4.2/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("null/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("null/psd2/v1.4.2/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("//null/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("https://null/psd2/v1.4.2/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("http://undefined:8080/accounts/A1/transactions?page=2", Movements + "?page=2")]
    [InlineData("/other/list?page=2", "/psd2/v1.4.2/other/list?page=2")]
    public void A_link_is_joined_where_it_repeats_the_address_of_its_page(string href, string path) =>
        Assert.Equal("https://api.stet.example" + path, Resolve(href)?.AbsoluteUri);

    [Theory]
    [InlineData("https://null.evil.example/accounts")]
    [InlineData("https://nullify/accounts")]
    [InlineData("//null@evil.example/accounts")]
    [InlineData("null//evil.example/accounts")]
    [InlineData("https://null//evil.example/accounts")]
    [InlineData("nullhttps://evil.example/accounts")]
    public void A_missing_host_opens_no_way_to_another_one(string href) =>
        Assert.True(Resolve(href) is null or { Host: "api.stet.example" }, href);

    [Fact]
    public async Task A_last_page_that_is_one_before_once_more_adds_nothing()
    {
        var bank = Pages(Row("1", 1), Row("2", 2), Row("1", 1));
        using var run = Allowed(bank, TransactionIds.Stable);

        var read = await run.Transactions((await run.Accounts())[0]);

        Assert.Equal(["1", "2"], read.Select(t => t.Id));
        Assert.Equal(3, bank.At(Movements).Count());
    }

    [Theory]
    // Two coffees on two pages.
    [InlineData(TransactionIds.Stable, null)]
    // Ids that are not looked at say nothing.
    [InlineData(TransactionIds.Absent, "1")]
    public async Task A_page_that_may_be_another_is_not_dropped(TransactionIds ids, string? id)
    {
        using var run = Allowed(Pages(Row(id, 1), Row(id, 1)), ids);
        var first = await run.Take<StepResult.Page>(new StepInput.ListTransactions((await run.Accounts())[0], null));

        await run.TakeRefused(new StepInput.Continue(first.Next!), Refusal.NotUnderstood);
    }

    [Fact]
    public async Task A_page_that_comes_again_in_the_middle_hides_what_should_stand_there()
    {
        using var run = Allowed(Pages(Row("1", 1), Row("1", 1), Row("2", 2)), TransactionIds.Stable);
        var first = await run.Take<StepResult.Page>(new StepInput.ListTransactions((await run.Accounts())[0], null));

        await run.TakeRefused(new StepInput.Continue(first.Next!), Refusal.NotUnderstood);
    }

    [Fact]
    public async Task A_token_that_is_refused_for_one_account_only_is_kept()
    {
        var bank = SmallBanks.Stet().On("GET", Movements, _ => new Reply("""{ "status": 401 }""", 401));
        using var run = SmallBanks.StetAllowed(bank);
        var accounts = await run.Accounts();

        await run.TakeRefused(new StepInput.ListTransactions(accounts[0], null), Refusal.AccountUnauthorized);

        await run.Take<StepResult.Page>(new StepInput.ListTransactions(accounts[1], null));
    }

    [Fact]
    public async Task A_token_that_is_refused_for_the_list_too_has_ended()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank);
        var account = (await run.Accounts())[0];
        bank.On("GET", Movements, _ => new Reply("", 401)).On("GET", Accounts, _ => new Reply("", 401));

        await run.TakeRefused(new StepInput.ListTransactions(account, null), Refusal.ConsentExpired);

        Assert.DoesNotContain(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_whose_balances_are_refused_is_listed_without_one()
    {
        var bank = SmallBanks.Stet().On("GET", Accounts + "/A1/balances", _ => new Reply("", 401));
        using var run = SmallBanks.StetAllowed(bank);

        var accounts = await run.Accounts();

        Assert.Empty(accounts[0].Balances);
        Assert.Equal(2, accounts.Count);
        Assert.Contains(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", Accounts, 401)]
    [InlineData("GET", Accounts, 403)]
    [InlineData("GET", Movements, 403)]
    [InlineData("GET", Movements, 404)]
    [InlineData("PUT", "/psd2/v1.4.2/consents", 403)]
    [InlineData("POST", "/token", 400)]
    [InlineData("POST", "/token", 401)]
    [InlineData("POST", "/token", 403)]
    [InlineData("POST", "/token", 404)]
    public async Task A_page_for_people_instead_of_an_answer_ends_nothing(string method, string path, int status)
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank);
        var accounts = await run.Accounts();
        bank.On(method, path, _ => new Reply(Page, status, "text/html"));
        run.Now = path == "/token" ? run.Now.AddHours(1) : run.Now;

        var later = await run.Take<StepResult.Later>(
            path == Movements ? new StepInput.ListTransactions(accounts[0], null)
            : method == "PUT" ? new StepInput.Consent(accounts)
            : new StepInput.ListAccounts()
        );

        Assert.Equal(LaterReason.BankUnavailable, later.Reason);
        Assert.Contains(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Theory]
    // Gateways and firewalls.
    [InlineData("GET", Accounts, 403, """{ "message": "Forbidden" }""")]
    [InlineData("GET", Accounts, 403, """{ "statusCode": 403, "message": "IP not allowed" }""")]
    [InlineData("GET", Accounts, 403, """{ "code": 403, "message": "Forbidden" }""")]
    [InlineData("GET", Accounts, 404, """{ "message": "no Route matched with those values" }""")]
    [InlineData("GET", Accounts, 404, """{ "fault": { "faultstring": "Unable to identify proxy for host" } }""")]
    [InlineData("GET", Accounts, 200, "<html><title>Maintenance</title></html>")]
    [InlineData("GET", Movements, 403, """{ "message": "Forbidden" }""")]
    [InlineData("GET", Movements, 404, """{ "message": "no Route matched with those values" }""")]
    [InlineData("GET", Movements, 200, "<html><title>Maintenance</title></html>")]
    [InlineData("PUT", "/psd2/v1.4.2/consents", 403, """{ "message": "Forbidden" }""")]
    [InlineData("POST", "/token", 400, """{ "message": "Bad Request" }""")]
    [InlineData("POST", "/token", 403, """{ "message": "Forbidden" }""")]
    [InlineData("POST", "/token", 404, """{ "message": "no Route matched with those values" }""")]
    [InlineData("POST", "/token", 200, "<html><title>Maintenance</title></html>")]
    [InlineData("POST", "/token", 400, """{ "error": "server_error" }""")]
    [InlineData("POST", "/token", 400, """{ "status": 400, "error": "Bad Request" }""")]
    // Said by nobody.
    [InlineData("GET", Accounts, 403, "")]
    [InlineData("PUT", "/psd2/v1.4.2/consents", 403, "")]
    [InlineData("POST", "/token", 400, "")]
    [InlineData("POST", "/token", 403, "")]
    [InlineData("POST", "/token", 404, "")]
    public async Task The_word_of_a_gateway_ends_nothing(string method, string path, int status, string body)
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank);
        var accounts = await run.Accounts();
        bank.On(method, path, _ => new Reply(body, status));
        run.Now = path == "/token" ? run.Now.AddHours(1) : run.Now;

        var later = await run.Take<StepResult.Later>(
            path == Movements ? new StepInput.ListTransactions(accounts[0], null)
            : method == "PUT" ? new StepInput.Consent(accounts)
            : new StepInput.ListAccounts()
        );

        Assert.Equal((LaterReason.BankUnavailable, run.Now), (later.Reason, later.NotBefore));
        Assert.Contains(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, """{ "message": "The consent has been revoked" }""")]
    [InlineData(
        403,
        """{ "status": 403, "error": "Forbidden", "message": "No consent for TPP", "path": "/accounts" }"""
    )]
    [InlineData(401, "")]
    public async Task The_banks_own_word_ends_the_consent(int status, string body)
    {
        var bank = SmallBanks.Stet().On("GET", Accounts, _ => new Reply(body, status));
        using var run = SmallBanks.StetAllowed(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);

        Assert.DoesNotContain(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, true)]
    [InlineData(HttpRequestError.NameResolutionError, true)]
    [InlineData(HttpRequestError.SecureConnectionError, true)]
    // The bank may have taken it: who sends a code twice loses what it has brought (RFC 6749, section 4.1.2).
    [InlineData(HttpRequestError.ResponseEnded, false)]
    [InlineData(null, false)]
    public async Task A_code_is_exchanged_again_only_when_it_was_never_sent(HttpRequestError? fault, bool again)
    {
        var down = true;
        var bank = SmallBanks.Stet();
        bank.On(
            "POST",
            "/token",
            _ =>
                !down ? new Reply(SmallBanks.Tokens(SmallBanks.AccessToken, null))
                : fault is { } error ? throw new HttpRequestException(error)
                : new Reply("", 503)
        );
        using var run = SmallBanks.StetRun(bank);
        await run.Take(new StepInput.ListAccounts());
        await run.Take<StepResult.Later>(Back);
        down = false;

        var result = await run.Take(Back);

        Assert.Equal(again, result is StepResult.Done);
        Assert.Equal(!again, result is StepResult.AskUser { Question: Question.Redirect });
        Assert.Equal(again ? 2 : 1, bank.At("/token").Count());
    }

    [Fact]
    public async Task New_tokens_outlive_a_stop_right_after_they_came()
    {
        using var stop = new CancellationTokenSource();
        var bank = SmallBanks
            .Stet()
            .On("POST", "/token", _ => new Reply(SmallBanks.Tokens("new-access", "new-refresh")))
            .On("GET", Accounts, _ => throw Stopped(stop));
        using var run = SmallBanks.StetAllowed(bank);
        run.Now = run.Now.AddHours(1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            run.Take(new StepInput.ListAccounts(), stop.Token)
        );

        Assert.Contains("new-refresh", run.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_was_sent_when_the_node_stopped_is_not_sent_again()
    {
        using var stop = new CancellationTokenSource();
        var bank = SmallBanks.Stet().On("POST", "/token", _ => throw Stopped(stop));
        using var run = SmallBanks.StetRun(bank);
        await run.Take(new StepInput.ListAccounts());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Take(Back, stop.Token));
        await run.TakeAsked<Question.Redirect>(Back);

        Assert.Single(bank.At("/token"));
    }

    [Fact]
    public async Task A_renewal_asks_for_no_more_than_was_granted()
    {
        var bank = SmallBanks.Stet();
        bank.On(
            "POST",
            "/token",
            r =>
                HttpUtility.ParseQueryString(r.Body)["scope"] is null
                    ? new Reply(SmallBanks.Tokens("new-access", null))
                    : new Reply("""{ "error": "invalid_scope" }""", 400)
        );
        using var run = SmallBanks.StetAllowed(bank, ("scope", "aisp extended_transaction_history"));
        run.Now = run.Now.AddHours(1);

        await run.Take<StepResult.Page>(new StepInput.ListAccounts());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(416)]
    [InlineData(422)]
    public async Task Days_that_the_bank_gives_no_longer_are_left_out_and_told(int status)
    {
        var bank = SmallBanks
            .Stet()
            .On(
                "GET",
                Movements,
                r =>
                    r.Address.Query.Contains("dateFrom=2026-08-25", StringComparison.Ordinal)
                        ? new Reply("""{ "transactions": [] }""")
                        : new Reply("""{ "code": "WRONG_TRANSACTIONS_PERIOD" }""", status)
            );
        using var run = SmallBanks.StetAllowed(bank);

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions((await run.Accounts())[0], null));

        Assert.Equal(new DateOnly(2026, 8, 25), page.CompleteFrom);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("120", 120)]
    public async Task A_bank_that_is_down_is_asked_again_when_it_says_and_else_when_the_run_likes(
        string header,
        int seconds
    )
    {
        var bank = SmallBanks.Stet().On("GET", Accounts, _ => new Reply("", 503, Headers: ("Retry-After", header)));
        using var run = SmallBanks.StetAllowed(bank);

        var later = await run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal((LaterReason.BankUnavailable, run.Now.AddSeconds(seconds)), (later.Reason, later.NotBefore));
    }

    private static ConnectorRun Allowed(FakeBank bank, TransactionIds ids)
    {
        using var like = SmallBanks.StetAllowed(bank);
        return new ConnectorRun(new StetConnector(), SmallBanks.StetChannel() with { TransactionIds = ids }, bank)
        {
            Session = like.Session,
        };
    }

    private static FakeBank TwoPages(string links) =>
        SmallBanks
            .Stet()
            .On(
                "GET",
                Movements,
                r => new Reply(
                    r.Address.Query.Contains("page=2", StringComparison.Ordinal)
                        ? $$"""{ "transactions": [ {{Row("2", 2)}} ] }"""
                        : $$"""{ "transactions": [ {{Row("1", 1)}} ], "_links": {{links}} }"""
                )
            );

    private static FakeBank Pages(params string[] rows) =>
        SmallBanks
            .Stet()
            .On(
                "GET",
                Movements,
                r =>
                {
                    var number = r.Address.Query is ['?', 'p', '=', .. var n] ? int.Parse(n, null) : 0;
                    var next = number + 1 < rows.Length ? $$"""{ "href": "?p={{number + 1}}" }""" : "null";
                    return new Reply($$"""{ "transactions": [ {{rows[number]}} ], "_links": { "next": {{next}} } }""");
                }
            );

    private static string Row(string? id, int amount) =>
        $$"""
            { "entryReference": "{{id}}", "transactionAmount": { "amount": {{amount}} }, "creditDebitIndicator": "DBIT", "bookingDate": "2026-11-01" }
            """;

    private static Uri? Resolve(string href) =>
        BankLinks.Resolve(
            href,
            new Uri("https://api.stet.example" + Movements + "?dateFrom=2026-11-01"),
            StetSettings.Of(SmallBanks.StetChannel()).Interface
        );

    private static OperationCanceledException Stopped(CancellationTokenSource stop)
    {
        stop.Cancel();
        return new OperationCanceledException(stop.Token);
    }
}
