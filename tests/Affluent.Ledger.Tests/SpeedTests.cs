using System.Diagnostics;
using Affluent.Connectors.Contract;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>Great lists and hostile texts take no longer than their length. Apart from the rest, for they are slow.</summary>
public sealed class SpeedTests
{
    [Theory]
    [InlineData(TransactionIds.Absent)]
    [InlineData(TransactionIds.Stable)]
    public void A_hundred_thousand_rows_are_joined_and_not_compared_pair_by_pair(TransactionIds ids)
    {
        Movement[] list =
        [
            .. Enumerable.Range(0, 100_000).Select(i => Booked(-(i % 900), i / 60, $"CARTE SHOP {i % 700}", $"id{i}")),
        ];
        var account = Account.With(ids);
        var first = Timed(() => account.Changes(list));
        var stored = account.Apply(first.Changes);
        var second = Timed(() => stored.Changes(list));

        Assert.Equal(100_000, first.Changes.Inserts.Count);
        Assert.True(second.Changes.IsEmpty);
        Assert.InRange(first.Milliseconds, 0, 30_000);
        Assert.InRange(second.Milliseconds, 0, 30_000);
    }

    [Fact]
    public void A_bank_that_rewrites_everything_at_once_is_slow_only_in_proportion()
    {
        Movement[] Year(string word) =>
            [.. Enumerable.Range(0, 100_000).Select(i => Booked(-1000, i / 270, $"{word} {i % 270:000000}"))];
        var account = Account.Empty.After(Year("ALPHA"));

        var rewritten = Timed(() => account.Changes(Year("BRAVO")));

        Assert.Equal(100_000, rewritten.Changes.Inserts.Count + rewritten.Changes.Updates.Count);
        Assert.InRange(rewritten.Milliseconds, 0, 30_000);
    }

    [Fact]
    public void Hostile_texts_are_cleaned_in_no_time()
    {
        string[] hostile =
        [
            string.Concat(Enumerable.Repeat("CB ", 100_000)),
            new string('*', 300_000),
            string.Concat(Enumerable.Repeat("12/34 ", 50_000)),
            new string('(', 300_000),
            string.Concat(Enumerable.Repeat("REF/ A ", 50_000)),
        ];
        var clock = Stopwatch.StartNew();

        Assert.All(hostile, text => Assert.NotEqual("", Labels.Clean(text)));

        Assert.InRange(clock.ElapsedMilliseconds, 0, 30_000);
    }

    private static (Changes Changes, long Milliseconds) Timed(Func<Changes> reconcile)
    {
        var clock = Stopwatch.StartNew();
        var changes = reconcile();
        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.ElapsedMilliseconds} ms");
        return (changes, clock.ElapsedMilliseconds);
    }
}
