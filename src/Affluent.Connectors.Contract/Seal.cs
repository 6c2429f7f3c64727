using System.Security.Cryptography.X509Certificates;

namespace Affluent.Connectors.Contract;

/// <summary>
/// The operator's electronic seal (QSEAL: ETSI TS 119 495, section 4), with which messages to banks are signed. The private key stays where it is kept.
/// </summary>
/// <param name="Certificate">The public half.</param>
/// <param name="Sign">Signs bytes; throws <see cref="System.Security.Cryptography.CryptographicException"/> when the key cannot.</param>
public sealed record Seal(
    X509Certificate2 Certificate,
    Func<ReadOnlyMemory<byte>, SealAlgorithm, CancellationToken, ValueTask<byte[]>> Sign
);

/// <summary>How a seal signs.</summary>
public enum SealAlgorithm
{
    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2).</summary>
    RsaSha256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512.</summary>
    RsaSha512,

    /// <summary>RSASSA-PSS with SHA-256 and a salt as long as the hash (RFC 8017, section 8.1).</summary>
    RsaPssSha256,

    /// <summary>RSASSA-PSS with SHA-512 and a salt as long as the hash.</summary>
    RsaPssSha512,

    /// <summary>ECDSA on the curve P-256 with SHA-256; both numbers of the signature one behind the other (RFC 7518, section 3.4).</summary>
    EcdsaSha256,
}
