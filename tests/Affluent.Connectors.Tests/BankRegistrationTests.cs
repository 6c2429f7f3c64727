using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Registration at a server that was written elsewhere (npm oidc-provider), and in the STET form.</summary>
public sealed class BankRegistrationTests(OidcProviderBank bank) : IClassFixture<OidcProviderBank>
{
    private static readonly RegisteringClient Client = new(
        "Littoral",
        ["ops@littoral.example"],
        OidcProviderBank.ReturnAddress
    )
    {
        LegalId = "PSDFR-ACPR-12345",
        CertificateSubject = "CN=Client of tests,O=Affluent,C=FR",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("private_key_jwt", "ES256", "code id_token")]
    [InlineData("tls_client_auth", "PS256", "code")]
    public async Task A_bank_that_is_asked_knows_us_lets_users_agree_and_forgets_us(
        string authentication,
        string algorithm,
        string answer
    )
    {
        var seal = SealOfTests.Of(algorithm);
        (string, string)[] settings =
        [
            ("token_auth", authentication),
            ("jwt_algorithm", algorithm),
            ("jwt_key_id", "seal-1"),
            ("response_type", answer),
            ("registration", "dynamic"),
            ("registration_url", $"{bank.Issuer}reg"),
            (
                "registration_fields",
                $"id_token_signed_response_alg: {algorithm}\ntls_client_certificate_bound_access_tokens: true"
            ),
        ];
        using var before = bank.Run("unregistered", OidcProviderBank.Shown, seal, settings);
        var registration = new BankRegistration(before.Context());
        var wanted = registration.Wanted(Client);

        var refused = await registration.Register(wanted, "token-of-nobody", Stop);
        var known = Assert.IsType<RegistrationAnswer.Known>(
            await registration.Register(wanted, OidcProviderBank.FirstRegistration, Stop)
        );

        Assert.Equal(401, Assert.IsType<RegistrationAnswer.Failed>(refused).Status);
        using var run = bank.Run(known.ClientId, OidcProviderBank.Shown, seal, settings);
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var back = await bank.Agree(asked.Address);
        await run.Take<StepResult.Done>(
            new StepInput.Returned(
                back.Fragment == "" ? back : new Uri($"{OidcProviderBank.ReturnAddress}?{back.Fragment[1..]}")
            )
        );
        Assert.Single(await run.Accounts());

        wanted["client_name"] = "Littoral & Cie";
        known = Assert.IsType<RegistrationAnswer.Known>(await registration.Update(Kept(known), wanted, Stop));
        var read = Assert.IsType<RegistrationAnswer.Known>(await registration.Read(Kept(known), Stop));
        Assert.Equal("Littoral & Cie", read.Record.GetProperty("client_name").GetString());
        Assert.IsType<RegistrationAnswer.Ended>(await registration.Delete(Kept(known), Stop));
        Assert.IsType<RegistrationAnswer.Failed>(await registration.Read(Kept(known), Stop));
    }

