using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Affluent.Server.Synchronization;

/// <summary>
/// Whose fault a connection is that came to nothing by certificates: the operator's, when the bank refuses theirs or when the authority of the bank's is none of those
/// that they have named. The user could do nothing about either.
/// </summary>
internal static class TlsFault
{
    private const X509ChainStatusFlags UnknownAuthority =
        X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    // OpenSSL's numbers of the alerts (RFC 8446, section 6.2) that a server sends about a client's certificate: 1000 and the number of the alert.
    private static readonly Dictionary<int, string> Alerts = new()
    {
        [1042] = "bad certificate",
        [1043] = "unsupported certificate",
        [1044] = "certificate revoked",
        [1045] = "certificate expired",
        [1046] = "certificate unknown",
        [1048] = "unknown authority",
        [1049] = "access denied",
        [1116] = "certificate required",
    };

    // Before TLS 1.3 also what a server sends that was shown no certificate.
    private const int HandshakeFailure = 1040;

    // OpenSSL 3 keeps the number of the library above it.
    private const int ReasonOfError = 0x7FFFFF;

    /// <summary>What the operator must see to; null: it is not theirs.</summary>
    /// <param name="isShown">Whether the bank's entry says that it wants a certificate.</param>
    public static string? Of(Exception error, bool isShown)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is UnknownAuthorityException)
            {
                return "the bank's certificate is of an authority that is not known: certificate_authorities";
            }
            if (inner is CryptographicException)
            {
                var reason = inner.HResult & ReasonOfError;
                return Alerts.TryGetValue(reason, out var alert) ? $"the bank refuses our certificate: {alert}"
                    : reason == HandshakeFailure && isShown ? "the bank refuses our certificate: handshake failure"
                    : null;
            }
        }
        return null;
    }

    /// <summary>Judges a bank's certificate as it is judged anyway, and says when it is the authority that is not known.</summary>
    /// <exception cref="UnknownAuthorityException">It is good otherwise.</exception>
    /// <exception cref="AuthenticationException">It is not good; the message names the errors as the platform does.</exception>
    public static bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }
        var flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        throw errors == SslPolicyErrors.RemoteCertificateChainErrors
        && (flags & UnknownAuthority) != X509ChainStatusFlags.NoError
        && (flags & X509ChainStatusFlags.NotTimeValid) == X509ChainStatusFlags.NoError
            ? new UnknownAuthorityException()
            : new AuthenticationException($"The bank's certificate is not good: {errors}, {flags}.");
    }
}

/// <summary>The bank's certificate is of an authority that neither the machine nor the bank's entry names.</summary>
internal sealed class UnknownAuthorityException() : AuthenticationException("The authority is not known.");
