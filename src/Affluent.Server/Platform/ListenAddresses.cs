namespace Affluent.Server.Platform;

/// <summary>Where a process listens: addresses of http or https and unix sockets, separated by ';'.</summary>
internal static class ListenAddresses
{
    /// <summary>The addresses of a <c>listen</c> setting.</summary>
    public static IEnumerable<BindingAddress> Of(string listen) =>
        listen
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(BindingAddress.Parse);

    /// <summary>Whether only this machine can reach it.</summary>
    public static bool IsLocal(this BindingAddress address) => address.IsUnixPipe || IsLoopback(address.Host);

    /// <summary>Whether the name or address stands for this machine.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (System.Net.IPAddress.TryParse(host.Trim('[', ']'), out var ip) && System.Net.IPAddress.IsLoopback(ip));

    /// <summary>Why nothing could listen there, in words; null: something could.</summary>
    public static string? WhyNot(string text)
    {
        const string Form = "must be like http://127.0.0.1:5100, https://0.0.0.0:443 or http://unix:/run/affluent.sock";
        try
        {
            var all = Of(text).ToArray();
            return
                all.Length > 0
                && all.All(a =>
                    a.Scheme is "http" or "https"
                    && a.PathBase == ""
                    && (a.IsUnixPipe || a.Port is >= 0 and < 65536)
                    && Uri.TryCreate(Addresses.Reachable(a), UriKind.Absolute, out _)
                )
                ? null
                : Form;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return Form;
        }
    }
}
