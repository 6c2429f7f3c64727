using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Tests;

/// <summary>How third parties prove by their key who they are, and what a strict bank takes no longer.</summary>
public sealed class StrictnessTests : IDisposable
{
    private const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly RSA key = RSA.Create(2048);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => key.Dispose();

    [Theory]
    [InlineData("stettestbank", "unsupported_grant_type")]
    [InlineData("berlingroup", "unsupported_grant_type")]
    [InlineData("openbanking", "")]
    public async Task An_assertion_says_who_asks(string face, string error)
    {
        await using var bank = await Open(Strictness.Strict);

        var (status, answer) = await Token(bank, face, Assertion(bank, face));

        Assert.Equal(error, (string?)answer["error"] ?? "");
        Assert.Equal(error == "" ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData(Strictness.Strict, "openbanking", HttpStatusCode.Unauthorized)]
    [InlineData(Strictness.Lenient, "openbanking", HttpStatusCode.OK)]
    [InlineData(Strictness.Off, "openbanking", HttpStatusCode.OK)]
    public async Task A_secret_is_no_proof_where_FAPI_is_followed_strictly(
        Strictness strictness,
        string face,
        HttpStatusCode expected
    )
    {
        await using var bank = await Open(strictness);

        var (status, answer) = await Token(
            bank,
            face,
            ("client_id", OpenBank.ClientId),
            ("client_secret", OpenBank.ClientSecret)
        );

        Assert.Equal(expected, status);
        Assert.Equal(expected == HttpStatusCode.OK ? null : "invalid_client", (string?)answer["error"]);
    }

    [Fact]
    public async Task An_assertion_counts_once()
    {
        await using var bank = await Open(Strictness.Strict);
        var assertion = Assertion(bank, "openbanking");

        var (first, _) = await Token(bank, "openbanking", assertion);
        var (second, answer) = await Token(bank, "openbanking", assertion);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (first, second));
        Assert.Equal("invalid_client", (string?)answer["error"]);
    }

    [Theory]
    [InlineData("iss", "somebody")]
    [InlineData("sub", "somebody")]
    [InlineData("aud", "https://bank.example/token")]
    [InlineData("jti", "")]
    [InlineData("exp", "past")]
    [InlineData("exp", "far")]
    [InlineData("alg", "RS256")]
    [InlineData("key", "other")]
    public async Task An_assertion_that_proves_nothing(string claim, string value)
    {
        await using var bank = await Open(Strictness.Strict);

        var (status, answer) = await Token(bank, "openbanking", Assertion(bank, "openbanking", claim, value));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (status, (string?)answer["error"]));
    }

    [Fact]
    public async Task A_bank_that_looks_at_no_signature_takes_no_assertion()
    {
        await using var bank = await Open(Strictness.Off);

        var (status, _) = await Token(bank, "openbanking", Assertion(bank, "openbanking"));

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task An_authorization_that_nobody_has_signed_comes_back_with_the_word_of_the_standard()
    {
        await using var bank = await Open(Strictness.Strict);

        var page = await bank.Get(
            $"/openbanking/authorize?response_type=code&client_id={OpenBank.ClientId}&scope=openid%20accounts&state=1"
                + $"&redirect_uri={HttpUtility.UrlEncode(OpenBank.Return)}"
        );

        Assert.Equal("invalid_request_object", page.Query("error"));
    }

    private Task<OpenBank> Open(Strictness strictness) =>
        OpenBank.Open(
            new TestBankOptions
            {
                Urls = "http://127.0.0.1:0",
                Strictness = strictness,
                ClientPublicKey = key.ExportSubjectPublicKeyInfoPem(),
            }
        );

    private (string Name, string Value)[] Assertion(OpenBank bank, string face, string? claim = null, string value = "")
    {
        var now = bank.Clock.GetUtcNow().ToUnixTimeSeconds();
        var said = new Dictionary<string, object>
        {
            ["iss"] = OpenBank.ClientId,
            ["sub"] = OpenBank.ClientId,
            ["aud"] = $"{bank.Address.AbsoluteUri}{face}/token",
            ["jti"] = Guid.NewGuid().ToString(),
            ["nbf"] = now,
            ["exp"] = now + 60,
        };
        if (claim is not null && said.ContainsKey(claim))
        {
            said[claim] = value switch
            {
                "past" => now,
                "far" => now + 3601,
                _ => value,
            };
        }
        var algorithm = claim == "alg" ? value : "PS256";
        var text = $"{Part(new { alg = algorithm })}.{Part(said)}";
        using var other = RSA.Create(2048);
        var signature = (claim == "key" ? other : key).SignData(
            Encoding.ASCII.GetBytes(text),
            HashAlgorithmName.SHA256,
            algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1
        );
        return
        [
            ("client_assertion_type", JwtBearer),
            ("client_assertion", $"{text}.{WebEncoders.Base64UrlEncode(signature)}"),
        ];
    }

    private static string Part<T>(T said) => WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(said));

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> Token(
        OpenBank bank,
        string face,
        params (string Name, string Value)[] proof
    )
    {
        using var body = new FormUrlEncodedContent([
            new("grant_type", "client_credentials"),
            .. proof.Select(field => KeyValuePair.Create(field.Name, field.Value)),
        ]);
        using var response = await bank.Browser.PostAsync($"/{face}/token", body, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }
}
