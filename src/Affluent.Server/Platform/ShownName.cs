using System.Globalization;

namespace Affluent.Server.Platform;

/// <summary>Names that somebody gives and users read among our own words: on one line, with nothing that turns the direction of what stands around them.</summary>
internal static class ShownName
{
    /// <param name="longest">Characters.</param>
    public static bool IsFit(string name, int longest) =>
        name.Length > 0
        && name.Length <= longest
        && !name.Any(c =>
            CharUnicodeInfo.GetUnicodeCategory(c)
                is UnicodeCategory.Control
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
            // Embeddings, overrides and isolates of direction (Unicode Standard Annex 9).
            || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')
        );
}
