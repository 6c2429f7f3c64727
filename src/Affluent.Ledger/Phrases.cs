using System.Collections.Frozen;

namespace Affluent.Ledger;

/// <summary>Reads tables of phrases.</summary>
internal static class Phrases
{
    /// <summary>Lines of "meaning: phrase, phrase".</summary>
    public static IEnumerable<(string Phrase, string Meaning)> Read(string table) =>
        from line in table.Split('\n')
        let cells = line.Split(':')
        from phrase in cells[1].Split(',', StringSplitOptions.TrimEntries)
        select (phrase, cells[0]);
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

    /// <summary>All words, as they stand in the phrases.</summary>
    public IEnumerable<string> Words => _byFirstWord.Values.SelectMany(all => all.SelectMany(p => p.Words));

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

    /// <summary>The meaning of the phrase that stands first, of those at its place the longest; how far from the beginning it is.</summary>
    public bool First(Tokens tokens, out T? meaning, out int place)
    {
        for (place = 0; place < tokens.Count; place++)
        {
            if (At(tokens, place, out meaning) > 0)
            {
                return true;
            }
        }
        meaning = default;
        return false;
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
