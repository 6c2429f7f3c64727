namespace Affluent.Ledger;

/// <summary>
/// Words, among which those that are like another one are found without looking at all of them: likes begin with the same letter, or one holds
/// the other and so its first four letters, or they differ by zeros at the beginning.
/// </summary>
internal sealed class AlikeWords
{
    // WordComparison takes shorter ones for no part of another.
    private const int Part = 4;

    private readonly Dictionary<char, List<Lettered>> _byFirst = [];
    private readonly Dictionary<string, List<string>> _byBeginning = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _byPart = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _withoutZeros = new(StringComparer.Ordinal);

    /// <summary>Adds a word.</summary>
    public void Add(string word)
    {
        In(_byFirst, word[0]).Add(new(word));
        In(_withoutZeros, word.TrimStart('0')).Add(word);
        foreach (var part in PartsOf(word))
        {
            In(_byPart, part).Add(word);
        }
        if (word.Length >= Part)
        {
            In(_byBeginning, word[..Part]).Add(word);
        }
    }

    /// <summary>Those that are like a word, each once; itself, too, when it is among them.</summary>
    public HashSet<string> Like(string word)
    {
        var subject = new Lettered(word);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in Of(_byFirst, word[0]))
        {
            if (subject.MayBeLike(other) && WordComparison.AreAlike(word, other.Word))
            {
                found.Add(other.Word);
            }
        }
        found.UnionWith(Of(_withoutZeros, word.TrimStart('0')));
        foreach (var part in PartsOf(word))
        {
            found.UnionWith(Of(_byBeginning, part).Where(other => word.Contains(other, StringComparison.Ordinal)));
        }
        if (word.Length >= Part)
        {
            var holding = Of(_byPart, word[..Part]);
            found.UnionWith(holding.Where(other => other.Contains(word, StringComparison.Ordinal)));
        }
        return found;
    }

    private static IEnumerable<string> PartsOf(string word)
    {
        for (var i = 0; i + Part <= word.Length; i++)
        {
            yield return word.Substring(i, Part);
        }
    }

    private static List<T> In<TKey, T>(Dictionary<TKey, List<T>> all, TKey key)
        where TKey : notnull => all.TryGetValue(key, out var some) ? some : all[key] = [];

    private static List<T> Of<TKey, T>(Dictionary<TKey, List<T>> all, TKey key)
        where TKey : notnull => all.TryGetValue(key, out var some) ? some : [];

    /// <summary>A word and which letters it has: of two that begin alike few have the same.</summary>
    private readonly struct Lettered(string word)
    {
        private readonly ulong _letters = word.Aggregate(0UL, (letters, c) => letters | (1UL << (c & 63)));

        public string Word => word;

        // Whatever likens them, the longer one has every letter of the shorter one.
        public bool MayBeLike(Lettered other) =>
            Word.Length <= other.Word.Length ? (_letters & ~other._letters) == 0 : (other._letters & ~_letters) == 0;
    }
}
