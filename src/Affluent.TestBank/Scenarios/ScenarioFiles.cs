using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;

namespace Affluent.TestBank.Scenarios;

/// <summary>
/// Finds the scenario that a login names: nothing (the bank's own), the name of a shipped scenario, or the address of a file, which is
/// fetched anew at each read, so that a file changed by its author shows at once.
/// </summary>
internal sealed class ScenarioFiles : IDisposable
{
    private const int LargestFile = 2 * 1024 * 1024;
    private const int MostMoves = 3;
    private const string NotText = "the file is not UTF-8 text";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly BankClock clock;
    private readonly string? ownPath;

    // Whoever can reach the bank can make it fetch; what listens on this machine is only for those who are on it.
    private readonly bool loopbackAllowed;

    public ScenarioFiles(TestBankOptions options, BankClock clock)
    {
        this.clock = clock;
        ownPath = options.ScenarioPath;
        loopbackAllowed = options
            .Urls.Split(';')
            .All(listen => Uri.TryCreate(listen, UriKind.Absolute, out var url) && url.IsLoopback);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = Patience,
            ConnectCallback = Connect,
        };
        http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LargestFile };
    }

    /// <summary>Names of the scenarios inside the bank.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(n => n.StartsWith("scenario.", StringComparison.Ordinal))
            .Select(n => n["scenario.".Length..])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the scenario; a file that says that it has moved is followed up to three times.</summary>
    public async Task<ScenarioFile> Read(string? place, CancellationToken cancellation)
    {
        for (var moves = 0; moves <= MostMoves; moves++)
        {
            var file = await ReadOnce(place, cancellation);
            if (file is not ScenarioFile.Moved moved)
            {
                return file;
            }

            place = moved.Url;
        }

        return new ScenarioFile.Unreachable("the file moves on and on");
    }

    /// <summary>Reads a scenario text of either form.</summary>
    public static ScenarioFile Parse(string file, string text, DateOnly today)
    {
        var begin = text.TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (begin.StartsWith('<'))
        {
            return new ScenarioFile.Unreachable("an HTML page was found where a scenario file is due");
        }

        var draft = begin.StartsWith('{') ? JsonScenario.Read(file, text) : PipeFile.Read(file, text);
        return ScenarioCheck.Of(draft, today);
    }

    private async Task<ScenarioFile> ReadOnce(string? place, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(place))
        {
            return await ReadOwn(cancellation);
        }

        var name = place.Trim();
        if (Shipped.Contains(name, StringComparer.Ordinal))
        {
            return Parse(name, ReadShipped(name), clock.Today);
        }

        return Uri.TryCreate(name, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https" }
            ? await Fetch(url, cancellation)
            : new ScenarioFile.Unreachable(
                $"this is neither an http(s) address nor one of {string.Join(", ", Shipped)}"
            );
    }

    private async Task<ScenarioFile> ReadOwn(CancellationToken cancellation)
    {
        if (ownPath is null)
        {
            return Parse("default", ReadShipped("default"), clock.Today);
        }

        try
        {
            return Utf8(await File.ReadAllBytesAsync(ownPath, cancellation)) is { } text
                ? Parse(Path.GetFileName(ownPath), text, clock.Today)
                : new ScenarioFile.Unreachable(NotText);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ScenarioFile.Unreachable($"{Path.GetFileName(ownPath)} cannot be read");
        }
    }

    private async Task<ScenarioFile> Fetch(Uri url, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseContentRead, cancellation);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new ScenarioFile.Unreachable($"the file's server answered {(int)response.StatusCode}");
            }

            var text = Utf8(await response.Content.ReadAsByteArrayAsync(cancellation));
            return text is null
                ? new ScenarioFile.Unreachable(NotText)
                : Parse(url.Segments[^1].Trim('/') is { Length: > 0 } file ? file : url.Host, text, clock.Today);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new ScenarioFile.Unreachable("the file is larger than 2 MB");
        }
        catch (HttpRequestException e)
        {
            return new ScenarioFile.Unreachable(
                e.InnerException is ForbiddenAddressException
                    ? "the address belongs to a private network"
                    : "the file's server cannot be reached"
            );
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ScenarioFile.Unreachable($"no answer within {Patience.TotalSeconds:0} seconds");
        }
    }

    private static string ReadShipped(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("scenario." + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string? Utf8(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // The check is made on the address that is connected to, so a name that resolves differently the second time gains nothing.
    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = addresses.Where(a => IPAddress.IsLoopback(a) ? loopbackAllowed : !IsPrivate(a)).ToArray();
        if (allowed.Length == 0)
        {
            throw new ForbiddenAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address lies outside the public internet (IANA special-purpose address registries).</summary>
    internal static bool IsPrivate(IPAddress address)
    {
        var ip = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var b = ip.GetAddressBytes();
        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Public is 2000::/3, but not what carries an IPv4 address inside (Teredo, 6to4).
            return (b[0] & 0xE0) != 0x20 || (b[0] == 0x20 && (b[1] == 0x02 || (b[1] == 0x01 && b[2] < 2)));
        }

        return b switch
        {
            [0 or 10 or 127, ..] => true,
            [100, >= 64 and <= 127, ..] => true,
            [169, 254, ..] => true,
            [172, >= 16 and <= 31, ..] => true,
            [192, 168, ..] => true,
            [192, 0, 0, ..] => true,
            [198, 18 or 19, ..] => true,
            [>= 224, ..] => true,
            _ => false,
        };
    }

    public void Dispose() => http.Dispose();

    private sealed class ForbiddenAddressException : IOException;
}
