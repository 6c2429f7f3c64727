using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Certificates;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Synchronization;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Certificates;

/// <summary>The forms in which certificates and keys come, made by programs of others, and what <c>certificates check</c> says of them.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Engine = "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so";
    private const string EngineElsewhere = "/usr/lib/aarch64-linux-gnu/engines-3/pkcs11.so";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly DirectoryInfo _catalogue = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public CertificateFileTests()
    {
        Write(TestKeyKind.Rsa, "");
    }

    private void Write(TestKeyKind kind, string prefix)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (
            var (name, text) in TestCertificates.Make(
                "Littoral",
                "PSDFR-ACPR-12345",
                now.AddHours(-1),
                now.AddDays(20.5),
                kind
            )
        )
        {
            File.WriteAllText(At(prefix + name), text);
        }
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _catalogue.Delete(recursive: true);
    }

    [Fact]
    public async Task Check_shows_what_a_certificate_says_and_which_banks_want_it()
    {
        AddBank("4711", """ "client_certificate": true, """, """ "signature_headers": "date digest", """);
        AddBank("4712", "", "");

        var (code, output, errors) = await Check(
            "--client-certificate-file",
            At("qwac.pem"),
            "--client-key-file",
            At("qwac.key")
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith(
            "seal_certificate_file: is not set, and wanted by 4711 Bank 4711\n",
            errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "QWAC (client_certificate_file): PSDFR-ACPR-12345  Littoral\n    roles: PSP_AI, PSP_PI\n    authority: FR-ACPR  ",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("    chain: complete, 1 above it in the file\n", output, StringComparison.Ordinal);
        Assert.Contains(
            ", 20 days left: see to the next one\n    wanted by: 4711 Bank 4711\n",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("QSEAL (seal_certificate_file): not set\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_is_content_when_all_that_banks_want_is_there()
    {
        AddBank("4711", """ "client_certificate": true, "certificates": "NEXT", """, "");
        await File.WriteAllTextAsync(
            At("lone.pem"),
            (await File.ReadAllTextAsync(At("qwac.pem"), Stop))[..^1].Split("\n-----BEGIN")[0],
            Stop
        );

        var (code, output, errors) = await Check(
            "--next-client-certificate-file",
            At("lone.pem"),
            "--next-client-key-file",
            At("qwac.key")
        );

        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains(
            "QWAC (client_certificate_file): not set, and wanted by no bank\n",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("chain: the file lacks CN=Test trust service", output, StringComparison.Ordinal);
        Assert.Contains("wanted by: 4711 Bank 4711", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seal_in_the_place_of_the_other_is_a_fault()
    {
        var (code, _, errors) = await Check(
            "--client-certificate-file",
            At("qseal.pem"),
            "--client-key-file",
            At("qseal.key")
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("client_certificate_file: it is one for seals (QSEAL)", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_PKCS12_brings_key_and_chain()
    {
        await Tools.Run(
            "openssl",
            "pkcs12",
            "-export",
            "-in",
            At("qwac.pem"),
            "-inkey",
            At("qwac.key"),
            "-out",
            At("qwac.p12"),
            "-passout",
            "pass:open sesame"
        );
        await File.WriteAllTextAsync(At("password"), "open sesame\n", Stop);

        using var held = OperatorCertificate.Load(At("qwac.p12"), At("password"));

        Assert.True(held.Certificate.HasPrivateKey);
        Assert.Equal("CN=Test trust service, O=Not for production", Assert.Single(held.Above).Subject);

        await File.WriteAllTextAsync(At("password"), "close sesame\n", Stop);
        var fault = Assert.Throws<KeyFileException>(() => OperatorCertificate.Load(At("qwac.p12"), At("password")));
        Assert.DoesNotContain("sesame", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_a_module_signs_and_opens_connections()
    {
        Tools.Need("softhsm2", Module);
        Tools.Need("libengine-pkcs11-openssl", Engine, EngineElsewhere);
        Directory.CreateDirectory(At("tokens"));
        await File.WriteAllTextAsync(At("softhsm2.conf"), $"directories.tokendir = {At("tokens")}\n", Stop);
        Tools.SetForLibraries("SOFTHSM2_CONF", At("softhsm2.conf"));
        Tools.SetForLibraries("PKCS11_MODULE_PATH", Module);
        await File.WriteAllTextAsync(At("pin"), "4321", Stop);
        await Tools.Run(
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "affluent",
            "--so-pin",
            "1234",
            "--pin",
            "4321"
        );
        Write(TestKeyKind.P256, "curve-");
        foreach (
            var (name, id) in new[] { ("qseal", "A1"), ("qwac", "A2"), ("curve-qseal", "A3"), ("curve-qwac", "A4") }
        )
        {
            await Tools.Run(
                "softhsm2-util",
                "--import",
                At($"{name}.key"),
                "--token",
                "affluent",
                "--label",
                name,
                "--id",
                id,
                "--pin",
                "4321"
            );
            File.Delete(At($"{name}.key"));
        }

        foreach (
            var (prefix, algorithms) in new[]
            {
                ("", new[] { SealAlgorithm.RsaSha256, SealAlgorithm.RsaPssSha256 }),
                ("curve-", [SealAlgorithm.EcdsaSha256]),
            }
        )
        {
            await SignsAndOpensConnections(prefix, algorithms);
        }

        // Another key than the certificate's, one of another kind, no such key, no such token.
        foreach (
            var (certificate, name, fault) in new[]
            {
                ("qseal", "token=affluent;object=qwac", "is not the one of the certificate"),
                ("qseal", "token=affluent;object=curve-qseal", "is not the one of the certificate"),
                ("qseal", "token=affluent;object=none", "cannot be had"),
                ("qseal", "token=none;object=qseal", "cannot be had"),
                ("curve-qseal", "token=affluent;object=curve-qwac", "is not the one of the certificate"),
                ("curve-qseal", "token=affluent;object=qseal", "is not the one of the certificate"),
            }
        )
        {
            var thrown = Assert.Throws<KeyFileException>(() =>
                OperatorCertificate.Load(At($"{certificate}.pem"), $"pkcs11:{name};pin-source=file:{At("pin")}")
            );
            Assert.Contains(fault, thrown.Message, StringComparison.Ordinal);
        }
    }

    private async Task SignsAndOpensConnections(string prefix, SealAlgorithm[] algorithms)
    {
        var settings = new Settings
        {
            ClientCertificateFile = At($"{prefix}qwac.pem"),
            ClientKeyFile = $"pkcs11:token=affluent;object={prefix}qwac;pin-source=file:{At("pin")}",
            SealCertificateFile = At($"{prefix}qseal.pem"),
            SealKeyFile = $"pkcs11:token=affluent;object={prefix}qseal;pin-source=file:{At("pin")}",
        };
        using var bankRoot = BankKeysTests.Authority("Bank Root");
        using var root = X509CertificateLoader.LoadCertificateFromFile(At($"{prefix}authority.pem"));
        await using var bank = await BankKeysTests.StrictBank(bankRoot, root);
        using var http = new BankHttp(settings, TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var stop = new StepStop(TimeProvider.System, Stop);
        var channel = new FakeBank().Provider.Channels[0] with
        {
            ClientCertificate = true,
            CertificateAuthorities = bankRoot.ExportCertificatePem(),
        };

        var shown = await http.Client(new ReadingBounds(), stop, channel).GetStringAsync(bank.Urls.First(), Stop);
        var seal = http.SealFor(channel)!;

        Assert.NotEmpty(shown);
        await File.WriteAllTextAsync(
            At("public.pem"),
            PemEncoding.WriteString("PUBLIC KEY", seal.Certificate.PublicKey.ExportSubjectPublicKeyInfo()),
            Stop
        );
        var text = Encoding.UTF8.GetBytes("date: today");
        await File.WriteAllBytesAsync(At("text"), text, Stop);
        foreach (var algorithm in algorithms)
        {
            var signature = await seal.Sign(text, algorithm, Stop);
            await File.WriteAllBytesAsync(At("signature"), ForOpenSsl(signature, algorithm), Stop);
            Assert.Contains(
                "Verified OK",
                await Tools.Run(
                    "openssl",
                    [
                        "dgst",
                        "-sha256",
                        "-verify",
                        At("public.pem"),
                        .. algorithm == SealAlgorithm.RsaPssSha256
                            ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
                            : Array.Empty<string>(),
                        "-signature",
                        At("signature"),
                        At("text"),
                    ]
                ),
                StringComparison.Ordinal
            );
        }
    }

    // It wants the two numbers of a curve's signature as DER (RFC 3279, section 2.2.3).
    private static byte[] ForOpenSsl(byte[] signature, SealAlgorithm algorithm)
    {
        if (algorithm != SealAlgorithm.EcdsaSha256)
        {
            return signature;
        }
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            der.WriteIntegerUnsigned(signature.AsSpan(0, 32).TrimStart((byte)0));
            der.WriteIntegerUnsigned(signature.AsSpan(32).TrimStart((byte)0));
        }
        return der.Encode();
    }

    [Fact]
    public async Task A_PIN_among_the_settings_is_refused_and_not_repeated()
    {
        var (code, output, errors) = await Check(
            "--seal-certificate-file",
            At("qseal.pem"),
            "--seal-key-file",
            "pkcs11:token=affluent;object=qseal;pin-value=4321"
        );

        Assert.Equal(ExitCode.Settings, code);
        Assert.Contains("must not hold the PIN", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("4321", output + errors, StringComparison.Ordinal);
    }

    private Task<(ExitCode Code, string Output, string Errors)> Check(params string[] options) =>
        Terminal.RunWithoutDatabase([
            "certificates",
            "check",
            "--catalogue-folder",
            _catalogue.FullName,
            "--test-bank-listen",
            "off",
            .. options,
        ]);

    private void AddBank(string id, string members, string settings) =>
        File.WriteAllText(
            Path.Combine(_catalogue.FullName, $"{id}.json"),
            $$"""
            {
              "id": "{{id}}", "name": "Bank {{id}}", "country_code": "FRA", "base_url": "https://bank.example",
              "channels": [
                {
                  "connector": "stet", {{members}} "account_types": ["CHECKINGS"],
                  "settings": {
                    {{settings}} "authorize_url": "https://bank.example/authorize", "token_url": "https://bank.example/token",
                    "api_url": "https://bank.example/v1", "client_id": "ours"
                  }
                }
              ]
            }
            """
        );

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
