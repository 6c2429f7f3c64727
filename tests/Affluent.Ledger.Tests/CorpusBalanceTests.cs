using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>The check of the balance over the whole corpus: the bank's balance is what is true, and the check sees only what is held.</summary>
public sealed class CorpusBalanceTests
{
    private const string Currency = "EUR";

    [Fact]
    public void No_gap_is_stated_but_where_something_held_is_in_doubt()
    {
        var gaps = Corpus.All.SelectMany(history => GapsOf(history)).ToArray();

        Assert.Empty(gaps.Where(gap => !gap.InDoubt).Select(gap => gap.Where));
    }

    [Fact]
    public void A_movement_that_the_bank_never_lists_is_a_gap()
    {
        // Of no amount that the corpus could make up by leaving rows out.
        const long hidden = -77_777_777_777;
        var plain = Corpus.All.Where(history => !GapsOf(history).Any() && IsPlain(history)).ToArray();

        Assert.InRange(plain.Length, 200, int.MaxValue);
        Assert.All(plain, history => Assert.Contains(GapsOf(history, hidden), gap => gap.Amount == hidden));
    }

    private sealed record StatedGap(string Where, decimal Amount, bool InDoubt);

    // At the second reading something more is booked, and not listed.
    private static IEnumerable<StatedGap> GapsOf(History history, long hidden = 0)
    {
        var account = new Account([], history.Rules);
        BalanceState? state = null;
        var last = history.Fetches.SelectMany(fetch => fetch.Rows).Max(row => (int?)row.Movement.Day) ?? 0;
        // What is true: of each movement, or of those that nothing tells apart, what is booked.
        Dictionary<string, Movement[]> booked = new(StringComparer.Ordinal);
        for (var i = 0; i < history.Fetches.Count; i++)
        {
            var fetch = history.Fetches[i];
            var changes = account.Changes(fetch.Window, [.. fetch.Rows.Select(row => row.Movement)]);
            Book(booked, fetch);
            var balance = 100_000 + booked.Values.SelectMany(m => m).Sum(m => m.Amount) + (i > 0 ? hidden : 0);
            state = BalanceCheck.Next(
                state,
                new BalanceReading
                {
                    Currency = Currency,
                    Balances =
                    [
                        new AccountBalance
                        {
                            Kind = BankBalanceKind.ClosingBooked,
                            Amount = balance,
                            Currency = Currency,
                        },
                    ],
                    Stored = account.Stored,
                    Changes = changes,
                    WindowFrom = fetch.Window.From,
                    ReadBefore = i == 0 ? null : last + i - 1,
                    Today = last + i,
                }
            );
            account = account.Apply(changes);
            if (state.Gap is { } gap)
            {
                yield return new StatedGap(
                    $"{history}, reading {i + 1}: {gap}",
                    gap,
                    account.Stored.Any(s => s.Ambiguous)
                );
            }
        }
    }

    private static void Book(Dictionary<string, Movement[]> booked, Fetch fetch)
    {
        foreach (var gone in booked.Where(pair => pair.Value.Any(m => Scorer.IsCovered(fetch.Window, fetch.Rows, m))))
        {
            booked.Remove(gone.Key);
        }
        foreach (var same in fetch.Rows.GroupBy(row => string.Join('/', row.Labels)))
        {
            Movement[] rows = [.. same.Select(row => row.Movement).Where(IsBooked)];
            // A row sent twice is one movement; of several that nothing tells apart, one that is out of sight is not gone.
            booked[same.Key] = same.Key.Contains('/', StringComparison.Ordinal)
                ? [.. rows, .. booked.GetValueOrDefault(same.Key, []).Skip(rows.Length)]
                : [.. rows.TakeLast(1)];
        }
    }

    private static bool IsBooked(Movement movement) =>
        movement.Status == TransactionStatus.Booked && movement.Currency == Currency;

    private static bool IsPlain(History history) =>
        history.Fetches.Count > 1
        && history.Fetches.SelectMany(fetch => fetch.Rows).All(row => row.Movement.Currency == Currency);
}
