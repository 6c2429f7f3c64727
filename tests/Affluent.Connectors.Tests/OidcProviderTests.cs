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
