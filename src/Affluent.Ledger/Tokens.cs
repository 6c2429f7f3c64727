using System.Collections.Frozen;

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

/// <summary>Phrases of one or more words, each with a meaning; finds the longest that starts at a token.</summary>
internal sealed class Phrases<T>
{
    private readonly FrozenDictionary<string, (string[] Words, T Meaning)[]> _byFirstWord;
    private readonly FrozenDictionary<string, (string[] Words, T Meaning)[]>.AlternateLookup<
        ReadOnlySpan<char>
    > _lookup;

    /// <param name="phrases">Folded words, parted by blanks.</param>
    public Phrases(IEnumerable<(string Phrase, T Meaning)> phrases)
    {
        _byFirstWord = phrases
            .Select(p => (Words: p.Phrase.Split(' '), p.Meaning))
            .GroupBy(p => p.Words[0])
            .ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(p => p.Words.Length).ToArray());
        _lookup = _byFirstWord.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>All meanings, each once.</summary>
    public IEnumerable<T> Meanings => _byFirstWord.Values.SelectMany(all => all.Select(p => p.Meaning)).Distinct();

    /// <summary>Number of tokens of the longest phrase at this place; 0 when there is none.</summary>
    public int At(Tokens tokens, int place, out T? meaning)
    {
        meaning = default;
        if (!_lookup.TryGetValue(tokens.Core(place), out var starting))
        {
            return 0;
        }
        foreach (var (words, its) in starting)
        {
            if (Continues(tokens, place, words))
            {
                meaning = its;
                return words.Length;
            }
        }
        return 0;
    }

    /// <summary>The meaning of the longest phrase anywhere; of equally long ones, the first.</summary>
    public bool Anywhere(Tokens tokens, out T? meaning)
    {
        meaning = default;
        var longest = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            var length = At(tokens, i, out var its);
            if (length > longest)
            {
                (longest, meaning) = (length, its);
            }
        }
        return longest > 0;
    }

    private static bool Continues(Tokens tokens, int place, string[] words)
    {
        if (place + words.Length > tokens.Count)
        {
            return false;
        }
        for (var i = 1; i < words.Length; i++)
        {
            if (!tokens.Core(place + i).SequenceEqual(words[i]))
            {
                return false;
            }
        }
        return true;
    }
}
