using System.Net;
using System.Text;

namespace Affluent.Connectors.Testing.Conformance;

/// <summary>Answers that no bank should give and that banks give.</summary>
internal static class Nonsense
{
    /// <summary>A host that is nobody's bank.</summary>
    public const string Elsewhere = "elsewhere.invalid";

    private const string Json = "application/json";
    private const string Html = "text/html";

    /// <summary>By name. Each makes its answer anew.</summary>
    public static IReadOnlyList<(string Name, Func<HttpRequestMessage, HttpResponseMessage> Answer)> Answers { get; } =
    [
        ("200 with a page of HTML", _ => Text(200, Html, "<html><body><h1>Maintenance</h1></body></html>")),
        ("200 HTML that claims to be JSON", _ => Text(200, Json, "<!DOCTYPE html><p>Bonjour</p>")),
        ("200 without a body", _ => Text(200, Json, "")),
        ("204", _ => Text(204, Json, "")),
        ("200 with JSON cut off", _ => Text(200, Json, """{ "accounts": [ { "resourceId": "1", "acc""")),
        ("200 null", _ => Text(200, Json, "null")),
        ("200 []", _ => Text(200, Json, "[]")),
        ("200 {}", _ => Text(200, Json, "{}")),
        ("200 42", _ => Text(200, Json, "42")),
        ("200 with lists of the wrong things", _ => Text(200, Json, WrongThings)),
        ("200 with half a character", _ => Text(200, Json, """{ "accounts": [ { "resourceId": "\ud83d" } ] }""")),
        ("200 nested too deep", _ => Text(200, Json, new string('[', 100_000))),
        ("200 HTML nested deep", _ => Text(200, Html, string.Concat(Enumerable.Repeat("<div>", 20_000)))),
        ("200 with bytes", _ => Bytes([0xff, 0xfe, 0x00, 0xd8, 0x00, 0x01])),
        ("200 of an unknown character set", _ => Text(200, "application/json; charset=klingon", "{}")),
        ("200 that never ends", _ => Endless()),
        ("302 to itself", request => Redirect(request.RequestUri!.OriginalString)),
        ("302 to another host", _ => Redirect($"https://{Elsewhere}/login")),
        ("302 to nowhere", _ => Redirect("http://[broken")),
        ("302 without an address", _ => Text(302, Html, "")),
        ("400", _ => Text(400, Json, """{ "error": "invalid_request" }""")),
        ("401", _ => Text(401, Json, "")),
        ("403", _ => Text(403, Html, "<h1>Forbidden</h1>")),
        ("404", _ => Text(404, Html, "<h1>Not found</h1>")),
        ("418", _ => Text(418, "text/plain", "teapot")),
        ("429 with a wait of no sense", _ => RetryAfter(429, "soon")),
        ("429 with a wait of a century", _ => RetryAfter(429, "99999999999")),
        ("500", _ => Text(500, Html, "<h1>Erreur</h1>")),
        ("503", _ => RetryAfter(503, "120")),
        ("a broken connection", _ => throw new HttpRequestException("connection reset")),
    ];

    private const string WrongThings = """
        { "accounts": [ 1, null, [], "x", { "resourceId": {}, "balances": "none", "_links": 3 } ],
          "balances": [ null, 7 ], "transactions": [ null, 1, { "transactionAmount": "x" } ],
          "access_token": [], "expires_in": "soon", "_links": { "next": { "href": 3 } } }
        """;

    private static HttpResponseMessage Text(int status, string mediaType, string text)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)),
        };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return response;
    }

    private static HttpResponseMessage Bytes(byte[] bytes) =>
        new(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) };

    private static HttpResponseMessage Redirect(string address)
    {
        var response = Text(302, Html, "");
        response.Headers.TryAddWithoutValidation("Location", address);
        return response;
    }

    private static HttpResponseMessage RetryAfter(int status, string value)
    {
        var response = Text(status, Json, "{}");
        response.Headers.TryAddWithoutValidation("Retry-After", value);
        return response;
    }

    private static HttpResponseMessage Endless()
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream()) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", Html);
        return response;
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
