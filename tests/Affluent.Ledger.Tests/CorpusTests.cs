using CsCheck;

namespace Affluent.Ledger.Tests;

/// <summary>The corpus: what a careful person concludes from what a bank lists, and what the matcher does.</summary>
public sealed class CorpusTests
{
    private static readonly Gen<History> Endless = Gen.Select(
        Gen.Int[0, Enum.GetValues<BankFamily>().Length - 1].Select(family => (BankFamily)family),
        Gen.Int[1_000, 1_000_000_000],
        GeneratedHistory.Of
    );

    [Fact]
    public void Where_the_truth_can_be_decided_nothing_is_doubled_merged_or_passed_on_and_the_rest_is_flagged()
    {
        var faults = Corpus.All.SelectMany(history => Corpus.Play(history).Faults).ToArray();

        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_same_holds_of_histories_without_end() =>
        Endless.Sample(
            history =>
            {
                var faults = Corpus.Play(history).Faults;
                Assert.True(faults.Count == 0, string.Join('\n', faults));
            },
            iter: 24
        );

    [Fact]
    public void The_corpus_is_as_large_as_it_is_said_to_be()
    {
        Assert.InRange(Corpus.Written.Count, 200, 1_000);
        Assert.InRange(Corpus.All.Count(), 450, 2_000);
        Assert.Equal(Corpus.All.Count(), Corpus.All.Select(history => history.ToString()).Distinct().Count());
    }
}
