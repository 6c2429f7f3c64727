using System.Net;

namespace Affluent.Server.Platform;

/// <summary>Addresses of networks as they are written down.</summary>
internal static class IpAddresses
{
    /// <summary>One of IPv4 as such, also where a socket of IPv6 took it; null: not known.</summary>
    public static string? Text(this IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}
