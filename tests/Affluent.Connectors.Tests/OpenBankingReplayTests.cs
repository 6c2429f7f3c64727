using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>
/// Banks of UK Open Banking as their sandboxes were recorded: a request is answered only when its method, path, query, headers and body are what the recording
/// demands, and what we sign is good. Each bank is a catalogue entry and no code.
/// </summary>
public sealed class OpenBankingReplayTests(ITestOutputHelper output)
{
    private const string Revoked = "363ca7c1-9d03-4876-8766-ddefc9fd2d76";

    [Theory]
    [InlineData("Barclays", "/happy-flow", "BARCLAYS-A-10000004190382")]
    [InlineData("HSBC", "/happy-flow/common", "fc08f64c-b5d1-47db-9368-17e7a7801fec")]
    [InlineData("Monzo", "/happy-flow", "obaispaccountinformationconsent_0000A48QKMa8mFaTN9Y0LA")]
    [InlineData("Nationwide", "/happy-flow", "ACC_1_2_38437330-353e-13eb-a38c-3fc3aeddf3bc")]
    [InlineData("Revolut", "/happy-flow", "50ca5ed5-317c-451c-8438-3b3fb91466e1")]
    public async Task A_consent_is_asked_for_and_agreed_to_by_a_signed_request(
        string bank,
        string below,
        string consent
    )
    {
        using var replay = new OpenBankingReplay(bank, below);

        var question = await replay.Authorize();

        Assert.Empty(replay.Stubs.Unanswered);
        var sent = HttpUtility.ParseQueryString(question.Address.Query);
        var (header, claims) = JwtOfTests.Verified(sent["request"]!);
        Assert.Equal("PS256", header.GetProperty("alg").GetString());
        Assert.Equal("https://bank.example", claims.GetProperty("aud").GetString());
        foreach (var name in sent.AllKeys.Where(name => name != "request"))
        {
            Assert.Equal(sent[name], claims.GetProperty(name!).GetString());
        }
        var intent = claims.GetProperty("claims").GetProperty("id_token").GetProperty("openbanking_intent_id");
        Assert.Equal(consent, intent.GetProperty("value").GetString());
        Assert.True(intent.GetProperty("essential").GetBoolean());
    }

