using System.Buffers;
using System.Globalization;
using System.Text;

namespace Affluent.Ledger;

/// <summary>
/// Letters as comparisons read them: upper case without accents, composed or not, since banks lose accents on the way. Two letters written
/// as one (ß, œ) become two.
/// </summary>
internal static class FoldedLetters
{
    private const char None = '\0';

    // Latin, Greek, Cyrillic: those with accents that banks lose.
    private const int TableEnd = 0x530;

    // Of each character below TableEnd what it becomes; None: it parts words.
    private static readonly char[] Table = [.. Enumerable.Range(0, TableEnd).Select(c => Folded((char)c))];

    /// <summary>Stands in front of the second letter of a pair.</summary>
    public static char SecondOf(char c) =>
        c switch
        {
            'ß' => 'S',
            'Æ' or 'æ' or 'Œ' or 'œ' => 'E',
            'Þ' or 'þ' => 'H',
            _ => None,
        };

    /// <summary>The letter or digit in upper case without its accent; false: it parts words.</summary>
    public static bool TryFold(char c, out char folded)
    {
        folded = c < TableEnd ? Table[c] : FarFolded(c);
        return folded != None;
    }

    /// <summary>An accent that follows its letter (decomposed text): belongs to the word and counts for nothing.</summary>
    public static bool IsAccent(char c) => c is >= '\u0300' and <= '\u036f';

    /// <summary>A text with its letters folded and all else as it is.</summary>
    public static string Fold(ReadOnlySpan<char> text)
    {
        var folded = ArrayPool<char>.Shared.Rent(text.Length * 2);
        var length = 0;
        foreach (var c in text)
        {
            if (IsAccent(c))
            {
                continue;
            }
            folded[length++] = TryFold(c, out var letter) ? letter : c;
            if (c > '\x7f' && SecondOf(c) is not None and var second)
            {
                folded[length++] = second;
            }
        }
        var result = new string(folded, 0, length);
        ArrayPool<char>.Shared.Return(folded);
        return result;
    }

    private static char FarFolded(char c) => char.IsLetterOrDigit(c) ? char.ToUpperInvariant(c) : None;

    private static char Folded(char c)
    {
        if (!char.IsLetterOrDigit(c))
        {
            return None;
        }
        var plain = c switch
        {
            'ß' => 'S',
            'Æ' or 'æ' => 'A',
            'Œ' or 'œ' or 'Ø' or 'ø' => 'O',
            'Ł' or 'ł' => 'L',
            'Đ' or 'đ' or 'Ð' or 'ð' => 'D',
            'Þ' or 'þ' => 'T',
            _ => char.IsSurrogate(c) ? c : $"{c}".Normalize(NormalizationForm.FormD)[0],
        };
        return char.ToUpper(plain, CultureInfo.InvariantCulture);
    }
}
