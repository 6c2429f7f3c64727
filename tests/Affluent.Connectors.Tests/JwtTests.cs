using System.Text;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests;

/// <summary>Tokens that we sign, read by a library that was written elsewhere (npm jose).</summary>
public sealed class JwtTests
{
    private const string Issuer = "https://issuer.uk.example";
    private const string TokenAddress = "https://api.uk.example/token";

    [Theory]
    [InlineData("PS256")]
    [InlineData("RS256")]
    [InlineData("PS512")]
    [InlineData("RS512")]
    [InlineData("ES256")]
    public async Task A_library_written_elsewhere_finds_both_good_and_nothing_else(string algorithm)
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Run(
            bank,
            ("jwt_algorithm", algorithm),
            ("jwt_key_id", "key-1"),
            ("request_audience", Issuer)
        );
        run.Seal = SealOfTests.Of(algorithm);
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        var request = HttpUtility.ParseQueryString(asked.Address.Query)["request"]!;
        var assertion = HttpUtility.ParseQueryString(bank.At("/token").Single().Body)["client_assertion"]!;

        Dictionary<string, object?> Question(string token, string audience, TimeSpan later, params string[] claims) =>
            new()
            {
                ["token"] = token,
                ["key"] = SealOfTests.PublicKeyOf(algorithm),
                ["algorithm"] = algorithm,
                ["keyId"] = "key-1",
                ["issuer"] = "client-of-ours",
                ["audience"] = audience,
                ["now"] = (run.Now + later).ToUnixTimeSeconds(),
                ["claims"] = claims,
            };
        var said = await NodeProgram.Verify(
            "jose",
            [
                Question(assertion, TokenAddress, TimeSpan.Zero, "sub"),
                Question(request, Issuer, TimeSpan.Zero, "state", "nonce", "redirect_uri", "scope", "claims"),
                Question(Changed(assertion), TokenAddress, TimeSpan.Zero),
                Question(Changed(request), Issuer, TimeSpan.Zero),
                Question(assertion, Issuer, TimeSpan.Zero),
                Question(request, Issuer, TimeSpan.FromHours(1)),
            ],
            TestContext.Current.CancellationToken
        );

        Assert.Equal(
            [
                "good",
                "good",
                "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
                "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
                "ERR_JWT_CLAIM_VALIDATION_FAILED aud",
                "ERR_JWT_EXPIRED exp",
            ],
            said
        );
    }

    [Theory]
    [InlineData("PS256", "unencoded", "org/software")]
    [InlineData("PS256", "encoded", null)]
    [InlineData("ES256", "encoded", "org/software")]
    public async Task A_body_is_signed_in_a_header_that_does_not_hold_it(
        string algorithm,
        string payload,
        string? issuer
    )
    {
        var bank = SmallOpenBankingBank.Bank();
        using var run = SmallOpenBankingBank.Run(
            bank,
            ("jwt_algorithm", algorithm),
            ("jwt_key_id", "key-1"),
            ("jws_header", "x-jws-signature"),
            ("jws_payload", payload),
            ("jws_issuer", issuer ?? "")
        );
        run.Seal = SealOfTests.Of(algorithm);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        run.Session = new OpenBankingSession { AccessToken = "access-token", ConsentId = "C 1" }.Write();
        await run.Accounts();

        var consent = bank.At(SmallOpenBankingBank.Consents).Single();
        Dictionary<string, object?> Question(string body) =>
            new()
            {
                ["jws"] = consent.Headers["x-jws-signature"],
                ["body"] = body,
                ["key"] = SealOfTests.PublicKeyOf(algorithm),
                ["algorithm"] = algorithm,
                ["keyId"] = "key-1",
                ["unencoded"] = payload == "unencoded",
                ["critical"] = issuer is null
                    ? []
                    : new Dictionary<string, object?>
                    {
                        ["http://openbanking.org.uk/iat"] = run.Now.ToUnixTimeSeconds(),
                        ["http://openbanking.org.uk/iss"] = issuer,
                        ["http://openbanking.org.uk/tan"] = "openbanking.org.uk",
                    },
            };
        var said = await NodeProgram.Verify(
            "jose",
            [
                Question(consent.Body),
                Question(consent.Body.Replace("ReadBalances", "ReadParty", StringComparison.Ordinal)),
            ],
            TestContext.Current.CancellationToken
        );

        Assert.Equal(["good", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"], said);
        // Where there is no body, there is nothing to sign.
        Assert.False(bank.At(SmallOpenBankingBank.Accounts).First().Headers.ContainsKey("x-jws-signature"));
    }

    /// <summary>The same signature over another client.</summary>
    private static string Changed(string token)
    {
        var parts = token.Split('.');
        var claims = Encoding.UTF8.GetString(DecodeFromChars(parts[1]));
        var changed = claims.Replace("client-of-ours", "client-of-them", StringComparison.Ordinal);
        return $"{parts[0]}.{EncodeToString(Encoding.UTF8.GetBytes(changed))}.{parts[2]}";
    }
}
