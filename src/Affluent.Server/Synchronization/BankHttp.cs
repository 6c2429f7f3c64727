using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Affluent.Connectors.Contract;
using Affluent.Server.Gates;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>
/// The only way to the banks: no cookies, no redirects followed, answers bounded in time and size, and no way into the network
/// that this installation stands in. Addresses come from the catalogue and from banks' answers, so they are not to be trusted.
/// </summary>
internal sealed partial class BankHttp : IDisposable
{
    private readonly bool _loopbackAllowed;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly BankKeys _keys;
    private readonly SocketsHttpHandler _network;

    // Banks that want our certificate, or have authorities of their own, share no connection with others.
    private readonly ConcurrentDictionary<ChannelDefinitionId, Lazy<SocketsHttpHandler>> _ownNetworks = new();

    public BankHttp(Settings settings, TimeProvider time, ILogger<BankHttp> log)
    {
        _loopbackAllowed = settings.Environment == InstallationKind.Sandbox;
        _log = log;
        _time = time;
        _keys = new BankKeys(settings);
        _network = Network();
    }

    /// <inheritdoc cref="BankKeys.Seal"/>
    public Seal? SealFor(ChannelDefinition bank) => _keys.Seal(bank.Certificates);

    /// <summary>Whether a bank wants to see a certificate, and there is none to be shown.</summary>
    public bool LacksClientFor(ChannelDefinition bank) =>
        bank.ClientCertificate && _keys.Client(bank.Certificates) is null;

    private SocketsHttpHandler Network() =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            // What a bank gets is what its connector says: no trace of ours.
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = Connect,
            PlaintextStreamFilter = SentAgainOnce.Watch,
            SslOptions = new() { RemoteCertificateValidationCallback = TlsFault.Judge },
        };

    private SocketsHttpHandler NetworkOf(ChannelDefinition bank) =>
        bank is { ClientCertificate: false, CertificateAuthorities: null }
            ? _network
            : _ownNetworks
                .GetOrAdd(
                    bank.Id,
                    _ =>
                        new(() =>
                        {
                            var network = Network();
                            if (bank.ClientCertificate)
                            {
                                network.SslOptions.ClientCertificateContext = _keys.Client(bank.Certificates);
                            }
                            if (bank.CertificateAuthorities is { } authorities)
                            {
                                network.SslOptions.CertificateChainPolicy = BankKeys.OnlyBy(authorities);
                            }
                            return network;
                        })
                )
                .Value;

    /// <summary>To hand to a connector for a step: what it reads counts within the bounds. Connections are shared by all.</summary>
    /// <param name="bank">Whose certificate is judged, and to whom ours is shown, as it says.</param>
    /// <param name="turn">What each request waits for before it is sent; null: nothing.</param>
    public HttpClient Client(
        ReadingBounds bounds,
        StepStop stop,
        ChannelDefinition bank,
        Func<CancellationToken, Task>? turn = null
    )
    {
        HttpMessageHandler way = new StoppableExchange(
            stop,
            new BoundedExchange(new SentAgainOnce(NetworkOf(bank)), _time)
            {
                Received = bounds.Add,
                Ended = exchange =>
                {
                    bounds.Add(exchange);
                    Tell(exchange);
                },
            }
        );
        return new(turn is null ? way : new RatedExchange(turn, way), disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose()
    {
        _network.Dispose();
        foreach (var network in _ownNetworks.Values.Where(n => n.IsValueCreated))
        {
            network.Value.Dispose();
        }
        _keys.Dispose();
    }

    // The name is resolved and judged here, at the moment of connecting, so that a second answer of the name server changes nothing.
    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = addresses.Where(IsAllowed).ToArray();
        if (allowed.Length == 0)
        {
            throw new HttpRequestException("The bank's address leads into a private network.");
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

    private bool IsAllowed(IPAddress address) => IPAddress.IsLoopback(address) ? _loopbackAllowed : IsPublic(address);

    /// <summary>Whether an address lies in the public internet (IANA special-purpose address registries).</summary>
    internal static bool IsPublic(IPAddress address)
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

    /// <summary>No path and no query: they may hold ids, codes and names.</summary>
    private void Tell(ExchangeEnd exchange)
    {
        var (method, host) = (exchange.Method, exchange.Address?.Host);
        var reason = exchange.Failure is { } failure ? ReasonOf(failure) : null;
        SynchronizationMetrics.Exchanged(exchange, reason);
        if (reason is null)
        {
            LogAnswer(_log, method, host, (int?)exchange.Status, exchange.Duration);
        }
        else if (exchange.Failure is not OperationCanceledException)
        {
            LogFailure(_log, method, host, reason, exchange.Duration);
        }
    }

    private static string ReasonOf(Exception failure) =>
        failure switch
        {
            HttpIOException { InnerException: OperationCanceledException } => "time-out",
            HttpIOException error => $"{error.HttpRequestError}",
            HttpRequestException error => $"{error.HttpRequestError}",
            _ => failure.GetType().Name,
        };

    [LoggerMessage(5301, LogLevel.Debug, "Bank {Method} {Host}: {Status} after {Duration}")]
    private static partial void LogAnswer(ILogger log, HttpMethod method, string? host, int? status, TimeSpan duration);

    [LoggerMessage(5302, LogLevel.Warning, "Bank {Method} {Host}: {Failure} after {Duration}")]
    private static partial void LogFailure(
        ILogger log,
        HttpMethod method,
        string? host,
        string failure,
        TimeSpan duration
    );
}
