using System.Security.Cryptography;
using System.Text;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

public sealed class StetTests
{
    private const string Accounts = "/psd2/v1.4.2/accounts";
    private const string Movements = Accounts + "/A1/transactions";

    [Fact]
    public async Task The_user_is_sent_to_the_bank_with_state_and_challenge()
    {
        using var run = SmallBanks.StetRun(SmallBanks.Stet());

        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        var query = HttpUtility.ParseQueryString(question.Address.Query);
        Assert.Equal("https://login.stet.example/authorize", question.Address.GetLeftPart(UriPartial.Path));
        Assert.Equal(
            ("7", "code", "affluent&co", ConnectorRun.CallbackAddress, "aisp", run.Callback!.State, "S256"),
            (
                query["brand"],
                query["response_type"],
                query["client_id"],
                query["redirect_uri"],
                query["scope"],
                query["state"],
                query["code_challenge_method"]
            )
        );
        Assert.DoesNotContain(query["code_challenge"]!, run.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_code_is_exchanged_with_the_verifier_of_the_challenge()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetRun(bank);
        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        // The answer arrives at another node, which was not handed the same callback.
        run.Callback = null;
        await run.Take<StepResult.Done>(Back("code=c&state=state-of-this-connection"));

        var request = Assert.Single(bank.At("/token"));
        var form = HttpUtility.ParseQueryString(request.Body);
        var challenge = HttpUtility.ParseQueryString(question.Address.Query)["code_challenge"];
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!));
        Assert.Equal(challenge, System.Buffers.Text.Base64Url.EncodeToString(hash));
        Assert.Equal(
            ("authorization_code", "c", ConnectorRun.CallbackAddress),
            (form["grant_type"], form["code"], form["redirect_uri"])
        );
        Assert.Equal(
            "Basic " + Convert.ToBase64String("affluent%26co:secret-0123456789"u8),
            request.Headers["Authorization"]
        );
        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Theory]
    [InlineData("invalid_grant", Refusal.ConsentExpired)]
    [InlineData("invalid_request", Refusal.OperatorFault)]
    [InlineData("invalid_client", Refusal.OperatorFault)]
    public async Task A_fresh_code_that_is_not_taken(string error, Refusal reason)
    {
        var bank = SmallBanks.Stet().On("POST", "/token", _ => new Reply($$"""{ "error": "{{error}}" }""", 400));
        using var run = SmallBanks.StetRun(bank);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        await run.TakeRefused(Back("code=c&state=state-of-this-connection"), reason);

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
    }

    [Theory]
    // The catalogue names the issuer: every return bears it.
    [InlineData("https://issuer.example", "&iss=https%3A%2F%2Fissuer.example", true)]
    [InlineData("https://issuer.example", "&iss=https%3A%2F%2Fissuer.example%2F", false)]
    [InlineData("https://issuer.example", "&iss=https%3A%2F%2Fevil.example", false)]
    [InlineData("https://issuer.example", "", false)]
    // It does not: what comes is held to the bank's own addresses.
    [InlineData("", "", true)]
    [InlineData("", "&iss=https%3A%2F%2Flogin.stet.example%2Fretail", true)]
    [InlineData("", "&iss=https%3A%2F%2Fevil.example", false)]
    [InlineData("", "&iss=login.stet.example", false)]
    public async Task A_code_counts_only_when_this_bank_says_that_it_is_its_own(string issuer, string iss, bool taken)
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetRun(bank, ("issuer", issuer));
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        var result = await run.Take(Back($"code=c&state=state-of-this-connection{iss}"));

        Assert.Equal(taken, result is StepResult.Done);
        Assert.Equal(taken ? 1 : 0, bank.At("/token").Count());
    }

    [Theory]
    [InlineData("client_secret_post", "secret-0123456789")]
    [InlineData("none", null)]
    public async Task Other_ways_to_prove_who_we_are(string way, string? secret)
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetRun(bank, ("token_auth", way));
        await run.Take(new StepInput.ListAccounts());

        await run.Take<StepResult.Done>(Back("code=c&state=state-of-this-connection"));

        var request = bank.At("/token").Single();
        var form = HttpUtility.ParseQueryString(request.Body);
        Assert.Equal(("affluent&co", secret), (form["client_id"], form["client_secret"]));
        Assert.False(request.Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("error=access_denied&state=state-of-this-connection", Refusal.ConsentDenied)]
    [InlineData("error=invalid_scope&state=state-of-this-connection", Refusal.OperatorFault)]
    [InlineData("code=c&state=another", Refusal.NotUnderstood)]
    [InlineData("code=c", Refusal.NotUnderstood)]
    [InlineData("state=state-of-this-connection", Refusal.NotUnderstood)]
    public async Task A_return_without_a_good_code_is_refused(string query, Refusal reason)
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetRun(bank);
        await run.Take(new StepInput.ListAccounts());

        await run.TakeRefused(Back(query), reason);

        Assert.Empty(bank.At("/token"));
    }

    [Fact]
    public async Task A_foreign_return_does_not_spoil_the_real_one()
    {
        using var run = SmallBanks.StetRun(SmallBanks.Stet());
        await run.Take(new StepInput.ListAccounts());

        await run.TakeRefused(Back("code=evil&state=guess"), Refusal.NotUnderstood);
        await run.Take<StepResult.Done>(Back("code=c&state=state-of-this-connection"));
    }

    [Fact]
    public async Task A_page_of_return_that_is_loaded_twice_exchanges_once()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetRun(bank);
        await run.Take(new StepInput.ListAccounts());

        await run.Take<StepResult.Done>(Back("code=c&state=state-of-this-connection"));
        await run.Take<StepResult.Done>(Back("code=c&state=state-of-this-connection"));

        Assert.Single(bank.At("/token"));
        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Fact]
    public async Task Nobody_to_ask_is_an_ended_consent()
    {
        using var run = SmallBanks.StetRun(SmallBanks.Stet());
        run.Callback = null;

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
    }

    [Fact]
    public async Task An_access_token_near_its_end_is_renewed_before_it_is_used()
    {
        var bank = SmallBanks
            .Stet()
            .On("POST", "/token", _ => new Reply(SmallBanks.Tokens("new-access", "new-refresh")));
        using var run = SmallBanks.StetAllowed(bank);
        run.Now = run.Now.AddMinutes(10).AddSeconds(-10);

        await run.Take<StepResult.Page>(new StepInput.ListAccounts());

        Assert.All(bank.At(Accounts), r => Assert.Equal("Bearer new-access", r.Headers["Authorization"]));
        Assert.Contains("new-refresh", run.Session, StringComparison.Ordinal);
        Assert.DoesNotContain(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_refused_too_early_is_renewed_once()
    {
        var bank = SmallBanks.Stet().On("POST", "/token", _ => new Reply(SmallBanks.Tokens("new-access", null)));
        bank.On(
            "GET",
            Accounts,
            r =>
                r.Headers["Authorization"] == "Bearer new-access"
                    ? new Reply("""{ "accounts": [] }""")
                    : new Reply("", 401)
        );
        using var run = SmallBanks.StetAllowed(bank);

        await run.Take<StepResult.Page>(new StepInput.ListAccounts());

        Assert.Contains(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
        Assert.Equal(2, bank.At(Accounts).Count());
    }

    [Fact]
    public async Task A_bank_that_refuses_the_new_token_too_has_ended_the_consent()
    {
        var bank = SmallBanks.Stet().On("GET", Accounts, _ => new Reply("", 401));
        using var run = SmallBanks.StetAllowed(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);

        Assert.Single(bank.At("/token"));
        Assert.DoesNotContain(SmallBanks.RefreshToken, run.Session, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{ "error": "invalid_grant" }""", Refusal.ConsentExpired)]
    [InlineData(400, """{ "error": "invalid_request" }""", Refusal.ConsentExpired)]
    [InlineData(401, """{ "error": "invalid_client" }""", Refusal.OperatorFault)]
    [InlineData(400, """{ "error": "unauthorized_client" }""", Refusal.OperatorFault)]
    public async Task A_token_endpoint_that_says_no(int status, string body, Refusal reason)
    {
        var bank = SmallBanks.Stet().On("POST", "/token", _ => new Reply(body, status));
        using var run = SmallBanks.StetAllowed(bank);
        run.Now = run.Now.AddHours(1);

        await run.TakeRefused(new StepInput.ListAccounts(), reason);

        // Our own fault costs the user nothing: the refresh token is kept.
        Assert.Equal(
            reason == Refusal.OperatorFault,
            run.Session.Contains(SmallBanks.RefreshToken, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task New_tokens_are_handed_back_although_the_bank_breaks_down_after_them()
    {
        var bank = SmallBanks
            .Stet()
            .On("POST", "/token", _ => new Reply(SmallBanks.Tokens("new-access", "new-refresh")))
            .On("GET", Accounts, _ => throw new HttpRequestException("reset"));
        using var run = SmallBanks.StetAllowed(bank);
        run.Now = run.Now.AddHours(1);

        await run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Contains("new-refresh", run.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_request_has_its_id_and_the_users_headers_only_while_the_user_is_there()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank);

        await run.Accounts();
        run.User = null;
        await run.Accounts();

        var gets = bank.Requests.Where(r => r.Method == "GET").ToArray();
        Assert.Equal(gets.Length, gets.Select(r => r.Headers["X-Request-ID"]).Distinct().Count());
        Assert.Equal("203.0.113.7", gets[0].Headers["PSU-IP-Address"]);
        Assert.DoesNotContain(gets[^1].Headers.Keys, h => h.StartsWith("PSU", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_balance_comes_from_the_list_or_by_link()
    {
        var bank = SmallBanks.Stet();
        bank.On(
            "GET",
            Accounts + "/A1/balances",
            _ => new Reply(
                """
                { "balances": [
                  { "balanceType": "XPCD", "balanceAmount": { "amount": "9.00", "currency": "EUR" },
                    "lastChangeDateTime": "2026-11-21T10:00:00+01:00", "lastCommittedTransaction": "T7" },
                  { "balanceType": "CLBD", "balanceAmount": { "amount": "10.00" }, "referenceDate": "2026-11-21" },
                  { "balanceType": "ITAV", "balanceAmount": { "amount": 1500, "currency": "USD" }, "creditLimitIncluded": true,
                    "lastChangeDateTime": "2026-11-21T10:00:00" },
                  { "balanceType": "new kind", "balanceAmount": { "amount": "x" } } ] }
                """
            )
        );
        using var run = SmallBanks.StetAllowed(bank);

        var accounts = await run.Accounts();

        Assert.Equal("FR7630001", accounts[0].Iban);
        Assert.Equal(
            [
                Balance(BankBalanceKind.Expected, 9) with
                {
                    ChangedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.FromHours(1)),
                    LastCommittedTransaction = "T7",
                },
                Balance(BankBalanceKind.ClosingBooked, 10, "2026-11-21"),
                Balance(BankBalanceKind.InterimAvailable, 1_500) with
                {
                    Currency = "USD",
                    ChangedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.FromHours(1)),
                    CreditLimitIncluded = true,
                },
            ],
            accounts[0].Balances
        );
        Assert.Equal(
            (BankAccountType.CreditCard, "FR7630001"),
            (accounts[1].Type, accounts[1].CreditCard!.PayableAccount)
        );
        Assert.Equal(
            [
                Balance(BankBalanceKind.ClosingBooked, 1),
                Balance(BankBalanceKind.Other, -20.5m, "2026-10-31"),
                Balance(BankBalanceKind.Other, -30.5m, "2026-11-30"),
            ],
            accounts[1].Balances
        );

        static BankBalance Balance(BankBalanceKind kind, decimal amount, string? day = null) =>
            new()
            {
                Kind = kind,
                Amount = amount,
                Currency = "EUR",
                Day = day is null ? null : DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
            };
    }

    [Fact]
    public async Task The_day_asked_from_stands_in_the_address_and_the_pages_are_followed()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank);
        var account = (await run.Accounts())[0];

        var read = await run.Transactions(account, new DateOnly(2026, 11, 1));

        Assert.Equal("?dateFrom=2026-11-01", bank.At(Movements).First().Address.Query);
        Assert.Equal([-12.30m, 5m], read.Select(t => t.Amount));
        Assert.Equal(["CB CAFE", "PARIS"], read[0].Remittance);
        Assert.Equal(
            (BankTransactionStatus.Pending, (DateOnly?)new DateOnly(2026, 11, 19)),
            (read[1].Status, read[1].TransactionDay)
        );
    }

    [Theory]
    [InlineData(
        "/psd2/v1.4.2/accounts/A1/transactions?page=2",
        "https://api.stet.example/psd2/v1.4.2/accounts/A1/transactions?page=2"
    )]
    [InlineData(
        "/accounts/A1/transactions?page=2",
        "https://api.stet.example/psd2/v1.4.2/accounts/A1/transactions?page=2"
    )]
    [InlineData(
        "v1.4.2/accounts/A1/transactions?page=2",
        "https://api.stet.example/psd2/v1.4.2/accounts/A1/transactions?page=2"
    )]
    [InlineData(
        "accounts/A1/transactions?page=2{&x}",
        "https://api.stet.example/psd2/v1.4.2/accounts/A1/transactions?page=2"
    )]
    [InlineData("http://api.stet.example/psd2/v1.4.2/x", "https://api.stet.example/psd2/v1.4.2/x")]
    [InlineData("https://elsewhere.example/psd2/v1.4.2/accounts", null)]
    [InlineData("//elsewhere.example/psd2", null)]
    [InlineData("https://api.stet.example@elsewhere.example/", null)]
    [InlineData("https://me@api.stet.example/", null)]
    [InlineData("""..\\broken""", null)]
    [InlineData("file:///etc/passwd", null)]
    public void Links_lead_to_the_bank_or_nowhere(string href, string? address)
    {
        var settings = Stet.StetSettings.Of(SmallBanks.StetChannel()).Interface;

        var resolved = BankLinks.Resolve(
            href,
            new Uri("https://api.stet.example/psd2/v1.4.2/accounts/A1/transactions"),
            settings
        );

        Assert.Equal(address, resolved?.AbsoluteUri);
    }

    [Theory]
    [InlineData("https://elsewhere.example/x", typeof(StepResult.Refused))]
    [InlineData("https://api.stet.example/psd2/v1.4.2/accounts/A1/transactions", typeof(StepResult.Page))]
    [InlineData("", typeof(StepResult.Page))]
    public async Task The_last_page(string next, Type result)
    {
        var bank = SmallBanks
            .Stet()
            .On(Movements, $$$"""{ "transactions": [], "_links": { "next": { "href": "{{{next}}}" } } }""");
        using var run = SmallBanks.StetAllowed(bank);
        var account = (await run.Accounts())[0];

        var said = await run.Take(new StepInput.ListTransactions(account, null));

        Assert.IsType(result, said);
        Assert.Null((said as StepResult.Page)?.Next);
        Assert.DoesNotContain(bank.Requests, r => r.Address.Host == "elsewhere.example");
    }

    [Fact]
    public async Task Pages_that_lead_round_in_a_circle_end()
    {
        var n = 0;
        var bank = SmallBanks
            .Stet()
            .On(
                "GET",
                Movements,
                r => new Reply(
                    $$$"""{ "transactions": [ { "transactionAmount": { "amount": {{{++n}}} }, "creditDebitIndicator": "CRDT", "bookingDate": "2026-11-01" } ], "_links": { "next": { "href": "?page={{{n % 5}}}" } } }"""
                )
            );
        using var run = SmallBanks.StetAllowed(bank);
        var result = await run.Take(new StepInput.ListTransactions((await run.Accounts())[0], null));
        while (result is StepResult.Page { Next: { } next })
        {
            result = await run.Take(new StepInput.Continue(next));
        }

        Assert.Equal(Refusal.NotUnderstood, Assert.IsType<StepResult.Refused>(result).Reason);
        Assert.True(n < 20, $"{n} pages");
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task One_account_may_be_refused(int status)
    {
        var bank = SmallBanks.Stet().On("GET", Movements, _ => new Reply("", status));
        using var run = SmallBanks.StetAllowed(bank);
        var accounts = await run.Accounts();

        await run.TakeRefused(new StepInput.ListTransactions(accounts[0], null), Refusal.AccountRefused);
        await run.Take<StepResult.Page>(new StepInput.ListTransactions(accounts[1], null));
    }

    [Fact]
    public async Task More_history_than_the_bank_gives_is_asked_again_shorter_and_told()
    {
        var bank = SmallBanks
            .Stet()
            .On(
                "GET",
                Movements,
                r =>
                    r.Address.Query.Contains("dateFrom=2026-08-25", StringComparison.Ordinal)
                        ? new Reply("""{ "transactions": [] }""")
                        : new Reply("", 400)
            );
        using var run = SmallBanks.StetAllowed(bank);

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions((await run.Accounts())[0], null));

        Assert.Equal(new DateOnly(2026, 8, 25), page.CompleteFrom);
    }

    [Fact]
    public async Task The_banks_depth_is_a_setting()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(
            bank,
            ("history_days", "30"),
            ("date_format", "dd/MM/yyyy"),
            ("send_date_to", "true")
        );
        var account = (await run.Accounts())[0];

        var deep = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2020, 1, 1)));
        var near = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2026, 11, 10)));

        Assert.Equal(new DateOnly(2026, 10, 23), deep.CompleteFrom);
        Assert.Null(near.CompleteFrom);
        Assert.Equal("?dateFrom=23%2F10%2F2026&dateTo=23%2F11%2F2026", bank.At(Movements).First().Address.Query);
    }

    [Theory]
    [InlineData("""{ "creditDebitIndicator": "DBIT", "status": "BOOK", "bookingDate": "2026-11-01" }""")]
    [InlineData("""{ "transactionAmount": { "amount": "12" }, "status": "BOOK", "bookingDate": "2026-11-01" }""")]
    [InlineData(
        """{ "transactionAmount": { "amount": "12" }, "creditDebitIndicator": "DBIT", "status": "BOOK", "bookingDate": "tomorrow" }"""
    )]
    [InlineData("null")]
    public async Task A_row_that_cannot_be_read_is_told_beside_the_others_and_a_page_of_such_rows_is_refused(string row)
    {
        const string good = """
            { "transactionAmount": { "amount": "5" }, "creditDebitIndicator": "DBIT", "status": "BOOK", "bookingDate": "2026-11-01" }
            """;
        async Task<StepResult> Read(string rows)
        {
            using var run = SmallBanks.StetAllowed(
                SmallBanks.Stet().On(Movements, $$"""{ "transactions": [ {{rows}} ] }""")
            );
            return await run.Take(new StepInput.ListTransactions((await run.Accounts())[0], null));
        }

        var mixed = Assert.IsType<StepResult.Page>(await Read($"{good}, {row}"));
        var hopeless = Assert.IsType<StepResult.Refused>(await Read($"{row}, {row}"));

        Assert.Equal([-5m], mixed.Transactions.Select(transaction => transaction.Amount));
        Assert.Equal(
            row.Contains("tomorrow", StringComparison.Ordinal) ? UnreadableField.Day : UnreadableField.Amount,
            Assert.Single(mixed.Unreadable)
        );
        Assert.Equal(Refusal.NotUnderstood, hopeless.Reason);
    }

    [Theory]
    [InlineData("\"A\"", "A")]
    [InlineData("""["A", "", null, "B"]""", "A|B")]
    [InlineData(
        """{ "unstructured": ["A"], "structured": [{ "creditorReferenceInformation": { "reference": "RF1" } }] }""",
        "A|RF1"
    )]
    [InlineData("null", "")]
    public void Remittance_information_has_three_forms(string json, string lines)
    {
        var transaction = Read(
            $$"""{ "transactionAmount": { "amount": 1 }, "creditDebitIndicator": "CRDT", "bookingDate": "2026-11-01", "remittanceInformation": {{json}} }"""
        );

        Assert.Equal(lines, string.Join('|', transaction.Remittance));
    }

    [Fact]
    public void References_of_the_payment_are_read()
    {
        var transaction = Read(
            """
            {
              "transactionAmount": { "amount": 1 }, "creditDebitIndicator": "DBIT", "bookingDate": "2026-11-01",
              "endToEndId": "E2E-17", "merchantCategoryCode": "5411",
              "relatedParties": {
                "creditor": {
                  "name": "EDF",
                  "privateId": { "identification": "FR47EDF001007", "schemeName": "SEPA" },
                  "organisationId": { "identification": "55208131766522", "schemeName": "SIRE" }
                }
              }
            }
            """
        );

        Assert.Equal(
            ("E2E-17", "5411", "FR47EDF001007", "EDF"),
            (transaction.EndToEndId, transaction.MerchantCategory, transaction.CreditorId, transaction.Counterparty)
        );
    }

    [Theory]
    [InlineData("BOOK", BankTransactionStatus.Booked)]
    [InlineData("PDNG", BankTransactionStatus.Pending)]
    [InlineData("FUTR", BankTransactionStatus.Pending)]
    [InlineData("INFO", BankTransactionStatus.Other)]
    [InlineData("OTHR", BankTransactionStatus.Other)]
    [InlineData("RJCT", BankTransactionStatus.Rejected)]
    [InlineData("SOON", BankTransactionStatus.Other)]
    public void Statuses_have_their_meaning(string word, BankTransactionStatus status)
    {
        var transaction = Read(
            $$"""{ "transactionAmount": { "amount": 1 }, "creditDebitIndicator": "CRDT", "bookingDate": "2026-11-01", "status": "{{word}}" }"""
        );

        Assert.Equal(status, transaction.Status);
    }

    private static BankTransaction Read(string row)
    {
        var page = JsonPage.Read(
            Encoding.UTF8.GetBytes($$"""{ "transactions": [{{row}}] }"""),
            new Stet.StetRows(Stet.StetSettings.Of(SmallBanks.StetChannel()), "EUR", default)
        )!;
        return page.RowsOf(page.Json.Item("transactions")).Transactions.Single();
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("Sun, 22 Nov 2026 10:05:00 GMT", 300)]
    [InlineData("Sun, 22 Nov 2026 09:00:00 GMT", 0)]
    [InlineData("soon", 3600)]
    public async Task Too_many_requests_name_the_time_to_come_back(string header, int seconds)
    {
        var bank = SmallBanks.Stet().On("GET", Accounts, _ => new Reply("{}", 429, Headers: ("Retry-After", header)));
        using var run = SmallBanks.StetAllowed(bank);

        var later = await run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal((LaterReason.RateLimited, run.Now.AddSeconds(seconds)), (later.Reason, later.NotBefore));
    }

    private static StepInput.Returned Back(string query) => new(new Uri($"{ConnectorRun.CallbackAddress}?{query}"));
}
