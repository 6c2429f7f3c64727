using System.Text.Json.Nodes;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>OAuth2 and OpenID Connect at a server that was written elsewhere (npm oidc-provider), which demands each part of what it is asked with.</summary>
public sealed class OidcProviderTests(OidcProviderBank bank) : IClassFixture<OidcProviderBank>
{
    private static readonly (string, string)[] ByJwt = [("token_auth", "private_key_jwt"), ("jwt_key_id", "seal-1")];

    [Fact]
    public async Task A_signed_request_is_pushed_and_its_tokens_count_with_the_certificate_alone()
    {
        using var run = Pushes(OidcProviderBank.Shown);

        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        Assert.Equal(["client_id", "request_uri"], HttpUtility.ParseQueryString(asked.Address.Query).AllKeys);
        await run.Take<StepResult.Done>(new StepInput.Returned(await bank.Agree(asked.Address)));
        var listed = await run.Accounts();

        Assert.Equal(("20167330023156", "MS JANE"), (listed[0].Number, listed[0].OwnerName));
        // The same tokens in other hands.
        using var other = OidcProviderBank.Certified("CN=Somebody else");
        using var thief = Pushes(other);
        thief.Session = (OpenBankingSession.Read(run.Session) with { RefreshToken = null }).Write();
        await thief.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
        // And the end of the consent.
        await run.Take<StepResult.Done>(new StepInput.Revoke());
    }

    [Fact]
    public async Task A_refresh_token_counts_once_and_the_next_takes_its_place()
    {
        using var run = Pushes(OidcProviderBank.Shown);
        await Agreed(run);
        var first = OpenBankingSession.Read(run.Session);

        run.Session = (first with { AccessToken = "over" }).Write();
        await run.Accounts();

        var second = OpenBankingSession.Read(run.Session);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        run.Session = (first with { AccessToken = "over" }).Write();
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
    }

    [Fact]
    public async Task An_id_token_that_comes_with_the_code_is_checked_before_the_code_is_sent()
    {
        using var run = Hybrid();
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var back = await bank.Agree(asked.Address);
        // What a browser alone sees; the page to which it comes sends it on so.
        Assert.Equal(("", "#"), (back.Query, back.Fragment[..1]));
        var answer = new Uri($"{OidcProviderBank.ReturnAddress}?{back.Fragment[1..]}");
        var before = run.Session;

        // Another user's answer at the same bank, under the state of this connection.
        using var stranger = Hybrid();
        var theirs = await bank.Agree(
            (await stranger.TakeAsked<Question.Redirect>(new StepInput.ListAccounts())).Address
        );
        var detail = await run.TakeRefused(
            new StepInput.Returned(new Uri($"{OidcProviderBank.ReturnAddress}?{theirs.Fragment[1..]}")),
            Refusal.NotUnderstood
        );
        Assert.Contains("nonce", detail, StringComparison.Ordinal);
        // Their code beside our id_token.
        run.Session = before;
        var mixed = HttpUtility.ParseQueryString(answer.Query);
        mixed["code"] = HttpUtility.ParseQueryString(theirs.Fragment[1..])["code"];
        detail = await run.TakeRefused(
            new StepInput.Returned(new Uri($"{OidcProviderBank.ReturnAddress}?{mixed}")),
            Refusal.NotUnderstood
        );
        Assert.Contains("c_hash", detail, StringComparison.Ordinal);

        run.Session = before;
        await run.Take<StepResult.Done>(new StepInput.Returned(answer));
        Assert.Single(await run.Accounts());
        // A return that is repeated asks for nothing.
        await run.Take<StepResult.Done>(new StepInput.Returned(answer));
    }

    [Theory]
    [InlineData("tls", "tls_client_auth")]
    [InlineData("basic", "client_secret_basic")]
    public async Task A_client_is_known_by_its_certificate_or_its_secret(string client, string authentication)
    {
        (string, string)[] settings =
        [
            ("token_auth", authentication),
            ("client_secret", OidcProviderBank.Secret),
            ("request_object", "false"),
        ];
        using var run = bank.Run(client, OidcProviderBank.Shown, seal: null, settings);

        await Agreed(run);

        Assert.Single(await run.Accounts());
    }

