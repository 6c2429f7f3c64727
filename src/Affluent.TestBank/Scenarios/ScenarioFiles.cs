using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Affluent.TestBank.Scenarios;

/// <summary>
/// Finds the scenario that a login names: nothing (the bank's own), the name of a shipped scenario, or the address of a file, which is
/// fetched anew at each read, so that a file changed by its author shows at once; it is parsed again only when it has changed.
/// </summary>
internal sealed class ScenarioFiles(TestBankOptions options, BankClock clock, FileFetch fetch)
{
    private const int MostMoves = 3;
    private const int MostParsed = 8;

    private readonly Dictionary<ParsedKey, ScenarioFile> parsed = [];
    private readonly Queue<ParsedKey> oldestFirst = new();

    /// <summary>Names of the scenarios inside the bank.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(n => n.StartsWith("scenario.", StringComparison.Ordinal))
            .Select(n => n["scenario.".Length..])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the scenario; a file that says that it has moved is followed up to three times.</summary>
    public async Task<ScenarioFile> Read(string? place, CancellationToken cancellation)
    {
        string? named = null;
        for (var moves = 0; moves <= MostMoves; moves++)
        {
            var file = await ReadOnce(place, named, cancellation);
            if (file is not ScenarioFile.Moved moved)
            {
                return file;
            }

            // Remarks name the file that was asked for: the new address is the file's own word.
            named = "the file after its move";
            place = moved.Url;
        }

        return new ScenarioFile.Unreachable("the file moves on and on");
    }

    /// <summary>Reads a scenario text of either form.</summary>
    public static ScenarioFile Parse(string file, string text, DateOnly today)
    {
        var begin = text.TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (begin.StartsWith('<'))
        {
            return new ScenarioFile.Unreachable("an HTML page was found where a scenario file is due");
        }

        var draft = begin.StartsWith('{') ? JsonScenario.Read(file, text) : PipeFile.Read(file, text);
        return ScenarioCheck.Of(draft, today);
    }

    private async Task<ScenarioFile> ReadOnce(string? place, string? named, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(place))
        {
            return await ReadOwn(cancellation);
        }

        var name = place.Trim();
        if (Shipped.Contains(name, StringComparer.Ordinal))
        {
            return Parsed(name, ReadShipped(name));
        }

        return Uri.TryCreate(name, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https" }
            ? await fetch.Read(url, cancellation) switch
            {
                FetchedFile.Content(var bytes) => Parsed(named ?? NameOf(url), bytes),
                FetchedFile.Failed(var reason) => new ScenarioFile.Unreachable($"{NameOf(url)}: {reason}"),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            }
            : new ScenarioFile.Unreachable(
                $"this is neither an http(s) address nor one of {string.Join(", ", Shipped)}"
            );
    }

    private async Task<ScenarioFile> ReadOwn(CancellationToken cancellation)
    {
        if (options.ScenarioPath is not { } path)
        {
            return Parsed("default", ReadShipped("default"));
        }

        try
        {
            return Parsed(Path.GetFileName(path), await File.ReadAllBytesAsync(path, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ScenarioFile.Unreachable($"{Path.GetFileName(path)} cannot be read");
        }
    }

    // The same bytes on the same day are the same scenario.
    private ScenarioFile Parsed(string file, byte[] bytes)
    {
        var key = new ParsedKey(file, Convert.ToHexString(SHA256.HashData(bytes)), clock.Today);
        lock (parsed)
        {
            if (parsed.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        var read = Utf8(bytes) is { } text
            ? Parse(file, text, clock.Today)
            : new ScenarioFile.Unreachable("the file is not UTF-8 text");
        lock (parsed)
        {
            if (parsed.TryAdd(key, read))
            {
                oldestFirst.Enqueue(key);
            }

            if (parsed.Count > MostParsed)
            {
                parsed.Remove(oldestFirst.Dequeue());
            }

            return parsed.GetValueOrDefault(key, read);
        }
    }

    private static string NameOf(Uri url) => url.Segments[^1].Trim('/') is { Length: > 0 } file ? file : url.Host;

    private static byte[] ReadShipped(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("scenario." + name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string? Utf8(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private sealed record ParsedKey(string File, string Digest, DateOnly Day);
}
