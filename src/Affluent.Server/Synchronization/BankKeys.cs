using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>By what banks know the operator (eIDAS; ETSI TS 119 495): the certificate of connections (QWAC) and that of messages (QSEAL).</summary>
internal sealed class BankKeys : IDisposable
{
    private readonly List<IDisposable> _held = [];

    /// <summary>What is shown when a bank wants a certificate, with those above it; null: there is none.</summary>
    public SslStreamCertificateContext? Client { get; private init; }

    /// <summary>With which requests are signed; null: there is none.</summary>
    public Seal? Seal { get; private init; }

    /// <summary>Reads the files that the settings name.</summary>
    /// <exception cref="KeyFileException">One does not hold what it is for.</exception>
    public static BankKeys Load(Settings settings)
    {
        SslStreamCertificateContext? client = null;
        if (settings is { ClientCertificateFile: { } file, ClientKeyFile: { } key })
        {
            X509Certificate2Collection above = [];
            above.ImportFromPemFile(file);
            client = SslStreamCertificateContext.Create(TlsCertificate.Load(file, key), above, offline: true);
        }
        var seal = settings is { SealCertificateFile: { } sealFile, SealKeyFile: { } sealKey }
            ? LoadSeal(sealFile, sealKey)
            : null;
        var keys = new BankKeys { Client = client, Seal = seal };
        keys._held.AddRange(new IDisposable?[] { client?.TargetCertificate, seal?.Certificate }.OfType<IDisposable>());
        return keys;
    }

    /// <summary>Reads a seal.</summary>
    /// <exception cref="KeyFileException">It is none, or not one of RSA.</exception>
    public static Seal LoadSeal(string file, string keyFile)
    {
        var certificate = TlsCertificate.Load(file, keyFile);
        var key =
            certificate.GetRSAPrivateKey()
            ?? throw new KeyFileException(
                $"The key file {keyFile} must hold an RSA key: banks know no other for signatures."
            );
        return new Seal(certificate, (bytes, algorithm, _) => ValueTask.FromResult(Sign(key, bytes.Span, algorithm)));
    }

    private static byte[] Sign(RSA key, ReadOnlySpan<byte> bytes, SealAlgorithm algorithm) =>
        algorithm switch
        {
            SealAlgorithm.RsaSha256 => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            SealAlgorithm.RsaSha512 => key.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            SealAlgorithm.RsaPssSha256 => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            SealAlgorithm.RsaPssSha512 => key.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        };

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

    public void Dispose() => _held.ForEach(one => one.Dispose());
}
