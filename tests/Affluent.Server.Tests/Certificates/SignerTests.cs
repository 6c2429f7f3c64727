using System.Diagnostics.Metrics;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Certificates;

/// <summary>A process that holds no key has another one sign, and OpenSSL finds the signature good.</summary>
public sealed class SignerTests : IDisposable
{
    // The path of a socket is short.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("a-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public SignerTests()
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (name, text) in TestCertificates.Make("Littoral", "PSDFR-ACPR-12345", now, now.AddDays(100)))
        {
            File.WriteAllText(At(name), text);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_another_process_signs_is_good()
    {
        await using var signer = await Start();
        File.Move(At("qseal.key"), At("gone.key"));
        using var keys = new BankKeys(Asking(), TimeProvider.System);
        var seal = keys.Seal(CertificateGeneration.Present)!;
        var text = Encoding.UTF8.GetBytes("date: today");

        await File.WriteAllBytesAsync(At("text"), text, Stop);
        await File.WriteAllTextAsync(
            At("public"),
            await Tools.Run("openssl", "x509", "-pubkey", "-noout", "-in", At("qseal.pem")),
            Stop
        );
        string[][] ways =
        [
            ["-sha256"],
            ["-sha512"],
            ["-sha256", .. Pss],
            ["-sha512", .. Pss],
        ];
        foreach (var (algorithm, way) in Enum.GetValues<SealAlgorithm>().Zip(ways))
        {
            await File.WriteAllBytesAsync(At("signature"), await seal.Sign(text, algorithm, Stop), Stop);
            Assert.Contains(
                "Verified OK",
                await Tools.Run(
                    "openssl",
                    ["dgst", .. way, "-verify", At("public"), "-signature", At("signature"), At("text")]
                ),
                StringComparison.Ordinal
            );
        }
        Assert.False(seal.Certificate.HasPrivateKey);
        Assert.Equal(
            UnixFileMode.None,
            File.GetUnixFileMode(At("signer")) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)
        );
    }

    [Fact]
    public async Task A_key_on_a_curve_signs_by_its_algorithm_alone()
    {
        await Tools.Run(
            "openssl",
            [
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=Curve",
                "-keyout",
                At("qseal.key"),
                "-out",
                At("qseal.pem"),
            ]
        );
        File.SetUnixFileMode(At("qseal.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var signer = await Start();
        using var keys = new BankKeys(Asking(), TimeProvider.System);
        var seal = keys.Seal(CertificateGeneration.Present)!;
        var text = Encoding.UTF8.GetBytes("header.body");

        var signature = await seal.Sign(text, SealAlgorithm.EcdsaSha256, Stop);

        // OpenSSL wants the two numbers as ASN.1 (RFC 3279, section 2.2.3).
        var asn = new AsnWriter(AsnEncodingRules.DER);
        using (asn.PushSequence())
        {
            asn.WriteIntegerUnsigned(signature.AsSpan(0, 32));
            asn.WriteIntegerUnsigned(signature.AsSpan(32));
        }
        await File.WriteAllBytesAsync(At("signature"), asn.Encode(), Stop);
        await File.WriteAllBytesAsync(At("text"), text, Stop);
        await File.WriteAllTextAsync(
            At("public"),
            await Tools.Run("openssl", "x509", "-pubkey", "-noout", "-in", At("qseal.pem")),
            Stop
        );
        Assert.Contains(
            "Verified OK",
            await Tools.Run(
                "openssl",
                ["dgst", "-sha256", "-verify", At("public"), "-signature", At("signature"), At("text")]
            ),
            StringComparison.Ordinal
        );
        await Assert.ThrowsAsync<CryptographicException>(async () =>
            await seal.Sign(text, SealAlgorithm.RsaPssSha256, Stop)
        );
    }

    private static readonly string[] Pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];

    [Fact]
    public async Task A_key_that_the_signer_has_not_signs_nothing()
    {
        await using (var signer = await Start())
        {
            using var keys = new BankKeys(Asking() with { SealCertificateFile = At("qwac.pem") }, TimeProvider.System);
            await Assert.ThrowsAsync<CryptographicException>(async () =>
                await keys.Seal(CertificateGeneration.Present)!.Sign(new byte[1], SealAlgorithm.RsaSha256, Stop)
            );
            // What no bank wants signed.
            using var right = new BankKeys(Asking(), TimeProvider.System);
            await Assert.ThrowsAsync<CryptographicException>(async () =>
                await right.Seal(CertificateGeneration.Present)!.Sign(new byte[100_000], SealAlgorithm.RsaSha256, Stop)
            );
            var taken = await Assert.ThrowsAsync<KeyFileException>(Start);
            Assert.Contains("Another process signs at", taken.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task One_that_stays_away_is_waited_for_once()
    {
        var time = new SkippedWaits();
        using var keys = new BankKeys(Asking(), time);
        var seal = keys.Seal(CertificateGeneration.Present)!;

        var fault = await Assert.ThrowsAsync<CryptographicException>(Sign);
        Assert.Equal("The signer does not answer.", fault.Message);
        Assert.InRange(time.Waited, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        var waited = time.Waited;
        await Assert.ThrowsAsync<CryptographicException>(Sign);
        Assert.Equal(waited, time.Waited);

        await using (await Start())
        {
            Assert.Equal(256, (await Sign()).Length);
        }
        await Assert.ThrowsAsync<CryptographicException>(Sign);
        Assert.Equal(2 * waited, time.Waited);

        Task<byte[]> Sign() => seal.Sign(new byte[1], SealAlgorithm.RsaSha256, Stop).AsTask();
    }

    [Fact]
    public async Task Whoever_asks_how_the_process_does_is_told_of_one_that_is_away()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var watch = new CertificateWatch(
            Asking(),
            TimeProvider.System,
            services.GetRequiredService<IMeterFactory>(),
            NullLogger<CertificateWatch>.Instance
        );

        Assert.Equal([$"signer:{At("signer")}: nobody signs there"], watch.Notes());
        await using (await Start())
        {
            Assert.Empty(watch.Notes());
        }
        Assert.NotEmpty(watch.Notes());
    }

    [Fact]
    public async Task One_that_starts_anew_is_waited_for()
    {
        using var keys = new BankKeys(Asking(), TimeProvider.System);
        var signing = keys.Seal(CertificateGeneration.Present)!.Sign(new byte[1], SealAlgorithm.RsaSha256, Stop);

        await using var signer = await Start();

        Assert.Equal(256, (await signing).Length);
    }

    [Fact]
    public void Connections_are_made_with_the_key_at_hand()
    {
        var settings = new Settings
        {
            ClientCertificateFile = At("qwac.pem"),
            ClientKeyFile = $"signer:{At("signer")}",
        };

        var fault = Assert.Throws<KeyFileException>(() => new BankKeys(settings, TimeProvider.System));
        Assert.StartsWith("client_key_file: ", fault.Message, StringComparison.Ordinal);
    }

    private Task<Microsoft.AspNetCore.Builder.WebApplication> Start() =>
        Signer.Start(
            new Settings { SealCertificateFile = At("qseal.pem"), SealKeyFile = At("qseal.key") },
            At("signer"),
            NullLoggerFactory.Instance,
            Stop
        );

    private Settings Asking() =>
        new() { SealCertificateFile = At("qseal.pem"), SealKeyFile = $"signer:{At("signer")}" };

    /// <summary>Nobody waits: how long they would have is counted.</summary>
    private sealed class SkippedWaits : TimeProvider
    {
        public TimeSpan Waited { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waited += dueTime;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
