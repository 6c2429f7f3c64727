using System.Globalization;
using System.Text;

namespace Affluent.Ledger;

/// <summary>
/// Other words for those of a recording: of the same length, the same everywhere, in the letter case of the original. Words of which one is the
/// beginning, a part or an abbreviation of the other stay so, and those that have nothing in common get nothing in common, as far as there is
/// room. What banks print around names (<see cref="Kept"/>) and currencies stay, for by these the kind of a movement is known.
/// </summary>
internal sealed class WordPseudonyms
{
    private const string Vowels = "AEIOUY";
    private const string Consonants = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Tries = 60;

    // To look whether a word clashes with those that are taken is what takes time.
    private const int MostLooks = 3;

    /// <summary>The words that the ledger knows by heart, which name nobody.</summary>
    public static readonly HashSet<string> Kept =
    [
        .. WordComparison
            .BankWords.Concat(Contradictions.CheckWords)
            .Concat(AmountMatches.OtherMeans)
            .Concat(TransactionTypes.Words)
            .Concat(PaymentMeansWords.Words.Words)
            .Concat(LabelWords.Heads.Words)
            .Concat(LabelWords.Tails.Words)
            .SelectMany(phrase => Runs(phrase).Where(run => run.Folded is not null).Select(run => run.Folded!)),
    ];

    private readonly Dictionary<string, string> _of = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly AlikeWords _compared = new();
    private readonly HashSet<string> _originals;
    private readonly Func<int, int> _draw;

    /// <param name="texts">Whose words are to be replaced.</param>
    /// <param name="draw">A number from 0 up to, not including, the one given.</param>
    public WordPseudonyms(IEnumerable<string> texts, Func<int, int> draw)
    {
        _draw = draw;
        _originals =
        [
            .. texts
                .Distinct(StringComparer.Ordinal)
                .SelectMany(text => Runs(text).Where(run => !Stays(text, run)).Select(run => run.Folded!)),
        ];
        var groups = new Groups<string>(_originals);
        var telling = new AlikeWords();
        foreach (var word in _originals.Where(IsCompared).Order(StringComparer.Ordinal))
        {
            foreach (var like in telling.Like(word))
            {
                groups.Join(like, word);
            }
            telling.Add(word);
        }
        // The largest first: those that come later have the room to keep clear of them.
        foreach (
            var group in _originals
                .GroupBy(groups.Of, StringComparer.Ordinal)
                .Select(group => group.ToArray())
                .OrderByDescending(group => group.Length)
                .ThenByDescending(group => group[0].Length)
                .ToArray()
        )
        {
            Replace(group);
        }
    }

