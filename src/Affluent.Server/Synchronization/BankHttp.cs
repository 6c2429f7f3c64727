using System.Collections.Concurrent;
using System.Net;
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
    private readonly PublicNetwork _reachable;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly BankKeys _keys;
    private readonly SocketsHttpHandler _network;

    // Banks that want our certificate, or have authorities of their own, share no connection with others.
    private readonly ConcurrentDictionary<ChannelDefinitionId, Lazy<SocketsHttpHandler>> _ownNetworks = new();

    public BankHttp(Settings settings, TimeProvider time, ILogger<BankHttp> log)
    {
        _reachable = new(settings.ReachesTestBank ? PublicNetwork.Loopback : []);
        _log = log;
        _time = time;
        _keys = new BankKeys(settings, time);
        _network = Network();
    }

    /// <inheritdoc cref="BankKeys.Seal"/>
    public Seal? SealFor(ChannelDefinition bank) =>
        bank.Upstream is null ? _keys.Seal(bank.Certificates) : _keys.OfApplication;

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
            ConnectCallback = _reachable.Connect,
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
    /// <param name="failed">Hears by what a request came to nothing.</param>
    public HttpClient Client(
        ReadingBounds bounds,
        StepStop stop,
        ChannelDefinition bank,
        Func<CancellationToken, Task>? turn = null,
        Action<Exception>? failed = null
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
                    if (exchange.Failure is { } failure)
                    {
                        failed?.Invoke(failure);
                    }
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
