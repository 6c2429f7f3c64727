using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Affluent.Server.Commands;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary><c>banks probe</c> at banks that are as they should be and as they should not.</summary>
public sealed class BanksProbeTests : IDisposable
{
    private static readonly Lazy<X509Certificate2> Root = new(() => Authority("Bank Root"));
    private static readonly Lazy<X509Certificate2> Another = new(() => Authority("Another Root"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_bank_that_knows_us_refuses_an_invented_code_and_all_is_well()
    {
        await using var bank = await Bank();

        var (code, output) = await Probe(bank);

        Assert.True(code == ExitCode.Done, output);
        Assert.Equal(
            $"""
            channel 471101 (REDIRECT, stet)
                ok      connection to {Origin(bank)}: it answers
                ok      authorize_url: answers: 200
                ok      token_url: knows us, and refuses an invented code (invalid_grant)
                ok      api_url: answers without a token: 401
            """,
            output.Trim()
        );
    }

    [Theory]
    [InlineData(
        "/token",
        401,
        """{"error":"invalid_client"}""",
        "token_url: refuses us: 401 invalid_client [OPERATOR]"
    )]
    [InlineData("/token", 401, "", "token_url: refuses us: 401 [OPERATOR]")]
    [InlineData(
        "/token",
        403,
        "<html>Blocked</html>",
        "token_url: 403: no answer of OAuth2, but a gateway's or firewall's [BANK]"
    )]
    [InlineData("/token", 404, "", "token_url: 404: there is nobody who gives tokens at that address [OPERATOR]")]
    [InlineData("/token", 503, "", "token_url: 503: it is down [BANK]")]
    [InlineData(
        "/token",
        200,
        """{"access_token":"a"}""",
        "token_url: gives a token for a code that nobody has [BANK]"
    )]
    [InlineData(
        "/api/accounts",
        403,
        "<html>Blocked</html>",
        "api_url: 403: a page for people, of a gateway or firewall [BANK]"
    )]
    [InlineData("/api/accounts", 404, "{}", "api_url: 404: there is no interface at that address [OPERATOR]")]
    [InlineData("/api/accounts", 302, "", "api_url: 302: the interface is elsewhere [OPERATOR]")]
    [InlineData("/api/accounts", 429, "{}", "api_url: 429: it counts our requests: try later [BANK]")]
    [InlineData("/authorize", 404, "", "authorize_url: 404: there is no page at that address [OPERATOR]")]
    public async Task What_is_wrong_is_told_with_whose_fault_it_is(string path, int status, string body, string told)
    {
        await using var bank = await Bank(new() { [path] = (status, body) });

        var (code, output) = await Probe(bank);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(told, Assert.Single(output.Split('\n'), line => line.Contains("FAILED"))[12..]);
    }

    [Fact]
    public async Task A_bank_that_gives_tokens_of_our_own_is_asked_for_one()
    {
        await using var bank = await Bank(new() { ["/token"] = (200, """{"access_token":"a"}""") });

        var (code, output) = await Probe(
            bank,
            channel =>
            {
                channel["connector"] = "berlin_group";
                channel["settings"]!["oauth"] = "none";
                channel["settings"]!["client_token"] = "consent data";
            }
        );

        Assert.True(code == ExitCode.Done, output);
        Assert.Contains("ok      token_url: gives us a token of our own", output);
    }

    [Fact]
    public async Task Where_nobody_listens_the_network_is_named_and_nothing_else_is_tried()
    {
        var bank = await Bank();
        var origin = Origin(bank);
        await bank.DisposeAsync();

        var (code, output) = await Probe(origin);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains($"FAILED  connection to {origin}: nobody listens there", output);
        Assert.Contains("[NETWORK]", output);
        Assert.Contains("-       token_url: not tried, there is no connection", output);
    }

    [Fact]
    public async Task An_address_in_a_private_network_is_the_operators_matter()
    {
        var (code, output) = await Probe("https://10.1.2.3");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(
            "FAILED  connection to https://10.1.2.3: the address leads into a private network [OPERATOR]",
            output
        );
    }

    [Fact]
    public async Task A_bank_of_an_authority_of_its_own_wants_that_in_its_entry()
    {
        await using var bank = await Bank(certificate: Issued("127.0.0.1", TimeProvider.System.GetUtcNow().AddDays(1)));

        var (code, output) = await Probe(bank, channel => Believe(channel, Root.Value));
        Assert.True(code == ExitCode.Done, output);
        Assert.Contains("its certificate is good, and it answers", output);

        foreach (var entry in (Action<JsonObject>[])[_ => { }, channel => Believe(channel, Another.Value)])
        {
            (code, output) = await Probe(bank, entry);
            Assert.Equal(ExitCode.Failed, code);
            Assert.Contains("of an authority that is not known: certificate_authorities [OPERATOR]", output);
            Assert.Contains("[OPERATOR]", output);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", -1, "has expired")]
    [InlineData("bank.example", 1, "is of another name")]
    public async Task A_certificate_of_the_bank_that_is_not_good_is_the_banks_fault(string name, int days, string told)
    {
        await using var bank = await Bank(certificate: Issued(name, TimeProvider.System.GetUtcNow().AddDays(days)));

        var (code, output) = await Probe(bank, channel => Believe(channel, Root.Value));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains($"the bank's certificate {told}", output);
        Assert.Contains("[BANK]", output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bank_that_wants_our_certificate_and_sees_none_is_the_operators_matter(bool entrySaysSo)
    {
        await using var bank = await Bank(
            certificate: Issued("127.0.0.1", TimeProvider.System.GetUtcNow().AddDays(1)),
            wantsOurs: true
        );

        var (code, output) = await Probe(
            bank,
            channel =>
            {
                Believe(channel, Root.Value);
                channel["client_certificate"] = entrySaysSo;
            }
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.Matches($@"FAILED  connection to {Origin(bank)}: .*\(client_certificate\) \[OPERATOR\]", output);
        Assert.Equal(
            entrySaysSo,
            output.Contains(
                "FAILED  certificate: the bank wants to see one, and client_certificate_file is not set [OPERATOR]"
            )
        );
    }

    [Fact]
    public async Task A_bank_that_wants_signatures_wants_a_seal()
    {
        await using var bank = await Bank();

        var (code, output) = await Probe(bank, channel => channel["settings"]!["signature_headers"] = "date digest");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(
            "FAILED  seal: the bank wants requests signed, and seal_certificate_file is not set [OPERATOR]",
            output
        );
    }

    [Fact]
    public async Task Banks_that_are_not_there_or_not_configured_are_not_probed()
    {
        var (code, _, errors) = await Terminal.RunWithoutDatabase("banks", "probe", "1", "--test-bank-url", "off");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("has no bank 1.", errors);

        (code, _, errors) = await Terminal.RunWithoutDatabase("banks", "probe", "12500220", "--test-bank-url", "off");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("set bpce_client_id", errors);
    }

    private Task<(ExitCode Code, string Output)> Probe(WebApplication bank, Action<JsonObject>? entry = null) =>
        Probe(Origin(bank), entry);

    private async Task<(ExitCode Code, string Output)> Probe(string origin, Action<JsonObject>? entry = null)
    {
        var channel = new JsonObject
        {
            ["connector"] = "stet",
            ["account_types"] = new JsonArray("CHECKINGS"),
            ["settings"] = new JsonObject
            {
                ["authorize_url"] = $"{origin}/authorize",
                ["token_url"] = $"{origin}/token",
                ["api_url"] = $"{origin}/api",
                ["client_id"] = "ours",
                ["client_secret"] = "S3CRET",
            },
        };
        entry?.Invoke(channel);
        var bank = new JsonObject
        {
            ["id"] = "4711",
            ["name"] = "Bank of the North",
            ["country_code"] = "FRA",
            ["base_url"] = "https://bank.example",
            ["channels"] = new JsonArray(channel),
        };
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "bank.json"), bank.ToJsonString(), Stop);
        var (code, output, errors) = await Terminal.RunWithoutDatabase(
            "banks",
            "probe",
            "4711",
            "--test-bank-url",
            "off",
            "--catalogue-folder",
            _folder.FullName
        );
        Assert.DoesNotContain("S3CRET", output + errors);
        return (code, output);
    }

    private static string Origin(WebApplication bank) => bank.Urls.First();

    private static void Believe(JsonObject channel, X509Certificate2 authority) =>
        channel["certificate_authorities"] = authority.ExportCertificatePem();

    // It answers as a good bank does where nothing else is said.
    private static async Task<WebApplication> Bank(
        Dictionary<string, (int Status, string Body)>? instead = null,
        X509Certificate2? certificate = null,
        bool wantsOurs = false
    )
    {
        var answers = new Dictionary<string, (int Status, string Body)>
        {
            ["/authorize"] = (200, "<html>Sign in</html>"),
            ["/token"] = (400, """{"error":"invalid_grant"}"""),
            ["/api/accounts"] = (401, """{"error":"invalid_token"}"""),
        };
        foreach (var (path, answer) in instead ?? [])
        {
            answers[path] = answer;
        }
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    if (certificate is not null)
                    {
                        listen.UseHttps(
                            new HttpsConnectionAdapterOptions
                            {
                                ServerCertificate = certificate,
                                ClientCertificateMode = wantsOurs
                                    ? ClientCertificateMode.RequireCertificate
                                    : ClientCertificateMode.NoCertificate,
                            }
                        );
                    }
                }
            )
        );
        var bank = builder.Build();
        bank.Run(async context =>
        {
            var (status, body) = answers.GetValueOrDefault(context.Request.Path.Value!, (404, ""));
            context.Response.StatusCode = status;
            context.Response.Headers.Location = status == 302 ? "https://elsewhere.example/" : default;
            context.Response.ContentType = body.StartsWith('<') ? "text/html" : "application/json";
            await context.Response.WriteAsync(body, Stop);
        });
        await bank.StartAsync(Stop);
        return bank;
    }

    private static X509Certificate2 Authority(string name)
    {
        var request = new CertificateRequest(
            $"CN={name}",
            ECDsa.Create(ECCurve.NamedCurves.nistP256),
            HashAlgorithmName.SHA256
        );
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private static X509Certificate2 Issued(string name, DateTimeOffset until)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }
        request.CertificateExtensions.Add(names.Build());
        using var issued = request
            .Create(Root.Value, DateTimeOffset.UnixEpoch, until, RandomNumberGenerator.GetBytes(8))
            .CopyWithPrivateKey(key);
        // A key that is not stored serves nobody on some systems.
        return X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), password: null);
    }
}
