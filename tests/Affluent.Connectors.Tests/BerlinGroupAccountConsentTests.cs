using System.Text.Json;
using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>A bank that shows which accounts there are, and wants a consent for each.</summary>
public sealed class BerlinGroupAccountConsentTests
{
    private static readonly (string, string)[] Settings =
    [
        ("oauth", "none"),
        ("consent_access", "available_accounts"),
        ("account_consents", "true"),
        ("client_token", "consent data"),
    ];

    [Fact]
    public async Task What_one_account_comes_to_is_nothing_to_the_others()
    {
        var bank = Bank(refused: ["S1"]);
        using var run = SmallBerlinGroupBank.Run(bank, Settings);

        var listed = await Shared(run);

        Assert.Equal([false, false, false], listed.Select(a => a.ConsentMissing));
        Assert.Equal(
            [
                [9m],
                [],
                [],
            ],
            listed.Select(a => a.Balances.Select(b => b.Amount))
        );
        Assert.Equal("3", await run.Movements(listed[0]));
        Assert.Equal("AccountRefused", await run.Movements(listed[1]));
        // Nobody is asked twice in one run, and the list, which was good for once, is not asked for again.
        Assert.Equal("C-1", Assert.Single(bank.At(SmallBerlinGroupBank.Accounts)).Headers["Consent-ID"]);
        Assert.All(bank.At(SmallBerlinGroupBank.Movements), r => Assert.Equal("C-A1", r.Headers["Consent-ID"]));
    }

    [Fact]
    public async Task A_user_who_agrees_to_no_account_is_asked_again()
    {
        var bank = Bank(refused: ["A1", "S1"]);
        using var run = SmallBerlinGroupBank.Run(bank, Settings);

        var listed = await Shared(run);

        Assert.Equal("ConsentDenied", await run.Movements(listed[0]));
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
    }

    [Theory]
    [InlineData(401, """{ "tppMessages": [{ "category": "ERROR", "code": "CONSENT_EXPIRED" }] }""")]
    [InlineData(403, """{ "tppMessages": [{ "category": "ERROR", "code": "CONSENT_EXPIRED" }] }""")]
    [InlineData(403, """{ "errors": ["GONE"] }""")]
    public async Task A_consent_that_is_over_is_asked_for_anew_when_the_user_is_there(int status, string body)
    {
        var bank = Bank();
        using var run = SmallBerlinGroupBank.Run(
            bank,
            [.. Settings, ("error_meanings", "transactions/403/GONE: CONSENT_EXPIRED")]
        );
        var listed = await Shared(run);
        bank.On("GET", SmallBerlinGroupBank.Movements, _ => new Reply(body, status));

        var callback = run.Callback;
        run.Callback = null;
        Assert.Equal("AccountUnauthorized", await run.Movements(listed[0]));
        var unattended = await run.Accounts();
        Assert.Equal([false, false, false], unattended.Select(a => a.ConsentMissing));
        Assert.Equal("AccountUnauthorized", await run.Movements(unattended[0]));
        Assert.Equal("0", await run.Movements(unattended[1]));
        run.Callback = callback;

        Assert.Equal([true, false, false], (await run.Accounts()).Select(a => a.ConsentMissing));
    }

