using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>
/// Banks of the Berlin Group as their sandboxes were recorded: a request is answered only when its method, path, query, headers and body are what the recording
/// demands, and its signature is good. Each bank is a catalogue entry and no code.
/// </summary>
public sealed class BerlinGroupReplayTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_consent_under_our_own_token_is_agreed_to_by_oauth()
    {
        using var bank = new BerlinGroupReplay("Knab");
        var run = bank.Run;

        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.ReturnedWithCode());
        // What is read was recorded of another user.
        run.Session = new BerlinGroupSession
        {
            AccessToken = "userAccessToken",
            RefreshToken = "userRefreshToken",
            ConsentId = "userConsentId",
            IsValid = true,
        }.Write();
        var (listed, read) = await bank.Everything();
        run.Session = (BerlinGroupSession.Read(run.Session) with { RenewAccessAt = run.Now }).Write();
        await run.Take(new StepInput.ListAccounts());

        Assert.Contains(
            "scope=psd2%20offline_access%20AIS%3Asome-consent-id",
            question.Address.Query,
            StringComparison.Ordinal
        );
        bank.Tell(output);
        Assert.Contains(bank.Stubs.Answered, file => file.Contains("refresh_token", StringComparison.Ordinal));
        Assert.Equal(
            ["NL57KNAB9990461305 EUR Checkings", "53964486 EUR Savings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.Equal("1 1", read);
        Assert.True(bank.Signed.Verified > 5);
    }

    [Fact]
    public async Task A_consent_without_oauth_is_agreed_to_on_the_banks_page_and_ended_by_us()
    {
        using var bank = new BerlinGroupReplay("Raiffeisen");
        var run = bank.Run;

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.TakeRefused(
            new StepInput.Returned(new Uri("https://yolt.com/callback?state=other")),
            Refusal.NotUnderstood
        );
        await run.Take<StepResult.Done>(bank.Returned(""));
        var (listed, read) = await bank.Everything();
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal(
            ["AT099900000000001511 EUR Checkings", "AT439900000000010017 EUR Checkings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.All(listed, account => Assert.Equal(2, account.Balances.Count));
        Assert.Equal("2 2", read);
    }

    [Theory]
    [InlineData("BBVA")]
    [InlineData("Sabadell")]
    public async Task A_consent_follows_the_token_and_is_agreed_to_on_the_banks_page(string name)
    {
        using var bank = new BerlinGroupReplay(name, "/happy-flow");
        var run = bank.Run;

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.ReturnedWithCode());
        bank.Keep(session => session with { RenewAccessAt = run.Now });
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        // What the user decided there was not recorded: the bank says that it is valid.
        run.Session = (BerlinGroupSession.Read(run.Session) with { IsValid = true, ConsentState = null }).Write();
        var (listed, read) = await bank.Everything();

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal(2, listed.Count);
        Assert.Equal("4 0", read);
        Assert.Equal(2, bank.Stubs.Answered.Count(file => file.StartsWith("token-", StringComparison.Ordinal)));
        Assert.True(bank.Signed.Verified > 5);
    }

    [Theory]
    [InlineData("BBVA", "00f707ea-ed95-4883-9ffc-6139150416f7", typeof(StepResult.Refused))]
    [InlineData("BBVA", "0f4cb373-005f-4835-9bc6-d04383af4460", typeof(StepResult.Refused))]
    [InlineData("BBVA", "0c27b6b0-9161-47b4-a452-7e36629e159f", typeof(StepResult.Later))]
    public async Task What_a_bank_says_instead_of_a_list(string name, string token, Type result)
    {
        using var bank = new BerlinGroupReplay(name);
        var run = bank.Run;
        run.Session = new BerlinGroupSession
        {
            AccessToken = token,
            ConsentId = "7eea2874-04f5-21ec-9cd5-fbg83ac17655",
            IsValid = true,
        }.Write();

        var said = await run.Take(new StepInput.ListAccounts());

        Assert.Empty(bank.Stubs.Unanswered);
        Assert.IsType(result, said);
        output.WriteLine($"{said}");
    }

    [Fact]
    public async Task A_token_endpoint_that_gives_no_token_ends_no_consent()
    {
        using var bank = new BerlinGroupReplay("BBVA", "/token-refresh-token-missing-token");
        bank.Keep(session =>
            session with
            {
                RefreshToken = "437f67ad-c0a8-419a-a868-7a3296a15ccf",
                ConsentId = "7eea2874-04f5-21ec-9cd5-fbg83ac17655",
                IsValid = true,
            }
        );

        var later = await bank.Run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal(LaterReason.BankUnavailable, later.Reason);
        Assert.True(BerlinGroupSession.Read(later.Session).IsValid);
    }

    [Fact]
    public async Task A_consent_is_agreed_to_in_the_banks_app_while_we_look()
    {
        using var bank = new BerlinGroupReplay("N26");
        var run = bank.Run;

        var page = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        Assert.Equal("app.n26.com", page.Address.Host);
        Assert.Equal("0daa152a-651a-4592-8542-47ff60799deb", BerlinGroupSession.Read(run.Session).Request!.RequestId);
        await run.Take<StepResult.Done>(bank.ReturnedWithCode());
        await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());
        await run.Take<StepResult.Done>(new StepInput.Poll());
        var (listed, read) = await bank.Everything();
        bank.Keep(session => session with { RenewAccessAt = run.Now });
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Contains("refresh-token.json", bank.Stubs.Answered);
        // The third account was closed.
        Assert.Equal(
            ["DE73100110012629586632 EUR Checkings", "2 EUR Checkings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.Equal("3 0", read);
    }
}
