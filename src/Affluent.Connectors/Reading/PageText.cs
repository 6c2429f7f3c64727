using System.Globalization;
using System.Text;

namespace Affluent.Connectors.Reading;

/// <summary>Compares the words of pages: no accents, no capitals, blanks joined to one.</summary>
internal static class PageText
{
    /// <summary>"  Libellé de l’opération " as "libelle de l'operation".</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in Sound(text).Normalize(NormalizationForm.FormD))
        {
            if (char.IsWhiteSpace(c))
            {
                if (plain.Length > 0 && plain[^1] != ' ')
                {
                    plain.Append(' ');
                }
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(c == '\u2019' ? '\'' : char.ToLowerInvariant(c));
            }
        }
        return plain.ToString().TrimEnd();
    }

    // What is no character (half a surrogate pair, U+FFFE) cannot be normalized: it becomes U+FFFD, as everywhere.
    private static string Sound(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || text.Contains('\uFFFE', StringComparison.Ordinal)
            ? string.Concat(text.EnumerateRunes()).Replace('\uFFFE', '\uFFFD')
            : text;

    /// <summary>Whether the text holds one of the words.</summary>
    public static bool ContainsAny(this string plain, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (plain.Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}
