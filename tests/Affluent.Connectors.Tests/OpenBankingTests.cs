using System.Text.Json;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>The family of UK Open Banking at banks that do what banks do.</summary>
public sealed class OpenBankingTests
{
    [Fact]
    public async Task Accounts_and_movements_are_read_in_the_words_of_both_versions()
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Allowed(bank);

        var listed = await run.Accounts();
        var read = await run.Transactions(listed[0], new DateOnly(2026, 11, 1));

        Assert.Equal(
            [
                ("GB53MIIA0512", "20167330023156", "Bills", BankAccountType.Checkings, BankAccountUsage.Personal),
                (null, "************0002", null, BankAccountType.CreditCard, BankAccountUsage.Professional),
                (null, null, null, BankAccountType.Checkings, null),
            ],
            listed.Select(a => (a.Iban, a.Number, a.Name, a.Type!.Value, a.Usage))
        );
        Assert.Equal([false, false, true], listed.Select(a => a.Closed));
        Assert.Equal(
            [
                (BankBalanceKind.InterimBooked, -7.5m, "GBP", null),
                (BankBalanceKind.InterimAvailable, 992.50m, "GBP", true),
            ],
            listed[1].Balances.Select(b => (b.Kind, b.Amount, b.Currency, b.CreditLimitIncluded))
        );
        Assert.Equal(
            [
                ("1", -12.30m, "Tea Shop", "5814", BankTransactionStatus.Booked),
                (null, -1m, "Kiosk", null, BankTransactionStatus.Pending),
                (null, -3m, null, null, BankTransactionStatus.Rejected),
                ("2", 5m, "Little John", null, BankTransactionStatus.Booked),
            ],
            read.Select(t => (t.Id, t.Amount, t.Counterparty, t.MerchantCategory, t.Status))
        );
        Assert.Equal("PMNT-RCDT", read[3].Code);
        Assert.Equal(new DateOnly(2026, 11, 22), read[1].TransactionDay);
        Assert.Equal(
            "?fromBookingDateTime=2026-11-01T00:00:00",
            bank.At(SmallOpenBankingBank.Movements).First().Address.Query
        );
    }

    [Fact]
    public async Task The_headers_say_who_is_there_and_since_when()
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Allowed(bank);

        await run.Accounts();
        run.User = null;
        await run.Accounts();

        var asked = bank.At(SmallOpenBankingBank.Accounts).ToArray();
        Assert.Equal("Sun, 01 Nov 2026 08:00:00 GMT", asked[0].Headers["x-fapi-auth-date"]);
        Assert.Equal("203.0.113.7", asked[0].Headers["x-fapi-customer-ip-address"]);
        Assert.False(asked[1].Headers.ContainsKey("x-fapi-customer-ip-address"));
        Assert.NotEqual(asked[0].Headers["x-fapi-interaction-id"], asked[1].Headers["x-fapi-interaction-id"]);
    }

    [Fact]
    public async Task A_consent_says_what_the_entry_says()
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Run(
            bank,
            ("permissions", "ReadBalances ReadParty"),
            ("consent_expires", "true"),
            ("consent_history_days", "30"),
            ("id_token_claims", "acr: urn:openbanking:psd2:sca"),
            ("authorize_fields", "scope: openid accounts extra\nlogin_hint: $consent_id\nnonce: "),
            ("request_audience", "https://issuer.uk.example"),
            ("pkce", "false")
        );

        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        var asked = bank.At(SmallOpenBankingBank.Consents).Single();
        Assert.Equal($"Bearer {SmallOpenBankingBank.ClientToken}", asked.Headers["Authorization"]);
        Assert.True(
            JsonElement.DeepEquals(
                JsonElement.Parse(
                    """
                    { "Data": { "Permissions": ["ReadBalances", "ReadParty"], "ExpirationDateTime": "2027-05-21T10:00:00+00:00",
                        "TransactionFromDateTime": "2026-10-23T10:00:00+00:00" }, "Risk": {} }
                    """
                ),
                JsonElement.Parse(asked.Body)
            ),
            asked.Body
        );
        var sent = HttpUtility.ParseQueryString(question.Address.Query);
        Assert.Equal(
            ["response_type", "client_id", "redirect_uri", "scope", "state", "login_hint", "request"],
            sent.AllKeys
        );
        Assert.Equal("C 1", sent["login_hint"]);
        var (_, claims) = JwtOfTests.Verified(sent["request"]!);
        Assert.Equal("https://issuer.uk.example", claims.GetProperty("aud").GetString());
        Assert.Equal("openid accounts extra", claims.GetProperty("scope").GetString());
        Assert.Equal(
            """{"openbanking_intent_id":{"value":"C 1","essential":true},"acr":{"value":"urn:openbanking:psd2:sca","essential":true}}""",
            claims.GetProperty("claims").GetProperty("id_token").GetRawText()
        );
    }

    [Fact]
    public async Task Without_a_seal_nothing_is_sent_and_the_fault_is_ours()
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Run(bank);
        run.Seal = null;

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);

        Assert.Empty(bank.Requests);
    }

    [Theory]
    [InlineData("party", "/open-banking/v4.0/aisp/party", null, "Robin Hood")]
    [InlineData("account_party", "/open-banking/v4.0/aisp/accounts/A1/party", "Robin Hood", "Robin Hood")]
    [InlineData("account_parties", "/open-banking/v4.0/aisp/accounts/A1/parties", "Robin Hood", "Robin Hood")]
    public async Task The_holder_is_told_where_the_entry_says(
        string holder,
        string path,
        string? owner,
        string signedIn
    )
    {
        var bank = SmallOpenBankingBank
            .Bank()
            .On(path, """{ "Data": { "Party": { "PartyId": "1", "Name": "Rob", "FullLegalName": "Robin Hood" } } }""");
        using var run = SmallOpenBankingBank.Allowed(bank, ("holder", holder));

        var page = await run.Take<StepResult.Page>(new StepInput.ListAccounts());

        Assert.Equal(signedIn, page.Holder);
        Assert.Equal(owner ?? "MR ROBIN HOOD", page.Accounts[0].OwnerName);
    }

    [Theory]
    [InlineData(400, "UK.OBIE.Resource.InvalidConsentStatus", Refusal.ConsentExpired)]
    [InlineData(403, "UK.OBIE.Reauthenticate", Refusal.ConsentExpired)]
    [InlineData(400, "UK.OBIE.Signature.Missing", Refusal.OperatorFault)]
    [InlineData(400, "UK.OBIE.Header.Missing", Refusal.OperatorFault)]
    [InlineData(400, "UK.OBIE.Field.Invalid", Refusal.NotUnderstood)]
    [InlineData(400, "U009", Refusal.ConsentExpired)]
    [InlineData(403, "U028", Refusal.ConsentExpired)]
    [InlineData(400, "U019", Refusal.OperatorFault)]
    [InlineData(400, "U007", Refusal.OperatorFault)]
    [InlineData(400, "U002", Refusal.NotUnderstood)]
    public async Task A_code_tells_whose_fault_it_is(int status, string code, Refusal refusal)
    {
        var bank = SmallOpenBankingBank.Bank().On("GET", SmallOpenBankingBank.Accounts, _ => Error(status, code));
        using var run = SmallOpenBankingBank.Allowed(bank);

        var detail = await run.TakeRefused(new StepInput.ListAccounts(), refusal);

        Assert.Contains(code, detail, StringComparison.Ordinal);
        // Only a consent that is over is thrown away.
        Assert.Equal(refusal == Refusal.ConsentExpired, OpenBankingSession.Read(run.Session).ConsentId is null);
    }

    [Fact]
    public async Task An_error_means_what_the_entry_says()
    {
        var bank = SmallOpenBankingBank
            .Bank()
            .On("GET", SmallOpenBankingBank.Movements, _ => Error(400, "Bank.NoData"))
            .On("GET", SmallOpenBankingBank.Accounts, _ => Error(400, "Bank.Gone"));
        using var run = SmallOpenBankingBank.Allowed(
            bank,
            ("error_meanings", "transactions/400/Bank.NoData: NOTHING\n*/*/Bank.Gone: CONSENT_EXPIRED")
        );

        Assert.Empty(await run.Transactions(new BankAccount { Reference = "A1", Currency = "GBP" }));
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
    }

    [Theory]
    [InlineData(403, "UK.OBIE.Unsupported.AccountIdentifier", Refusal.AccountRefused)]
    [InlineData(404, "UK.OBIE.Resource.NotFound", Refusal.AccountRefused)]
    [InlineData(400, "U011", Refusal.AccountRefused)]
    [InlineData(400, "U021", Refusal.AccountRefused)]
    [InlineData(401, "UK.OBIE.Field.Invalid", Refusal.AccountUnauthorized)]
    [InlineData(400, "UK.OBIE.Resource.ConsentMismatch", Refusal.ConsentExpired)]
    public async Task One_account_that_is_refused_is_its_own_affair(int status, string code, Refusal refusal)
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Allowed(bank);
        var account = (await run.Accounts())[0];
        bank.On("GET", SmallOpenBankingBank.Movements, _ => Error(status, code));

        await run.TakeRefused(new StepInput.ListTransactions(account, new DateOnly(2026, 11, 1)), refusal);
    }

    [Fact]
    public async Task Days_that_only_a_fresh_authentication_opens_are_left_out()
    {
        var bank = SmallOpenBankingBank
            .Bank()
            .On(
                "GET",
                SmallOpenBankingBank.Movements,
                r =>
                    r.Address.Query.Contains("2025", StringComparison.Ordinal)
                        ? Error(403, "UK.OBIE.Reauthenticate")
                        : new Reply("""{ "Data": { "Transaction": [] } }""")
            );
        using var run = SmallOpenBankingBank.Allowed(bank);
        var account = (await run.Accounts())[0];

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2025, 1, 1)));
        await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2026, 11, 1)));

        Assert.Equal(new DateOnly(2026, 8, 25), page.CompleteFrom);
    }

    [Fact]
    public async Task A_token_of_ours_that_is_refused_is_asked_for_anew_once()
    {
        var bank = SmallOpenBankingBank
            .Bank()
            .On("DELETE", $"{SmallOpenBankingBank.Consents}/C%201", _ => new Reply("{}", 401));
        using var run = SmallOpenBankingBank.Run(bank);
        run.Session = new OpenBankingSession { ClientToken = "old", ConsentId = "C 1" }.Write();

        await run.TakeRefused(new StepInput.Revoke(), Refusal.OperatorFault);

        Assert.Equal(
            ["Bearer old", $"Bearer {SmallOpenBankingBank.ClientToken}"],
            bank.Requests.Where(r => r.Method == "DELETE").Select(r => r.Headers["Authorization"])
        );
    }

    [Fact]
    public async Task A_user_who_declines_and_comes_again_gets_another_consent()
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Run(bank);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        await run.TakeRefused(
            new StepInput.Returned(
                new Uri($"{ConnectorRun.CallbackAddress}?error=access_denied&state=state-of-this-connection")
            ),
            Refusal.ConsentDenied
        );
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        run.Now = run.Now.AddMinutes(11);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        // The second of them leads to the page a second time, until it is too old.
        Assert.Equal(3, bank.At(SmallOpenBankingBank.Consents).Count());
    }

    private static Reply Error(int status, string code) =>
        new(
            $$"""{ "Code": "{{status}}", "Id": "1", "Message": "No", "Errors": [ { "ErrorCode": "{{code}}", "Message": "No" } ] }""",
            status
        );
}
