using System.Net;
using System.Net.Sockets;

namespace Affluent.TestBank.Scenarios;

/// <summary>What fetching a file comes to.</summary>
internal abstract record FetchedFile
{
    private FetchedFile() { }

    public sealed record Content(byte[] Bytes) : FetchedFile;

    public sealed record Failed(string Reason) : FetchedFile;
}

/// <summary>
/// Fetches accounts files. Whoever can reach the bank can make it fetch, so it connects to the public internet and to the networks that the
/// installation names, and to nothing else; it follows no redirect, and reads few files at once.
/// </summary>
/// <param name="resolve">Looks up the addresses of a host name.</param>
internal sealed class FileFetch(
    IReadOnlyList<IPNetwork> networks,
    Func<string, CancellationToken, Task<IPAddress[]>> resolve
) : IDisposable
{
    private const int MostAtOnce = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = Patience,
            ConnectCallback = (context, cancellation) => Connect(networks, resolve, context.DnsEndPoint, cancellation),
        }
    )
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = ScenarioLimits.LargestFile,
    };

    public FileFetch(IReadOnlyList<IPNetwork> networks)
        : this(networks, Dns.GetHostAddressesAsync) { }

    public async Task<FetchedFile> Read(Uri url, CancellationToken cancellation)
    {
        if (!await places.WaitAsync(Patience, cancellation))
        {
            return new FetchedFile.Failed("the bank reads too many files just now");
        }

        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseContentRead, cancellation);
            return response.StatusCode == HttpStatusCode.OK
                ? new FetchedFile.Content(await response.Content.ReadAsByteArrayAsync(cancellation))
                : new FetchedFile.Failed($"the file's server answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new FetchedFile.Failed("the file is larger than 2 MB");
        }
        catch (HttpRequestException e)
        {
            return new FetchedFile.Failed(
                e.InnerException is ForbiddenAddressException
                    ? "the address belongs to a private network"
                    : "the file's server cannot be reached"
            );
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new FetchedFile.Failed($"no answer within {Patience.TotalSeconds:0} seconds");
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Whether an address lies in the public internet (IANA special-purpose address registries).</summary>
    internal static bool IsPublic(IPAddress address)
    {
        var b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Global unicast is 2000::/3; of it 2001::/23 (Teredo and such), 2002::/16 (6to4) and documentation are not.
            return (b[0] & 0xE0) == 0x20
                && b is not ([0x20, 0x01, < 2, ..] or [0x20, 0x01, 0x0D, 0xB8, ..] or [0x20, 0x02, ..]);
        }

        return b
            is not (
                [0 or 10 or 127 or >= 224, ..]
                or [100, >= 64 and <= 127, ..]
                or [169, 254, ..]
                or [172, >= 16 and <= 31, ..]
                or [192, 168, ..]
                or [192, 0, 0 or 2, ..]
                or [198, 18 or 19, ..]
                or [198, 51, 100, ..]
                or [203, 0, 113, ..]
            );
    }

    // The address judged is the one connected to, so a name that resolves differently the second time gains nothing.
    private static async ValueTask<Stream> Connect(
        IReadOnlyList<IPNetwork> networks,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve,
        DnsEndPoint target,
        CancellationToken cancellation
    )
    {
        var allowed = (await resolve(target.Host, cancellation))
            .Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a)
            .Where(a => IsPublic(a) || networks.Any(n => n.Contains(a)))
            .ToArray();
        if (allowed.Length == 0)
        {
            throw new ForbiddenAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        http.Dispose();
        places.Dispose();
    }

    private sealed class ForbiddenAddressException : IOException;
}
