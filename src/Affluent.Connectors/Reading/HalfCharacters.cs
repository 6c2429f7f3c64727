using System.Globalization;

namespace Affluent.Connectors.Reading;

/// <summary>
/// JSON whose writer cut a text in the middle of a character: "\ud83d" without its other half, of which no text can be made.
/// </summary>
internal static class HalfCharacters
{
    private const int EscapeLength = 6;

    /// <summary>The same JSON with U+FFFD for each half; the bytes as they are when there is none.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json)
    {
        byte[]? whole = null;
        var text = json.Span;
        for (var at = NextEscape(text, 0); at >= 0; at = NextEscape(text, at))
        {
            if (CodeUnit(text[at..]) is not { } unit)
            {
                // What is escaped may be a backslash itself.
                at += 2;
                continue;
            }
            if (
                char.IsHighSurrogate(unit)
                && CodeUnit(text[(at + EscapeLength)..]) is { } low
                && char.IsLowSurrogate(low)
            )
            {
                at += 2 * EscapeLength;
                continue;
            }
            if (char.IsSurrogate(unit))
            {
                whole ??= json.ToArray();
                "\\ufffd"u8.CopyTo(whole.AsSpan(at));
            }
            at += EscapeLength;
        }
        return whole ?? json;
    }

    private static int NextEscape(ReadOnlySpan<byte> text, int from)
    {
        var found = from < text.Length ? text[from..].IndexOf((byte)'\\') : -1;
        return found < 0 ? -1 : from + found;
    }

    // Of the escape that the text begins with.
    private static char? CodeUnit(ReadOnlySpan<byte> text) =>
        text.Length >= EscapeLength
        && text.StartsWith("\\u"u8)
        && ushort.TryParse(
            text[2..EscapeLength],
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var unit
        )
            ? (char)unit
            : null;
}
