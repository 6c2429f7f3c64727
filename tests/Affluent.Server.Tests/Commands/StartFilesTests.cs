using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>What the files with which a process starts hold: <c>check-config</c> and <c>serve</c> say the same of it.</summary>
public sealed class StartFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    // Should a start come as far as listening, it ends there.
    private readonly TcpListener _taken = new(IPAddress.Loopback, 0);

    public StartFilesTests() => _taken.Start();

    public void Dispose()
    {
        _taken.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string ZeroKey { get; } = Convert.ToBase64String(new byte[32]);

    private static string P256 { get; } = SigningPem(ECCurve.NamedCurves.nistP256);

    private static string P384 { get; } = SigningPem(ECCurve.NamedCurves.nistP384);

    // As large as P-256, and not what ES256 signs with.
    private static string Secp256k1 { get; } = SigningPem(ECCurve.CreateFromFriendlyName("secp256k1"));

    public static TheoryData<string, string, string> Faults { get; } =
        new()
        {
            { "master_key_file", ZeroKey, "one byte again and again" },
            { "master_key_file", Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()), "again and again" },
            { "master_key_file", "c2hvcnQ=", "must hold 32 bytes in base64" },
            { "master_key_file", "this is no base64!", "must hold 32 bytes in base64" },
            { "other_master_key_files", ZeroKey, "one byte again and again" },
            { "other_master_key_files", "c2hvcnQ=", "must hold 32 bytes in base64" },
            { "signing_key_file", P384, "must hold an EC private key on P-256" },
            { "signing_key_file", Secp256k1, "must hold an EC private key on P-256" },
            { "signing_key_file", "garbage", "must hold an EC private key on P-256" },
            { "other_signing_key_files", P384, "must hold an EC private key on P-256" },
            { "other_signing_key_files", "garbage", "must hold an EC private key on P-256" },
            { "test_bank_scenario", "{ \"people\": 7 }", "scenario cannot be used" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_file_that_does_not_hold_what_it_is_for_is_refused_by_both(
        string setting,
        string content,
        string why
    ) => await BothRefuse(why, Option(setting), Write("file", content));

    [Theory]
    [InlineData("other_master_key_files")]
    [InlineData("other_signing_key_files")]
    public async Task A_further_key_that_is_not_there_is_refused_by_both(string setting) =>
        await BothRefuse("does not exist", Option(setting), Path.Combine(_folder.FullName, "none"));

    [Fact]
    public async Task A_key_of_TLS_that_is_none_is_refused_by_both() =>
        await BothRefuse(
            "must hold the private key of the certificate",
            "--tls-certificate-file",
            Write("tls.pem", Certificate().ExportCertificatePem()),
            "--tls-key-file",
            Write("tls.key", "garbage")
        );

    [Theory]
    [InlineData("garbage", "must hold the private key of the certificate")]
    [InlineData("another", "must hold the private key of the certificate")]
    [InlineData("none", "there is no file")]
    public async Task A_key_with_which_nothing_can_be_shown_to_receivers_is_refused_by_its_name(string key, string why)
    {
        string[] options =
        [
            "--webhook-certificate-file",
            Write("shown.pem", Certificate().ExportCertificatePem()),
            "--webhook-key-file",
            key == "none" ? Path.Combine(_folder.FullName, "none") : Write("shown.key", key == "another" ? P256 : key),
        ];
        var (_, _, errors) = await Terminal.RunWithoutDatabase([
            "check-config",
            "--data-directory",
            _folder.FullName,
            .. options,
        ]);
        var (code, _, alone) = await Terminal.RunWithoutDatabase(["serve", .. options[..2]]);

        Assert.Contains("webhook_key_file", errors, StringComparison.Ordinal);
        Assert.Contains(why, errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Settings, code);
        Assert.Contains("webhook_certificate_file and webhook_key_file", alone, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_certificate_is_refused_by_both() =>
        await BothRefuse(
            "must hold the private key of the certificate",
            "--tls-certificate-file",
            Write("tls.pem", Certificate().ExportCertificatePem()),
            "--tls-key-file",
            Write("tls.key", P256)
        );

    [Fact]
    public async Task A_certificate_that_is_none_is_refused_by_both() =>
        await BothRefuse(
            "must hold a certificate",
            "--tls-certificate-file",
            Write("tls.pem", "garbage"),
            "--tls-key-file",
            Write("tls.key", P256)
        );

    [Fact]
    public async Task A_bank_with_a_fault_is_told_before_anything_is_made()
    {
        var (data, banks) = (Path.Combine(_folder.FullName, "data"), _folder.CreateSubdirectory("banks"));
        await File.WriteAllTextAsync(
            Path.Combine(banks.FullName, "bank.json"),
            "{ \"id\": 7 }",
            TestContext.Current.CancellationToken
        );

        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "serve",
            "--catalogue-folder",
            banks.FullName,
            "--data-directory",
            data,
            "--database",
            Path.Combine(_folder.FullName, "affluent.db"),
            "--listen",
            $"http://{_taken.LocalEndpoint}",
            "--test-bank-listen",
            "http://127.0.0.1:0"
        );

        Assert.Equal(ExitCode.Settings, code);
        Assert.Contains("The catalogue of banks cannot be used", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
        Assert.Equal(["banks"], _folder.EnumerateFileSystemInfos().Select(made => made.Name));
    }

    [Fact]
    public async Task Files_that_are_as_they_should_be_are_accepted()
    {
        using var certificate = Certificate();

        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "check-config",
            "--data-directory",
            _folder.FullName,
            "--master-key-file",
            Write("a", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            "--other-master-key-files",
            Write("b", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            "--signing-key-file",
            Write("c", P256),
            "--other-signing-key-files",
            Write("d", SigningPem(ECCurve.NamedCurves.nistP256)),
            "--tls-certificate-file",
            Write("e", certificate.ExportCertificatePem()),
            "--tls-key-file",
            Write("f", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())
        );

        Assert.Equal((ExitCode.Done, ""), (code, errors));
    }

    private async Task BothRefuse(string why, params string[] options)
    {
        string[] all =
        [
            .. options,
            "--data-directory",
            _folder.FullName,
            "--listen",
            $"https://{_taken.LocalEndpoint}",
            "--test-bank-listen",
            "http://127.0.0.1:0",
            .. options.Contains("--tls-key-file") ? [] : TlsOptions(),
        ];

        var (checkedAs, _, checkedErrors) = await Terminal.RunWithoutDatabase(["check-config", .. all]);
        var (served, _, servedErrors) = await Terminal.RunWithoutDatabase(["serve", .. all]);

        Assert.Equal((ExitCode.Failed, ExitCode.Settings), (checkedAs, served));
        Assert.Contains(why, checkedErrors);
        Assert.Equal(checkedErrors, servedErrors);
    }

    private string[] TlsOptions()
    {
        using var certificate = Certificate();
        return
        [
            "--tls-certificate-file",
            Write("good.pem", certificate.ExportCertificatePem()),
            "--tls-key-file",
            Write("good.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        ];
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        KeyFile.Reserve(path);
        File.WriteAllText(path, content);
        return path;
    }

    private static string Option(string setting) => "--" + setting.Replace('_', '-');

    private static string SigningPem(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2046, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
    }
}
