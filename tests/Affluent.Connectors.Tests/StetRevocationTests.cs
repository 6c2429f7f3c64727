using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>How an authorization is ended at a bank (RFC 7009), and what a bank may answer to that.</summary>
public sealed class StetRevocationTests
{
    private static readonly StetConnector Connector = new();

    private static string Session =>
        new StetSession
        {
            AccessToken = SmallBanks.AccessToken,
            RefreshToken = SmallBanks.RefreshToken,
            Holder = "MME CLAIRE MOREAU",
            Scoped = true,
            Accounts = new Dictionary<string, StetAccountNote> { ["A 1"] = new(null, "https://api.stet.example/a") },
        }.Write();

    [Fact]
    public async Task The_refresh_token_is_given_back_with_the_proof_of_who_we_are()
    {
        var bank = SmallBanks.Stet();
        using var run = Kept(bank);

        await run.Take<StepResult.Done>(new StepInput.Revoke());

        var request = Assert.Single(bank.At("/revoke"));
        var form = HttpUtility.ParseQueryString(request.Body);
        Assert.Equal(SmallBanks.RefreshToken, form["token"]);
        Assert.Equal("refresh_token", form["token_type_hint"]);
        Assert.StartsWith("Basic ", request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal("", run.Session);
    }

    [Fact]
    public async Task An_access_token_alone_is_given_back_as_such()
    {
        var bank = SmallBanks.Stet();
        using var run = Kept(bank, new StetSession { AccessToken = "alone" }.Write());

        await run.Take<StepResult.Done>(new StepInput.Revoke());

        var form = HttpUtility.ParseQueryString(Assert.Single(bank.At("/revoke")).Body);
        Assert.Equal(("alone", "access_token"), (form["token"], form["token_type_hint"]));
    }

    [Fact]
    public void A_bank_without_an_address_for_it_has_nothing_kept() =>
        Assert.Null(Connector.Revocable(SmallBanks.StetChannel(("revocation_url", "")), Session));

    [Fact]
    public void A_session_without_tokens_has_nothing_kept() =>
        Assert.Null(
            Connector.Revocable(
                SmallBanks.StetChannel(),
                new StetSession { Request = new("state", "verifier", "https://back.example/") }.Write()
            )
        );

    [Fact]
    public void Accounts_and_holder_are_not_kept()
    {
        var kept = Connector.Revocable(SmallBanks.StetChannel(), Session)!;

        Assert.DoesNotContain("MOREAU", kept.Session, StringComparison.Ordinal);
        Assert.DoesNotContain("A 1", kept.Session, StringComparison.Ordinal);
        Assert.DoesNotContain(SmallBanks.RefreshToken, $"{kept}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "application/json", """{ "error": "invalid_grant" }""", Refusal.ConsentExpired)]
    [InlineData(400, "application/json", """{ "error": "invalid_token" }""", Refusal.ConsentExpired)]
    [InlineData(400, "application/json", """{ "error": "unsupported_token_type" }""", Refusal.OperatorFault)]
    [InlineData(401, "application/json", """{ "error": "invalid_client" }""", Refusal.OperatorFault)]
    [InlineData(404, "application/json", "", Refusal.OperatorFault)]
    public async Task What_the_bank_refuses_is_told_apart(int status, string type, string body, Refusal reason)
    {
        var bank = SmallBanks.Stet().On("POST", "/revoke", _ => new Reply(body, status, type));
        using var run = Kept(bank);

        await run.TakeRefused(new StepInput.Revoke(), reason);
    }

    [Theory]
    [InlineData(200, "text/html", "<html><body>Site en maintenance</body></html>")]
    [InlineData(403, "text/html", "<html><title>Access Denied</title></html>")]
    [InlineData(302, "text/html", "")]
    [InlineData(500, "application/json", "")]
    [InlineData(400, "application/json", """{ "error": "temporarily_unavailable" }""")]
    public async Task What_is_not_the_banks_word_is_asked_again(int status, string type, string body)
    {
        var bank = SmallBanks.Stet().On("POST", "/revoke", _ => new Reply(body, status, type));
        using var run = Kept(bank);

        var later = await run.Take<StepResult.Later>(new StepInput.Revoke());

        Assert.Equal(LaterReason.BankUnavailable, later.Reason);
        Assert.NotEqual("", later.Session);
    }

    [Fact]
    public async Task The_time_that_a_bank_names_is_kept()
    {
        var bank = SmallBanks.Stet().On("POST", "/revoke", _ => new Reply("", 503, Headers: ("Retry-After", "7200")));
        using var run = Kept(bank);

        var later = await run.Take<StepResult.Later>(new StepInput.Revoke());

        Assert.True(later.IsNamed);
        Assert.Equal(run.Now.AddHours(2), later.NotBefore);
    }

    [Fact]
    public async Task The_test_bank_ends_the_consent()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev");
        using var other = await bank.Allowed("dev");
        await run.Accounts();
        var before = run.Session;

        await run.Take<StepResult.Done>(new StepInput.Revoke());

        run.Session = before;
        run.Callback = null;
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
        Assert.NotEmpty(await other.Accounts());
    }

    private static ConnectorRun Kept(FakeBank bank, string? session = null)
    {
        var run = SmallBanks.StetRun(bank);
        run.Session = Connector.Revocable(SmallBanks.StetChannel(), session ?? Session)!.Session;
        run.User = null;
        return run;
    }
}
