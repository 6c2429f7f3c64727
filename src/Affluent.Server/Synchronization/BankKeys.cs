using System.Net.Security;
using System.Security.Cryptography;
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
    // What RS256 asks for at the least (RFC 7518, section 3.3).
    private const int LeastKey = 2048;

    private readonly OperatorCertificate?[] _held;
    private readonly SealKeys _seals;
    private readonly Dictionary<(CertificateUse, CertificateGeneration), object> _ready = [];

    private readonly OperatorCertificate? _application;
    private readonly Seal? _ofApplication;

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
        if (settings.EnableBankingKeyFile is { } file)
        {
            using var key = LoadRsa(file);
            _application = Known(key, time.GetUtcNow());
            _ofApplication = _seals.Of(_application);
        }
    }

    /// <summary>What is shown to a bank that wants a certificate, with those above it; null: there is none.</summary>
    public SslStreamCertificateContext? Client(CertificateGeneration generation) =>
        _ready.GetValueOrDefault((CertificateUse.Qwac, generation)) as SslStreamCertificateContext;

    /// <summary>With which requests to a bank are signed; null: there is none.</summary>
    public Seal? Seal(CertificateGeneration generation) =>
        _ready.GetValueOrDefault((CertificateUse.Qseal, generation)) as Seal;

    /// <summary>With which tokens of the operator's application at an upstream are signed; null: with the seal.</summary>
    public Seal? OfApplication => _ofApplication ?? Seal(CertificateGeneration.Present);

    /// <summary>Reads a private key that stands without its certificate.</summary>
    /// <exception cref="KeyFileException">The file holds none, or others can read it.</exception>
    public static RSA LoadRsa(string path)
    {
        var (text, _) = KeyFile.Read(path, "key", "openssl genrsa 4096", mayCreate: false, () => "");
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(text);
            if (key.KeySize >= LeastKey && key.ExportParameters(includePrivateParameters: true).D is not null)
            {
                return key;
            }
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            // As one that holds another key.
        }
        key.Dispose();
        throw new KeyFileException(
            $"The key file {path} must hold an RSA key of at least {LeastKey} bits as PEM, without a password."
        );
    }

    // By what it is known there was handed over when it was registered: here the key alone counts.
    private static OperatorCertificate Known(RSA key, DateTimeOffset now)
    {
        var request = new CertificateRequest(
            "CN=application",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return new(request.CreateSelfSigned(now, now.AddYears(1)), []);
    }

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
        _application?.Dispose();
        Array.ForEach(_held, one => one?.Dispose());
    }
}
