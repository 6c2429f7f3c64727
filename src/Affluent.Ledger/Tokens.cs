using System.Globalization;
using System.Text;

namespace Affluent.Ledger;

/// <summary>A bank's text cut at blanks into tokens, with a folded copy (upper case, no accents) to compare by.</summary>
internal sealed class Tokens
{
    private readonly List<(int Start, int End, int CoreStart, int CoreEnd)> _tokens = new(16);
    private readonly string _folded;

    public Tokens(string text)
    {
        Text = text;
        _folded = string.Create(text.Length, text, Fold);
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !char.IsWhiteSpace(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                Add(start, i);
                start = -1;
            }
        }
    }

    /// <summary>The words of a text alone: letters and digits, folded, all else a blank. "L'Oréal" is "L OREAL".</summary>
    public static Tokens Words(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var folded = Fold(c);
            if (char.IsLetterOrDigit(folded))
            {
                words.Append(folded);
            }
            // An accent that stands for itself goes: its letter is there.
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                words.Append(' ');
            }
        }
        return new Tokens(words.ToString());
    }

    public string Text { get; }
    public int Count => _tokens.Count;

    /// <summary>The whole text, folded.</summary>
    public string Folded => _folded;

    /// <summary>As the bank wrote it.</summary>
    public ReadOnlySpan<char> Raw(int i) => Text.AsSpan(_tokens[i].Start, _tokens[i].End - _tokens[i].Start);

    /// <summary>Folded, whole.</summary>
    public ReadOnlySpan<char> Whole(int i) => _folded.AsSpan(_tokens[i].Start, _tokens[i].End - _tokens[i].Start);

    /// <summary>Folded, without punctuation around it and without what follows a slash, a colon or the mark of a card or keyword: "REF" of
    /// "/REF:123".</summary>
    public ReadOnlySpan<char> Core(int i) =>
        _folded.AsSpan(_tokens[i].CoreStart, _tokens[i].CoreEnd - _tokens[i].CoreStart);

    /// <summary>Tokens as the bank wrote them, a blank between two.</summary>
    public string Join(int first, int end)
    {
        var line = new StringBuilder(Text.Length);
        for (var i = first; i < end; i++)
        {
            _ = i > first ? line.Append(' ') : line;
            line.Append(Raw(i));
        }
        return line.ToString();
    }

    private static void Fold(Span<char> folded, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            folded[i] = Fold(text[i]);
        }
    }

    // Upper case without accents (German ß stays as it is).
    private static char Fold(char c) =>
        char.ToUpperInvariant(c) switch
        {
            <= '\x7f' and var plain => plain,
            'À' or 'Á' or 'Â' or 'Ã' or 'Ä' or 'Å' => 'A',
            'Ç' => 'C',
            'È' or 'É' or 'Ê' or 'Ë' => 'E',
            'Ì' or 'Í' or 'Î' or 'Ï' => 'I',
            'Ñ' => 'N',
            'Ò' or 'Ó' or 'Ô' or 'Õ' or 'Ö' => 'O',
            'Ù' or 'Ú' or 'Û' or 'Ü' => 'U',
            '’' => '\'',
            var other => other,
        };

    private void Add(int start, int end)
    {
        var coreStart = start;
        while (coreStart < end && !char.IsLetterOrDigit(_folded[coreStart]))
        {
            coreStart++;
        }
        var coreEnd = coreStart;
        while (coreEnd < end && _folded[coreEnd] is not ('/' or ':') && !IsMark(coreStart, coreEnd, end))
        {
            coreEnd++;
        }
        while (coreEnd > coreStart && !char.IsLetterOrDigit(_folded[coreEnd - 1]))
        {
            coreEnd--;
        }
        _tokens.Add((start, end, coreStart, coreEnd));
    }

    // "CB*1234", "SVWZ+Miete": the keyword of a card or of SEPA.
    private bool IsMark(int start, int at, int end) =>
        at + 1 < end
        && _folded[at] switch
        {
            '*' => char.IsAsciiDigit(_folded[at + 1]),
            '+' => _folded.AsSpan(start, at - start) is "EREF" or "MREF" or "CRED" or "KREF" or "SVWZ" or "ABWA",
            _ => false,
        };
}
