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
    /// <summary>The bank without those that it is like.</summary>
    public static TestBankOptions Of(Settings settings) =>
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
                    ClientPublicKey = SealKeyOf(settings, channel.Certificates),
                }),
        ];

    private static string? SealKeyOf(Settings settings, CertificateGeneration generation)
    {
        var file = settings.BankCertificates.Single(f => f.Use == CertificateUse.Qseal && f.Generation == generation);
        using var held = BankKeys.Load(file);
        return held is null
            ? null
            : PemEncoding.WriteString("PUBLIC KEY", held.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    // Without a public name the widget may be at any port of this machine.
    private static IReadOnlyList<string> ReturnsOf(Uri? embed) =>
        embed is null ? [] : [embed.AbsoluteUri.TrimEnd('/') + Addresses.BankReturn];
}
