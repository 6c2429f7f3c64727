using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;
using Affluent.TestBank;

namespace Affluent.Server.Commands.Demo;

/// <summary>The certificates by which the test bank knows the demo, kept in its folder: no bank takes them in earnest.</summary>
internal static class DemoKeys
{
    private const string Holder = "Demo";
    private const string Identifier = "PSDFR-ACPR-00000";
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    /// <summary>
    /// The settings with a test bank that takes nothing unsigned, and with the demo's seal, which is made where there is none, or one that is about to end.
    /// </summary>
    public static async Task<Settings> Seal(Settings settings, TimeProvider time, CancellationToken cancellation)
    {
        var folder = settings.DataDirectory;
        var (certificate, key) = (Path.Combine(folder, "qseal.pem"), Path.Combine(folder, "qseal.key"));
        var now = time.GetUtcNow();
        if (!IsGood(certificate, now) || !File.Exists(key))
        {
            KeyFile.CreateFolder(certificate);
            foreach (var (name, text) in TestCertificates.Make(Holder, Identifier, now.AddDays(-1), now + Life))
            {
                var path = Path.Combine(folder, name);
                File.Delete(path);
                await KeyFile.Write(path, text, cancellation);
            }
        }
        return settings with
        {
            SealCertificateFile = certificate,
            SealKeyFile = key,
            TestBankStrictness = Strictness.Strict,
        };
    }

    private static bool IsGood(string path, DateTimeOffset now)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        return certificate.NotAfter.ToUniversalTime() > now.AddDays(1).UtcDateTime;
    }
}