    [Fact]
    public async Task A_bank_that_does_not_take_it_says_why()
    {
        using var run = bank.Run(
            "unregistered",
            OidcProviderBank.Shown,
            seal: null,
            ("request_object", "false"),
            ("registration", "dynamic"),
            ("registration_url", $"{bank.Issuer}reg"),
            ("registration_fields", "redirect_uris: []")
        );
        var registration = new BankRegistration(run.Context());

        var answer = await registration.Register(registration.Wanted(Client), OidcProviderBank.FirstRegistration, Stop);

        var failed = Assert.IsType<RegistrationAnswer.Failed>(answer);
        Assert.Equal(400, failed.Status);
        Assert.Contains("invalid_redirect_uri", failed.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("private_key_jwt", "PS256")]
    [InlineData("tls_client_auth", "ES256")]
    public async Task A_bank_of_the_UK_takes_what_is_signed_with_what_the_directory_says(
        string authentication,
        string algorithm
    )
    {
        var seal = SealOfTests.Of(algorithm);
        (string, string)[] settings =
        [
            ("token_auth", authentication),
            ("jwt_algorithm", algorithm),
            ("jwt_key_id", "seal-1"),
            ("registration", "open_banking_uk"),
            ("registration_url", $"{bank.Issuer}register"),
            ("registration_fields", "tls_client_certificate_bound_access_tokens: true"),
        ];
        using var before = bank.Run("unregistered", OidcProviderBank.Shown, seal, settings);
        var registration = new BankRegistration(before.Context());
        var wanted = registration.Wanted(Client with { SoftwareStatement = bank.Statement(algorithm) });

        var known = Assert.IsType<RegistrationAnswer.Known>(await registration.Register(wanted, token: null, Stop));

        Assert.Null(known.Token);
        using var run = bank.Run(known.ClientId, OidcProviderBank.Shown, seal, settings);
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(new StepInput.Returned(await bank.Agree(asked.Address)));
        Assert.Single(await run.Accounts());

        wanted["client_uri"] = "https://littoral.example";
        known = Assert.IsType<RegistrationAnswer.Known>(await registration.Update(Kept(known), wanted, Stop));
        var read = Assert.IsType<RegistrationAnswer.Known>(await registration.Read(Kept(known), Stop));
        Assert.Equal("https://littoral.example", read.Record.GetProperty("client_uri").GetString());
        Assert.IsType<RegistrationAnswer.Ended>(await registration.Delete(Kept(known), Stop));
        var failed = Assert.IsType<RegistrationAnswer.Failed>(await registration.Read(Kept(known), Stop));
        Assert.Equal((401, "no token of our own: invalid_client"), (failed.Status, failed.Words));
    }

    [Theory]
    [InlineData("registration_audience", "https://another.example", "ERR_JWT_CLAIM_VALIDATION_FAILED aud")]
    [InlineData("jwt_key_id", "seal-2", "another key")]
    [InlineData("jwt_algorithm", "RS256", "ERR_JOSE_ALG_NOT_ALLOWED")]
    [InlineData("registration_fields", "software_id: another", "ERR_JWT_CLAIM_VALIDATION_FAILED iss")]
    [InlineData("registration_fields", "redirect_uris: [\"https://tpp.example/another\"]", "invalid_redirect_uri")]
    [InlineData("registration_fields", "software_statement: a.b.c", "invalid_software_statement")]
    public async Task A_bank_of_the_UK_takes_nothing_else(string setting, string value, string why)
    {
        var settings = new Dictionary<string, string>
        {
            ["jwt_key_id"] = "seal-1",
            ["token_auth"] = "private_key_jwt",
            ["registration"] = "open_banking_uk",
            ["registration_url"] = $"{bank.Issuer}register",
            [setting] = value,
        };
        using var run = bank.Run(
            "unregistered",
            OidcProviderBank.Shown,
            SealOfTests.Seal,
            [.. settings.Select(s => (s.Key, s.Value))]
        );
        var registration = new BankRegistration(run.Context());
        var wanted = registration.Wanted(Client with { SoftwareStatement = bank.Statement("PS256") });

        var failed = Assert.IsType<RegistrationAnswer.Failed>(await registration.Register(wanted, token: null, Stop));

        Assert.Equal(400, failed.Status);
        Assert.Contains(why, failed.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("e30.eyJzb2Z0d2FyZV9pZCI6IDF9")]
    public void A_software_statement_names_its_software(string? statement)
    {
        using var run = bank.Run(
            "unregistered",
            OidcProviderBank.Shown,
            SealOfTests.Seal,
            ("registration", "open_banking_uk"),
            ("registration_url", $"{bank.Issuer}register")
        );

        Assert.Throws<FormatException>(() =>
            new BankRegistration(run.Context()).Wanted(Client with { SoftwareStatement = statement })
        );
    }

    private static RegisteredClient Kept(RegistrationAnswer.Known known) =>
        new(known.Address!, known.ClientId) { Token = known.Token };

    [Fact]
    public async Task The_STET_form_has_its_members_a_digest_and_a_signature()
    {
        var small = new FakeBank().On("POST", "/register", _ => new Reply("""{ "client_id": "C-1" }""", 201));
        var signed = new SignedBank(small, SealAlgorithm.RsaSha256, _ => true);
        using var run = new ConnectorRun(
            new Stet.StetConnector(),
            SmallBanks.StetChannel(
                ("token_auth", "tls_client_auth"),
                ("signature_headers", "(request-target) digest x-request-id"),
                ("registration", "stet"),
                ("registration_url", "https://bank.example/register"),
                ("registration_fields", "client_uri: https://littoral.example\nresponse_types: ")
            ),
            signed
        )
        {
            Seal = SealOfTests.Seal,
        };
        var registration = new BankRegistration(run.Context());

        var answer = await registration.Register(registration.Wanted(Client), token: null, Stop);

        Assert.Equal("C-1", Assert.IsType<RegistrationAnswer.Known>(answer).ClientId);
        Assert.Equal(1, signed.Verified);
        var sent = Assert.Single(small.Requests);
        Assert.True(sent.Headers.ContainsKey("Digest"));
        Assert.False(sent.Headers.ContainsKey("Authorization"));
        Assert.True(
            JsonElement.DeepEquals(
                JsonElement.Parse(
                    """
                    { "redirect_uris": ["https://tpp.example/return"], "token_endpoint_auth_method": "tls_client_auth",
                      "grant_types": ["authorization_code", "refresh_token"], "client_name": "Littoral",
                      "contacts": ["ops@littoral.example"], "scope": "aisp", "provider_legal_id": "PSDFR-ACPR-12345",
                      "client_uri": "https://littoral.example" }
                    """
                ),
                JsonElement.Parse(sent.Body)
            ),
            sent.Body
        );
    }
}
