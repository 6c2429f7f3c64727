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
            return JsonSerializer.Deserialize(File.ReadAllText(path), RecordingJson.Default.HttpRecording)
                ?? throw new InvalidDataException($"{path}: is no recording");
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
    public IReadOnlyDictionary<string, IReadOnlyList<string>> RequestHeaders { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Empty when there was none.</summary>
    public string RequestBody { get; init; } = "";

    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>By name, as received.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ResponseHeaders { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Empty when there was none.</summary>
    public string ResponseBody { get; init; } = "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
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
