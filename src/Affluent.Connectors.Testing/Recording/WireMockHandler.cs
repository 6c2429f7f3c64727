using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>
/// Answers from a folder of stubs in the form of WireMock, in which banks' sandboxes are published. Of the form it knows what
/// such stubs use: <c>url</c>, <c>urlPath</c>, <c>urlPattern</c>, <c>urlPathPattern</c>, query parameters, bodies and the named
/// headers by <c>equalTo</c>, <c>contains</c>, <c>matches</c>; <c>jsonBody</c> and <c>body</c>; the templates
/// <c>request.requestLine.baseUrl</c> and <c>port</c>. Body patterns by JSONPath are taken as fitting.
/// </summary>
public sealed class WireMockHandler : HttpMessageHandler
{
    private readonly IReadOnlyList<JsonElement> _stubs;
    private readonly IReadOnlyList<string> _headers;
    private readonly List<string> _unanswered = [];

    private WireMockHandler(IReadOnlyList<JsonElement> stubs, IReadOnlyList<string> headers) =>
        (_stubs, _headers) = (stubs, headers);

    /// <summary>Requests that fitted no stub and were answered 404.</summary>
    public IReadOnlyList<string> Unanswered => _unanswered;

    /// <summary>Reads all *.json below the folder.</summary>
    /// <param name="headers">Request headers that a stub may insist on; others (signatures, dates) are not looked at.</param>
    /// <exception cref="InvalidDataException">A file is no stub.</exception>
    public static WireMockHandler Load(string folder, params IReadOnlyList<string> headers)
    {
        List<JsonElement> stubs = [];
        foreach (
            var file in Directory
                .EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
        )
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllText(file));
                stubs.Add(document.RootElement.Clone());
                Check(stubs[^1]);
            }
            // Not JSON; no such member; a value of another kind, or half a surrogate pair; a number too large; a pattern that is none.
            catch (Exception e)
                when (e
                        is JsonException
                            or KeyNotFoundException
                            or InvalidOperationException
                            or FormatException
                            or ArgumentException
                )
            {
                throw new InvalidDataException($"{file}: is no stub: {e.Message}", e);
            }
        }
        return new WireMockHandler(stubs, headers);
    }

    /// <summary>Reads all that an answer will need.</summary>
    private static void Check(JsonElement stub)
    {
        var (request, response) = (stub.GetProperty("request"), stub.GetProperty("response"));
        string?[] texts =
        [
            Text(request, "method"),
            Text(request, "url"),
            Text(request, "urlPath"),
            Text(response, "body"),
        ];
        string?[] patterns = [Text(request, "urlPathPattern"), Text(request, "urlPattern")];
        var conditions = Members(request, "queryParameters")
            .Concat(Members(request, "headers"))
            .Select(m => m.Value)
            .Concat(request.TryGetProperty("bodyPatterns", out var bodies) ? bodies.EnumerateArray() : [])
            .SelectMany(condition => condition.EnumerateObject())
            .Select(rule => (rule.Name, Value: rule.Value.ToString()))
            .ToArray();
        foreach (var pattern in patterns.Concat(conditions.Where(c => c.Name == "matches").Select(c => c.Value)))
        {
            _ = pattern is null || Matches("", pattern);
        }
        if (response.GetProperty("status").GetInt32() is < 100 or > 999)
        {
            throw new InvalidOperationException("the status is none");
        }
        _ = Members(response, "headers").Select(m => m.Value.ToString()).Concat(texts).Count();
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var stub = _stubs
            .Select(s => (Stub: s, Weight: Weigh(s.GetProperty("request"), request, body)))
            .Where(s => s.Weight >= 0)
            .OrderByDescending(s => s.Weight)
            .Select(s => (JsonElement?)s.Stub)
            .FirstOrDefault();
        if (stub is { } found)
        {
            return Answer(found.GetProperty("response"), request);
        }
        _unanswered.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
    }

    /// <summary>How many of its conditions fit; below zero when one does not. The most particular stub wins.</summary>
    private int Weigh(JsonElement stub, HttpRequestMessage request, string body)
    {
        var address = request.RequestUri!;
        if (Text(stub, "method") is { } method && method != "ANY" && method != request.Method.Method)
        {
            return -1;
        }
        var path = Uri.UnescapeDataString(address.AbsolutePath);
        var fits =
            Text(stub, "url") is { } url
                ? address.PathAndQuery == url
                    || Uri.UnescapeDataString(address.PathAndQuery) == Uri.UnescapeDataString(url)
            : Text(stub, "urlPath") is { } urlPath ? path == Uri.UnescapeDataString(urlPath)
            : Text(stub, "urlPathPattern") is { } pathPattern ? Matches(address.AbsolutePath, pathPattern)
            : Text(stub, "urlPattern") is not { } pattern || Matches(address.PathAndQuery, pattern);
        var weight = 1;
        var query = Query(address);
        foreach (var (name, condition) in Members(stub, "queryParameters"))
        {
            fits &= Fits(condition, query.GetValueOrDefault(name));
            weight++;
        }
        foreach (var (name, condition) in Members(stub, "headers"))
        {
            if (_headers.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                fits &= Fits(condition, Header(request, name));
                weight++;
            }
        }
        if (stub.TryGetProperty("bodyPatterns", out var patterns))
        {
            foreach (var condition in patterns.EnumerateArray())
            {
                fits &= Fits(condition, body);
                weight++;
            }
        }
        return fits ? weight : -1;
    }

    private static bool Fits(JsonElement condition, string? value)
    {
        foreach (var rule in condition.EnumerateObject())
        {
            var wanted = rule.Value.ToString();
            var fits = rule.Name switch
            {
                "equalTo" => value == wanted,
                "contains" => value?.Contains(wanted, StringComparison.OrdinalIgnoreCase) == true,
                "matches" => value is not null && Matches(value, wanted),
                "absent" => value is null,
                _ => true,
            };
            if (!fits)
            {
                return false;
            }
        }
        return true;
    }

    private static HttpResponseMessage Answer(JsonElement stub, HttpRequestMessage request)
    {
        var body =
            stub.TryGetProperty("jsonBody", out var json) && json.ValueKind != JsonValueKind.Null
                ? json.GetRawText()
                : Text(stub, "body") ?? "";
        body = body.Replace(
                "{{request.requestLine.baseUrl}}",
                request.RequestUri!.GetLeftPart(UriPartial.Authority),
                StringComparison.Ordinal
            )
            .Replace("{{request.requestLine.port}}", $"{request.RequestUri.Port}", StringComparison.Ordinal);
        var response = new HttpResponseMessage((HttpStatusCode)stub.GetProperty("status").GetInt32())
        {
            RequestMessage = request,
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        foreach (var (name, value) in Members(stub, "headers"))
        {
            if (
                !name.Equals("content-length", StringComparison.OrdinalIgnoreCase)
                && !response.Headers.TryAddWithoutValidation(name, value.ToString())
            )
            {
                response.Content.Headers.TryAddWithoutValidation(name, value.ToString());
            }
        }
        return response;
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values)
        : request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true ? string.Join(", ", values)
        : null;

    private static Dictionary<string, string> Query(Uri address)
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            query.TryAdd(
                Uri.UnescapeDataString(cut < 0 ? pair : pair[..cut]),
                cut < 0 ? "" : Uri.UnescapeDataString(pair[(cut + 1)..])
            );
        }
        return query;
    }

    private static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement element, string name) =>
        element.TryGetProperty(name, out var members) ? members.EnumerateObject().Select(m => (m.Name, m.Value)) : [];

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static bool Matches(string text, string pattern) =>
        Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
