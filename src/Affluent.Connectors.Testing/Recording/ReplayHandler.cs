using System.Net;
using System.Text;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>How a request finds its answer in a recording.</summary>
public enum ReplayOrder
{
    /// <summary>Each request must be the next of the recording.</summary>
    Strict,

    /// <summary>The first exchange not used yet that fits; when all that fit are used, the last of them again.</summary>
    ByMatch,
}

/// <summary>
/// Answers from a recording instead of the network. A request fits when method, address and body are the same after masking;
/// a request that fits nothing is a failed test and throws <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class ReplayHandler(
    HttpRecording recording,
    ReplayOrder order = ReplayOrder.Strict,
    SecretMask? mask = null
) : HttpMessageHandler
{
    private readonly SecretMask _mask = mask ?? new SecretMask();
    private readonly bool[] _used = new bool[recording.Exchanges.Count];
    private readonly Lock _gate = new();

    /// <summary>Exchanges that no request has asked for.</summary>
    public IReadOnlyList<HttpExchange> Unused
    {
        get
        {
            lock (_gate)
            {
                return [.. recording.Exchanges.Where((_, i) => !_used[i])];
            }
        }
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var url = _mask.Url(request.RequestUri!.AbsoluteUri);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        body = _mask.Body(body, request.Content?.Headers.ContentType?.MediaType);
        return Answer(Take(request.Method.Method, url, body), request);
    }

    private HttpExchange Take(string method, string url, string body)
    {
        bool Fits(int i) =>
            recording.Exchanges[i] is var e && e.Method == method && e.Url == url && e.RequestBody == body;

        lock (_gate)
        {
            var all = Enumerable.Range(0, _used.Length);
            var next = all.FirstOrDefault(i => !_used[i], -1);
            var found =
                order == ReplayOrder.Strict ? (next >= 0 && Fits(next) ? next : -1)
                : all.FirstOrDefault(i => !_used[i] && Fits(i), -1) is >= 0 and var fresh ? fresh
                : all.LastOrDefault(Fits, -1);
            if (found < 0)
            {
                var expected =
                    next < 0 ? "the recording is at its end"
                    : order == ReplayOrder.Strict
                        ? $"the recording goes on with {recording.Exchanges[next].Method} {recording.Exchanges[next].Url}"
                    : "the recording holds no such exchange";
                throw new InvalidOperationException($"{method} {url}: {expected}");
            }
            _used[found] = true;
            return recording.Exchanges[found];
        }
    }

    private static HttpResponseMessage Answer(HttpExchange exchange, HttpRequestMessage request)
    {
        var response = new HttpResponseMessage((HttpStatusCode)exchange.Status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(exchange.ResponseBody)),
        };
        foreach (var (name, values) in exchange.ResponseHeaders)
        {
            // The text is kept decoded and its length may have changed by masking.
            if (name is "Content-Length" or "Content-Encoding" or "Transfer-Encoding")
            {
                continue;
            }
            if (!response.Headers.TryAddWithoutValidation(name, values))
            {
                response.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }
        return response;
    }
}
