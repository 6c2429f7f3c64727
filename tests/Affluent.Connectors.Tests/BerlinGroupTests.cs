using System.Globalization;
using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>The family of the Berlin Group at banks that do what banks do.</summary>
public sealed class BerlinGroupTests
{
    [Fact]
    public async Task Accounts_and_movements_are_read()
    {
        using var run = SmallBerlinGroupBank.Allowed(SmallBerlinGroupBank.Bank());

        var listed = await run.Accounts();
        var read = await run.Transactions(listed[0], new DateOnly(2026, 11, 1));

        Assert.Equal(
            [
                ("DE0212030000", "EUR", "Anna Braun", 10m, false),
                (null, "EUR", null, 7.5m, false),
                ("DE03", "EUR", null, null, true),
            ],
            listed.Select(a => (a.Iban, a.Currency, a.OwnerName, a.Balances.SingleOrDefault()?.Amount, a.Closed))
        );
        Assert.Equal(
            [
                ("1", -12.30m, "Café", BankTransactionStatus.Booked),
                (null, -1m, "Kiosk", BankTransactionStatus.Pending),
                ("2", 5m, "Otto", BankTransactionStatus.Booked),
            ],
            read.Select(t => (t.Id, t.Amount, t.Counterparty, t.Status))
        );
        Assert.Equal(["Kaffee", "Danke"], read[0].Remittance);
    }

    [Fact]
    public async Task The_entry_reference_counts_where_the_entry_says_so()
    {
        using var run = SmallBerlinGroupBank.Allowed(SmallBerlinGroupBank.Bank(), ("transaction_id", "entryReference"));

        var read = await run.Transactions((await run.Accounts())[0]);

        Assert.Equal("E1", read[0].Id);
    }

    [Theory]
    [InlineData(401, "CONSENT_EXPIRED", Refusal.ConsentExpired)]
    [InlineData(401, "CONSENT_INVALID", Refusal.ConsentExpired)]
    [InlineData(403, "CONSENT_UNKNOWN", Refusal.ConsentExpired)]
    [InlineData(401, "CERTIFICATE_INVALID", Refusal.OperatorFault)]
    [InlineData(401, "SIGNATURE_MISSING", Refusal.OperatorFault)]
    [InlineData(401, "ROLE_INVALID", Refusal.OperatorFault)]
    [InlineData(400, "FORMAT_ERROR", Refusal.NotUnderstood)]
    public async Task A_code_tells_whose_fault_it_is(int status, string code, Refusal refusal)
    {
        foreach (
            var error in new[]
            {
                $$"""{ "tppMessages": [ { "category": "ERROR", "code": "{{code}}" } ] }""",
                $$"""{ "type": "about:blank", "title": "no", "code": "{{code}}" }""",
            }
        )
        {
            var bank = SmallBerlinGroupBank
                .Bank()
                .On("GET", SmallBerlinGroupBank.Accounts, _ => new Reply(error, status));
            using var run = SmallBerlinGroupBank.Allowed(bank);

            var detail = await run.TakeRefused(new StepInput.ListAccounts(), refusal);

            Assert.Contains(code, detail, StringComparison.Ordinal);
            // Only a consent that is over is thrown away.
            Assert.Equal(refusal == Refusal.ConsentExpired, BerlinGroupSession.Read(run.Session).ConsentId is null);
        }
    }

    [Fact]
    public async Task A_bank_that_was_asked_too_often_is_left_alone_whatever_its_status()
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On(
                "GET",
                SmallBerlinGroupBank.Accounts,
                _ => new Reply("""{ "tppMessages": [ { "category": "ERROR", "code": "ACCESS_EXCEEDED" } ] }""", 403)
            );
        using var run = SmallBerlinGroupBank.Allowed(bank);

