using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Affluent.Connectors.Http;

namespace Affluent.Connectors.Reading;

/// <summary>
/// Reads banks' JSON as it is, not as it should be: members that are missing, null or "" are the same; numbers may stand as
/// text and text as numbers; names may differ in case; one thing may stand for a list of one.
/// </summary>
internal static class Json
{
    /// <summary>Reads the body of an answer once: what is parsed are the bytes as they came.</summary>
    public static async Task<JsonBody> Read(HttpContent content, CancellationToken cancellation)
    {
        var bytes = await content.ReadAsByteArrayAsync(cancellation);
        var encoding = content.StatedEncoding() ?? Encoding.UTF8;
        // Banks that send Latin-1 without saying so exist: what is not UTF-8 is read as far as it goes.
        return new JsonBody(
            encoding is UTF8Encoding && Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(encoding.GetString(bytes))
        );
    }

    /// <summary>The document; null when the text is none.</summary>
    /// <param name="utf8">The text, which the elements refer to.</param>
    public static JsonElement? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            // Not disposed: its elements are used as long as the step lasts, and there is nothing to give back but memory.
            var root = JsonDocument.Parse(utf8).RootElement;
            if (utf8.Span.IndexOf("\\ud"u8) >= 0 || utf8.Span.IndexOf("\\uD"u8) >= 0)
            {
                ReadAllText(root);
            }
            return root;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What a connector wrote for itself; null when the text is something else.</summary>
    public static T? Own<T>(string text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return text == "" ? null : Parse(Encoding.UTF8.GetBytes(text))?.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Half a surrogate pair ("\ud83d" alone) is found only when the text is read: find it here rather than in the middle of a list.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void ReadAllText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAllText(member.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadAllText(item);
                }
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    /// <summary>A member that says something; null otherwise.</summary>
    public static JsonElement? Item(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        if (!element.TryGetProperty(name, out var value))
        {
            foreach (var member in element.EnumerateObject())
            {
                if (IsNamed(member, name))
                {
                    value = member.Value;
                    break;
                }
            }
        }
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value;
    }

    // Without making a text of each name.
    private static bool IsNamed(JsonProperty member, string name)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Contains((byte)'\\') || !Ascii.IsValid(name)
            ? member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            : Ascii.EqualsIgnoreCase(raw, name);
    }

    /// <summary>A member further down.</summary>
    public static JsonElement? Item(this JsonElement element, string name, string next) =>
        element.Item(name)?.Item(next);

    /// <summary>The elements of a list; a single object or text counts as a list of one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => ItemsOf(element.Item(name));

    /// <inheritdoc cref="Items"/>
    public static IEnumerable<JsonElement> ItemsOf(JsonElement? item) =>
        item switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            { } one => [one],
        };

    /// <summary>A member as trimmed text; null when it is missing, empty or no scalar.</summary>
    public static string? Text(this JsonElement element, string name) => element.Item(name)?.AsText();

    /// <inheritdoc cref="JsonSlice.AsText"/>
    public static string? AsText(this JsonElement element) => JsonSlice.Of(element).AsText();

    /// <inheritdoc cref="JsonSlice.AsDecimal"/>
    public static decimal? Decimal(this JsonElement element, string name) =>
        element.Item(name) is { } item ? JsonSlice.Of(item).AsDecimal() : null;
}

/// <summary>A body that should be JSON.</summary>
/// <param name="bytes">In UTF-8.</param>
internal sealed class JsonBody(ReadOnlyMemory<byte> bytes)
{
    private readonly ReadOnlyMemory<byte> _bytes = bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;

    /// <summary>Whether the bank sent nothing.</summary>
    public bool IsEmpty => _bytes.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    /// <summary>Whether this is a page for people: the word of something that stands in front of the bank's interface.</summary>
    public bool IsMarkup => _bytes.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8);

    /// <summary>The document; null when the bank sent something else.</summary>
    public JsonElement? Parse() => Json.Parse(HalfCharacters.Replace(_bytes));

    /// <inheritdoc cref="JsonPage.Read"/>
    public JsonPage? Page(RowReader? rows) => JsonPage.Read(HalfCharacters.Replace(_bytes), rows);

    /// <summary>The body as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_bytes.Span);
}
