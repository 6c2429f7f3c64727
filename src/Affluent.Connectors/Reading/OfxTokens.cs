using System.Net;

namespace Affluent.Connectors.Reading;

/// <summary>A tag of OFX with the text behind it; <see cref="Closes"/>: of an end tag.</summary>
internal readonly record struct OfxToken(string Name, bool Closes, string Text);

/// <summary>
/// Reads OFX 1 (SGML, whose values need no end tag) and OFX 2 (XML) alike: as tags with text behind each. Pure, and of one pass.
/// </summary>
internal static class OfxTokens
{
    private const int LongestName = 40;

    /// <summary>The tags from the first one called OFX on.</summary>
    public static IEnumerable<OfxToken> Read(string text)
    {
        var at = 0;
        while ((at = text.IndexOf('<', at)) >= 0)
        {
            if (Between(text, at, "<!--", "-->") is { } comment)
            {
                at = comment;
                continue;
            }
            if (End(text, at) is not { } end)
            {
                at++;
                continue;
            }
            var tag = text.AsSpan(at + 1, end - at - 1);
            var (closes, alone) = (tag[0] == '/', tag[^1] == '/');
            var name = tag.Trim("/ \t\r\n").ToString().ToUpperInvariant();
            (var value, at) = Value(text, end + 1);
            if (name != "")
            {
                yield return new(name, closes, closes || alone ? "" : value);
            }
        }
    }

    /// <summary>The place of the bracket that ends a tag; null: what begins here is text ("A &lt; B").</summary>
    private static int? End(string text, int at)
    {
        var end = text.AsSpan(at, Math.Min(text.Length - at, LongestName + 3)).IndexOf('>');
        if (end < 2)
        {
            return null;
        }
        var name = text.AsSpan(at + 1, end - 1).Trim("/ \t\r\n");
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_'))
            {
                return null;
            }
        }
        return at + end;
    }

    /// <summary>The text up to the next tag, and where that begins.</summary>
    private static (string Value, int Next) Value(string text, int from)
    {
        if (Between(text, from, "<![CDATA[", "]]>") is { } closed)
        {
            var inner = text.AsSpan(from + "<![CDATA[".Length, closed - from - "<![CDATA[".Length);
            return ((inner.EndsWith("]]>", StringComparison.Ordinal) ? inner[..^3] : inner).Trim().ToString(), closed);
        }
        var at = from;
        while ((at = text.IndexOf('<', at)) >= 0 && End(text, at) is null && !StartsComment(text, at))
        {
            at++;
        }
        var next = at < 0 ? text.Length : at;
        var raw = text.AsSpan(from, next - from).Trim();
        // A bare ampersand ("AT&T") stays as it is.
        return (raw.Contains('&') ? WebUtility.HtmlDecode(raw.ToString()) : raw.ToString(), next);
    }

    private static bool StartsComment(string text, int at) =>
        string.CompareOrdinal(text, at, "<!--", 0, "<!--".Length) == 0;

    /// <summary>The place behind a part that begins here, which is the end of the text where nothing ends it; null: none begins.</summary>
    private static int? Between(string text, int at, string opens, string closes) =>
        string.CompareOrdinal(text, at, opens, 0, opens.Length) != 0 ? null
        : text.IndexOf(closes, at + opens.Length, StringComparison.Ordinal) is >= 0 and var end ? end + closes.Length
        : text.Length;
}