        Assert.Equal(LaterReason.RateLimited, (await run.Take<StepResult.Later>(new StepInput.ListAccounts())).Reason);
    }

    [Fact]
    public async Task A_period_that_is_too_long_is_shortened_once_and_said()
    {
        var bank = SmallBerlinGroupBank.Bank();
        bank.On(
            "GET",
            SmallBerlinGroupBank.Movements,
            r =>
                r.Address.Query.Contains("dateFrom=2026-08-25", StringComparison.Ordinal)
                    ? new Reply("""{ "transactions": { "booked": [] } }""")
                    : new Reply("""{ "tppMessages": [ { "category": "ERROR", "code": "PERIOD_INVALID" } ] }""", 400)
        );
        using var run = SmallBerlinGroupBank.Allowed(bank);
        var account = (await run.Accounts())[0];

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2025, 1, 1)));

        Assert.Equal(new DateOnly(2026, 8, 25), page.CompleteFrom);
    }

    [Theory]
    [InlineData(null, "2024-11-22")]
    [InlineData("364", "2025-11-23")]
    public async Task The_first_reading_names_its_first_day(string? history, string day)
    {
        var bank = SmallBerlinGroupBank.Bank();
        using var run = SmallBerlinGroupBank.Allowed(bank, history is null ? [] : [("history_days", history)]);

        var page = await run.Take<StepResult.Page>(
            new StepInput.ListTransactions((await run.Accounts())[0], From: null)
        );

        Assert.Contains($"dateFrom={day}", Assert.Single(bank.At(SmallBerlinGroupBank.Movements)).Address.Query);
        Assert.Equal(DateOnly.Parse(day, CultureInfo.InvariantCulture), page.CompleteFrom);
    }

    [Fact]
    public async Task A_401_for_one_account_is_that_accounts()
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On("POST", "/token", _ => new Reply(SmallBanks.Tokens("new-access", null)))
            .On("GET", SmallBerlinGroupBank.Movements, _ => new Reply("""{ "status": 401 }""", 401));
        using var run = SmallBerlinGroupBank.Allowed(bank);

        await run.TakeRefused(
            new StepInput.ListTransactions((await run.Accounts())[0], From: null),
            Refusal.AccountUnauthorized
        );

        Assert.Equal("C-1", BerlinGroupSession.Read(run.Session).ConsentId);
    }

    [Fact]
    public async Task A_bank_that_does_not_know_yet_what_its_page_said_is_waited_for()
    {
        var status = "received";
        var bank = SmallBerlinGroupBank.Bank();
        bank.On("GET", SmallBerlinGroupBank.Status, _ => new Reply($$"""{ "consentStatus": "{{status}}" }"""));
        using var run = SmallBerlinGroupBank.Run(bank, ("oauth", "none"));
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var back = new StepInput.Returned(new Uri($"{ConnectorRun.CallbackAddress}?state={run.Callback!.State}"));

        Assert.Equal(LaterReason.Working, (await run.Take<StepResult.Later>(back)).Reason);
        Assert.Equal(LaterReason.Working, (await run.Take<StepResult.Later>(new StepInput.ListAccounts())).Reason);
        status = "valid";

        await run.Take<StepResult.Page>(new StepInput.ListAccounts());
        Assert.Single(bank.At(SmallBerlinGroupBank.Consents));
    }

    [Theory]
    [InlineData("rejected", Refusal.ConsentDenied)]
    [InlineData("revokedByPsu", Refusal.ConsentExpired)]
    [InlineData("received", Refusal.ConsentDenied)]
    public async Task A_consent_to_which_nobody_agreed_is_none(string status, Refusal refusal)
    {
        var bank = SmallBerlinGroupBank.Bank();
        bank.On("GET", SmallBerlinGroupBank.Status, _ => new Reply($$"""{ "consentStatus": "{{status}}" }"""));
        using var run = SmallBerlinGroupBank.Run(bank, ("oauth", "none"));
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var back = new StepInput.Returned(new Uri($"{ConnectorRun.CallbackAddress}?state={run.Callback!.State}"));
        if (status == "received")
        {
            await run.Take<StepResult.Later>(back);
            run.Now += TimeSpan.FromMinutes(3);
        }

        await run.TakeRefused(back, refusal);

        Assert.Null(BerlinGroupSession.Read(run.Session).ConsentId);
    }

    [Fact]
    public async Task Who_went_to_the_bank_and_comes_again_without_having_been_there_gets_another_consent()
    {
        var bank = SmallBerlinGroupBank.Bank();
        using var run = SmallBerlinGroupBank.Run(bank, ("oauth", "none"));

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        Assert.Equal(2, bank.At(SmallBerlinGroupBank.Consents).Count());
    }

    [Fact]
    public async Task Nobody_is_asked_when_nobody_is_there()
    {
        using var run = SmallBerlinGroupBank.Run(SmallBerlinGroupBank.Bank());
        (run.User, run.Callback) = (null, null);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
    }

    [Theory]
    [InlineData(204, "", null)]
    [InlineData(200, "{}", null)]
    [InlineData(
        404,
        """{ "tppMessages": [ { "category": "ERROR", "code": "RESOURCE_UNKNOWN" } ] }""",
        Refusal.ConsentExpired
    )]
    [InlineData(
        401,
        """{ "tppMessages": [ { "category": "ERROR", "code": "CONSENT_EXPIRED" } ] }""",
        Refusal.ConsentExpired
    )]
    [InlineData(202, """{ "_links": { "startAuthorisation": { "href": "/x" } } }""", Refusal.OperatorFault)]
    public async Task A_consent_is_ended_at_the_bank(int status, string body, Refusal? refusal)
    {
        var bank = SmallBerlinGroupBank.Bank();
        bank.On("DELETE", $"{SmallBerlinGroupBank.Consents}/C-1", _ => new Reply(body, status));
        using var run = SmallBerlinGroupBank.Allowed(bank);
        run.Session = new BerlinGroupConnector().Revocable(SmallBerlinGroupBank.Channel(), run.Session)!.Session;
        (run.User, run.Callback) = (null, null);

        var said = await run.Take(new StepInput.Revoke());

        Assert.Equal(refusal, (said as StepResult.Refused)?.Reason);
        Assert.Equal(refusal is null, said is StepResult.Done);
    }

    [Theory]
    [InlineData("after_consent", "", "authorize_url", "token_url", "client_id")]
    [InlineData("none", "consent", "token_url", "client_id")]
    [InlineData("none", "")]
    public void An_entry_that_wants_tokens_says_where_they_are(
        string oauth,
        string clientToken,
        params string[] missing
    )
    {
        var channel = SmallBerlinGroupBank.Channel() with
        {
            Settings = new Dictionary<string, string>
            {
                ["oauth"] = oauth,
                ["api_url"] = "https://api.xs2a.example",
                ["client_token"] = clientToken,
            },
        };

        Assert.Equal(
            missing.Select(name => $"channel 101: setting '{name}' is missing: tokens are asked for"),
            new BerlinGroupConnector().Manifest.Check(channel)
        );
    }

    [Fact]
    public void An_entry_whose_consents_name_accounts_asks_for_their_numbers()
    {
        var channel = With("consent_access", "dedicated");

        Assert.Equal(
            ["channel 101: credential 'iban' is missing: a dedicated consent names the accounts of the user"],
            new BerlinGroupConnector().Manifest.Check(channel)
        );
        Assert.Empty(
            new BerlinGroupConnector().Manifest.Check(
                channel with
                {
                    Credentials = [new("1", "iban", new Dictionary<string, string>(), CredentialType.Text)],
                }
            )
        );
    }

    [Fact]
    public void An_entry_says_nothing_that_is_not_read()
    {
        var channel = With("revocation_url", "https://api.xs2a.example/revoke");

        Assert.Equal(
            ["channel 101: setting 'revocation_url' is not known to connector 'berlin_group'"],
            new BerlinGroupConnector().Manifest.Check(channel)
        );
    }

    private static ChannelDefinition With(string name, string value)
    {
        var channel = SmallBerlinGroupBank.Channel();
        return channel with { Settings = new Dictionary<string, string>(channel.Settings) { [name] = value } };
    }
}
