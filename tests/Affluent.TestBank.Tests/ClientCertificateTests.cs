using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Web;

namespace Affluent.TestBank.Tests;

/// <summary>Mutual TLS (RFC 8705): who shows which certificate, and tokens that count with it alone.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private const string Data = "openbanking/open-banking/v3.1/aisp/account-access-consents/unknown";

    private readonly RSA key = RSA.Create(2048);
    private readonly List<IDisposable> made = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        made.ForEach(one => one.Dispose());
        key.Dispose();
    }

    [Theory]
    [InlineData("stettestbank/stet/psd2/v1.4.2/accounts", HttpStatusCode.BadRequest, "client certificate is missing")]
    [InlineData("berlingroup/redirect/v1/accounts", HttpStatusCode.Unauthorized, "CERTIFICATE_MISSING")]
    [InlineData(Data, HttpStatusCode.Unauthorized, "")]
    [InlineData("stettestbank/token", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("berlingroup/token", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("openbanking/token", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("openbanking/revoke", HttpStatusCode.Unauthorized, "invalid_client")]
    public async Task A_strict_bank_wants_to_see_one(string path, HttpStatusCode status, string word)
    {
        await using var bank = await Open(Strictness.Strict);

        await Refused(bank, Client(), path, status, word);
    }

    [Theory]
    [InlineData(
        Strictness.Strict,
        "berlingroup/redirect/v1/accounts",
        HttpStatusCode.Unauthorized,
        "CERTIFICATE_INVALID"
    )]
    [InlineData(
        Strictness.Lenient,
        "berlingroup/redirect/v1/accounts",
        HttpStatusCode.Unauthorized,
        "CERTIFICATE_INVALID"
    )]
    [InlineData(Strictness.Lenient, "stettestbank/token", HttpStatusCode.Unauthorized, "invalid_client")]
    public async Task One_that_is_not_registered_is_refused(
        Strictness strictness,
        string path,
        HttpStatusCode status,
        string word
    )
    {
        using var other = RSA.Create(2048);
        await using var bank = await Open(strictness);

        await Refused(bank, Client(Certificate(other)), path, status, word);
    }

    [Theory]
    [InlineData(-2, "berlingroup/redirect/v1/accounts", HttpStatusCode.Unauthorized, "CERTIFICATE_EXPIRED")]
    [InlineData(1, "berlingroup/redirect/v1/accounts", HttpStatusCode.Unauthorized, "CERTIFICATE_EXPIRED")]
    [InlineData(-2, "stettestbank/token", HttpStatusCode.Unauthorized, "invalid_client")]
    public async Task One_of_another_time_is_refused(int days, string path, HttpStatusCode status, string word)
    {
        await using var bank = await Open(Strictness.Strict);
        var begins = bank.Clock.GetUtcNow().AddDays(days);

        await Refused(bank, Client(Certificate(key, begins, begins.AddDays(1))), path, status, word);
    }

    [Fact]
    public async Task It_says_who_asks_and_the_token_counts_with_it_alone()
    {
        await using var bank = await Open(Strictness.Strict);
        var client = Client(Certificate(key));
        var renewed = Client(Certificate(key));

        var token = await Token(bank, client);

        Assert.Equal(HttpStatusCode.BadRequest, await Read(bank, client, token));
        Assert.Equal(HttpStatusCode.Unauthorized, await Read(bank, renewed, token));
        Assert.Equal(HttpStatusCode.BadRequest, await Read(bank, renewed, await Token(bank, renewed)));
    }

    [Fact]
    public async Task At_a_lenient_bank_a_token_is_bound_to_the_certificate_that_was_shown_and_to_none_where_none_was()
    {
        await using var bank = await Open(Strictness.Lenient);
        var client = Client(Certificate(key));
        var without = Client();

        var bound = await Token(bank, client);
        var free = await Token(bank, without, ("client_secret", OpenBank.ClientSecret));

        Assert.Equal(HttpStatusCode.Unauthorized, await Read(bank, without, bound));
        Assert.Equal(HttpStatusCode.BadRequest, await Read(bank, without, free));
        Assert.Equal(HttpStatusCode.BadRequest, await Read(bank, client, free));
    }

    [Theory]
    [InlineData(Strictness.Strict, "somebody")]
    [InlineData(Strictness.Off, OpenBank.ClientId)]
    public async Task A_certificate_proves_no_other_name_and_nothing_where_nobody_looks(
        Strictness strictness,
        string clientId
    )
    {
        await using var bank = await Open(strictness);

        using var answer = await Ask(bank, Client(Certificate(key)), ("client_id", clientId));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("login", HttpStatusCode.OK)]
    [InlineData(
        "stettestbank/authorize?response_type=code&client_id=affluent&scope=aisp&redirect_uri=",
        HttpStatusCode.SeeOther
    )]
    public async Task Customers_show_none(string path, HttpStatusCode expected)
    {
        await using var bank = await Open(Strictness.Strict);
        var returns = path.EndsWith('=') ? HttpUtility.UrlEncode(OpenBank.Return) : "";

        using var answer = await Client().GetAsync(new Uri(bank.Address, path + returns), Cancel);

        Assert.Equal(expected, answer.StatusCode);
    }

    private Task<OpenBank> Open(Strictness strictness) =>
        OpenBank.Open(
            new TestBankOptions
            {
                Urls = "https://127.0.0.1:0",
                ServerCertificate = Certificate(key),
                ClientCertificateKey = key.ExportSubjectPublicKeyInfoPem(),
                ClientPublicKey = key.ExportSubjectPublicKeyInfoPem(),
                Strictness = strictness,
            }
        );

    private X509Certificate2 Certificate(RSA of) =>
        Certificate(of, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));

    private X509Certificate2 Certificate(RSA of, DateTimeOffset begins, DateTimeOffset ends)
    {
        var request = new CertificateRequest("CN=Littoral", of, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var certificate = request.CreateSelfSigned(begins, ends);
        made.Add(certificate);
        return certificate;
    }

    private HttpClient Client(X509Certificate2? shown = null)
    {
        var client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, own, _, _) => own?.Subject == "CN=Littoral",
                    ClientCertificateContext = shown is null
                        ? null
                        : SslStreamCertificateContext.Create(shown, null, offline: true),
                },
            }
        );
        made.Add(client);
        return client;
    }

    private static async Task Refused(OpenBank bank, HttpClient client, string path, HttpStatusCode status, string word)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(bank.Address, path));
        request.Headers.Add("X-Request-ID", Guid.NewGuid().ToString());
        if (word == "invalid_client")
        {
            request.Method = HttpMethod.Post;
            request.Content = new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", OpenBank.ClientId),
                new("client_secret", OpenBank.ClientSecret),
            ]);
        }

        using var answer = await client.SendAsync(request, Cancel);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(word, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async Task<string> Token(
        OpenBank bank,
        HttpClient client,
        params (string Name, string Value)[] proof
    )
    {
        using var answer = await Ask(bank, client, [("client_id", OpenBank.ClientId), .. proof]);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["access_token"]!;
    }

    private static async Task<HttpResponseMessage> Ask(
        OpenBank bank,
        HttpClient client,
        params (string Name, string Value)[] proof
    )
    {
        using var body = new FormUrlEncodedContent([
            new("grant_type", "client_credentials"),
            .. proof.Select(field => KeyValuePair.Create(field.Name, field.Value)),
        ]);
        return await client.PostAsync(new Uri(bank.Address, "openbanking/token"), body, Cancel);
    }

    // 400: a token of the third party is there, and what it asks for is not.
    private static async Task<HttpStatusCode> Read(OpenBank bank, HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(bank.Address, Data));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, Cancel);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            Assert.Empty(await answer.Content.ReadAsStringAsync(Cancel));
        }
        return answer.StatusCode;
    }
}
