using System.Net.Sockets;
using System.Security.Authentication;

namespace Affluent.Connectors;

/// <summary>Whose fault it is that there is no connection to a bank, read from what the platform's TLS and sockets say.</summary>
internal static class ConnectionFault
{
    public static ProbedResult.Failed Of(Exception failure, Uri address)
    {
        var chain = Chain(failure).ToArray();
        if (chain.OfType<AuthenticationException>().Any())
        {
            return OfTls(string.Join(' ', chain.Select(e => e.Message)));
        }
        if (
            chain.OfType<SocketException>().FirstOrDefault() is { } socket
            && socket.SocketErrorCode != SocketError.ConnectionReset
        )
        {
            return socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => new(
                    ProbeBlame.Network,
                    "its name is not known: the address is wrong, or the name server does not answer"
                ),
                SocketError.ConnectionRefused => new(
                    ProbeBlame.Network,
                    "nobody listens there: the bank is down, or a firewall says so in its place"
                ),
                _ => new(ProbeBlame.Network, $"the way there is closed ({socket.SocketErrorCode})"),
            };
        }
        if (chain.Any(e => e is OperationCanceledException or TimeoutException))
        {
            return new(ProbeBlame.Network, "nobody takes the connection: the bank is down, or a firewall says nothing");
        }
        if (failure is HttpRequestException && chain.Length > 1 && chain[^1] is HttpRequestException)
        {
            // The guard in front of the network has a word of its own.
            return new(ProbeBlame.Operator, "the address leads into a private network");
        }
        return address.Scheme == Uri.UriSchemeHttps
            ? new(
                ProbeBlame.Operator,
                "the bank breaks off once it has seen what we show: most refuse a certificate so, or a request without one (client_certificate)"
            )
            : new(ProbeBlame.Bank, "the bank breaks off without an answer");
    }

    private static ProbedResult.Failed OfTls(string words) =>
        words.Contains("NotTimeValid", StringComparison.Ordinal)
            ? new(ProbeBlame.Bank, "the bank's certificate has expired, or is not valid yet")
        : words.Contains("NameMismatch", StringComparison.Ordinal)
            ? new(ProbeBlame.Bank, "the bank's certificate is of another name than its address")
        : new(ProbeBlame.Bank, "the bank and we find no common form of TLS");

    private static IEnumerable<Exception> Chain(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
