using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>A value in a text that has been found to be JSON: read where it stands, as tolerantly as <see cref="Json"/> reads. The default is a value that is missing.</summary>
/// <param name="raw">As it is written.</param>
/// <param name="kind">Its first token.</param>
internal readonly ref partial struct JsonSlice(ReadOnlySpan<byte> raw, JsonTokenType kind)
{
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    private readonly ReadOnlySpan<byte> _raw = raw;

    /// <summary>Its first token.</summary>
    public JsonTokenType Kind { get; } = kind;

    /// <summary>The same value of a document.</summary>
    public static JsonSlice Of(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Undefined => default,
            JsonValueKind.Null => new([], JsonTokenType.Null),
            JsonValueKind.Object => new(JsonMarshal.GetRawUtf8Value(element), JsonTokenType.StartObject),
            JsonValueKind.Array => new(JsonMarshal.GetRawUtf8Value(element), JsonTokenType.StartArray),
            JsonValueKind.String => new(JsonMarshal.GetRawUtf8Value(element), JsonTokenType.String),
            JsonValueKind.Number => new(JsonMarshal.GetRawUtf8Value(element), JsonTokenType.Number),
            JsonValueKind.True => new(JsonMarshal.GetRawUtf8Value(element), JsonTokenType.True),
            JsonValueKind.False => new(JsonMarshal.GetRawUtf8Value(element), JsonTokenType.False),
        };

    /// <summary>Whether it says something.</summary>
    public bool IsSaid => Kind is not (JsonTokenType.None or JsonTokenType.Null);

    /// <summary>As it is written.</summary>
    public ReadOnlySpan<byte> Written => _raw;

    /// <summary>A text or number as it is written, a text without its marks; empty for anything else.</summary>
    public ReadOnlySpan<byte> Raw =>
        Kind switch
        {
            JsonTokenType.String => _raw[1..^1],
            JsonTokenType.Number => _raw,
            _ => [],
        };

    /// <summary>A member that says something; missing otherwise.</summary>
    public JsonSlice Item(ReadOnlySpan<byte> name)
    {
        Items(name, default, out var value, out _);
        return value;
    }

    /// <summary>Two members, each as <see cref="Item"/> finds it.</summary>
    public void Items(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out JsonSlice one, out JsonSlice other)
    {
        one = default;
        other = default;
        if (Kind != JsonTokenType.StartObject)
        {
            return;
        }
        // As written, of one that stands twice the last; else in any case the first.
        var (oneFound, otherFound) = (false, false);
        var cursor = new Cursor(_raw);
        while (cursor.Next(out var written) && cursor.Next(out var value))
        {
            var name = written.Name;
            if (name.SequenceEqual(first))
            {
                one = value;
                oneFound = true;
            }
            else if (name.SequenceEqual(second))
            {
                other = value;
                otherFound = true;
            }
            else if (!oneFound && one.Kind == JsonTokenType.None && Ascii.EqualsIgnoreCase(name, first))
            {
                one = value;
            }
            else if (!otherFound && other.Kind == JsonTokenType.None && Ascii.EqualsIgnoreCase(name, second))
            {
                other = value;
            }
        }
        one = one.IsSaid ? one : default;
        other = other.IsSaid ? other : default;
    }

    /// <summary>The elements of a list; anything else that says something counts as a list of one.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>A scalar as text, without the blanks and controls that some banks fill it up with; null when it is empty or no scalar.</summary>
    public string? AsText()
    {
        var text = Kind switch
        {
            JsonTokenType.String when _raw.Contains((byte)'\\') => Unescaped(),
            JsonTokenType.String => Encoding.UTF8.GetString(_raw[1..^1]),
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(_raw),
            _ => "",
        };
        return Trimmed(text) is { Length: > 0 } trimmed ? trimmed : null;
    }

    /// <summary>
    /// A number, or text that holds one (a decimal comma is forgiven). Null where it has more digits than a decimal keeps, and where a comma stands
    /// before three digits: "1,234" could be either.
    /// </summary>
    public decimal? AsDecimal()
    {
        if (PlainDecimal(Raw) is { } plain)
        {
            return plain;
        }
        if (AsText() is not { } text || !Amounts.IsExact(text))
        {
            return null;
        }
        if (Kind == JsonTokenType.Number)
        {
            var reader = new Utf8JsonReader(_raw);
            return reader.Read() && reader.TryGetDecimal(out var number) ? number : null;
        }
        return
            !GroupedOrNot().IsMatch(text)
            && decimal.TryParse(text.Replace(',', '.'), Plain, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }

    private ReadOnlySpan<byte> Name => _raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(Unescaped()) : _raw[1..^1];

    private string Unescaped()
    {
        var reader = new Utf8JsonReader(_raw);
        reader.Read();
        return reader.GetString()!;
    }

    // Most often NUL, from programs that keep a text in a field of fixed length.
    private static string Trimmed(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsPadding(text[start]))
        {
            start++;
        }
        while (start < end && IsPadding(text[end - 1]))
        {
            end--;
        }
        return text[start..end];
    }

    private static bool IsPadding(char c) => char.IsWhiteSpace(c) || char.IsControl(c);

    // Digits with a sign and a point, as nearly all banks write it; null when something else stands there, or more than a long holds.
    private static decimal? PlainDecimal(ReadOnlySpan<byte> text)
    {
        const int MostDigits = 18;
        var (number, digits, point) = (0L, 0, -1);
        var sign = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        foreach (var c in text[sign..])
        {
            if (c == '.' && point < 0)
            {
                point = digits;
            }
            else if (char.IsAsciiDigit((char)c) && digits < MostDigits)
            {
                number = (number * 10) + (c - '0');
                digits++;
            }
            else
            {
                return null;
            }
        }
        return digits == 0
            ? null
            : new decimal(
                (int)number,
                (int)(number >> 32),
                0,
                sign == 1 && text[0] == '-' && number != 0,
                (byte)(point < 0 ? 0 : digits - point)
            );
    }

    [GeneratedRegex("^[+-]?0*[1-9][0-9]*,[0-9]{3}$", RegexOptions.NonBacktracking)]
    private static partial Regex GroupedOrNot();

    /// <summary>Goes through the elements of a list.</summary>
    public ref struct Enumerator(JsonSlice item)
    {
        private Cursor _cursor = new(item.Kind == JsonTokenType.StartArray ? item._raw : []);
        private JsonSlice _one = item.Kind == JsonTokenType.StartArray ? default : item;

        public JsonSlice Current { readonly get; private set; }

        public bool MoveNext()
        {
            if (_cursor.Next(out var element))
            {
                Current = element;
                return true;
            }
            Current = _one;
            _one = default;
            return Current.IsSaid;
        }
    }

    /// <summary>Goes through what stands in an object or a list, names and values alike. As it is known to be JSON, no more is looked at than where things end.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> container)
    {
        private static readonly SearchValues<byte> Brackets = SearchValues.Create("\"{}[]"u8);
        private static readonly SearchValues<byte> Ends = SearchValues.Create(",:]} \t\r\n"u8);
        private readonly ReadOnlySpan<byte> _text = container;
        private int _at = 1;

        public bool Next(out JsonSlice value)
        {
            var start = _at;
            while (start < _text.Length && _text[start] is <= (byte)' ' or (byte)',' or (byte)':')
            {
                start++;
            }
            if (start >= _text.Length || _text[start] is (byte)']' or (byte)'}')
            {
                value = default;
                return false;
            }
            var (length, kind) = _text[start] switch
            {
                (byte)'"' => (LengthOfText(_text[start..]), JsonTokenType.String),
                (byte)'{' => (LengthOfContainer(_text[start..]), JsonTokenType.StartObject),
                (byte)'[' => (LengthOfContainer(_text[start..]), JsonTokenType.StartArray),
                (byte)'t' => (4, JsonTokenType.True),
                (byte)'f' => (5, JsonTokenType.False),
                (byte)'n' => (4, JsonTokenType.Null),
                _ => (_text[start..].IndexOfAny(Ends), JsonTokenType.Number),
            };
            value = new JsonSlice(_text.Slice(start, length), kind);
            _at = start + length;
            return true;
        }

        private static int LengthOfText(ReadOnlySpan<byte> text)
        {
            var at = 1;
            while (true)
            {
                at += text[at..].IndexOfAny((byte)'"', (byte)'\\');
                if (text[at] == '"')
                {
                    return at + 1;
                }
                at += 2;
            }
        }

        private static int LengthOfContainer(ReadOnlySpan<byte> text)
        {
            var (at, depth) = (0, 0);
            do
            {
                at += text[at..].IndexOfAny(Brackets);
                (var length, depth) = text[at] switch
                {
                    (byte)'"' => (LengthOfText(text[at..]), depth),
                    (byte)'{' or (byte)'[' => (1, depth + 1),
                    _ => (1, depth - 1),
                };
                at += length;
            } while (depth > 0);
            return at;
        }
    }
}