    [Theory]
    [InlineData(
        "Barclays",
        "/happy-flow",
        "accessToken",
        """
            10272100577464 GBP Checkings MR User Name: Expected 10.12
            10272100577465 GBP Checkings MR User Name2: InterimAvailable 9.12 ClosingBooked 11.12
            GB15AIBK12345678901235 GBP Savings -: Expected 0.58
            ************0002 GBP CreditCard MR ROBIN HOOD: InterimBooked -10.20 Other 10.20
            1231231231231232 EUR Checkings -:
            """,
        "5 0 0 3 Later"
    )]
    [InlineData(
        "HSBC",
        "/happy-flow/common",
        "3zHagXZSPyA6sifIDmqwZ0hLlqq",
        """
            20167330023156 GBP Checkings Full Legal User Name: InterimAvailable 111.79 InterimBooked 110.00
            40864210734180 GBP Savings ROBIN H: InterimAvailable 5588.55 InterimBooked 1250.00
            XXXX XXXX XXXX 2343 GBP CreditCard HOOD,ROBIN/MR: InterimAvailable 12000.00 with credit InterimBooked 0
            """,
        "3 2 3"
    )]
    [InlineData(
        "HSBC",
        "/happy-flow/hsbc-corpo",
        "rNs2kF3cpk1gD2WjWBmWbrO1vN1",
        """
            20167330023156 GBP Checkings User Full Legal Name: InterimAvailable 111.79 Expected 110.00
            40864210734180 GBP Savings ROBIN H: InterimAvailable 5588.55 Expected 1250.00
            XXXX XXXX XXXX 2343 GBP CreditCard HOOD,ROBIN/MR: InterimAvailable 12000.00 with credit Expected 0
            """,
        "3 2 3"
    )]
    [InlineData(
        "HSBC",
        "/missing-data",
        "1mH7BsLRbRcGprPlzOUbdaMYiWP",
        "XXXX XXXX XXXX 2343 GBP CreditCard -: InterimAvailable 9.00",
        "2"
    )]
    [InlineData(
        "Monzo",
        "/happy-flow",
        "Az90SAOJklae",
        "80200110203345 GBP Checkings Mr Kevin Montgomery: InterimAvailable 147.8500",
        "4"
    )]
    [InlineData("Monzo", "/missing-data", "Az90SAOJklae", "80200110203345 GBP Checkings -:", "2")]
    [InlineData(
        "Nationwide",
        "/happy-flow",
        "accessToken",
        """
            GB53MIIA05123633185404 GBP Checkings User Name: InterimAvailable 1458.16 InterimBooked 1458.16
            485432XXXXXX1023 GBP CreditCard Robin: InterimAvailable 696.79 ClosingAvailable 696.79
            """,
        "4 0"
    )]
    [InlineData(
        "Nationwide",
        "/optional-endpoints-error",
        "accessToken",
        "GB53MIIA05123633185404 GBP Checkings Robin: InterimAvailable 1458.16 InterimBooked 1458.16",
        "2"
    )]
    [InlineData(
        "Barclays",
        "/error-on-optional-endpoints",
        "accessToken",
        "10272100577464 GBP Checkings -: Expected 10.12",
        "1"
    )]
    [InlineData("Barclays", "/missing-data", "accessToken", "10272100577464 GBP Checkings -: Expected 13.36", "2")]
    [InlineData(
        "Barclays",
        "/filtering-blocked-account",
        "accessToken",
        """
            10272100577464 GBP Checkings MR User Name: Expected 10.12
            GB15AIBK12345678901235 GBP Savings -:
            """,
        "2 NotUnderstood"
    )]
    [InlineData(
        "Revolut",
        "/happy-flow",
        "978e46f2-b8a5-4f81-ac45-f10d32e6b764",
        """
            LT222222222222222222 GBP Checkings John Smith: InterimAvailable 10.20
            LT222222222222222222 EUR Checkings Meghan Fountain: InterimAvailable 50.20
            GB74BARC20040477389672 BTC Checkings Meghan Fountain:
            GB74BARC20040477389699 OMG Checkings Meghan Fountain:
            2e7d0eed-c1c1-47a4-a884-b9fc83f51d5f EUR Savings -: InterimAvailable 34.45
            """,
        "1 2 Later Later 0"
    )]
    [InlineData("Revolut", "/accounts-empty", "978e46f2-b8a5-4f81-ac45-f10d32e6b764", "", "")]
    [InlineData(
        "Revolut",
        "/sad-flow/accounts-with-missing-account-field",
        "908b3693-23bf-41c8-898d-3846d22a6858",
        """
            22ed9418-0510-4b29-9d8a-b30cdb208aa4 GBP Checkings -: InterimAvailable 44.00
            b5cda922-6af1-453e-9b29-10b53807a33d EUR Checkings -: InterimAvailable 33.00
            """,
        "2 2"
    )]
    public async Task Accounts_are_read(string bank, string below, string token, string accounts, string movements)
    {
        using var replay = new OpenBankingReplay(bank, below);
        replay.Signed(token);

        var (listed, read) = await replay.Everything();

        replay.Tell(output);
        Assert.Equal(accounts, string.Join('\n', listed.Select(OpenBankingReplay.Shown)));
        Assert.Equal(movements, read);
        // A sandbox lists accounts of which it recorded no more.
        Assert.All(
            replay.Stubs.Unanswered,
            request => Assert.EndsWith("nothing is recorded there", request, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("Barclays", "/accounts-401", "accessToken", "ConsentExpired")]
    [InlineData("Barclays", "/accounts-403", "accessToken", "ConsentExpired")]
    [InlineData("Barclays", "/accounts-504", "accessToken", "BankUnavailable")]
    [InlineData("HSBC", "/accounts-400", "t4Hz2WZdmSjA7AMSdBwXlUFPpKL", "NotUnderstood")]
    [InlineData("HSBC", "/accounts-401", "oHHhI7OXkVNSqRuCuwoi63DBbdl", "ConsentExpired")]
    [InlineData("HSBC", "/accounts-403", "Zm7n1jlnv3XaDzElTXO3D3Dimeg", "ConsentExpired")]
    [InlineData("HSBC", "/accounts-500", "VRnKXR6gUjzWazlPdhUVHZGv2C3", "BankUnavailable")]
    [InlineData("Monzo", "/accounts-400-client-mismatch", "Az90SAOJklae", "NotUnderstood")]
    [InlineData("Nationwide", "/accounts-401", "accessToken", "ConsentExpired")]
    [InlineData("Nationwide", "/accounts-403", "accessToken", "ConsentExpired")]
    [InlineData("Nationwide", "/accounts-504", "accessToken", "BankUnavailable")]
    [InlineData("Revolut", "/accounts-400", "978e46f2-b8a5-4f81-ac45-f10d32e6b764", "NotUnderstood")]
    [InlineData("Revolut", "/accounts-401", "978e46f2-b8a5-4f81-ac45-f10d32e6b764", "ConsentExpired")]
    // In the words of a gateway.
    [InlineData("Revolut", "/accounts-403", "978e46f2-b8a5-4f81-ac45-f10d32e6b764", "BankUnavailable")]
    [InlineData("Revolut", "/accounts-500", "978e46f2-b8a5-4f81-ac45-f10d32e6b764", "BankUnavailable")]
    public async Task What_a_bank_says_instead_of_a_list(string bank, string below, string token, string meaning)
    {
        using var replay = new OpenBankingReplay(bank, below);
        replay.Signed(token);

        var said = await replay.Run.Take(new StepInput.ListAccounts());

        Assert.Empty(replay.Stubs.Unanswered);
        Assert.Equal(meaning, Meaning(said));
    }

    [Theory]
    [InlineData("d0a9b85f-9715-4d16-a33d-4323ceab5254", "ConsentExpired")]
    [InlineData("d0a9b85f-9715-4d16-a33d-4323ceab5255", "NotUnderstood")]
    public async Task A_consent_that_is_none_any_longer_is_told_by_its_code(string interaction, string meaning)
    {
        // Here the id of the interaction is what tells two recordings from one another.
        using var replay = new OpenBankingReplay(
            "Barclays",
            "/accounts-400",
            OpenBankingBanks.All["Barclays"] with
            {
                Habits = [],
            },
            ("data_headers", $"x-fapi-financial-id: 0017440000hdQV5CCT\nx-fapi-interaction-id: {interaction}")
        );
        replay.Signed("accessToken");

        var said = await replay.Run.Take(new StepInput.ListAccounts());

        Assert.Empty(replay.Stubs.Unanswered);
        Assert.Equal(meaning, Meaning(said));
    }

    [Theory]
    [InlineData("Barclays", "/happy-flow", "refreshToken")]
    [InlineData("HSBC", "/happy-flow/common", "NfEtxxaLt1SavZW1s7thJ7iw0XZ")]
    [InlineData("Monzo", "/happy-flow", "refreshToken")]
    [InlineData("Nationwide", "/happy-flow", "refreshToken")]
    public async Task A_token_is_renewed(string bank, string below, string refresh)
    {
        using var replay = new OpenBankingReplay(bank, below);
        replay.Signed("over", refresh);
        replay.Run.Session = (
            OpenBankingSession.Read(replay.Run.Session) with
            {
                RenewAccessAt = replay.Run.Now,
            }
        ).Write();

        await replay.Run.Take(new StepInput.ListAccounts());

        Assert.Contains(replay.Stubs.Answered, file => file.Contains("refresh", StringComparison.Ordinal));
        Assert.NotEqual("over", OpenBankingSession.Read(replay.Run.Session).AccessToken);
    }

    [Theory]
    [InlineData("Monzo", "/refresh-access-means-400", "invalidatedRefreshToken")]
    [InlineData("Nationwide", "/refresh-token-400", "refreshToken")]
    public async Task A_refresh_token_that_is_refused_ends_the_consent(string bank, string below, string refresh)
    {
        using var replay = new OpenBankingReplay(bank, below);
        replay.Signed("over", refresh);
        replay.Run.Session = (
            OpenBankingSession.Read(replay.Run.Session) with
            {
                RenewAccessAt = replay.Run.Now,
            }
        ).Write();

        await replay.Run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);

        Assert.Empty(replay.Stubs.Unanswered);
    }

    [Theory]
    [InlineData("Barclays", "/happy-flow", "Done")]
    [InlineData("Barclays", "/account-access-consents-delete-403", "BankUnavailable")]
    [InlineData("Barclays", "/account-access-consents-delete-500", "BankUnavailable")]
    [InlineData("HSBC", "/happy-flow/common", "Done")]
    [InlineData("Monzo", "/happy-flow", "Done")]
    public async Task A_consent_is_ended_with_our_own_token(string bank, string below, string meaning)
    {
        using var replay = new OpenBankingReplay(bank, below);
        replay.Signed("of the user", "of the user", Revoked);
        var kept = new OpenBankingConnector().Revocable(OpenBankingBanks.All[bank].Channel(), replay.Run.Session);
        replay.Run.Session = kept!.Session;
        (replay.Run.User, replay.Run.Callback) = (null, null);

        var said = await replay.Run.Take(new StepInput.Revoke());

        Assert.Empty(replay.Stubs.Unanswered);
        Assert.Equal(meaning, Meaning(said));
        Assert.DoesNotContain("of the user", kept.Session, StringComparison.Ordinal);
    }

    /// <summary>The recordings are strict: each setting is demanded.</summary>
    [Theory]
    [InlineData("Barclays", "/happy-flow", "jwt_key_id", "another")]
    [InlineData("Barclays", "/happy-flow", "jwt_algorithm", "RS256")]
    [InlineData("Barclays", "/happy-flow", "token_auth", "none")]
    [InlineData("Barclays", "/happy-flow", "permissions", "ReadBalances")]
    [InlineData("HSBC", "/happy-flow/common", "token_headers", "")]
    [InlineData("HSBC", "/happy-flow/common", "client_token_fields", "client_id: $client_id")]
    [InlineData("Monzo", "/happy-flow", "client_id", "another")]
    [InlineData("Monzo", "/happy-flow", "consent_headers", "")]
    [InlineData("Nationwide", "/happy-flow", "token_auth", "client_secret_basic")]
    [InlineData("Nationwide", "/happy-flow", "data_headers", "")]
    [InlineData("Revolut", "/happy-flow", "consent_headers", "")]
    [InlineData("Revolut", "/happy-flow", "api_url", "https://bank.example/v1")]
    public async Task A_wrong_setting_opens_no_consent(string bank, string below, string setting, string wrong)
    {
        using var replay = new OpenBankingReplay(bank, below, (setting, wrong));

        await replay.Run.Take(new StepInput.ListAccounts());

        Assert.NotEmpty(replay.Stubs.Unanswered);
    }

    /// <inheritdoc cref="A_wrong_setting_opens_no_consent"/>
    [Theory]
    [InlineData("Barclays", "/happy-flow", "accessToken", "yyyy-MM-dd")]
    [InlineData("HSBC", "/happy-flow/common", "3zHagXZSPyA6sifIDmqwZ0hLlqq", "yyyy-MM-ddTHH:mm:ss")]
    [InlineData("Monzo", "/happy-flow", "Az90SAOJklae", "yyyy-MM-ddTHH:mm:ssZ")]
    [InlineData("Nationwide", "/happy-flow", "accessToken", "yyyy-MM-ddTHH:mm:ss.fff")]
    [InlineData("Revolut", "/happy-flow", "978e46f2-b8a5-4f81-ac45-f10d32e6b764", "dd.MM.yyyy")]
    public async Task A_day_that_is_written_otherwise_reads_no_movements(
        string bank,
        string below,
        string token,
        string format
    )
    {
        using var replay = new OpenBankingReplay(bank, below, ("date_format", format));
        replay.Signed(token);

        await replay.Everything();

        Assert.Contains(
            replay.Stubs.Unanswered,
            request => request.Contains("query.fromBookingDateTime", StringComparison.Ordinal)
        );
    }

    private static string Meaning(StepResult result) =>
        result switch
        {
            StepResult.Refused refused => $"{refused.Reason}",
            StepResult.Later later => $"{later.Reason}",
            _ => result.GetType().Name,
        };
}
