using System.Net;
using System.Text;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A request as the bank received it.</summary>
internal sealed record Received(string Method, Uri Address, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What the bank answers.</summary>
internal sealed record Reply(
    string Body = "",
    int Status = 200,
    string Type = "application/json",
    params (string Name, string Value)[] Headers
)
{
    /// <summary>The body where it is no text.</summary>
    public byte[]? Bytes { get; init; }
}

/// <summary>A bank of a few answers, told by method and path; everything else is 404. Later words for a path replace earlier ones.</summary>
internal sealed class FakeBank : HttpMessageHandler
{
    private readonly Dictionary<string, Func<Received, Reply>> _answers = new(StringComparer.Ordinal);

    /// <summary>All requests, in their order.</summary>
    public List<Received> Requests { get; } = [];

    /// <summary>What was asked at a path.</summary>
    public IEnumerable<Received> At(string path) => Requests.Where(r => r.Address.AbsolutePath == path);

    public FakeBank On(string method, string path, Func<Received, Reply> answer)
    {
        _answers[$"{method} {path}"] = answer;
        return this;
    }

    public FakeBank On(string path, string body) => On("GET", path, _ => new Reply(body));

    public FakeBank Page(string path, string html) => On("GET", path, _ => new Reply(html, Type: "text/html"));

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var received = new Received(
            request.Method.Method,
            request.RequestUri!,
            request
                .Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? default)
                .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)
        );
        Requests.Add(received);
        var reply = _answers.TryGetValue($"{received.Method} {received.Address.AbsolutePath}", out var answer)
            ? answer(received)
            : new Reply("", 404);
        var response = new HttpResponseMessage((HttpStatusCode)reply.Status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(reply.Bytes ?? Encoding.UTF8.GetBytes(reply.Body)),
        };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", reply.Type);
        foreach (var (name, value) in reply.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }
        return response;
    }
}
