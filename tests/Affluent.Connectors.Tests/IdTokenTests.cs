using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests;

/// <summary>What an id_token must say; that good ones are taken is shown with those of another's server (<see cref="OidcProviderTests"/>).</summary>
public sealed class IdTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly IdToken Expected = new()
    {
        Issuer = "https://bank.example",
        Client = "client-of-ours",
        Nonce = "n",
        Now = Now,
        Claims = new Dictionary<string, string> { ["openbanking_intent_id"] = "C-1" },
        CameWithUser = true,
        Code = "code",
        State = "state",
    };

    [Theory]
    [InlineData("", null)]
    [InlineData("""{ "aud": ["another", "client-of-ours"], "azp": "client-of-ours" }""", null)]
    [InlineData("""{ "s_hash": null, "openbanking_intent_id": null }""", null)]
    [InlineData("""{ "iss": "https://bank.example.evil.example" }""", "iss is not the bank")]
    [InlineData("""{ "iss": null }""", "iss is not the bank")]
    [InlineData("""{ "aud": "another" }""", "aud is not us")]
    [InlineData("""{ "aud": ["another"] }""", "aud is not us")]
    [InlineData("""{ "aud": ["another", "client-of-ours"], "azp": "another" }""", "aud is not us")]
    [InlineData("""{ "exp": 1795341500 }""", "it is over")]
    [InlineData("""{ "exp": "soon" }""", "it is over")]
    [InlineData("""{ "exp": null }""", "it is over")]
    [InlineData("""{ "iat": 1795345200 }""", "it is of the future")]
    [InlineData("""{ "nonce": "another" }""", "nonce is of another request")]
    [InlineData("""{ "nonce": null }""", "nonce is of another request")]
    [InlineData("""{ "c_hash": null }""", "c_hash is of something else")]
    [InlineData("""{ "c_hash": "AAAAAAAAAAAAAAAAAAAAAA" }""", "c_hash is of something else")]
    [InlineData("""{ "s_hash": "AAAAAAAAAAAAAAAAAAAAAA" }""", "s_hash is of something else")]
    [InlineData("""{ "openbanking_intent_id": "C-2" }""", "openbanking_intent_id is another")]
    public void Each_claim_counts(string changes, string? fault)
    {
        var token = Signed("PS256", changes);

        Assert.Equal(fault, Expected.Fault(token, Keys("PS256")));
    }

    [Fact]
    public void A_token_of_the_token_endpoint_may_leave_the_hashes_out_but_none_may_be_wrong()
    {
        var expected = Expected with { CameWithUser = false, AccessToken = "access" };

        Assert.Null(expected.Fault(Signed("PS256", """{ "c_hash": null }"""), Keys("PS256")));
        Assert.Equal(
            "at_hash is of something else",
            expected.Fault(Signed("PS256", """{ "at_hash": "AAAA" }"""), Keys("PS256"))
        );
    }

    [Theory]
    [InlineData("jane", null)]
    [InlineData("john", "sub is another user")]
    [InlineData(null, "sub is another user")]
    public async Task The_token_that_comes_for_the_code_is_of_the_user_of_the_one_that_came_with_it(
        string? second,
        string? fault
    )
    {
        var nonce = "";
        string Token(string? subject) =>
            Signed(
                "PS256",
                new JsonObject
                {
                    ["aud"] = "affluent&co",
                    ["nonce"] = nonce,
                    ["s_hash"] = null,
                    ["sub"] = subject,
                }.ToJsonString()
            );
        var bank = SmallBanks
            .Stet()
            .On("/keys", Keys("PS256").GetRawText())
            .On(
                "POST",
                "/token",
                _ => new Reply(
                    $$"""{ "access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": "{{Token(second)}}" }"""
                )
            );
        using var run = SmallBanks.StetRun(
            bank,
            ("response_type", "code id_token"),
            ("jwks_url", "https://api.stet.example/keys"),
            ("issuer", Expected.Issuer)
        );
        var asked = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        nonce = HttpUtility.ParseQueryString(asked.Address.Query)["nonce"]!;

        var result = await run.Take(
            new StepInput.Returned(
                new Uri(
                    $"{ConnectorRun.CallbackAddress}?code={Expected.Code}&state={run.Callback!.State}&id_token={Token("jane")}"
                )
            )
        );

        Assert.Equal(
            fault is null ? null : $"the id_token that came for the code is not good: {fault}",
            (result as StepResult.Refused)?.Detail
        );
        Assert.Equal(fault is null, result is StepResult.Done);
    }

    [Theory]
    [InlineData("PS256")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public void Only_the_keys_of_the_bank_sign(string algorithm)
    {
        var token = Signed(algorithm);

        Assert.Null(Expected.Fault(token, Keys(algorithm)));
        foreach (
            var keys in new[]
            {
                "{}",
                """{ "keys": [] }""",
                """{ "keys": [ { "kty": "RSA", "n": "AQAB", "e": "AQAB" }, { "kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB" }, 7 ] }""",
                $"{Changed(Keys(algorithm), "kid", "another")}",
                $"{Changed(Keys(algorithm), "use", "enc")}",
                $"{Changed(Keys(algorithm), "alg", "PS512")}",
                $"{Keys(algorithm == "ES256" ? "PS256" : "ES256")}",
            }
        )
        {
            Assert.Equal("its signature is by none of the bank's keys", Expected.Fault(token, JsonElement.Parse(keys)));
        }
    }

    [Fact]
    public void What_anybody_could_have_made_proves_nothing()
    {
        var parts = Signed("PS256").Split('.');
        var none = EncodeToString("""{"alg":"none"}"""u8);
        // The key that everybody may have, taken for a secret.
        var shared = EncodeToString("""{"alg":"HS256","kid":"seal-1"}"""u8);
        var mac = HMACSHA256.HashData(
            Encoding.ASCII.GetBytes(SealOfTests.PublicKey),
            Encoding.ASCII.GetBytes($"{shared}.{parts[1]}")
        );

        foreach (var token in new[] { $"{none}.{parts[1]}.", $"{shared}.{parts[1]}.{EncodeToString(mac)}" })
        {
            Assert.Equal("its algorithm is none that proves anything", Expected.Fault(token, Keys("PS256")));
        }
        foreach (
            var token in new[]
            {
                "",
                "a.b",
                "....",
                $"{parts[0]}.{parts[1]}",
                $"{parts[0]}.{EncodeToString("7"u8)}.{parts[2]}",
            }
        )
        {
            Assert.Equal("it is no signed token", Expected.Fault(token, Keys("PS256")));
        }
        foreach (
            var token in new[]
            {
                $"{parts[0]}.{parts[1]}.",
                $"{parts[0]}.{parts[1]}.!",
                $"{parts[0]}.{parts[0]}.{parts[2]}",
            }
        )
        {
            Assert.Equal("its signature is by none of the bank's keys", Expected.Fault(token, Keys("PS256")));
        }
    }

    private static JsonElement Keys(string algorithm) => JsonElement.Parse(SealOfTests.Jwks(algorithm).ToJsonString());

    private static JsonNode Changed(JsonElement keys, string name, string value)
    {
        var changed = JsonNode.Parse(keys.GetRawText())!;
        changed["keys"]![0]![name] = value;
        return changed;
    }

    private static string Signed(string algorithm, string changes = "")
    {
        static string Half(string text) => EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)).AsSpan(0, 16));

        var claims = new JsonObject
        {
            ["iss"] = Expected.Issuer,
            ["aud"] = Expected.Client,
            ["sub"] = "jane",
            ["nonce"] = Expected.Nonce,
            ["iat"] = Now.ToUnixTimeSeconds(),
            ["exp"] = Now.AddMinutes(10).ToUnixTimeSeconds(),
            ["c_hash"] = Half(Expected.Code!),
            ["s_hash"] = Half(Expected.State!),
            ["openbanking_intent_id"] = "C-1",
        };
        foreach (var (name, value) in changes == "" ? [] : JsonNode.Parse(changes)!.AsObject())
        {
            claims[name] = value?.DeepClone();
        }
        var header = new JsonObject { ["alg"] = algorithm, ["kid"] = "seal-1" };
        var signed =
            $"{EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{EncodeToString(SealOfTests.Sign(algorithm, Encoding.ASCII.GetBytes(signed)))}";
    }
}
