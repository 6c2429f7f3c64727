using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Platform;

namespace Affluent.Server.Certificates;

/// <summary>Whether banks will take a certificate for what it is set for.</summary>
internal static class CertificateJudgement
{
    /// <summary>From then on the end is told of: a new one takes weeks, and banks want to be told of it.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(30);

    private const string ShownByClients = "1.3.6.1.5.5.7.3.2";
    private const int ShortestKey = 2048;

    /// <summary>Why a bank would refuse it; empty: nothing to be seen from here.</summary>
    public static IEnumerable<string> Faults(X509Certificate2 certificate, CertificateUse use, DateTimeOffset now)
    {
        var psd = PsdCertificate.Of(certificate);
        if (now >= Ends(certificate))
        {
            yield return $"it ended on {Day(certificate.NotAfter)}: banks refuse it";
        }
        if (now.UtcDateTime < certificate.NotBefore.ToUniversalTime())
        {
            yield return $"it is not valid before {Day(certificate.NotBefore)}";
        }
        if (!psd.IsReadable)
        {
            yield return "its statements are not as ETSI TS 119 495 has them: banks cannot read its roles";
        }
        else if (psd.Use is null)
        {
            yield return "it does not say what it is for (QcType, ETSI EN 319 412-5): no qualified certificate";
        }
        else if (psd.Use != use)
        {
            yield return use switch
            {
                CertificateUse.Qwac => "it is one for seals (QSEAL): the one for websites (QWAC) belongs here",
                CertificateUse.Qseal => "it is one for websites (QWAC): the one for seals (QSEAL) belongs here",
            };
        }
        if (psd.IsReadable && !psd.Roles.Contains(PspRole.PspAi))
        {
            yield return "it lacks the role PSP_AI: banks give its holder no accounts";
        }
        if (psd.Identifier is null)
        {
            yield return "its subject lacks the organizationIdentifier (2.5.4.97), by which banks know you";
        }
        if (use == CertificateUse.Qwac && !MayBeShown(certificate))
        {
            yield return "it is not for clients (extended key usage clientAuth): banks refuse the connection";
        }
        if (certificate.GetRSAPublicKey() is { KeySize: < ShortestKey } key)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"its key of {key.KeySize} bits is too short: {ShortestKey} at least"
            );
        }
    }

    /// <summary>Whether it ends soon.</summary>
    public static bool EndsSoon(X509Certificate2 certificate, DateTimeOffset now) => Ends(certificate) - now <= Notice;

    /// <summary>When it ends.</summary>
    public static DateTimeOffset Ends(X509Certificate2 certificate) =>
        new(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    private static bool MayBeShown(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToArray() is not { Length: > 0 } usages
        || usages.Any(u =>
            u.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(o => o.Value == ShownByClients)
        );

    private static string Day(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
