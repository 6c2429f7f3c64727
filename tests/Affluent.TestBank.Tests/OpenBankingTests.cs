using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Affluent.TestBank.Tests;

/// <summary>What the face of UK Open Banking refuses, and with which word of the standard.</summary>
public sealed class OpenBankingTests
{
    private const string Api = "/openbanking/open-banking/v3.1/aisp";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{ "Data": {} }""", "UK.OBIE.Field.Missing")]
    [InlineData("""{ "Data": { "Permissions": [] }, "Risk": {} }""", "UK.OBIE.Field.Missing")]
    [InlineData("""{ "Data": { "Permissions": [ 7 ] }, "Risk": {} }""", "UK.OBIE.Field.Missing")]
    [InlineData(
        """{ "Data": { "Permissions": [ "ReadAccountsBasic", "ReadMinds" ] }, "Risk": {} }""",
        "UK.OBIE.Field.Invalid"
    )]
    [InlineData("""{ "Data": { "Permissions": [ "ReadBalances" ] }, "Risk": {} }""", "UK.OBIE.Field.Invalid")]
    [InlineData(
        """{ "Data": { "Permissions": [ "ReadAccountsBasic", "ReadTransactionsDetail" ] }, "Risk": {} }""",
        "UK.OBIE.Field.Invalid"
    )]
    [InlineData(
        """{ "Data": { "Permissions": [ "ReadAccountsBasic" ], "ExpirationDateTime": "soon" }, "Risk": {} }""",
        "UK.OBIE.Field.InvalidDate"
    )]
    [InlineData(
        """{ "Data": { "Permissions": [ "ReadAccountsBasic" ], "ExpirationDateTime": "2026-11-22T09:59:59Z" }, "Risk": {} }""",
        "UK.OBIE.Field.InvalidDate"
    )]
    [InlineData("not json", "UK.OBIE.Field.Missing")]
    public async Task A_consent_that_cannot_be_asked_for(string body, string error)
    {
        await using var bank = await OpenBank.Open();

        var (status, json) = await Call(bank, HttpMethod.Post, "/account-access-consents", await OwnToken(bank), body);

        Assert.Equal((HttpStatusCode.BadRequest, error), (status, (string?)json!["Errors"]![0]!["ErrorCode"]));
    }

    [Fact]
    public async Task A_token_of_the_third_party_reads_no_accounts_and_one_of_another_standard_reads_nothing()
    {
        await using var bank = await OpenBank.Open();
        var ofStet = await bank.AccessToken("dev");

        var (own, _) = await Call(bank, HttpMethod.Get, "/accounts", await OwnToken(bank));
        var (other, _) = await Call(bank, HttpMethod.Get, "/accounts", ofStet);
        var (about, _) = await Call(bank, HttpMethod.Get, "/account-access-consents/x", ofStet);

        Assert.All(new[] { own, other, about }, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
    }

    [Fact]
    public async Task A_token_of_its_own_is_nothing_that_stet_knows()
    {
        await using var bank = await OpenBank.Open();

        var (status, answer) = await bank.Token(("grant_type", "client_credentials"));
        var read = await bank.Call(await OwnToken(bank), "/accounts");

        Assert.Equal((HttpStatusCode.BadRequest, "unsupported_grant_type"), (status, (string?)answer["error"]));
        Assert.Equal(HttpStatusCode.Unauthorized, read.Status);
    }

    [Theory]
    [InlineData("/nothing", HttpStatusCode.NotFound)]
    [InlineData("/account-access-consents/unknown", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there(string path, HttpStatusCode expected)
    {
        await using var bank = await OpenBank.Open();

        var (status, json) = await Call(bank, HttpMethod.Get, path, await OwnToken(bank));

        Assert.Equal((expected, "UK.OBIE.Resource.NotFound"), (status, (string?)json!["Errors"]![0]!["ErrorCode"]));
    }

    private static async Task<string> OwnToken(OpenBank bank)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/openbanking/token");
        request.Content = new FormUrlEncodedContent([
            new("grant_type", "client_credentials"),
            new("scope", "accounts"),
        ]);
        request.Headers.Authorization = OpenBank.Basic(OpenBank.ClientId, OpenBank.ClientSecret);
        using var response = await bank.Browser.SendAsync(request, Cancel);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["access_token"]!;
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> Call(
        OpenBank bank,
        HttpMethod method,
        string path,
        string token,
        string? body = null
    )
    {
        using var request = new HttpRequestMessage(method, Api + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await bank.Browser.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
