using CsCheck;

namespace Affluent.Ledger.Tests;

public sealed class AlikeWordsTests
{
    // Few letters, so that many are parts, abbreviations and consonants of each other.
    private static readonly Gen<string[]> Words = Gen.String[Gen.Char["ABEMKT012"], 1, 9].Array[1, 40];

    [Fact]
    public void Those_that_are_like_a_word_are_found_as_if_all_were_looked_at() =>
        Words.Sample(words =>
        {
            var index = new AlikeWords();
            foreach (var word in words[1..].Distinct())
            {
                index.Add(word);
            }
            var expected = words[1..].Where(other => AreAlike(words[0], other)).Distinct().Order();

            Assert.Equal(expected, index.Like(words[0]).Order());
        });

    private static bool AreAlike(string a, string b) =>
        WordComparison.AreAlike(a, b) || a.TrimStart('0') == b.TrimStart('0');
}
