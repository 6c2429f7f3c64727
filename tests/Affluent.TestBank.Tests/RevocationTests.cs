using System.Net;

namespace Affluent.TestBank.Tests;

/// <summary>A third party gives its tokens back (RFC 7009).</summary>
public sealed class RevocationTests
{
    [Theory]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task A_consent_ends_with_any_of_its_tokens_and_no_other_does(string which)
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent("dev"));
        var (_, others) = await bank.TradeCode(await bank.Consent("dev"));
        var token = (string)tokens["access_token"]!;

        using var answer = await bank.Revoke((string)tokens[which]!);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bank.Call(token, "/accounts")).Status);
        Assert.Equal("invalid_grant", (string?)(await bank.Refresh((string)tokens["refresh_token"]!)).Body["error"]);
        Assert.Equal(HttpStatusCode.OK, (await bank.Call((string)others["access_token"]!, "/accounts")).Status);
        await bank.SignIn("dev");
        Assert.Single((await bank.Get("/consents")).All("li.consent"));
    }

    [Fact]
    public async Task A_token_that_is_over_is_as_good_as_given_back()
    {
        await using var bank = await OpenBank.Open();
        using var unknown = await bank.Revoke("made-up");
        Assert.Equal(HttpStatusCode.OK, unknown.StatusCode);
    }

    [Fact]
    public async Task Nobody_but_the_client_ends_a_consent()
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent("dev"));

        using var answer = await bank.Revoke((string)tokens["refresh_token"]!, secret: "guessed");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await bank.Call((string)tokens["access_token"]!, "/accounts")).Status);
    }

    [Theory]
    [InlineData("revocation_fails", HttpStatusCode.ServiceUnavailable)]
    [InlineData("error_500", HttpStatusCode.InternalServerError)]
    [InlineData("html", HttpStatusCode.OK)]
    public async Task A_bank_in_trouble_keeps_the_consent(string fault, HttpStatusCode status)
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent(fault, "faults"));

        using var answer = await bank.Revoke((string)tokens["refresh_token"]!);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await bank.Refresh((string)tokens["refresh_token"]!)).Status);
    }
}
