using System.Globalization;
using System.Text.Json;

namespace Affluent.Connectors.Reading;

/// <summary>
/// Reads banks' JSON as it is, not as it should be: members that are missing, null or "" are the same; numbers may stand as
/// text and text as numbers; names may differ in case; one thing may stand for a list of one.
/// </summary>
internal static class Json
{
    /// <summary>The document, or null when the text is none.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement.Clone();
            if (text.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
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

    // Half a surrogate pair ("\ud83d" alone) is found only when the text is read: find it here rather than in the middle of a list.
    private static void ReadAllText(JsonElement element)
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
            value = element
                .EnumerateObject()
                .FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Value;
        }
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value;
    }

    /// <summary>A member further down.</summary>
    public static JsonElement? Item(this JsonElement element, string name, string next) =>
        element.Item(name)?.Item(next);

    /// <summary>The elements of a list; a single object or text counts as a list of one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Item(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            { } one => [one],
        };

    /// <summary>A member as trimmed text; null when it is missing, empty or no scalar.</summary>
    public static string? Text(this JsonElement element, string name) => element.Item(name)?.AsText();

    /// <summary>A scalar as trimmed text.</summary>
    public static string? AsText(this JsonElement element)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    /// <summary>A number, or text that holds one (a decimal comma is forgiven).</summary>
    public static decimal? Decimal(this JsonElement element, string name) =>
        element.Item(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number => number.TryGetDecimal(out var value) ? value : null,
            { } other => decimal.TryParse(
                other.AsText()?.Replace(',', '.'),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var value
            )
                ? value
                : null,
        };
}
