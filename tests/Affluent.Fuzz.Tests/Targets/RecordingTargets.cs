using Affluent.Connectors.Testing.Recording;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>What the test kit of connectors reads: recordings, published stubs, and exchanges that hold secrets.</summary>
internal static class RecordingTargets
{
    private const string Password = "p4ssw0rd&co";

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("recording-file", Recording, RecordingText),
            FuzzTarget.OfBytes("recording-stubs", Stubs, Stub) with
            {
                SharedFolder = "recordings/berlin-group",
            },
            FuzzTarget.OfText(
                "recording-mask",
                Mask,
                $"grant_type=password&password={Password}&code=12&csrf_token=abc",
                $$"""{ "access_token": "eyJhbGciOi", "expires_in": 600, "refresh_token" : "x\"y", "name": "{{Password}}" }""",
                "<form><input type=hidden name=\"csrf\" value='abc'><input name=otp value=123></form>"
            ),
        ];

    private static object? Recording(ReadOnlyMemory<byte> file)
    {
        var path = TemporaryFile.With(file.Span);
        var (recording, refusal) = Promise.OrThrows<InvalidDataException, HttpRecording>(() =>
            HttpRecording.Load(path)
        );
        if (recording is null)
        {
            return refusal!.Message.Contains("line", StringComparison.Ordinal);
        }
        recording.Save(path);
        var saved = File.ReadAllBytes(path);
        var again = HttpRecording.Load(path);
        again.Save(path);
        Promise.Holds(
            saved.AsSpan().SequenceEqual(File.ReadAllBytes(path)),
            "a recording survives being saved and loaded"
        );
        using var replay = new HttpMessageInvoker(new ReplayHandler(again, ReplayOrder.ByMatch));
        foreach (
            var exchange in again.Exchanges.Where(e =>
                e.Method == "GET" && Uri.IsWellFormedUriString(e.Url, UriKind.Absolute)
            )
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, exchange.Url);
            // A request that fits nothing is a failed test.
            var (response, _) = Promise.OrThrows<InvalidOperationException, HttpResponseMessage>(() =>
                Promise.Of(replay.SendAsync(request, CancellationToken.None))
            );
            response?.Dispose();
        }
        return Promise.Few(again.Exchanges.Count);
    }

    private static object? Stubs(ReadOnlyMemory<byte> file)
    {
        var folder = Path.GetDirectoryName(TemporaryFile.With(file.Span, "stubs"))!;
        var (handler, _) = Promise.OrThrows<InvalidDataException, WireMockHandler>(() => WireMockHandler.Load(folder));
        if (handler is null)
        {
            return null;
        }
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.bank.example/v1/accounts?page=1");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer a");
        using var response = Promise.Of(invoker.SendAsync(request, CancellationToken.None));
        return response.StatusCode;
    }

    private static object? Mask(string text)
    {
        var mask = new SecretMask([Password]);
        string?[] types = ["application/x-www-form-urlencoded", "application/json", "text/html", "text/plain", null];
        foreach (
            var masked in types
                .Select(type => mask.Body(text, type))
                .Append(mask.Url($"https://a.example/?{text}"))
                .Append(mask.Header("Set-Cookie", text))
                .Append(mask.Header("Location", text))
        )
        {
            Promise.Holds(
                !masked.Contains(Password, StringComparison.Ordinal)
                    && !masked.Contains(Uri.EscapeDataString(Password), StringComparison.Ordinal),
                "a secret that was handed in is masked everywhere"
            );
        }
        Promise.Holds(mask.Header("Authorization", text) == SecretMask.Masked, "a secret header is masked");
        return mask.Body(text, types[1]) == text;
    }

    private const string RecordingText = """
        { "exchanges": [
          { "method": "GET", "url": "https://api.bank.example/accounts?page=1", "request_headers": { "Accept": ["application/json"] },
            "request_body": "", "status": 200, "response_headers": { "Content-Type": ["application/json"], "Set-Cookie": ["a=***", "b=***"] },
            "response_body": "{\"accounts\":[]}" },
          { "method": "POST", "url": "https://api.bank.example/token", "status": 401 } ] }
        """;

    private const string Stub = """
        { "request": { "method": "GET", "urlPath": "/v1/accounts", "queryParameters": { "page": { "equalTo": "1" } },
            "headers": { "Authorization": { "matches": "Bearer .*" } }, "bodyPatterns": [ { "equalToJson": "{}" } ] },
          "response": { "status": 200, "headers": { "Content-Type": "application/json" }, "jsonBody": { "a": "{{request.requestLine.baseUrl}}/x" } } }
        """;
}

/// <summary>A file for parsers that read one; of this process, used again and again.</summary>
internal static class TemporaryFile
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("affluent-fuzz-").FullName;

    static TemporaryFile() =>
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);

    public static string With(ReadOnlySpan<byte> content, string name = "file")
    {
        var path = Path.Combine(Folder, name, "file.json");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            new FileStream(path, options).Dispose();
        }
        File.WriteAllBytes(path, content);
        return path;
    }
}
