using System.Net;
using System.Net.Sockets;

namespace Affluent.Server.Platform;

/// <summary>
/// Connects to addresses that others have named, and never into the network that this installation stands in. A name is resolved and judged at the moment
/// of connecting, so that a second answer of the name server changes nothing.
/// </summary>
/// <param name="allowed">Networks that may be reached although they are not public.</param>
internal sealed class PublicNetwork(IReadOnlyList<IPNetwork> allowed)
{
    /// <summary>What a machine calls itself.</summary>
    public static IReadOnlyList<IPNetwork> Loopback { get; } =
    [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    public bool Allows(IPAddress address) =>
        IsPublic(address)
        || allowed.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="ForbiddenAddressException">All addresses of the name are forbidden.</exception>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var fit = addresses.Where(Allows).ToArray();
        if (fit.Length == 0)
        {
            throw new ForbiddenAddressException();
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(fit, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address lies in the public internet (IANA special-purpose address registries).</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }
        var b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Global unicast is 2000::/3; of it 2001::/23 (Teredo and such), 2002::/16 (6to4) and documentation are not.
            return (b[0] & 0xE0) == 0x20
                && !(b[0] == 0x20 && b[1] == 0x01 && b[2] < 2)
                && !(b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8)
                && !(b[0] == 0x20 && b[1] == 0x02);
        }
        return b[0] switch
        {
            0 or 10 or 127 or >= 224 => false,
            100 => (b[1] & 0xC0) != 64,
            169 => b[1] != 254,
            172 => (b[1] & 0xF0) != 16,
            192 => b[1] != 168 && !(b[1] == 0 && b[2] is 0 or 2),
            198 => b[1] is not (18 or 19) && !(b[1] == 51 && b[2] == 100),
            203 => !(b[1] == 0 && b[2] == 113),
            _ => true,
        };
    }
}

/// <summary>A name leads only to addresses that must not be reached.</summary>
internal sealed class ForbiddenAddressException()
    : HttpRequestException("The address leads into a network that must not be reached.");
