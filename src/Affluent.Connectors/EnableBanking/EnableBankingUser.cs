using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.EnableBanking;

/// <summary>What a bank is told of a user who is there (API reference 1.0.0, "PSU headers"): all that it wants, or nothing. Pure.</summary>
internal static class EnableBankingUser
{
    // Addresses by which nobody outside knows a user.
    private static readonly IPNetwork[] Private =
    [
        .. new[] { "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16" }
            .Concat(["::1/128", "fc00::/7", "fe80::/10"])
            .Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>The headers; none: the bank takes what is read for a reading without the user, and counts it.</summary>
    public static IReadOnlyList<Field> Fields(EnableBankingSettings settings, PresentUser user)
    {
        List<Field> fields = [];
        foreach (var name in settings.PsuHeaders)
        {
            var value = name switch
            {
                "Psu-Ip-Address" => IsPublic(user.IpAddress) ? user.IpAddress : null,
                "Psu-User-Agent" => user.UserAgent,
                "Psu-Accept-Language" => user.AcceptLanguage,
                _ => null,
            };
            if (string.IsNullOrWhiteSpace(value) || value.Any(c => c is < ' ' or > '~'))
            {
                return [];
            }
            fields.Add(new Field(name, value));
        }
        return fields;
    }

    private static bool IsPublic(string text) =>
        IPAddress.TryParse(text, out var address)
        && !Private.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}