    /// <summary>The text with its words replaced; signs stay, those beyond ASCII become one.</summary>
    public string Of(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var run in Runs(text))
        {
            var raw = text.AsSpan(run.Start, run.Length);
            if (run.Folded is null)
            {
                foreach (var c in raw)
                {
                    result.Append(char.IsAscii(c) ? c : '·');
                }
            }
            else if (Stays(text, run))
            {
                result.Append(raw);
            }
            else
            {
                Dress(_of[run.Folded], raw, result);
            }
        }
        return result.ToString();
    }

    // In the case of the original; a letter that has more to it than the alphabet's gets an accent, so that spellings stay apart.
    private static void Dress(string pseudonym, ReadOnlySpan<char> raw, StringBuilder result)
    {
        var at = 0;
        foreach (var c in raw)
        {
            if (FoldedLetters.IsAccent(c))
            {
                result.Append(c);
                continue;
            }
            var letters = c > '\x7f' && FoldedLetters.SecondOf(c) != '\0' ? 2 : 1;
            foreach (var letter in pseudonym.AsSpan(at, Math.Min(letters, pseudonym.Length - at)))
            {
                result.Append(char.IsLower(c) ? char.ToLowerInvariant(letter) : letter);
            }
            at += letters;
            if (!char.IsAscii(c) && char.IsLetter(c))
            {
                result.Append('\u0301');
            }
        }
        // What was found to be taken is made longer.
        result.Append(pseudonym.AsSpan(Math.Min(at, pseudonym.Length)));
    }

    private readonly record struct Run(int Start, int Length, string? Folded);

    // Words as comparisons read them, and what stands between (null).
    private static IEnumerable<Run> Runs(string text)
    {
        var folded = new StringBuilder();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            var isWord = i < text.Length && FoldedLetters.TryFold(text[i], out _);
            var goesOn =
                i < text.Length && (isWord ? folded.Length > 0 : folded.Length == 0 || FoldedLetters.IsAccent(text[i]));
            if (!goesOn && i > start)
            {
                yield return new(start, i - start, folded.Length == 0 ? null : folded.ToString());
                folded.Clear();
                start = i;
            }
            if (isWord)
            {
                FoldedLetters.TryFold(text[i], out var letter);
                folded.Append(letter);
                if (text[i] > '\x7f' && FoldedLetters.SecondOf(text[i]) is not '\0' and var second)
                {
                    folded.Append(second);
                }
            }
        }
    }

    private static bool Stays(string text, Run run) =>
        run.Folded is null || Kept.Contains(run.Folded) || IsCurrency(run.Folded) || IsEntity(text, run);

    private static bool IsCurrency(string word) => word.Length == 3 && Money.Currencies.ContainsKey(word);

    // "&eacute;": a letter as web pages write it.
    private static bool IsEntity(string text, Run run)
    {
        var end = run.Start + run.Length;
        return run.Start > 0
            && text[run.Start - 1] == '&'
            && end < text.Length
            && text[end] == ';'
            && System.Net.WebUtility.HtmlDecode(text[(run.Start - 1)..(end + 1)]).Length == 1;
    }

    // Words that are compared by more than being the same.
    private static bool IsCompared(string word) =>
        WordComparison.IsTelling(word) || (word.Length >= 4 && word.All(char.IsAsciiDigit));

    private void Replace(string[] words)
    {
        var compared = words.Length > 1 || IsCompared(words[0]);
        string[]? best = null;
        var (fewest, looks) = (int.MaxValue, 0);
        for (var attempt = 0; attempt < Tries && fewest > 0 && looks < MostLooks; attempt++)
        {
            var longer = attempt > Tries / 2 && !compared ? 1 : 0;
            string[] made = words.Length > 1 ? Substituted(words) : [Invented(words[0], longer)];
            if (!Array.TrueForAll(made, IsFree))
            {
                continue;
            }
            looks++;
            if (Clashes(made, compared) is var clashes && clashes < fewest)
            {
                (best, fewest) = (made, clashes);
            }
        }
        // Nothing was free: there are too many of them for their length.
        best ??= [.. words.Select(word => Invented(word, longer: 6))];
        for (var i = 0; i < words.Length; i++)
        {
            _of.Add(words[i], best[i]);
            _taken.Add(best[i]);
            if (compared)
            {
                _compared.Add(best[i]);
            }
        }
    }

    private bool IsFree(string word) =>
        !_taken.Contains(word)
        && !Kept.Contains(word)
        && !IsCurrency(word)
        && (word.Length < 4 || !_originals.Contains(word));

    // How many of the taken words would be like one of these.
    private int Clashes(string[] made, bool compared) =>
        compared ? made.SelectMany(_compared.Like).Distinct(StringComparer.Ordinal).Count() : 0;

    // Each letter by another of its kind, the same in all of the group.
    private string[] Substituted(string[] words)
    {
        var of = new Dictionary<char, char> { ['0'] = '0' };
        foreach (var kind in new[] { Vowels, Consonants, "123456789" })
        {
            var others = kind.ToCharArray();
            for (var i = others.Length - 1; i > 0; i--)
            {
                var j = _draw(i + 1);
                (others[i], others[j]) = (others[j], others[i]);
            }
            for (var i = 0; i < others.Length; i++)
            {
                of.Add(kind[i], others[i]);
            }
        }
        return Array.ConvertAll(
            words,
            word =>
                string.Concat(
                    word.Select(c =>
                    {
                        if (!of.TryGetValue(c, out var other))
                        {
                            other = DigitOf(c) is { } digit ? of[digit] : Foreign();
                            of.Add(c, other);
                        }
                        return other;
                    })
                )
        );
    }

    // Any letters; zeros at the beginning of a number stay, for they do not count.
    private string Invented(string word, int longer)
    {
        var made = new StringBuilder(word.Length + longer);
        foreach (var c in word.PadRight(word.Length + longer, word[^1]))
        {
            made.Append(
                char.IsAsciiLetterUpper(c) ? (char)('A' + _draw(26))
                : DigitOf(c) is not { } digit ? Foreign()
                : made.ToString().Any(m => m != '0') ? (char)('0' + _draw(10))
                : digit == '0' ? '0'
                : (char)('1' + _draw(9))
            );
        }
        return made.ToString();
    }

    private static char? DigitOf(char c) =>
        CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var value ? (char)('0' + value) : null;

    // For letters of other alphabets, of which there are too many to keep a list.
    private char Foreign() => (char)('\u4e00' + _draw(20_000));
}
