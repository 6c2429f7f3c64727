using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Certificates;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.TestBank;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>The test bank over https knows the operator by the certificate of connections, and shows the installation's own.</summary>
public sealed class TestBankOverHttpsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Who_shows_the_certificate_of_the_settings_is_let_in_as_far_as_the_signature()
    {
        var settings = Settings(Pair("qseal"));
        await using var bank = await Installation.StartTestBank(settings, TimeProvider.System, Stop);
        using var own = TlsCertificate.Load(settings.ClientCertificateFile!, settings.ClientKeyFile);

        Assert.Contains("SIGNATURE_MISSING", await Asked(bank, own), StringComparison.Ordinal);
        Assert.Contains("CERTIFICATE_MISSING", await Asked(bank, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_entries_show_a_certificate_over_https_and_only_there()
    {
        var settings = Settings(Pair("qseal"));

        Assert.Equal(["8701", "8801", "8800", "8901"], Showing("https://127.0.0.1:5200"));
        Assert.Empty(Showing("http://127.0.0.1:5200"));

        IEnumerable<string> Showing(string address) =>
            Banks
                .Load(settings with { TestBankUrl = new Uri(address) })
                .All.SelectMany(bank => bank.Channels)
                .Where(channel => channel.ClientCertificate)
                .Select(channel => channel.Id.Value);
    }

    [Fact]
    public void Over_https_a_bank_that_looks_at_keys_wants_one_of_connections()
    {
        var (certificate, key) = Pair("qseal");
        var reading = SettingsReader.Read(
            null,
            new Dictionary<string, string>(),
            new Dictionary<string, string>
            {
                ["test_bank_strictness"] = "lenient",
                ["test_bank_url"] = "https://bank.example",
                ["seal_certificate_file"] = certificate,
                ["seal_key_file"] = key,
            }
        );

        Assert.Contains("set client_certificate_file", Assert.Single(reading.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seal_on_a_curve_is_refused_before_anything_starts()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=Curve", curve, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddDays(-1),
            now.AddDays(1)
        );
        var paths = (Path.Combine(_folder.FullName, "curve.pem"), Path.Combine(_folder.FullName, "curve.key"));
        await File.WriteAllTextAsync(paths.Item1, certificate.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(paths.Item2, curve.ExportPkcs8PrivateKeyPem(), Stop);

        var faults = await StartFiles.Faults(Settings(paths), Stop);

        Assert.Contains("verifies signatures of RSA keys", Assert.Single(faults), StringComparison.Ordinal);
    }

    private (string Certificate, string Key) Pair(string name)
    {
        if (!File.Exists(Path.Combine(_folder.FullName, "qseal.pem")))
        {
            var now = TimeProvider.System.GetUtcNow();
            foreach (
                var (file, text) in TestCertificates.Make(
                    "Littoral",
                    "PSDFR-ACPR-12345",
                    now.AddDays(-1),
                    now.AddDays(1)
                )
            )
            {
                File.WriteAllText(Path.Combine(_folder.FullName, file), text);
            }
        }
        return (Path.Combine(_folder.FullName, $"{name}.pem"), Path.Combine(_folder.FullName, $"{name}.key"));
    }

    private Settings Settings((string Certificate, string Key) seal)
    {
        var (certificate, key) = Pair("qwac");
        return new()
        {
            DataDirectory = _folder.FullName,
            TestBankListen = "https://127.0.0.1:0",
            TestBankStrictness = Strictness.Strict,
            SealCertificateFile = seal.Certificate,
            SealKeyFile = seal.Key,
            ClientCertificateFile = certificate,
            ClientKeyFile = key,
            // A QWAC is that of a web site, too.
            TlsCertificateFile = certificate,
            TlsKeyFile = key,
        };
    }

    private static async Task<string> Asked(Microsoft.AspNetCore.Builder.WebApplication bank, X509Certificate2? shown)
    {
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions = new()
                {
                    RemoteCertificateValidationCallback = (_, own, _, _) =>
                        own?.Subject.Contains("CN=Littoral", StringComparison.Ordinal) == true,
                    ClientCertificateContext = shown is null
                        ? null
                        : SslStreamCertificateContext.Create(shown, null, offline: true),
                },
            }
        );
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(TestBankApp.Address(bank), "berlingroup/redirect/v1/accounts")
        );
        request.Headers.Add("X-Request-ID", Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Stop);
    }
}
