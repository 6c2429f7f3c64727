using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>The test bank in the place of banks that want what no profile that ships does.</summary>
public sealed class LikeFapiTests(LikeFapiBanks banks) : IClassFixture<LikeFapiBanks>
{
    private static readonly DateOnly From = new(2026, 10, 1);

    [Theory]
    [InlineData(LikeFapiBanks.Fapi)]
    [InlineData(LikeFapiBanks.Plain)]
    public async Task It_is_read_from_the_request_that_is_pushed_to_the_last_movement(string profile)
    {
        List<string> refused = [];
        using var run = banks.Open(banks.Channel(profile), refused: refused);

        await banks.Connect(run);
        foreach (var account in await run.Accounts())
        {
            Assert.NotEmpty(await run.Transactions(account, From));
        }

        banks.Clock.Advance(TimeSpan.FromHours(1));
        run.Now = banks.Clock.GetUtcNow();
        Assert.NotEmpty(await run.Accounts());
        Assert.Empty(refused);
    }

    [Theory]
    [InlineData(LikeFapiBanks.Fapi, "pushed_authorization_url")]
    [InlineData(LikeFapiBanks.Fapi, "response_type")]
    [InlineData(LikeFapiBanks.Fapi, "request_object", "false")]
    [InlineData(LikeFapiBanks.Fapi, "request_audience", "another")]
    [InlineData(LikeFapiBanks.Fapi, "token_auth")]
    [InlineData(LikeFapiBanks.Fapi, "jwt_key_id")]
    [InlineData(LikeFapiBanks.Fapi, "jws_header")]
    [InlineData(LikeFapiBanks.Fapi, "jws_header", "x-another")]
    [InlineData(LikeFapiBanks.Fapi, "jws_payload", "unencoded")]
    [InlineData(LikeFapiBanks.Fapi, "jws_issuer")]
    [InlineData(LikeFapiBanks.Fapi, "jws_issuer", "another")]
    [InlineData(LikeFapiBanks.Fapi, "jws_trust_anchor")]
    [InlineData(LikeFapiBanks.Plain, "pushed_authorization_url")]
    [InlineData(LikeFapiBanks.Plain, "scope", "another")]
    [InlineData(LikeFapiBanks.Plain, "client_secret", "another")]
    [InlineData(LikeFapiBanks.Plain, "jws_payload")]
    [InlineData(LikeFapiBanks.Plain, "jws_issuer", "somebody")]
    public async Task What_a_request_says_otherwise_is_refused(string profile, string setting, string? value = null) =>
        Assert.NotEmpty(await banks.RefusedWithout(profile, setting, value));

    [Fact]
    public async Task A_body_that_another_key_has_signed_is_refused()
    {
        using var key = RSA.Create(2048);
        List<string> refused = [];
        using var run = banks.Open(banks.Channel(LikeFapiBanks.Plain), refused: refused);
        run.Seal = new Seal(
            SealOfTests.Certificate,
            (bytes, _, _) =>
                ValueTask.FromResult(key.SignData(bytes.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))
        );

        await run.Take(new StepInput.ListAccounts());

        Assert.Contains("not by the key of this third party", Assert.Single(refused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issuer", "https://another.example")]
    [InlineData("client_id", "another")]
    public async Task An_id_token_is_of_this_bank_for_this_third_party(string setting, string value)
    {
        using var run = banks.Open(banks.Channel(LikeFapiBanks.Fapi));
        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var back = RunningTestBank.ToTheServer(await RunningTestBank.Agree(question.Address, "dev"));
        using var another = banks.Open(banks.Without(LikeFapiBanks.Fapi, setting, value));
        another.Session = run.Session;

        await another.TakeRefused(new StepInput.Returned(back), Refusal.NotUnderstood);
    }

    [Fact]
    public async Task What_was_pushed_counts_once_and_for_a_minute()
    {
        using var run = banks.Open(banks.Channel(LikeFapiBanks.Fapi));
        var used = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        _ = await RunningTestBank.Agree(used.Address, "dev");
        using var late = banks.Open(banks.Channel(LikeFapiBanks.Fapi));
        var over = await late.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        banks.Clock.Advance(TimeSpan.FromSeconds(61));

        Assert.True(await LikeBanks.IsRefused(used.Address));
        Assert.True(await LikeBanks.IsRefused(over.Address));
    }
}

/// <summary>Those banks.</summary>
public sealed class LikeFapiBanks : LikeBanks
{
    public const string Fapi = "fapi";
    public const string Plain = "pushed-in-plain";

    protected override IEnumerable<(string Profile, string? Text, string Members)> Banks() =>
        [
            (
                Fapi,
                Profile(
                    Fapi,
                    "open_banking_uk",
                    """
                    "api_url": "https://api.bank.example/open-banking/v3.1/aisp",
                    "issuer": "https://auth.bank.example", "jwks_url": "https://auth.bank.example/jwks",
                    "response_type": "code id_token", "token_auth": "private_key_jwt", "assertion_audience": "https://auth.bank.example", "jwt_key_id": "seal-1",
                    "jws_header": "x-jws-signature", "jws_issuer": "org/software", "jws_trust_anchor": "directory.example",
                    "currency": "EUR", "date_format": "yyyy-MM-ddTHH:mm:ssZ", "time_zone": "Europe/Paris"
                    """
                ),
                ""
            ),
            (
                Plain,
                Profile(
                    Plain,
                    "berlin_group",
                    """
                    "oauth": "after_consent", "api_url": "https://api.bank.example/v1", "client_secret": "secret",
                    "jws_header": "x-jws-signature", "jws_payload": "unencoded"
                    """
                ),
                ""
            ),
        ];

    private static string Profile(string name, string family, string settings) =>
        $$"""
            {
              "profile": "{{name}}",
              "channel": {
                "connector": "{{family}}", "account_types": ["CHECKINGS", "CREDIT_CARD"],
                "settings": {
                  "authorize_url": "https://auth.bank.example/authorize", "token_url": "https://auth.bank.example/token",
                  "pushed_authorization_url": "https://auth.bank.example/par", "client_id": "third-party",
                  {{settings}}
                }
              }
            }
            """;
}
