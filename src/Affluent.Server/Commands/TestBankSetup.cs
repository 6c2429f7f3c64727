using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Synchronization;
using Affluent.TestBank;
using Affluent.TestBank.Imitation;

namespace Affluent.Server.Commands;

/// <summary>The included test bank as the settings want it.</summary>
internal static class TestBankSetup
{
    /// <summary>The bank with all that it is to know of the operator and of other banks.</summary>
    /// <exception cref="KeyFileException">The seal is not one that it can verify.</exception>
    public static TestBankOptions Of(Settings settings) =>
        Alone(settings) with
        {
            Likenesses = LikenessesOf(settings),
            Strictness = settings.TestBankStrictness,
            ClientPublicKey = SealKeyOf(settings),
            ServerCertificate = settings.TlsCertificateFile is { } certificate
                ? TlsCertificate.Load(certificate, settings.TlsKeyFile)
                : null,
            ClientCertificateKey = settings.TestBankStrictness == Strictness.Off ? null : ClientKeyOf(settings),
        };

    /// <summary>The bank by itself.</summary>
    public static TestBankOptions Alone(Settings settings) =>
        new()
        {
            Urls = settings.TestBankListen!,
            PublicAddress = settings.TestBankUrl is { Port: not 0 } known ? known : null,
            DataDirectory = Path.Combine(settings.DataDirectory, "test-bank"),
            ScenarioPath = settings.TestBankScenario,
            FileNetworks = settings.TestBankFileNetworks,
            RedirectUris = ReturnsOf(settings.EmbedUrl),
        };

    /// <summary>The banks of the catalogue in whose place the test bank stands, each with the key by which it knows the operator.</summary>
    public static IReadOnlyList<Likeness> LikenessesOf(Settings settings) =>
        [
            .. Banks
                .Imitated(settings)
                .Select(channel => new Likeness($"{channel.Id}", channel.Connector, channel.Settings)
                {
                    Embedded = channel.Mode == ChannelMode.Embedded,
                    ClientPublicKey = KeyOf(File(settings, CertificateUse.Qseal, channel.Certificates)),
                }),
        ];

    /// <summary>The key with which its own faces verify signatures; null: they look at none.</summary>
    /// <exception cref="KeyFileException">It is none of RSA.</exception>
    public static string? SealKeyOf(Settings settings)
    {
        if (settings.TestBankStrictness == Strictness.Off)
        {
            return null;
        }
        using var held = BankKeys.Load(File(settings, CertificateUse.Qseal));
        using var key = held?.Certificate.PublicKey.GetRSAPublicKey();
        return key?.ExportSubjectPublicKeyInfoPem()
            ?? throw new KeyFileException("The test bank verifies signatures of RSA keys: make such a seal.");
    }

    private static string? ClientKeyOf(Settings settings) => KeyOf(File(settings, CertificateUse.Qwac));

    private static BankCertificateFile File(
        Settings settings,
        CertificateUse use,
        CertificateGeneration generation = CertificateGeneration.Present
    ) => settings.BankCertificates.Single(f => f.Use == use && f.Generation == generation);

    private static string? KeyOf(BankCertificateFile file)
    {
        using var held = BankKeys.Load(file);
        return held is null
            ? null
            : PemEncoding.WriteString("PUBLIC KEY", held.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    // Without a public name the widget may be at any port of this machine.
    private static IReadOnlyList<string> ReturnsOf(Uri? embed) =>
        embed is null ? [] : [embed.AbsoluteUri.TrimEnd('/') + Addresses.BankReturn];
}
