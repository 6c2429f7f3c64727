using System.Text.Json;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>Where the values and members of a JSON document stand, so that a change keeps the rest of it whole.</summary>
internal static class JsonParts
{
    /// <summary>Values to stand where another stood.</summary>
    public static readonly byte[][] Values = Array.ConvertAll(
        [
            "null",
            "null",
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1.5",
            "-0",
            "1e999",
            "1e-7",
            "12345678901234567890123",
            "\"\"",
            "\" \"",
            "\"a\"",
            "\"0\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"\\uFFFE\"",
            "\"\\n\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[{}]",
            "[\"a\"]",
            "{\"a\":null}",
            "{\"href\":\"//other.example/\"}",
        ],
        InputText.Encode
    );

    /// <summary>
    /// The values, and the members (name and value) of the document that begins at a bracket; as far as it is JSON.
    /// </summary>
    public static List<(int Start, int Length, bool IsMember)> Of(ReadOnlySpan<byte> data, int from)
    {
        List<(int, int, bool)> parts = [];
        Stack<(int Start, int Name)> open = [];
        var reader = new Utf8JsonReader(
            data[from..],
            new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
        );
        var name = -1;
        try
        {
            while (reader.Read())
            {
                var start = from + (int)reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = start;
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((start, name));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (begun, called) = open.Pop();
                        Add(begun, called, from + (int)reader.BytesConsumed);
                        if (open.Count == 0)
                        {
                            return parts;
                        }
                        break;
                    default:
                        Add(start, name, from + (int)reader.BytesConsumed);
                        break;
                }
                name = -1;
            }
        }
        catch (JsonException)
        {
            // What was found until here will do.
        }
        return parts;

        void Add(int start, int called, int end)
        {
            parts.Add((start, end - start, false));
            if (called >= 0)
            {
                parts.Add((called, end - called, true));
            }
        }
    }
}
