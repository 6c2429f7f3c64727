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
        known = Assert.IsType<RegistrationAnswer.Known>(
            await registration.Update(known.Address!, known.ClientId, wanted, known.Token!, Stop)
        );
        var read = Assert.IsType<RegistrationAnswer.Known>(await registration.Read(known.Address!, known.Token!, Stop));
        Assert.Equal("Littoral & Cie", read.Record.GetProperty("client_name").GetString());
        Assert.IsType<RegistrationAnswer.Ended>(await registration.Delete(known.Address!, known.Token!, Stop));
        Assert.IsType<RegistrationAnswer.Failed>(await registration.Read(known.Address!, known.Token!, Stop));
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
