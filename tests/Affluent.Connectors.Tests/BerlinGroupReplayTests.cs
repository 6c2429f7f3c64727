using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Recording;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>
/// Banks of the Berlin Group as their sandboxes were recorded: a request is answered only when its method, path, query, headers and body are what the recording
/// demands, and its signature is good. Each bank is a catalogue entry and no code.
/// </summary>
public sealed class BerlinGroupReplayTests(ITestOutputHelper output)
{
    private static readonly DateOnly From = new(2022, 1, 1);

    [Fact]
    public async Task A_consent_under_our_own_token_is_agreed_to_by_oauth()
    {
        var (run, stubs, signed) = Open("Knab");
        using var _ = run;

        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(Returned("Knab", $"code={BerlinGroupBanks.All["Knab"].Code}"));
        // What is read was recorded of another user.
        run.Session = new BerlinGroupSession
        {
            AccessToken = "userAccessToken",
            RefreshToken = "userRefreshToken",
            ConsentId = "userConsentId",
            IsValid = true,
        }.Write();
        var (listed, read) = await Everything(run, stubs);
        run.Session = (BerlinGroupSession.Read(run.Session) with { RenewAccessAt = run.Now }).Write();
        await run.Take(new StepInput.ListAccounts());

        Assert.Contains(
            "scope=psd2%20offline_access%20AIS%3Asome-consent-id",
            question.Address.Query,
            StringComparison.Ordinal
        );
        Tell("Knab", stubs);
        Assert.Contains(stubs.Answered, file => file.Contains("refresh_token", StringComparison.Ordinal));
        Assert.Equal(["NL57KNAB9990461305 EUR Checkings", "53964486 EUR Savings"], listed.Select(Shown));
        Assert.Equal("1 1", read);
        Assert.True(signed.Verified > 5);
    }

    [Fact]
    public async Task A_consent_without_oauth_is_agreed_to_on_the_banks_page_and_ended_by_us()
    {
        var (run, stubs, _) = Open("Raiffeisen");
        using var __ = run;
        run.Callback = new BankCallback(new Uri("https://yolt.com/callback"), "0fa8b824-fb95-11ec-b939-0242ac120002");

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.TakeRefused(Returned("Raiffeisen", ""), Refusal.NotUnderstood);
        await run.Take<StepResult.Done>(
            new StepInput.Returned(new Uri("https://yolt.com/callback?state=0fa8b824-fb95-11ec-b939-0242ac120002"))
        );
        var (listed, read) = await Everything(run, stubs);
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        Tell("Raiffeisen", stubs);
        Assert.Empty(stubs.Unanswered);
        Assert.Equal(
            ["AT099900000000001511 EUR Checkings", "AT439900000000010017 EUR Checkings"],
            listed.Select(Shown)
        );
        Assert.All(listed, account => Assert.Equal(2, account.Balances.Count));
        Assert.Equal("2 2", read);
    }

    [Theory]
    [InlineData("BBVA", "4ebf95f7-02f5-11eb-8309-411ae25e53e3")]
    [InlineData("Sabadell", "4ebf95f7-02f5-11eb-8309-411ae25e53e3")]
    public async Task A_consent_follows_the_token_and_is_agreed_to_on_the_banks_page(string bank, string token)
    {
        var (run, stubs, signed) = Open(bank, "/happy-flow");
        using var _ = run;
        run.Session = new BerlinGroupSession { AccessToken = token }.Write();
        run.User = new PresentUser("192.168.16.5", null, null);

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        // What the user decided there was not recorded: the bank says that it is valid.
        run.Session = (BerlinGroupSession.Read(run.Session) with { IsValid = true, ConsentState = null }).Write();
        var (listed, read) = await Everything(run, stubs);

        Tell(bank, stubs);
        Assert.Empty(stubs.Unanswered);
        Assert.Equal(2, listed.Count);
        Assert.Equal("4 0", read);
        Assert.True(signed.Verified > 5);
    }