    [Fact]
    public async Task A_user_who_went_away_is_asked_for_the_same_account_again()
    {
        var bank = Bank();
        using var run = SmallBerlinGroupBank.Run(bank, Settings);
        Assert.Null((await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts())).Account);
        await run.Take<StepResult.Done>(Returned);
        var listed = await run.Accounts();
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.Consent(listed));
        Assert.Equal(listed[0].Name ?? listed[0].Iban, asked.Account);

        listed = await run.Accounts();
        Assert.Equal([true, true, false], listed.Select(a => a.ConsentMissing));
        await run.TakeAsked<Question.Redirect>(new StepInput.Consent(listed));
        await run.Take<StepResult.Done>(Returned);

        Assert.Equal([false, true, false], (await run.Accounts()).Select(a => a.ConsentMissing));
        Assert.Equal("C-1", BerlinGroupSession.Read(run.Session).ListConsentId);
    }

    [Fact]
    public async Task All_consents_are_ended_and_nothing_is_kept_of_accounts()
    {
        var bank = Bank();
        using var run = SmallBerlinGroupBank.Run(bank, Settings);
        await Shared(run);
        var revocable = new BerlinGroupConnector().Revocable(SmallBerlinGroupBank.Channel(Settings), run.Session)!;
        bank.On("DELETE", $"{SmallBerlinGroupBank.Consents}/C-A1", _ => new Reply("", 400));
        run.Session = revocable.Session;
        Assert.DoesNotContain("\"A1\"", run.Session, StringComparison.Ordinal);
        Assert.DoesNotContain("DE02", run.Session, StringComparison.Ordinal);

        Assert.IsType<StepResult.Refused>(await run.Take(new StepInput.Revoke()));
        Assert.Equal(
            ["C-1", "C-A1", "C-S1"],
            bank.Requests.Where(r => r.Method == "DELETE").Select(r => r.Address.Segments[^1])
        );
        bank.On("DELETE", $"{SmallBerlinGroupBank.Consents}/C-A1", _ => new Reply("", 204));
        await run.Take<StepResult.Done>(new StepInput.Revoke());
    }

    [Theory]
    [InlineData("account_consents", "true", "setting 'account_consents' says nothing where oauth is after_consent")]
    [InlineData("consent_account_id", "true", "setting 'consent_account_id' says nothing without account_consents")]
    [InlineData(
        "account_consent_fields",
        "a: 1",
        "setting 'account_consent_fields' says nothing without account_consents"
    )]
    public void An_entry_says_nothing_in_vain(string setting, string value, string fault)
    {
        var channel = SmallBerlinGroupBank.Channel();
        var settings = new Dictionary<string, string>(channel.Settings) { [setting] = value };

        Assert.Equal(
            [$"channel 101: {fault}"],
            new BerlinGroupConnector().Manifest.Check(channel with { Settings = settings })
        );
    }

    private static StepInput Returned =>
        new StepInput.Returned(new Uri($"{ConnectorRun.CallbackAddress}?state=state-of-this-connection"));

    /// <summary>The accounts once the user was asked for all.</summary>
    private static async Task<IReadOnlyList<BankAccount>> Shared(ConnectorRun run)
    {
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(Returned);
        var listed = await run.Accounts();
        for (var asked = 0; listed.Any(a => a.ConsentMissing); asked++)
        {
            Assert.InRange(asked, 0, 1);
            await run.TakeAsked<Question.Redirect>(new StepInput.Consent(listed));
            await run.Take<StepResult.Done>(Returned);
            listed = await run.Accounts();
        }
        return listed;
    }

    private static FakeBank Bank(params string[] refused)
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On("POST", SmallBerlinGroupBank.Consents, Consent)
            .On(
                "/psd2/v1/accounts/A1/balances",
                """{ "balances": [ { "balanceType": "expected", "balanceAmount": { "amount": "9", "currency": "EUR" } } ] }"""
            );
        foreach (var id in new[] { "A1", "S1" })
        {
            var status = refused.Contains(id) ? "rejected" : "valid";
            bank.On($"{SmallBerlinGroupBank.Consents}/C-{id}/status", $$"""{ "consentStatus": "{{status}}" }""")
                .On("DELETE", $"{SmallBerlinGroupBank.Consents}/C-{id}", _ => new Reply("", 204));
        }
        return bank;

        static Reply Consent(Received request)
        {
            var access = JsonDocument.Parse(request.Body).RootElement.GetProperty("access");
            var id =
                access.TryGetProperty("availableAccounts", out _) ? "1"
                : access.GetProperty("transactions")[0].TryGetProperty("iban", out _) ? "A1"
                : "S1";
            return new Reply(
                $$"""{ "consentStatus": "received", "consentId": "C-{{id}}", "_links": { "scaRedirect": { "href": "https://login.xs2a.example/{{id}}" } } }""",
                201
            );
        }
    }
}
