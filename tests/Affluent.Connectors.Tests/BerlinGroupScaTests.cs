using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Strong authentication by questions of ours, at banks that do what banks do.</summary>
public sealed class BerlinGroupScaTests
{
    private const string Authorisations = $"{SmallBerlinGroupBank.Consents}/C-1/authorisations";
    private const string Authorisation = $"{Authorisations}/A-1";
    private const string WrongCredentials = """{ "tppMessages": [{ "code": "PSU_CREDENTIALS_INVALID" }] }""";

    [Theory]
    [InlineData(WrongCredentials, 401)]
    [InlineData(WrongCredentials, 400)]
    [InlineData("""{ "title": "no", "status": 401 }""", 401)]
    public async Task A_wrong_password_is_given_once(string error, int status)
    {
        var bank = Bank().On("POST", Authorisations, _ => new Reply(error, status));
        using var run = Embedded(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.WrongCredentials);

        Assert.Single(bank.At(Authorisations));
        Assert.Null(BerlinGroupSession.Read(run.Session).ConsentId);
    }

    [Fact]
    public async Task A_password_that_is_asked_for_again_was_wrong()
    {
        var bank = Bank()
            .On("POST", Authorisations, _ => new Reply(Link("updatePsuAuthentication", "psuIdentified"), 201));
        using var run = Embedded(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.WrongCredentials);

        Assert.Empty(bank.At(Authorisation));
    }

    [Fact]
    public async Task A_wrong_code_may_be_typed_again_and_not_for_ever()
    {
        var bank = Bank()
            .On("PUT", Authorisation, _ => new Reply("""{ "tppMessages": [{ "code": "SCA_INVALID" }] }""", 400));
        using var run = Embedded(bank);

        var first = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        var second = await run.TakeAsked<Question.OneTimePassword>(Typed("1"));
        await run.TakeAsked<Question.OneTimePassword>(Typed("2"));
        await run.TakeRefused(Typed("3"), Refusal.ChallengeFailed);

        Assert.False(first.Retry);
        Assert.True(second.Retry);
        Assert.Equal(["SMS to 123", "SMS to 123"], [first.SentTo, second.SentTo]);
        Assert.Equal(3, bank.At(Authorisation).Count());
    }

    [Fact]
    public async Task An_authentication_that_the_bank_gives_up_has_failed()
    {
        var bank = Bank().On("PUT", Authorisation, _ => new Reply("""{ "scaStatus": "failed" }"""));
        using var run = Embedded(bank);

        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        await run.TakeRefused(Typed("1"), Refusal.ChallengeFailed);
    }

    [Fact]
    public async Task A_bank_that_is_down_in_between_is_answered_later_and_the_question_stands()
    {
        var bank = Bank().On("PUT", Authorisation, _ => new Reply("", 503));
        using var run = Embedded(bank);

        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        await run.Take<StepResult.Later>(Typed("1"));
        bank.On("PUT", Authorisation, _ => new Reply("""{ "scaStatus": "finalised" }"""));
        await run.Take<StepResult.Done>(Typed("1"));

        Assert.NotEmpty(await run.Accounts());
    }

    [Fact]
    public async Task What_is_confirmed_in_the_app_is_looked_for()
    {
        var bank = Bank()
            .On(
                "POST",
                Authorisations,
                _ => new Reply("""{ "scaStatus": "started", "psuMessage": "Bitte bestätigen" }""", 201)
            );
        using var run = Embedded(bank);

        var approval = await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(new StepInput.Poll());

        Assert.Equal("Bitte bestätigen", approval.Message);
    }

    [Fact]
    public async Task An_authorisation_that_has_to_be_started_may_lead_to_the_banks_page()
    {
        var bank = Bank()
            .On("POST", SmallBerlinGroupBank.Consents, _ => new Reply(Consent("startAuthorisation"), 201))
            .On(
                "POST",
                Authorisations,
                _ => new Reply(
                    """{ "scaStatus": "received", "_links": { "scaRedirect": { "href": "https://login.xs2a.example/7" } } }""",
                    201
                )
            );
        using var run = new ConnectorRun(
            new BerlinGroupConnector(),
            SmallBerlinGroupBank.Channel(("oauth", "none")),
            bank
        );

        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(
            new StepInput.Returned(new Uri($"{ConnectorRun.CallbackAddress}?state={run.Callback!.State}"))
        );

        Assert.Equal("https://login.xs2a.example/7", question.Address.AbsoluteUri);
        Assert.Equal("{}", bank.At(Authorisations).Single().Body);
    }

    [Fact]
    public async Task A_bank_with_a_page_alone_is_no_bank_of_the_channel_EMBEDDED()
    {
        var bank = Bank()
            .On(
                "POST",
                SmallBerlinGroupBank.Consents,
                _ => new Reply(
                    """{ "consentId": "C-1", "_links": { "scaRedirect": { "href": "https://login.xs2a.example/7" } } }""",
                    201
                )
            );
        using var run = Embedded(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
    }

    [Fact]
    public async Task A_link_that_leads_off_the_bank_gets_no_password()
    {
        var bank = Bank()
            .On(
                "POST",
                SmallBerlinGroupBank.Consents,
                _ => new Reply(
                    """{ "consentId": "C-1", "_links": { "startAuthorisationWithPsuAuthentication": { "href": "https://evil.example/" } } }""",
                    201
                )
            );
        using var run = Embedded(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.NotUnderstood);

        Assert.All(bank.Requests, request => Assert.Equal("api.xs2a.example", request.Address.Host));
    }

    [Fact]
    public async Task Without_the_user_nobody_is_asked()
    {
        var bank = Bank();
        using var run = Embedded(bank);
        run.User = null;

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);

        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_user_who_did_not_answer_is_asked_anew()
    {
        var bank = Bank();
        using var run = Embedded(bank);

        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        Assert.Equal(2, bank.At(SmallBerlinGroupBank.Consents).Count());
    }

    private static StepInput.Answer Typed(string code) =>
        new(new Dictionary<string, string> { [Question.OneTimePassword.Field] = code });

    private static string Link(string name, string status) =>
        $$$"""
            { "scaStatus": "{{{status}}}", "chosenScaMethod": { "name": "SMS to 123" }, "_links": { "{{{name}}}": { "href": "/psd2/v1/consents/C-1/authorisations/A-1" } } }
            """;

    private static string Consent(string link) =>
        $$$"""
            { "consentStatus": "received", "consentId": "C-1", "_links": { "{{{link}}}": { "href": "/psd2/v1/consents/C-1/authorisations" } } }
            """;

    private static FakeBank Bank() =>
        SmallBerlinGroupBank
            .Bank()
            .On(
                "POST",
                SmallBerlinGroupBank.Consents,
                _ => new Reply(Consent("startAuthorisationWithPsuAuthentication"), 201)
            )
            .On("POST", Authorisations, _ => new Reply(Link("authoriseTransaction", "scaMethodSelected"), 201));

    private static ConnectorRun Embedded(FakeBank bank)
    {
        CredentialField Field(string id, string name) =>
            new(id, name, new Dictionary<string, string>(), CredentialType.Text);

        return new ConnectorRun(
            new BerlinGroupConnector(),
            SmallBerlinGroupBank.Channel(("oauth", "none")) with
            {
                Mode = ChannelMode.Embedded,
                Credentials = [Field("300", "psu_id"), Field("301", "password")],
            },
            bank
        )
        {
            Callback = null,
            Credentials = new Dictionary<string, string> { ["300"] = "anna", ["301"] = "S3CRET" },
        };
    }
}
