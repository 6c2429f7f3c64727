using System.Text;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Encodings by the names that banks give them.</summary>
internal static partial class Encodings
{
    /// <summary>How far a browser looks for a page's own word.</summary>
    private const int LongestHead = 1024;

    /// <summary>
    /// Null when nobody knows it. What calls itself Latin-1 or ASCII is windows-1252, which has characters where those have none (WHATWG Encoding,
    /// section 4.2).
    /// </summary>
    public static Encoding? Named(string name)
    {
        try
        {
            // The code pages come first: without them .NET knows Unicode, Latin-1 and ASCII only.
            return (CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name)) switch
            {
                { CodePage: 28591 or 20127 } => CodePagesEncodingProvider.Instance.GetEncoding(1252),
                var encoding => encoding,
            };
        }
        // The latter: UTF-7, which .NET knows and refuses.
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>What a page says of itself in a <c>meta</c> element at its beginning; null when it says nothing.</summary>
    public static Encoding? OfPage(ReadOnlySpan<byte> page) =>
        Meta().Match(Encoding.Latin1.GetString(page[..Math.Min(page.Length, LongestHead)])) is { Success: true } meta
        // A page whose head could be read as ASCII is in no UTF-16.
        && Named(meta.Groups["name"].Value) is { IsSingleByte: true } or UTF8Encoding
            ? Named(meta.Groups["name"].Value)
            : null;

    /// <summary>
    /// A text as it stands in a form (application/x-www-form-urlencoded); a character that the encoding lacks is written as browsers do, by its number.
    /// </summary>
    public static string Form(string text, Encoding encoding)
    {
        var bytes = new List<byte>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var encoded = encoding.GetBytes(rune.ToString());
            bytes.AddRange(
                encoding.GetString(encoded) == rune.ToString() ? encoded : Encoding.ASCII.GetBytes($"&#{rune.Value};")
            );
        }
        var form = new StringBuilder(bytes.Count);
        foreach (var b in bytes)
        {
            _ =
                char.IsAsciiLetterOrDigit((char)b) || (char)b is '-' or '.' or '_' or '*' ? form.Append((char)b)
                : b == ' ' ? form.Append('+')
                : form.Append('%').Append(Convert.ToHexString([b]));
        }
        return form.ToString();
    }

    [GeneratedRegex(
        """<meta\s[^>]*?charset\s*=\s*["']?\s*(?<name>[a-z0-9_:.-]{1,40})""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Meta();
}
