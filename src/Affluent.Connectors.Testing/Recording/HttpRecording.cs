using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>The HTTP exchanges of a run at a bank, in their order, without secrets. Written as JSON that a person can read and edit.</summary>
public sealed record HttpRecording
{
    /// <summary>In the order in which the requests were sent.</summary>
    public required IReadOnlyList<HttpExchange> Exchanges { get; init; }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is no recording.</exception>
    public static HttpRecording Load(string path)
    {
        try
        {
            return
                JsonSerializer.Deserialize(File.ReadAllText(path), RecordingJson.Default.HttpRecording) is { } recording
                && recording.Exchanges.All(exchange => exchange is { IsWhole: true })
                ? recording
                : throw new InvalidDataException($"{path}: is no recording");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: is no recording (line {e.LineNumber + 1})", e);
        }
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) =>
        File.WriteAllText(path, JsonSerializer.Serialize(this, RecordingJson.Readable.HttpRecording) + "\n");
}

/// <summary>A request and its answer. Headers with several values stand one below the other.</summary>
public sealed record HttpExchange
{
    /// <summary>GET, POST …</summary>
    public required string Method { get; init; }

    /// <summary>Whole address, secrets in the query masked.</summary>
    public required string Url { get; init; }

    /// <summary>By name, as sent.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> RequestHeaders
    {
        // The JSON reader gives null for a member that is not there.
        get => field ?? new Dictionary<string, IReadOnlyList<string>>();
        init;
    }

    /// <summary>Empty when there was none.</summary>
    public string RequestBody
    {
        get => field ?? "";
        init;
    }

    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>By name, as received.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ResponseHeaders
    {
        get => field ?? new Dictionary<string, IReadOnlyList<string>>();
        init;
    }

    /// <summary>Empty when there was none.</summary>
    public string ResponseBody
    {
        get => field ?? "";
        init;
    }

    /// <summary>Whether it can be replayed: the reader of JSON does not look into lists.</summary>
    internal bool IsWhole =>
        Status is >= 0 and <= 999
        && RequestHeaders.Concat(ResponseHeaders).All(h => h.Value is not null && h.Value.All(v => v is not null));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    WriteIndented = true
)]
[JsonSerializable(typeof(HttpRecording))]
internal sealed partial class RecordingJson : JsonSerializerContext
{
    /// <summary>Accents and quotes as they are: the files are read by people, never put into a page.</summary>
    public static RecordingJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                WriteIndented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
