using System.Globalization;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests;

/// <summary>The family of Enable Banking at banks that do what banks do.</summary>
public sealed class EnableBankingTests
{
    private static readonly DateOnly November = new(2026, 11, 1);

    [Fact]
    public async Task Accounts_are_known_by_their_hash_with_holder_and_label_apart()
    {
        using var run = await SmallEnableBanking.Allowed(SmallEnableBanking.Bank());

        var listed = await run.Accounts();

        Assert.Equal(
            [
                (
                    "hash-1=",
                    "FI2112345600000785",
                    null,
                    "Arki",
                    "Aino Virtanen",
                    BankAccountType.Checkings,
                    BankAccountUsage.Personal
                ),
                (
                    "hash-2=",
                    null,
                    "************4321",
                    "Kortti",
                    null,
                    BankAccountType.CreditCard,
                    BankAccountUsage.Professional
                ),
                (
                    "hash-3=",
                    null,
                    "123-4",
                    (string?)null,
                    (string?)null,
                    BankAccountType.Savings,
                    (BankAccountUsage?)null
                ),
            ],
            listed.Select(a => (a.Reference, a.Iban, a.Number, a.Name, a.OwnerName, a.Type!.Value, a.Usage))
        );
        Assert.Equal([false, false, true], listed.Select(a => a.Closed));
        Assert.Equal(
            [
                (BankBalanceKind.ClosingBooked, -10.50m, "EUR", new DateOnly(2026, 11, 21), "E1"),
                (BankBalanceKind.InterimAvailable, 89.50m, "EUR", (DateOnly?)null, (string?)null),
            ],
            listed[0].Balances.Select(b => (b.Kind, b.Amount, b.Currency, b.Day, b.LastCommittedTransaction))
        );
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero), listed[0].Balances[0].ChangedAt);
        await run.TakeRefused(new StepInput.ListTransactions(listed[2], null), Refusal.AccountRefused);
    }

    [Fact]
    public async Task Movements_go_by_indicator_and_entry_reference_and_rows_that_cannot_be_read_are_counted()
    {
        var bank = SmallEnableBanking.Bank();
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        var first = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, November));
        var second = await run.Take<StepResult.Page>(new StepInput.Continue(first.Next!));

        Assert.Null(second.Next);
        Assert.Equal([UnreadableField.Day, UnreadableField.Amount], first.Unreadable);
        Assert.Equal(
            [
                ("E1", -12.30m, BankTransactionStatus.Booked, "Kahvila"),
                (null, -1m, BankTransactionStatus.Pending, null),
                (null, -3m, BankTransactionStatus.Pending, null),
                (null, -4m, BankTransactionStatus.Rejected, null),
                ("E2", 5m, BankTransactionStatus.Booked, "Matti"),
            ],
            first.Transactions.Concat(second.Transactions).Select(t => (t.Id, t.Amount, t.Status, t.Counterparty))
        );
        var shop = first.Transactions[0];
        Assert.Equal(["KAHVILA", "HELSINKI"], shop.Remittance);
        Assert.Equal(("12-32", "5814"), (shop.Code, shop.MerchantCategory));
        Assert.Equal(
            (new DateOnly(2026, 11, 20), new DateOnly(2026, 11, 21), new DateOnly(2026, 11, 18)),
            (shop.BookingDay, shop.ValueDay, shop.TransactionDay)
        );
        Assert.Equal(["Korttiosto"], first.Transactions[1].Remittance);
        Assert.Equal(new DateOnly(2026, 11, 22), first.Transactions[1].TransactionDay);
        Assert.Equal(["RF07850352502356628678117"], second.Transactions[0].Remittance);
        Assert.Equal(
            ["?date_from=2026-11-01", "?date_from=2026-11-01&continuation_key=k%202"],
            bank.At(SmallEnableBanking.Movements).Select(r => r.Address.Query)
        );
    }

    [Theory]
    [InlineData("", "?strategy=longest", null)]
    [InlineData("100", "?date_from=2026-08-14&strategy=longest", "2026-08-14")]
    public async Task All_that_there_is_is_the_longest_time_the_bank_gives(
        string days,
        string query,
        string? completeFrom
    )
    {
        var bank = SmallEnableBanking.Bank();
        using var run = await SmallEnableBanking.Allowed(bank, ("first_history_days", days == "" ? "99999999" : days));
        var account = (await run.Accounts())[0];

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, null));

        Assert.Equal(query, bank.At(SmallEnableBanking.Movements).Single().Address.Query);
        Assert.Equal(
            completeFrom is null ? null : DateOnly.Parse(completeFrom, CultureInfo.InvariantCulture),
            page.CompleteFrom
        );
    }

    [Theory]
    [InlineData("2026-01-01", """{ "date_from": "2026-05-01" }""", "WRONG_TRANSACTIONS_PERIOD", 422)]
    [InlineData("2026-01-01", "null", "WRONG_TRANSACTIONS_PERIOD", 422)]
    [InlineData("2026-01-01", """ "{\"code\":\"PERIOD_INVALID\"}" """, "ASPSP_ERROR", 400)]
    [InlineData(null, "null", "WRONG_TRANSACTIONS_PERIOD", 422)]
    public async Task Where_days_are_too_many_fewer_are_asked_for_one_after_the_other(
        string? from,
        string detail,
        string error,
        int status
    )
    {
        var bank = SmallEnableBanking
            .Bank()
            .On("GET", SmallEnableBanking.Movements, _ => SmallEnableBanking.Refused(status, error, detail));
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        await run.TakeRefused(
            new StepInput.ListTransactions(
                account,
                from is null ? null : DateOnly.Parse(from, CultureInfo.InvariantCulture)
            ),
            Refusal.AccountRefused
        );

        string[] ladder = ["?date_from=2026-08-25", "?date_from=2026-09-23", "?date_from=2026-10-23"];
        Assert.Equal(
            from is null
                ? ["?strategy=longest", .. ladder]
                :
                [
                    "?date_from=2026-01-01",
                    .. detail.Contains("2026-05", StringComparison.Ordinal) ? new[] { "?date_from=2026-05-01" } : [],
                    "?date_from=2026-01-01&strategy=longest",
                    .. ladder,
                ],
            bank.At(SmallEnableBanking.Movements).Select(r => r.Address.Query)
        );
    }

    [Theory]
    [InlineData("2026-05-01", "2026-05-01")]
    [InlineData("longest", "2026-10-23")]
    [InlineData("2026-09-23", "2026-09-23")]
    public async Task What_is_older_than_what_was_given_is_not_called_missing(string given, string completeFrom)
    {
        var bank = SmallEnableBanking.Bank();
        bank.On(
            "GET",
            SmallEnableBanking.Movements,
            r =>
                r.Address.Query.Contains(given, StringComparison.Ordinal)
                    ? new Reply("""{ "transactions": [] }""")
                    : SmallEnableBanking.Refused(
                        422,
                        "WRONG_TRANSACTIONS_PERIOD",
                        given == "longest" ? "null" : """{ "date_from": "2026-05-01" }"""
                    )
        );
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2026, 1, 1)));

        Assert.Equal(DateOnly.Parse(completeFrom, CultureInfo.InvariantCulture), page.CompleteFrom);
    }

    // A letter is a row; given for the second time, it bears another transaction_id.
    [Theory]
    // A cursor that the bank keeps.
    [InlineData("ab k|cd k|ef", "a b c d e f")]
    [InlineData("ab k|cd k| k|ef k|g", "a b c d e f g")]
    [InlineData("ab k|cd k| k| k", "a b c d")]
    [InlineData(" k| k", "")]
    [InlineData("ab k|cd l|ef k|gh l|i", "a b c d e f g h i")]
    // The key is not heard: what is behind the page is unknown.
    [InlineData("ab k|ab k", "NotUnderstood")]
    [InlineData("ab k|ba k", "NotUnderstood")]
    [InlineData("ab k|cd k|cd k", "NotUnderstood")]
    [InlineData("ab k|cd k| k|cd k", "NotUnderstood")]
    // Each time there is another key, and nothing new.
    [InlineData("ab k|cd l|ab m", "NotUnderstood")]
    [InlineData(" k| l| k", "NotUnderstood")]
    [InlineData("ab k|cd l|cd", "a b c d")]
    public async Task A_list_goes_on_by_its_keys_for_as_long_as_there_are_new_rows(string pages, string expected)
    {
        var asked = 0;
        var answers = pages.Split('|');
        var bank = SmallEnableBanking
            .Bank()
            .On(
                "GET",
                SmallEnableBanking.Movements,
                _ =>
                {
                    var page = answers[asked++].Split(' ');
                    return Page(page[0], page.Length > 1 ? $"\"{page[1]}\"" : "null", asked);
                }
            );
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        Assert.Equal(
            expected == nameof(Refusal.NotUnderstood) ? expected : $"{expected.Count(char.IsLetter)}",
            await run.Movements(account, November)
        );
        Assert.Equal(answers.Length, asked);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""["k"]""")]
    [InlineData("true")]
    public async Task What_is_no_key_does_not_make_a_page_the_last(string key)
    {
        var bank = SmallEnableBanking.Bank().On("GET", SmallEnableBanking.Movements, _ => Page("ab", key, 1));
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        Assert.Equal(nameof(Refusal.NotUnderstood), await run.Movements(account, November));
    }

    private static Reply Page(string rows, string key, int time) =>
        new(
            $$"""{ "transactions": [{{string.Join(',', rows.Select(row => $$"""{ "entry_reference": "{{row}}", "transaction_id": "{{row}}{{time}}", "transaction_amount": { "amount": "1", "currency": "EUR" }, "credit_debit_indicator": "CRDT", "status": "BOOK", "booking_date": "2026-11-01" }"""))}}], "continuation_key": {{key}} }"""
        );

    [Fact]
    public async Task A_place_leads_nowhere_else()
    {
        using var run = await SmallEnableBanking.Allowed(SmallEnableBanking.Bank());

        await run.TakeRefused(
            new StepInput.Continue("""{"trail":{"address":"https://elsewhere.example/accounts","number":2}}"""),
            Refusal.NotUnderstood
        );
    }

    /// <summary>All error codes of the reference, at the list of transactions.</summary>
    [Theory]
    [InlineData("ACCESS_DENIED", 403, "OperatorFault")]
    [InlineData("ACCOUNT_DOES_NOT_EXIST", 404, "AccountRefused")]
    [InlineData("ALREADY_AUTHORIZED", 422, "NotUnderstood")]
    [InlineData("ASPSP_ACCOUNT_NOT_ACCESSIBLE", 400, "AccountRefused")]
    [InlineData("ASPSP_ERROR", 400, "BankUnavailable")]
    [InlineData("ASPSP_TIMEOUT", 408, "BankUnavailable")]
    [InlineData("ASPSP_RATE_LIMIT_EXCEEDED", 429, "RateLimited")]
    [InlineData("ASPSP_RATE_LIMIT_EXCEEDED", 400, "RateLimited")]
    [InlineData("ASPSP_PSU_ACTION_REQUIRED", 400, "SiteActionRequired")]
    [InlineData("AUTHORIZATION_NOT_PROVIDED", 401, "OperatorFault")]
    [InlineData("CLOSED_SESSION", 401, "ConsentExpired")]
    [InlineData("EXPIRED_SESSION", 401, "ConsentExpired")]
    [InlineData("REVOKED_SESSION", 401, "ConsentExpired")]
    [InlineData("SESSION_DOES_NOT_EXIST", 404, "ConsentExpired")]
    [InlineData("WRONG_SESSION_STATUS", 422, "ConsentExpired")]
    [InlineData("DATE_TO_WITHOUT_DATE_FROM", 422, "OperatorFault")]
    [InlineData("DATE_FROM_IN_FUTURE", 422, "OperatorFault")]
    [InlineData("WRONG_DATE_INTERVAL", 422, "OperatorFault")]
    [InlineData("WRONG_TRANSACTIONS_PERIOD", 422, "AccountRefused")]
    [InlineData("WRONG_CONTINUATION_KEY", 422, "BankUnavailable")]
    [InlineData("WRONG_REQUEST_PARAMETERS", 422, "OperatorFault")]
    [InlineData("WRONG_ASPSP_PROVIDED", 422, "OperatorFault")]
    [InlineData("WRONG_CREDENTIALS_PROVIDED", 422, "OperatorFault")]
    [InlineData("WRONG_AUTHORIZATION_CODE", 422, "NotUnderstood")]
    [InlineData("EXPIRED_AUTHORIZATION_CODE", 422, "NotUnderstood")]
    [InlineData("INVALID_ACCOUNT_ID", 422, "AccountRefused")]
    [InlineData("INVALID_HOST", 400, "OperatorFault")]
    [InlineData("NO_ACCOUNTS_ADDED", 403, "OperatorFault")]
    [InlineData("REDIRECT_URI_NOT_ALLOWED", 422, "OperatorFault")]
    [InlineData("WEBHOOK_URI_NOT_ALLOWED", 422, "OperatorFault")]
    [InlineData("UNAUTHORIZED_ACCESS", 401, "OperatorFault")]
    [InlineData("UNAUTHORIZED_IP", 403, "OperatorFault")]
    [InlineData("PSU_HEADER_NOT_PROVIDED", 422, "OperatorFault")]
    [InlineData("PSU_HEADER_INVALID", 422, "OperatorFault")]
    [InlineData("TRANSACTION_DOES_NOT_EXIST", 404, "OperatorFault")]
    [InlineData("PAYMENT_NOT_FOUND", 404, "OperatorFault")]
    [InlineData("PAYMENT_LIMIT_EXCEEDED", 422, "OperatorFault")]
    [InlineData("PAYMENT_NOT_FINALIZED", 422, "OperatorFault")]
    [InlineData("ASPSP_PAYMENT_NOT_ACCESSIBLE", 400, "OperatorFault")]
    [InlineData("INVALID_PAYMENT", 422, "OperatorFault")]
    [InlineData("UNTRUSTED_PAYMENT_PARTY", 403, "OperatorFault")]
    [InlineData("SOMETHING_NEW", 422, "NotUnderstood")]
    [InlineData("SOMETHING_NEW", 401, "OperatorFault")]
    [InlineData("SOMETHING_NEW", 429, "RateLimited")]
    [InlineData("SOMETHING_NEW", 500, "BankUnavailable")]
    public async Task Each_error_is_whose_it_is(string error, int status, string outcome)
    {
        var bank = SmallEnableBanking
            .Bank()
            .On("GET", SmallEnableBanking.Movements, _ => SmallEnableBanking.Refused(status, error));
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        var result = await run.Take(new StepInput.ListTransactions(account, new DateOnly(2026, 11, 20)));

        Assert.Equal(
            outcome,
            result switch
            {
                StepResult.Refused refused => $"{refused.Reason}",
                StepResult.Later later => $"{later.Reason}",
                _ => result.GetType().Name,
            }
        );
        Assert.Equal(outcome != "ConsentExpired", EnableBankingSession.Read(run.Session).SessionId is not null);
    }

    [Theory]
    [InlineData("120", "2026-11-22T10:02:00Z", true)]
    [InlineData(null, "2026-11-23T00:00:00Z", false)]
    public async Task A_limit_is_kept_to_until_the_time_named_or_the_next_day(string? after, string until, bool isNamed)
    {
        var bank = SmallEnableBanking.Bank();
        bank.On(
            "GET",
            SmallEnableBanking.Balances,
            _ =>
                SmallEnableBanking.Refused(429, "ASPSP_RATE_LIMIT_EXCEEDED") with
                {
                    Headers = after is null ? [] : [("Retry-After", after)],
                }
        );
        using var run = await SmallEnableBanking.Allowed(bank);

        var later = await run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal(
            (LaterReason.RateLimited, DateTimeOffset.Parse(until, CultureInfo.InvariantCulture), isNamed),
            (later.Reason, later.NotBefore, later.IsNamed)
        );
    }

    [Theory]
    [InlineData("Psu-Ip-Address", "203.0.113.7", 1)]
    [InlineData("Psu-Ip-Address Psu-User-Agent Psu-Accept-Language", "203.0.113.7", 3)]
    [InlineData("Psu-Ip-Address Psu-Geo-Location", "203.0.113.7", 0)]
    [InlineData("Psu-Ip-Address", "192.168.1.20", 0)]
    [InlineData("Psu-Ip-Address", "::ffff:10.0.0.7", 0)]
    [InlineData("Psu-Ip-Address", "2001:db8::1", 1)]
    public async Task The_bank_is_told_all_that_it_wants_of_the_user_or_nothing(string wanted, string address, int told)
    {
        var bank = SmallEnableBanking.Bank();
        using var run = await SmallEnableBanking.Allowed(bank, ("psu_headers", wanted));
        run.User = new(address, "Mozilla/5.0", "fi-FI");

        await run.Accounts();
        run.User = null;
        await run.Accounts();

        var counts = bank.At(SmallEnableBanking.Balances)
            .Select(r => r.Headers.Keys.Count(name => name.StartsWith("Psu-", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal([told, 0], counts);
    }

    [Theory]
    [InlineData("Psu-Ip-Address", "203.0.113.7", true)]
    [InlineData("Psu-Ip-Address", "2001:db8::7", true)]
    [InlineData("Psu-Ip-Address", "192.168.1.20", false)]
    [InlineData("Psu-Ip-Address", "::ffff:127.0.0.1", false)]
    [InlineData("Psu-Ip-Address Psu-Geo-Location", "203.0.113.7", false)]
    [InlineData("Psu-User-Agent", "192.168.1.20", true)]
    public void Whether_the_bank_is_told_of_a_user_is_known_before_it_is_asked(
        string wanted,
        string address,
        bool told
    ) =>
        Assert.Equal(
            told,
            new EnableBankingConnector().Manifest.TellsOfUser!(
                SmallEnableBanking.Channel(("psu_headers", wanted)),
                new PresentUser(address, "Firefox", null)
            )
        );

    [Fact]
    public async Task What_the_bank_does_not_want_to_hear_of_the_user_is_left_out()
    {
        var bank = SmallEnableBanking.Bank();
        bank.On(
            "GET",
            SmallEnableBanking.Movements,
            r =>
                r.Headers.ContainsKey("Psu-Ip-Address")
                    ? SmallEnableBanking.Refused(422, "PSU_HEADER_NOT_PROVIDED")
                    : new Reply("""{ "transactions": [] }""")
        );
        using var run = await SmallEnableBanking.Allowed(bank);
        var account = (await run.Accounts())[0];

        Assert.Equal("0", await run.Movements(account, November));
        Assert.Equal(2, bank.At(SmallEnableBanking.Movements).Count());
    }

    [Fact]
    public async Task The_consent_ends_before_the_banks_maximum_and_is_asked_for_shorter_where_that_is_too_long()
    {
        var bank = SmallEnableBanking
            .Bank()
            .On("POST", "/auth", _ => SmallEnableBanking.Refused(422, "WRONG_REQUEST_PARAMETERS"));
        using var run = SmallEnableBanking.Run(bank, ("auth_method", "MTA"), ("psu_type", "business"));

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);

        var wanted = bank.At("/auth").Select(r => JsonNode.Parse(r.Body)!).ToArray();
        Assert.Equal(
            [
                "2027-05-21T09:59:00.000000+00:00",
                "2027-02-20T09:59:00.000000+00:00",
                "2027-01-06T09:59:00.000000+00:00",
                "2026-12-22T09:59:00.000000+00:00",
            ],
            wanted.Select(w => $"{w["access"]!["valid_until"]}")
        );
        Assert.Equal(
            ("MTA", "business", "fr", ConnectorRun.CallbackAddress, "state-of-this-connection"),
            (
                $"{wanted[0]["auth_method"]}",
                $"{wanted[0]["psu_type"]}",
                $"{wanted[0]["language"]}",
                $"{wanted[0]["redirect_url"]}",
                $"{wanted[0]["state"]}"
            )
        );
    }

    [Theory]
    [InlineData("error=access_denied", "ConsentDenied")]
    [InlineData("error=server_error", "BankUnavailable")]
    [InlineData("error=Something+else", "BankUnavailable")]
    [InlineData("error=invalid_request", "OperatorFault")]
    [InlineData("nothing=1", "NotUnderstood")]
    public async Task What_the_user_brings_back_without_a_code_is_whose_it_is(string query, string outcome)
    {
        using var run = SmallEnableBanking.Run(SmallEnableBanking.Bank());
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        await run.TakeRefused(SmallEnableBanking.Returned($"{query}&state=another"), Refusal.NotUnderstood);
        var result = await run.Take(SmallEnableBanking.Returned($"{query}&state=state-of-this-connection"));

        Assert.Equal(
            outcome,
            result is StepResult.Refused refused ? $"{refused.Reason}" : $"{((StepResult.Later)result).Reason}"
        );
    }

    [Fact]
    public async Task A_code_is_sent_once_and_again_only_where_it_cannot_have_counted()
    {
        var bank = SmallEnableBanking.Bank().On("POST", "/sessions", _ => SmallEnableBanking.Refused(429, "X"));
        using var run = SmallEnableBanking.Run(bank);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var returned = SmallEnableBanking.Returned("code=c&state=state-of-this-connection");

        await run.Take<StepResult.Later>(returned);
        bank.On("POST", "/sessions", _ => SmallEnableBanking.Refused(500, "ASPSP_ERROR"));
        await run.Take<StepResult.Later>(returned);
        await run.TakeRefused(returned, Refusal.ConsentExpired);
        run.Callback = run.Callback! with { State = "another" };
        await run.TakeAsked<Question.Redirect>(returned);

        Assert.Equal(2, bank.At("/sessions").Count());
    }

    [Theory]
    [InlineData("http://pages.upstream.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task A_user_is_sent_to_a_page_that_nobody_else_reads(string page)
    {
        var bank = SmallEnableBanking.Bank().On("POST", "/auth", _ => new Reply($$"""{ "url": "{{page}}" }"""));
        using var run = SmallEnableBanking.Run(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.NotUnderstood);
    }

    [Fact]
    public async Task One_number_in_two_currencies_is_two_accounts()
    {
        const string Account = """ "cash_account_type": "CACC", "identification_hash": "h=" """;
        var bank = SmallEnableBanking
            .Bank()
            .On(
                "POST",
                "/sessions",
                _ => new Reply(
                    $$"""{ "session_id": "{{SmallEnableBanking.SessionId}}", "accounts": [ { {{Account}}, "currency": "EUR" }, { {{Account}}, "currency": "SEK" }, { {{Account}}, "currency": "SEK" } ] }"""
                )
            );
        using var run = await SmallEnableBanking.Allowed(bank);

        Assert.Equal(["h=", "h= SEK", "h= SEK 2"], (await run.Accounts()).Select(a => a.Reference));
    }

    [Theory]
    [InlineData("""{ "session_id": "1", "accounts": [ { "currency": "EUR", "uid": "u" } ] }""")]
    [InlineData("""{ "session_id": "1", "accounts": [ { "identification_hash": "h" } ] }""")]
    [InlineData("""{ "session_id": "1" }""")]
    [InlineData("""{ "accounts": [] }""")]
    public async Task A_session_that_cannot_be_read_is_no_empty_list(string body)
    {
        using var run = SmallEnableBanking.Run(
            SmallEnableBanking
                .Bank()
                .On("POST", "/sessions", _ => new Reply(body))
                .On("DELETE", "/sessions/1", _ => new Reply("""{ "message": "OK" }"""))
        );
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        await run.TakeRefused(
            SmallEnableBanking.Returned("code=c&state=state-of-this-connection"),
            Refusal.NotUnderstood
        );

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""[ { "uid": "1", "currency": "EUR" } ]""")]
    public async Task A_session_that_was_opened_and_cannot_be_used_is_ended_there(string accounts)
    {
        var bank = SmallEnableBanking
            .Bank()
            .On("POST", "/sessions", _ => new Reply($$"""{ "session_id": "7", "accounts": {{accounts}} }"""))
            .On("DELETE", "/sessions/7", _ => SmallEnableBanking.Refused(500, "ASPSP_ERROR"));
        using var run = SmallEnableBanking.Run(bank);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        await run.TakeRefused(
            SmallEnableBanking.Returned("code=c&state=state-of-this-connection"),
            Refusal.NotUnderstood
        );
        var known = new EnableBankingConnector().Revocable(SmallEnableBanking.Channel(), run.Session);
        await run.Take<StepResult.Later>(new StepInput.ListAccounts());
        bank.On("DELETE", "/sessions/7", _ => new Reply("""{ "message": "OK" }"""));
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        // What is known of it ends it when the connection is deleted; whoever tries again has it ended first.
        Assert.Equal("7", known?.Consent);
        Assert.Null(new EnableBankingConnector().Revocable(SmallEnableBanking.Channel(), run.Session));
        Assert.Equal(3, bank.Requests.Count(r => r.Method == "DELETE"));
    }

    [Fact]
    public async Task An_account_that_nothing_tells_from_others_costs_the_others_nothing()
    {
        var bank = SmallEnableBanking
            .Bank()
            .On(
                "POST",
                "/sessions",
                _ => new Reply(
                    SmallEnableBanking.Opened.Replace(
                        "\"identification_hash\": \"hash-2=\",",
                        "",
                        StringComparison.Ordinal
                    )
                )
            );
        using var run = await SmallEnableBanking.Allowed(bank);

        var page = await run.Take<StepResult.Page>(new StepInput.ListAccounts());

        Assert.Equal(["hash-1=", "hash-3="], page.Accounts.Select(account => account.Reference));
        Assert.Equal(1, page.AccountsLeftOut);
    }

    [Fact]
    public async Task A_key_that_is_missing_or_on_a_curve_is_the_operators()
    {
        var bank = SmallEnableBanking.Bank();
        using var run = SmallEnableBanking.Run(bank);
        run.Seal = null;
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
        run.Seal = SealOfTests.Curve;
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);

        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_library_written_elsewhere_finds_the_token_good_and_each_step_has_its_own()
    {
        var bank = SmallEnableBanking.Bank();
        using var run = await SmallEnableBanking.Allowed(bank);
        await run.Accounts();
        run.Now += TimeSpan.FromHours(5);
        await run.Accounts();
        var tokens = bank.Requests.Select(r => r.Headers["Authorization"]["Bearer ".Length..]).Distinct().ToArray();
        var claims = JsonNode.Parse(DecodeFromChars(tokens[1].Split('.')[1]))!.AsObject();

        Dictionary<string, object?> Question(string token, string audience) =>
            new()
            {
                ["token"] = token,
                ["key"] = SealOfTests.PublicKey,
                ["algorithm"] = "RS256",
                ["keyId"] = EnableBankingUpstream.ApplicationId,
                ["issuer"] = "enablebanking.com",
                ["audience"] = audience,
                ["now"] = run.Now.ToUnixTimeSeconds(),
                ["required"] = new[] { "exp", "iat" },
                ["claims"] = Array.Empty<string>(),
            };
        var said = await NodeProgram.Verify(
            "jose",
            [
                Question(tokens[1], "api.enablebanking.com"),
                Question(tokens[0], "api.enablebanking.com"),
                Question(tokens[1], "elsewhere"),
            ],
            TestContext.Current.CancellationToken
        );

        Assert.Equal(2, tokens.Length);
        Assert.Equal(["aud", "exp", "iat", "iss"], claims.Select(claim => claim.Key).Order());
        Assert.Equal(600, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        Assert.Equal(["good", "ERR_JWT_EXPIRED exp", "ERR_JWT_CLAIM_VALIDATION_FAILED aud"], said);
    }

    [Theory]
    [InlineData("application_id", "affluent", "'application_id' is not a UUID")]
    [InlineData("bank_country", "FIN", "'bank_country' is not a country")]
    [InlineData("bank_name", " ", "'bank_name' is empty")]
    [InlineData("psu_type", "people", "'psu_type' is none of: personal, business")]
    [InlineData("psu_headers", "Psu-Ip-Address Host", "'psu_headers' is none of")]
    [InlineData("enable_banking_url", "api", "'enable_banking_url' is not an absolute")]
    [InlineData("first_history_days", "-1", "'first_history_days' is not a whole number")]
    public void A_fault_of_an_entry_is_named(string name, string value, string fault)
    {
        var channel = SmallEnableBanking.Channel();
        var settings = new Dictionary<string, string>(channel.Settings) { [name] = value };

        var found = Assert.Single(new EnableBankingConnector().Manifest.Check(channel with { Settings = settings }));

        Assert.Contains(fault, found, StringComparison.Ordinal);
    }
}
