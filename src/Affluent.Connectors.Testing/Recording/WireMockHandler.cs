using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>
/// Answers from a folder of stubs in the form of WireMock, in which banks' sandboxes are published, and only to requests that fit all that a stub demands:
/// method, <c>url</c>, <c>urlPath</c>, <c>urlPattern</c>, <c>urlPathPattern</c>, query parameters, headers, <c>basicAuthCredentials</c> and body. Of answers it knows
/// <c>jsonBody</c> and <c>body</c>, and the templates <c>request.requestLine.baseUrl</c> and <c>port</c>, and <c>request.port</c>. In JSON to compare, <c>${json-unit.regex}</c> stands before a pattern.
/// </summary>
public sealed class WireMockHandler : HttpMessageHandler
{
    private readonly IReadOnlyList<Stub> _stubs;
    private readonly List<string> _unanswered = [];
    private readonly Dictionary<string, string> _scenarios = [];

    private WireMockHandler(IReadOnlyList<Stub> stubs) => _stubs = stubs;

    /// <summary>Requests that fitted no stub and were answered 404, each with what the nearest stub demands and it lacks.</summary>
    public IReadOnlyList<string> Unanswered => _unanswered;

    /// <summary>The files of the stubs that have answered.</summary>
    public IReadOnlyCollection<string> Answered => [.. _stubs.Where(s => s.Used).Select(s => s.File)];

    /// <summary>The files of all stubs.</summary>
    public IReadOnlyCollection<string> Files => [.. _stubs.Select(s => s.File)];

