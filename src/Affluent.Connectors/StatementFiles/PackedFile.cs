using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.StatementFiles;

/// <summary>A file with what is said of it, small enough to be kept for the length of a run.</summary>
internal sealed record PackedFile(byte[] Content, IReadOnlyDictionary<StatementHint, string> Hints)
{
    /// <summary>As the values of an answer.</summary>
    public static Dictionary<string, string> Pack(
        ReadOnlySpan<byte> content,
        IReadOnlyDictionary<StatementHint, string> hints
    )
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }
        var values = hints.ToDictionary(h => StatementHintWords.All[h.Key], h => h.Value, StringComparer.Ordinal);
        values[Question.StatementFile.Field] = Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
        return values;
    }

    /// <summary>As a session.</summary>
    public static string Write(IReadOnlyDictionary<string, string> values) =>
        JsonSerializer.Serialize(values, PackedFileJson.Default.IReadOnlyDictionaryStringString);

    /// <summary>Null: it is none, or more than a file may hold.</summary>
    public static PackedFile? Read(string session)
    {
        try
        {
            var values = JsonSerializer.Deserialize(session, PackedFileJson.Default.IReadOnlyDictionaryStringString);
            return
                values?.GetValueOrDefault(Question.StatementFile.Field) is { } file
                && ZippedFiles.Unpack(
                    new GZipStream(new MemoryStream(Convert.FromBase64String(file)), CompressionMode.Decompress),
                    BankLimits.LargestAnswer
                )
                    is { } content
                ? new PackedFile(
                    content,
                    StatementHintWords
                        .All.Where(hint => values.ContainsKey(hint.Value))
                        .ToDictionary(hint => hint.Key, hint => values[hint.Value])
                )
                : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidDataException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class PackedFileJson : JsonSerializerContext;
