using System.Net;
using System.Text;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Tests;

/// <summary>What fuzzing found: inputs at which the bank once failed.</summary>
public sealed class HostileInputTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    [Theory]
    [InlineData("""{ "people": [ { "login": "a", "accounts": [ { "iban": "\ud800" } ] } ] }""")]
    [InlineData("""{ "people": [ { "login": "a", "\ud800": 1 } ] }""")]
    [InlineData("""{ "people": [ { "login": "a", "accounts": [ { "loan": { "\ud800": 1 } } ] } ] }""")]
    public void Half_a_character_in_a_scenario_is_an_error_of_the_file(string text)
    {
        var refused = Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("f.json", text, Today));

        Assert.Equal(
            "f.json, line 1: a text in it holds half a surrogate pair",
            Assert.Single(refused.Errors).ToString()
        );
    }

    [Fact]
    public void The_largest_amounts_that_a_file_may_list_can_be_counted()
    {
        const string Account = "ACCOUNT|u1|n1|01/02/26|0|Checkings||||||||CLF\nLIVING\n";
        string Movements(string amount) => string.Concat(Enumerable.Repeat($"TRANSACTION|{amount}|01/06/26|x\n", 2000));

        var loaded = ScenarioFiles.Parse("f.txt", Account + Movements("10000000000"), Today);
        var person = Assert.IsType<ScenarioFile.Loaded>(loaded).Scenario.People[0];
        Assert.Equal(200_000_000_000_000_000, Statements.On(Today, person, "s")[0].Balance);
        Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("f.txt", Account + Movements("10000000001"), Today));
    }

    [Fact]
    public async Task A_page_far_past_the_end_is_empty()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("dev");

        var answer = await bank.Call(token, "/accounts/moreau-courant/transactions?page=2147483647");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Empty(answer.Body["transactions"]!.AsArray());
        Assert.Null(answer.Body["_links"]!["next"]);
    }

    [Theory]
    [InlineData("application/json; charset=klingon", """{"balances":[]}""")]
    [InlineData("application/json; charset=utf-7", """{"balances":[]}""")]
    [InlineData(
        "application/json",
        """{"balances":[null],"transactions":[],"trustedBeneficiaries":false,"psuIdentity":false}"""
    )]
    public async Task A_consent_that_names_nothing_is_refused(string type, string body)
    {
        await using var bank = await OpenBank.Open();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{OpenBank.Api}/consents");
        request.Headers.Authorization = new("Bearer", await bank.AccessToken("mixed"));
        request.Headers.Add("X-Request-ID", "1");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await bank.Browser.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