    [Theory]
    [InlineData("BBVA", "00f707ea-ed95-4883-9ffc-6139150416f7", typeof(StepResult.Refused))]
    [InlineData("BBVA", "0f4cb373-005f-4835-9bc6-d04383af4460", typeof(StepResult.Refused))]
    [InlineData("BBVA", "0c27b6b0-9161-47b4-a452-7e36629e159f", typeof(StepResult.Later))]
    public async Task What_a_bank_says_instead_of_a_list(string bank, string token, Type result)
    {
        var (run, stubs, _) = Open(bank);
        using var __ = run;
        run.Session = new BerlinGroupSession
        {
            AccessToken = token,
            ConsentId = "7eea2874-04f5-21ec-9cd5-fbg83ac17655",
            IsValid = true,
        }.Write();
        run.User = new PresentUser("192.168.16.5", null, null);

        var said = await run.Take(new StepInput.ListAccounts());

        Assert.Empty(stubs.Unanswered);
        Assert.IsType(result, said);
        output.WriteLine($"{said}");
    }

    [Fact]
    public async Task A_consent_is_agreed_to_in_the_banks_app_while_we_look()
    {
        var (run, stubs, _) = Open("N26");
        using var __ = run;
        run.Session = new BerlinGroupSession { AccessToken = "access-token" }.Write();

        await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());
        await run.Take<StepResult.Done>(new StepInput.Poll());
        var (listed, read) = await Everything(run, stubs);
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        Tell("N26", stubs);
        Assert.Empty(stubs.Unanswered);
        // The third account was closed.
        Assert.Equal(["DE73100110012629586632 EUR Checkings", "2 EUR Checkings"], listed.Select(Shown));
        Assert.Equal("3 0", read);
    }

    private static string Shown(BankAccount account) =>
        $"{account.Iban ?? account.Number ?? account.Reference} {account.Currency} {account.Type}";

    private static StepInput.Returned Returned(string bank, string query) =>
        new(new Uri($"{BerlinGroupBanks.All[bank].RedirectUri}?{query}&state=the-state"));

    private static async Task<(IReadOnlyList<BankAccount> Listed, string Read)> Everything(
        ConnectorRun run,
        WireMockHandler stubs
    )
    {
        var first = await run.Take(new StepInput.ListAccounts());
        Assert.True(first is StepResult.Page, $"{first}: {string.Join('\n', stubs.Unanswered)}");
        var listed = await run.Accounts();
        List<string> read = [];
        foreach (var account in listed)
        {
            read.Add(await run.Movements(account, From));
        }
        return (listed, string.Join(' ', read));
    }

    private static (ConnectorRun Run, WireMockHandler Stubs, SignedBank Signed) Open(string name, string below = "")
    {
        var bank = BerlinGroupBanks.All[name];
        var stubs = WireMockHandler.Load(Shared.Folder("recordings", bank.Folder + below), bank.Habits);
        var channel = bank.Channel();
        var signed = new SignedBank(
            stubs,
            SealAlgorithm.RsaSha256,
            request =>
                channel.Settings.ContainsKey("signature_headers")
                && !request.RequestUri!.AbsolutePath.EndsWith("token", StringComparison.Ordinal)
        );
        var run = new ConnectorRun(new BerlinGroupConnector(), channel, signed)
        {
            Callback = new BankCallback(new Uri(bank.RedirectUri), "the-state"),
            User = new PresentUser("127.0.0.1", null, null),
            Seal = SealOfTests.Seal,
        };
        return (run, stubs, signed);
    }

    private void Tell(string bank, WireMockHandler stubs)
    {
        foreach (var file in stubs.Files)
        {
            output.WriteLine($"{bank}\t{file}\t{(stubs.Answered.Contains(file) ? "answered" : "not asked for")}");
        }
        foreach (var request in stubs.Unanswered)
        {
            output.WriteLine($"{bank}\tnot answered\t{request}");
        }
    }
}