    [Theory]
    [InlineData("stet", "PS256")]
    [InlineData("stet", "ES256")]
    [InlineData("berlin_group", "PS256")]
    [InlineData("berlin_group", "ES256")]
    public async Task A_seal_says_who_we_are_in_every_family(string family, string algorithm)
    {
        using var run = Signing(family, algorithm);
        await Agreed(run);
        Assert.Equal("FR7630099000120004127653080", Assert.Single(await run.Accounts()).Iban);
        var first = JsonNode.Parse(run.Session)!;
        var before = first["refresh_token"]!.GetValue<string>();
        first["access_token"] = "over";
        run.Session = first.ToJsonString();
        Assert.Single(await run.Accounts());
        Assert.NotEqual(before, JsonNode.Parse(run.Session)!["refresh_token"]!.GetValue<string>());

        // For another, of another key, by another algorithm.
        foreach (
            var (setting, value) in new[]
            {
                ("assertion_audience", "https://another.example"),
                ("jwt_key_id", "seal-2"),
                ("jwt_algorithm", algorithm == "ES256" ? "PS256" : "ES256"),
            }
        )
        {
            using var other = Signing(family, algorithm, (setting, value));
            var asked = await other.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
            await other.TakeRefused(new StepInput.Returned(await bank.Agree(asked.Address)), Refusal.OperatorFault);
        }
    }

    private ConnectorRun Signing(string family, string algorithm, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["token_auth"] = "private_key_jwt",
            ["jwt_algorithm"] = algorithm,
            ["jwt_key_id"] = "seal-1",
            ["scope"] = "openid accounts",
        };
        if (family == "berlin_group")
        {
            settings["oauth"] = "before_consent";
        }
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }
        return bank.Run(
            family == "stet" ? new Stet.StetConnector() : new BerlinGroup.BerlinGroupConnector(),
            family == "stet" ? "stet" : "xs2a",
            $"signs-{algorithm}",
            certificate: null,
            SealOfTests.Of(settings["jwt_algorithm"]),
            [.. settings.Select(s => (s.Key, s.Value))]
        );
    }

    [Fact]
    public async Task Who_shows_another_certificate_secret_or_key_is_no_client_and_the_fault_is_ours()
    {
        using var another = OidcProviderBank.Certified("CN=Somebody else");
        ConnectorRun[] runs =
        [
            bank.Run("tls", another, seal: null, ("token_auth", "tls_client_auth"), ("request_object", "false")),
            bank.Run("basic", certificate: null, seal: null, ("client_secret", "wrong"), ("request_object", "false")),
            bank.Run("pushes", OidcProviderBank.Shown, SealOfTests.Curve, [.. ByJwt, ("jwt_algorithm", "ES256")]),
        ];
        foreach (var run in runs)
        {
            await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
            run.Dispose();
        }
    }

    [Fact]
    public async Task A_request_that_the_bank_does_not_take_is_the_operators_fault_before_the_user_leaves()
    {
        using var run = bank.Run(
            "pushes",
            OidcProviderBank.Shown,
            SealOfTests.Seal,
            [.. ByJwt, ("pushed_authorization_url", $"{bank.Issuer}request"), ("request_object", "false")]
        );

        var detail = await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);

        Assert.Contains("invalid_request", detail, StringComparison.Ordinal);
    }

    private ConnectorRun Pushes(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        bank.Run(
            "pushes",
            certificate,
            SealOfTests.Seal,
            [.. ByJwt, ("pushed_authorization_url", $"{bank.Issuer}request")]
        );

    private ConnectorRun Hybrid() =>
        bank.Run(
            "hybrid",
            OidcProviderBank.Shown,
            SealOfTests.Curve,
            [.. ByJwt, ("jwt_algorithm", "ES256"), ("response_type", "code id_token")]
        );

    private async Task Agreed(ConnectorRun run)
    {
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(new StepInput.Returned(await bank.Agree(asked.Address)));
    }
}
