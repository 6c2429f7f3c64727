using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Serialization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>Why nothing came back, or nothing that counts.</summary>
[JsonConverter(typeof(WordConverter<SendError>))]
[WordCase(WordCase.LowerSnake)]
internal enum SendError
{
    /// <summary>An answer that is not 2xx.</summary>
    Status,

    /// <summary>An answer 3xx: redirects are not followed.</summary>
    Redirect,

    TimeOut,

    /// <summary>The name server knows no such host.</summary>
    UnknownHost,

    /// <summary>The host is in a network that must not be reached.</summary>
    ForbiddenAddress,

    /// <summary>The certificate is not believed, or there is no TLS.</summary>
    Tls,

    /// <summary>No connection, or it broke.</summary>
    Connection,
}

/// <summary>A message to be sent.</summary>
/// <param name="Id">The same each time that it is sent.</param>
internal sealed record WebhookMessageBody(string Id, byte[] Body);

/// <summary>What came of sending a message.</summary>
/// <param name="Error">Null: it has arrived.</param>
/// <param name="Response">The first characters of the answer.</param>
/// <param name="RetryAfter">Seconds after which the receiver wants it again.</param>
internal sealed record SendResult(
    int? HttpStatus,
    SendError? Error,
    string? Response,
    TimeSpan Duration,
    long? RetryAfter = null
)
{
    public int Milliseconds => (int)Math.Min(Duration.TotalMilliseconds, int.MaxValue);
}

/// <summary>
/// The only way to receivers: no redirects, no cookies, certificates checked, answers bounded in time and size, and no way into the network that this
/// installation stands in, but for what the settings allow.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>From the first attempt to connect to the end of the answer.</summary>
    public static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(15);

    // So much of an answer is kept.
    private const int KeptBytes = 512;

    private readonly TimeProvider _time;
    private readonly SocketsHttpHandler _network;
    private readonly HttpMessageInvoker _client;

    /// <param name="trust">Whose certificates are believed; null: those that the machine believes.</param>
    public WebhookSender(Settings settings, TimeProvider time, X509ChainPolicy? trust = null)
    {
        _time = time;
        _network = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            // What a receiver gets is what the documentation says: no trace of ours.
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 65_536,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            ConnectCallback = NetworkOf(settings).Connect,
        };
        if (settings.WebhookCertificateFile is { } certificate)
        {
            _network.SslOptions.ClientCertificateContext = TlsCertificate.LoadChain(
                certificate,
                settings.WebhookKeyFile
            );
        }
        _network.SslOptions.CertificateChainPolicy = trust;
        _client = new HttpMessageInvoker(_network, disposeHandler: false);
    }

    /// <summary>Where receivers may be.</summary>
    public static PublicNetwork NetworkOf(Settings settings) => new(settings.WebhookNetworks);

    /// <summary>Sends a message and says what came of it.</summary>
    /// <exception cref="OperationCanceledException">The caller wants to know no more; it may have arrived.</exception>
    public async Task<SendResult> Send(
        Uri url,
        MessageSigner signer,
        WebhookMessageBody message,
        CancellationToken cancellation
    )
    {
        var begun = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(LongestAnswer, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var request = Request(url, signer, message);
            using var answer = await _client.SendAsync(request, either.Token);
            var status = (int)answer.StatusCode;
            return new(
                status,
                status switch
                {
                    >= 200 and < 300 => null,
                    >= 300 and < 400 => SendError.Redirect,
                    _ => SendError.Status,
                },
                await Beginning(answer, either.Token),
                _time.GetElapsedTime(begun),
                RetryAfter(answer.Headers.RetryAfter)
            );
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, SendError.TimeOut, null, _time.GetElapsedTime(begun));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return new(null, ErrorOf(error), null, _time.GetElapsedTime(begun));
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _network.Dispose();
    }

    private HttpRequestMessage Request(Uri url, MessageSigner signer, WebhookMessageBody message)
    {
        var timestamp = _time.Seconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(message.Body),
            Version = HttpVersion.Version11,
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.TryAddWithoutValidation("User-Agent", "Affluent-Webhooks/1.0");
        request.Headers.TryAddWithoutValidation("webhook-id", message.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", signer.Sign(message.Id, timestamp, message.Body));
        return request;
    }

    private static async Task<string?> Beginning(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(KeptBytes);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            var length = await body.ReadAtLeastAsync(buffer.AsMemory(0, KeptBytes), KeptBytes, false, cancellation);
            // A character that was cut, and what no database keeps, become the sign for that.
            return length == 0 ? null : Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD');
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private long? RetryAfter(RetryConditionHeaderValue? header) =>
        header switch
        {
            { Delta: { } delta } => (long)delta.TotalSeconds,
            { Date: { } date } => Math.Max(0, date.ToUnixTimeSeconds() - _time.Seconds()),
            _ => null,
        };

    private static SendError ErrorOf(Exception error) =>
        error switch
        {
            ForbiddenAddressException => SendError.ForbiddenAddress,
            { InnerException: ForbiddenAddressException } => SendError.ForbiddenAddress,
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => SendError.UnknownHost,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => SendError.Tls,
            { InnerException: AuthenticationException } => SendError.Tls,
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } =>
                SendError.UnknownHost,
            { InnerException: SocketException inner } => ErrorOf(inner),
            _ => SendError.Connection,
        };
}
