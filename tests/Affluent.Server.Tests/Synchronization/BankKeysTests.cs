using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>By what banks know the operator, at a bank that lets nobody in without a certificate and whose own is of an authority that no machine knows.</summary>
public sealed class BankKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_operators_certificate_is_shown_to_banks_that_want_one_with_those_above_it()
    {
        using var bankRoot = Authority("Bank Root");
        using var root = Authority("Trust Service");
        using var middle = Issued("Trust Service 2", root, isAuthority: true);
        using var ours = Issued("PSDFR-ACPR-12345", middle, isAuthority: false);
        var settings = new Settings
        {
            ClientCertificateFile = Write("qwac.pem", ours.ExportCertificatePem(), middle.ExportCertificatePem()),
            ClientKeyFile = Write("qwac.key", ours.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        await using var bank = await StrictBank(bankRoot, root);
        using var http = new BankHttp(settings, TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var stop = new StepStop(TimeProvider.System, Stop);
        var channel = new FakeBank().Provider.Channels[0] with
        {
            ClientCertificate = true,
            CertificateAuthorities = bankRoot.ExportCertificatePem(),
        };

        var seen = await http.Client(new ReadingBounds(), stop, channel).GetStringAsync(bank.Urls.First(), Stop);

        Assert.Equal(ours.Thumbprint, seen);
        // Neither is it shown to others, nor is another authority believed.
        await Refused(channel with { Id = new ChannelDefinitionId("1"), ClientCertificate = false });
        await Refused(channel with { Id = new ChannelDefinitionId("2"), CertificateAuthorities = null });
        await Refused(
            channel with
            {
                Id = new ChannelDefinitionId("3"),
                CertificateAuthorities = root.ExportCertificatePem(),
            }
        );

        async Task Refused(ChannelDefinition other)
        {
            var failure = await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
                http.Client(new ReadingBounds(), stop, other).GetStringAsync(bank.Urls.First(), Stop)
            );
            Assert.True(
                failure.HttpRequestError is HttpRequestError.SecureConnectionError
                    || failure.InnerException is IOException or AuthenticationException,
                $"{failure}"
            );
        }
    }

    [Fact]
    public async Task A_bank_that_knows_the_next_certificates_already_is_shown_those_and_others_the_present_ones()
    {
        using var bankRoot = Authority("Bank Root");
        using var root = Authority("Trust Service");
        using var present = Issued("PSDFR-ACPR-12345", root, isAuthority: false);
        using var next = Issued("PSDFR-ACPR-12345", root, isAuthority: false);
        var settings = new Settings
        {
            ClientCertificateFile = Write("qwac.pem", present.ExportCertificatePem()),
            ClientKeyFile = Write("qwac.key", present.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            NextClientCertificateFile = Write("next.pem", next.ExportCertificatePem()),
            NextClientKeyFile = Write("next.key", next.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            NextSealCertificateFile = Write("next-seal.pem", next.ExportCertificatePem()),
            NextSealKeyFile = Write("next-seal.key", next.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        await using var bank = await StrictBank(bankRoot, root);
        using var http = new BankHttp(settings, TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var stop = new StepStop(TimeProvider.System, Stop);
        var channel = new FakeBank().Provider.Channels[0] with
        {
            ClientCertificate = true,
            CertificateAuthorities = bankRoot.ExportCertificatePem(),
        };
        var ahead = channel with { Id = new ChannelDefinitionId("1"), Certificates = CertificateGeneration.Next };

        Assert.Equal(present.Thumbprint, await Shown(channel));
        Assert.Equal(next.Thumbprint, await Shown(ahead));
        Assert.Null(http.SealFor(channel));
        Assert.Equal(next.Thumbprint, http.SealFor(ahead)!.Certificate.Thumbprint);

        Task<string> Shown(ChannelDefinition to) =>
            http.Client(new ReadingBounds(), stop, to).GetStringAsync(bank.Urls.First(), Stop);
    }

    [Theory]
    [InlineData(SealAlgorithm.RsaSha256)]
    [InlineData(SealAlgorithm.RsaSha512)]
    [InlineData(SealAlgorithm.RsaPssSha256)]
    [InlineData(SealAlgorithm.RsaPssSha512)]
    public async Task The_seal_signs_with_its_key(SealAlgorithm algorithm)
    {
        using var certificate = Authority("Seal");
        using var keys = new BankKeys(
            new Settings
            {
                SealCertificateFile = Write("qseal.pem", certificate.ExportCertificatePem()),
                SealKeyFile = Write("qseal.key", certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            },
            TimeProvider.System
        );
        var seal = keys.Seal(CertificateGeneration.Present)!;
        var text = Encoding.UTF8.GetBytes("date: today");

        var signature = await seal.Sign(text, algorithm, Stop);

        var (hash, padding) = algorithm switch
        {
            SealAlgorithm.RsaSha256 => (HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            SealAlgorithm.RsaSha512 => (HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            SealAlgorithm.RsaPssSha256 => (HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            SealAlgorithm.RsaPssSha512 => (HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
            SealAlgorithm.EcdsaSha256 => throw new InvalidOperationException("The key is RSA."),
        };
        Assert.True(certificate.GetRSAPublicKey()!.VerifyData(text, signature, hash, padding));
        Assert.Equal(certificate.Thumbprint, seal.Certificate.Thumbprint);
    }

    [Fact]
    public void A_seal_whose_key_is_of_another_kind_is_refused_by_words()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest("CN=Seal", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );

        var fault = Assert.Throws<KeyFileException>(() =>
            new BankKeys(
                new Settings
                {
                    SealCertificateFile = Write("qseal.pem", certificate.ExportCertificatePem()),
                    SealKeyFile = Write("qseal.key", key.ExportPkcs8PrivateKeyPem()),
                },
                TimeProvider.System
            )
        );

        Assert.Contains("must hold an RSA key, or one on the curve P-256", fault.Message, StringComparison.Ordinal);
    }

    private string Write(string name, params string[] parts)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, string.Join('\n', parts));
        return path;
    }

    /// <summary>Says whose certificate it was shown; lets in only those whose certificate leads to the authority by what they show.</summary>
    internal static async Task<WebApplication> StrictBank(X509Certificate2 root, X509Certificate2 believed)
    {
        using var issued = Issued("localhost", root, isAuthority: false);
        // A key that is not stored serves nobody on some systems.
        var own = X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), password: null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(
                        new HttpsConnectionAdapterOptions
                        {
                            ServerCertificate = own,
                            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                            ClientCertificateValidation = (certificate, chain, _) =>
                            {
                                using var path = new X509Chain();
                                path.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                                path.ChainPolicy.CustomTrustStore.Add(believed);
                                path.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                                path.ChainPolicy.ExtraStore.AddRange(chain!.ChainPolicy.ExtraStore);
                                return path.Build(certificate);
                            },
                        }
                    )
            )
        );
        var bank = builder.Build();
        bank.Run(async context =>
            await context.Response.WriteAsync(
                (await context.Connection.GetClientCertificateAsync(Stop))!.Thumbprint,
                Stop
            )
        );
        await bank.StartAsync(Stop);
        return bank;
    }

    internal static X509Certificate2 Authority(string name)
    {
        var request = Request(name, isAuthority: true, RSA.Create(2048));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    internal static X509Certificate2 Issued(
        string name,
        X509Certificate2 by,
        bool isAuthority,
        DateTimeOffset? until = null
    )
    {
        var key = RSA.Create(2048);
        using var certificate = Request(name, isAuthority, key)
            .Create(
                by.SubjectName,
                X509SignatureGenerator.CreateForRSA(by.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1),
                DateTimeOffset.UnixEpoch,
                until ?? DateTimeOffset.UnixEpoch.AddYears(99),
                RandomNumberGenerator.GetBytes(8)
            );
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Request(string name, bool isAuthority, RSA key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (!isAuthority)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }
        return request;
    }
}
