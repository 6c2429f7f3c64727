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

    public string Text { get; }
    public int Count => _tokens.Count;

    /// <summary>As the bank wrote it.</summary>
    public ReadOnlySpan<char> Raw(int i) => Text.AsSpan(_tokens[i].Start, _tokens[i].End - _tokens[i].Start);

    /// <summary>Folded, whole.</summary>
    public ReadOnlySpan<char> Whole(int i) => _folded.AsSpan(_tokens[i].Start, _tokens[i].End - _tokens[i].Start);

    /// <summary>Folded, without punctuation around it and without what follows a slash or colon: "REF" of "/REF:123".</summary>
    public ReadOnlySpan<char> Core(int i) =>
        _folded.AsSpan(_tokens[i].CoreStart, _tokens[i].CoreEnd - _tokens[i].CoreStart);

    // Upper case without accents, character by character (German ß stays as it is).
    private static void Fold(Span<char> folded, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            folded[i] = char.ToUpperInvariant(text[i]) switch
            {
                <= '\x7f' and var c => c,
                'À' or 'Á' or 'Â' or 'Ã' or 'Ä' or 'Å' => 'A',
                'Ç' => 'C',
                'È' or 'É' or 'Ê' or 'Ë' => 'E',
                'Ì' or 'Í' or 'Î' or 'Ï' => 'I',
                'Ñ' => 'N',
                'Ò' or 'Ó' or 'Ô' or 'Õ' or 'Ö' => 'O',
                'Ù' or 'Ú' or 'Û' or 'Ü' => 'U',
                '’' => '\'',
                var c => c,
            };
        }
    }

    private void Add(int start, int end)
    {
        var coreStart = start;
        while (coreStart < end && !char.IsLetterOrDigit(_folded[coreStart]))
        {
            coreStart++;
        }
        var coreEnd = coreStart;
        while (coreEnd < end && _folded[coreEnd] is not ('/' or ':'))
        {
            coreEnd++;
        }
        while (coreEnd > coreStart && !char.IsLetterOrDigit(_folded[coreEnd - 1]))
        {
            coreEnd--;
        }
        _tokens.Add((start, end, coreStart, coreEnd));
    }
}
