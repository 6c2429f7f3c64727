using System.Net.Http.Headers;
using System.Text;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>
/// Keeps what passes through, secrets masked: put it between the HttpClient of a step and the network, run against the
/// bank's sandbox, and save the recording beside the tests.
/// </summary>
public sealed class RecordingHandler(HttpMessageHandler inner, SecretMask? mask = null) : DelegatingHandler(inner)
{
    private readonly SecretMask _mask = mask ?? new SecretMask();
    private readonly List<HttpExchange> _exchanges = [];
    private readonly Lock _gate = new();

    /// <summary>What has passed so far.</summary>
    public HttpRecording Recording
    {
        get
        {
            lock (_gate)
            {
                return new HttpRecording { Exchanges = [.. _exchanges] };
            }
        }
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var requestBody = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var exchange = new HttpExchange
        {
            Method = request.Method.Method,
            Url = _mask.Url(request.RequestUri!.AbsoluteUri),
            RequestHeaders = Headers(request.Headers, request.Content?.Headers),
            RequestBody = _mask.Body(requestBody, request.Content?.Headers.ContentType?.MediaType),
            Status = (int)response.StatusCode,
            ResponseHeaders = Headers(response.Headers, response.Content.Headers),
            ResponseBody = _mask.Body(Encoding.UTF8.GetString(bytes), response.Content.Headers.ContentType?.MediaType),
        };
        lock (_gate)
        {
            _exchanges.Add(exchange);
        }
        var copy = new ByteArrayContent(bytes);
        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }
        response.Content = copy;
        return response;
    }

    private SortedDictionary<string, IReadOnlyList<string>> Headers(HttpHeaders message, HttpContentHeaders? content)
    {
        var headers = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, values) in message.NonValidated.Concat(content?.NonValidated ?? default))
        {
            headers[name] = [.. values.Select(v => _mask.Header(name, v))];
        }
        return headers;
    }
}
