using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>
/// By what banks know the operator (eIDAS; ETSI TS 119 495): the certificate of connections (QWAC) and that of messages (QSEAL), and those that take their place,
/// which some banks know already and others not yet.
/// </summary>
internal sealed class BankKeys : IDisposable
{
    private readonly OperatorCertificate?[] _held;
    private readonly SealKeys _seals;
    private readonly Dictionary<(CertificateUse, CertificateGeneration), object> _ready = [];

    /// <summary>Reads the files that the settings name.</summary>
    /// <exception cref="KeyFileException">One does not hold what it is for.</exception>
    public BankKeys(Settings settings, TimeProvider time)
    {
        _seals = new SealKeys(time);
        _held =
        [
            .. settings.BankCertificates.Select(file =>
            {
                var held = Load(file);
                if (held is not null)
                {
                    _ready.Add(
                        (file.Use, file.Generation),
                        file.Use switch
                        {
                            CertificateUse.Qwac => SslStreamCertificateContext.Create(
                                held.Certificate,
                                held.Above,
                                offline: true
                            ),
                            CertificateUse.Qseal => _seals.Of(held),
                        }
                    );
                }
                return held;
            }),
        ];
    }

    /// <summary>What is shown to a bank that wants a certificate, with those above it; null: there is none.</summary>
    public SslStreamCertificateContext? Client(CertificateGeneration generation) =>
        _ready.GetValueOrDefault((CertificateUse.Qwac, generation)) as SslStreamCertificateContext;

    /// <summary>With which requests to a bank are signed; null: there is none.</summary>
    public Seal? Seal(CertificateGeneration generation) =>
        _ready.GetValueOrDefault((CertificateUse.Qseal, generation)) as Seal;

    /// <summary>Reads what two settings name; null: they are not set.</summary>
    /// <exception cref="KeyFileException">It does not hold what it is for.</exception>
    public static OperatorCertificate? Load(BankCertificateFile file)
    {
        var held = file.Load();
        if (held is not null && file.Use == CertificateUse.Qseal && !SealKeys.CanSignWith(held.Certificate))
        {
            held.Dispose();
            throw new KeyFileException(
                $"The key file {file.Key} must hold an RSA key, or one on the curve P-256: banks know no other for signatures."
            );
        }
        if (held?.Signer is not null && file.Use == CertificateUse.Qwac)
        {
            held.Dispose();
            throw new KeyFileException(
                $"{file.KeySetting}: a connection is made with the key at hand. Keep it in a file, or in a module (pkcs11:)."
            );
        }
        return held;
    }

    /// <summary>How a bank's certificate is judged that has authorities of its own.</summary>
    /// <param name="authorities">PEM.</param>
    public static X509ChainPolicy OnlyBy(string authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPem(authorities);
        return policy;
    }

    public void Dispose()
    {
        _seals.Dispose();
        Array.ForEach(_held, one => one?.Dispose());
    }
}
