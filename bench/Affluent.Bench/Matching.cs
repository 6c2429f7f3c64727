using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Ledger.Tests;

namespace Affluent.Bench;

/// <summary>
/// The corpus of labelled histories, played by ours, by the first matcher of this repository and by the import of @actual-app/api; and how many
/// rows a second ours and theirs reconcile.
/// </summary>
internal static class Matching
{
    private const int Rows = 100_000;
    private const int Rounds = 7;
    private const int PeerRows = 1_000;

    public static async Task<IReadOnlyList<Figure>> Run()
    {
        History[] all = [.. Corpus.All];
        // The peer is slow: what was thought out, and one history of each family.
        History[] some =
        [
            .. Corpus.Written,
            .. Corpus.Generated.Where(h => h.Name.EndsWith(" 1", StringComparison.Ordinal)),
        ];
        var ours = Total(all, history => Corpus.Play(history).Score);
        var earlier = await MatchingPeers.Earlier(all);
        var peer = await MatchingPeers.Actual(some);
        Print($"{all.Length} histories", ("ours", ours), ("first slice", earlier));
        Print($"{some.Length} histories", ("ours", Total(some, h => Corpus.Play(h).Score)), ("actual", peer));
        List<Figure> figures =
        [
            Figure.None($"faults on {all.Length} labelled histories", ours.Faults, $"first slice {Show(earlier)}"),
            Figure.None(
                $"faults on {some.Length} of them",
                Total(some, h => Corpus.Play(h).Score).Faults,
                $"@actual-app/api {Show(peer)}"
            ),
        ];
        var (fresh, unchanged) = Speed();
        figures.Add(Figure.AtLeast("reconcile unchanged rows, one core", "rows/s", unchanged, 300_000));
        figures.Add(Figure.AtLeast("reconcile new rows, one core", "rows/s", fresh, 100_000));
        if (await MatchingPeers.ActualSpeed(PeerRows) is { } theirs)
        {
            figures.Add(
                Figure.Times("unchanged rows beside @actual-app/api", "rows/s", unchanged, theirs.Unchanged, 100)
            );
            figures.Add(Figure.Times("new rows beside @actual-app/api", "rows/s", fresh, theirs.New, 100));
        }
        return figures;
    }

    public static Score Total(IEnumerable<History> histories, Func<History, Score> score) =>
        histories.Aggregate(Score.Right, (sum, history) => sum + score(history));

    private static string Show(Score? score) => score is null ? "skipped" : $"{score.Faults}";

    private static void Print(string what, params (string Who, Score? Score)[] scores)
    {
        Console.WriteLine(
            $"  {what}: duplicates, false merges, ids passed on, not flagged, falsely flagged, lingering"
        );
        foreach (var (who, s) in scores)
        {
            Console.WriteLine(
                s is null
                    ? $"    {who}: skipped"
                    : $"    {who}: {s.Duplicates}, {s.FalseMerges}, {s.PassedOn}, {s.NotFlagged}, {s.FalselyFlagged}, {s.Lingering}"
            );
        }
    }

    // Few prices and shops, so that rows collide, as in a real account of many years.
    private static (double New, double Unchanged) Speed()
    {
        Movement[] list = [.. Enumerable.Range(0, Rows).Select(Row)];
        StoredTransaction[] held = [.. list.Select((row, i) => new StoredTransaction(i + 1, row))];
        // As rows come: read anew, equal and not identical.
        Movement[] again = [.. Enumerable.Range(0, Rows).Select(Row)];
        var rules = new ReconciliationRules { Ids = TransactionIds.Stable };
        var (fresh, unchanged) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            fresh.Add(RowsPerSecond(() => Reconciliation.Reconcile([], again, rules, new Window(0)).Inserts.Count));
            unchanged.Add(RowsPerSecond(() => Reconciliation.Reconcile(held, again, rules, new Window(0)).Unchanged));
        }
        return (Figure.Median(fresh), Figure.Median(unchanged));
    }

    private static Movement Row(int i) =>
        new()
        {
            BankId = $"id{i}",
            Amount = -(100 + (i % 900)),
            Currency = "EUR",
            Day = 15_000 + (i / 60),
            BookingDay = 15_000 + (i / 60),
            Status = TransactionStatus.Booked,
            Text = $"CARTE {i % 28 + 1:00}/03 SHOP {i % 700} PARIS\nCB*1234",
        };

    private static double RowsPerSecond(Func<int> reconcile)
    {
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        var count = reconcile();
        return count == Rows
            ? Rows / Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException($"{count} rows instead of {Rows}");
    }
}