    /// <summary>Reads all *.json below the folder.</summary>
    /// <param name="habits">Demands that are no bank's.</param>
    /// <exception cref="InvalidDataException">A file is no stub, or demands what is not known here.</exception>
    public static WireMockHandler Load(string folder, params IReadOnlyList<StubHabit> habits)
    {
        List<Stub> stubs = [];
        foreach (
            var file in Directory
                .EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
        )
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllText(file));
                stubs.Add(new Stub(Path.GetRelativePath(folder, file), document.RootElement.Clone(), habits));
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
        return new WireMockHandler(stubs);
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null
            ? ""
            : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var looked = _stubs
            .Where(s =>
                s.Scenario is not { } name
                || s.State is null
                || s.State == _scenarios.GetValueOrDefault(name, "Started")
            )
            .Select(s => (Stub: s, Lacks: s.Lacks(request, body)))
            .ToArray();
        if (looked.Where(l => l.Lacks.Count == 0).Select(l => l.Stub).MaxBy(stub => stub.Demands) is { } found)
        {
            found.Used = true;
            if (found is { Scenario: { } scenario, NewState: { } state })
            {
                _scenarios[scenario] = state;
            }
            return Answer(found.Response, request);
        }
        var near = looked
            .Where(l => !l.Lacks.Contains(Stub.Place))
            .OrderBy(l => l.Lacks.Count)
            .Select(l => $"{l.Stub.File} demands {string.Join(", ", l.Lacks)}")
            .FirstOrDefault("nothing is recorded there");
        _unanswered.Add($"{request.Method} {request.RequestUri!.PathAndQuery}: {near}");
        return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
    }

    /// <summary>One recorded exchange.</summary>
    private sealed class Stub
    {
        public const string Place = "another place";

        private readonly JsonElement _request;
        private readonly string? _place;
        private readonly List<(
            string Name,
            Func<HttpRequestMessage, string, string?> Value,
            StubCondition Condition
        )> _conditions = [];

        public Stub(string file, JsonElement stub, IReadOnlyList<StubHabit> habits)
        {
            File = file;
            (Scenario, State, NewState) = (
                Text(stub, "scenarioName"),
                Text(stub, "requiredScenarioState"),
                Text(stub, "newScenarioState")
            );
            _request = stub.GetProperty("request");
            Response = stub.GetProperty("response");
            _place = habits.FirstOrDefault(habit => habit.Is(file, "url"))?.Instead;
            foreach (var (name, condition) in Members(_request, "queryParameters"))
            {
                Add($"query.{name}", (request, _) => Query(request.RequestUri!).GetValueOrDefault(name), condition);
            }
            foreach (var (name, condition) in Members(_request, "headers"))
            {
                Add($"headers.{name}", (request, _) => Header(request, name), condition);
            }
            if (_request.TryGetProperty("bodyPatterns", out var bodies))
            {
                foreach (var condition in bodies.EnumerateArray())
                {
                    Add(condition.GetRawText(), (_, body) => body, condition);
                }
            }
            Check();

            void Add(string name, Func<HttpRequestMessage, string, string?> value, JsonElement condition) =>
                _conditions.Add(
                    (name, value, new StubCondition(condition, habits.FirstOrDefault(habit => habit.Is(file, name))))
                );
        }

        public string File { get; }

        /// <summary>What goes on from one answer to the next; null: nothing.</summary>
        public string? Scenario { get; }

        public string? State { get; }

        public string? NewState { get; }

        public JsonElement Response { get; }

        public bool Used { get; set; }

        /// <summary>How particular it is.</summary>
        public int Demands => _conditions.Count;

        /// <summary>What it demands and the request does not have; empty: it fits.</summary>
        public List<string> Lacks(HttpRequestMessage request, string body)
        {
            List<string> lacks =
            [
                .. _conditions.Where(c => !c.Condition.Fits(c.Value(request, body))).Select(c => c.Name),
            ];
            if (!IsThere(request))
            {
                lacks.Insert(0, Place);
            }
            if (
                _request.TryGetProperty("basicAuthCredentials", out var basic)
                && Header(request, "Authorization")
                    != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Text(basic, "username")}:{Text(basic, "password")}"))}"
            )
            {
                lacks.Add("basicAuthCredentials");
            }
            return lacks;
        }

        private bool IsThere(HttpRequestMessage request)
        {
            var address = request.RequestUri!;
            return (Text(_request, "method") is not { } method || method == "ANY" || method == request.Method.Method)
                && (
                    _place is not null ? Matches(address.PathAndQuery, _place)
                    : Text(_request, "url") is { } url ? address.PathAndQuery == url
                    : Text(_request, "urlPath") is { } path ? address.AbsolutePath == path
                    : Text(_request, "urlPathPattern") is { } pathPattern ? Matches(address.AbsolutePath, pathPattern)
                    : Text(_request, "urlPattern") is not { } pattern || Matches(address.PathAndQuery, pattern)
                );
        }

        /// <summary>Reads all that an answer will need.</summary>
        private void Check()
        {
            string?[] patterns = [Text(_request, "urlPathPattern"), Text(_request, "urlPattern")];
            foreach (var pattern in patterns)
            {
                _ = pattern is null || Matches("", pattern);
            }
            if (StatusOf(Response) is < 100 or > 999)
            {
                throw new InvalidOperationException("the status is none");
            }
            string?[] texts =
            [
                Text(_request, "method"),
                Text(_request, "url"),
                Text(_request, "urlPath"),
                Text(Response, "body"),
            ];
            _ = Members(Response, "headers").Select(m => m.Value.ToString()).Concat(texts).Count();
        }
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
            .Replace("{{request.requestLine.port}}", $"{request.RequestUri.Port}", StringComparison.Ordinal)
            .Replace("{{request.port}}", $"{request.RequestUri.Port}", StringComparison.Ordinal);
        var response = new HttpResponseMessage((HttpStatusCode)StatusOf(stub))
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

    // WireMock answers 200 where nothing is said.
    private static int StatusOf(JsonElement response) =>
        response.TryGetProperty("status", out var status) ? status.GetInt32() : 200;

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

    /// <summary>Whether a pattern fits the whole text.</summary>
    internal static bool Matches(string text, string pattern) =>
        Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
