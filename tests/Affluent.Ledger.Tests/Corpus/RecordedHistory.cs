namespace Affluent.Ledger.Tests;

/// <summary>The histories of the corpus as recordings: what the ledger is given at each reading, and what it decides.</summary>
internal static class RecordedHistory
{
    /// <summary>All readings of a history that was thought out; of a generated one the two in which its bank changes its ways.</summary>
    public static IReadOnlyList<RecordedReading> Of(History history)
    {
        var (from, to) = history.Kind == "generated" ? (3, 5) : (0, history.Fetches.Count);
        List<RecordedReading> readings = [];
        var account = new Account([], history.Rules);
        var scorer = new Scorer(history);
        for (var i = 0; i < Math.Min(to, history.Fetches.Count); i++)
        {
            var fetch = history.Fetches[i];
            Movement[] listed = [.. fetch.Rows.Select(row => row.Movement)];
            var reading = new RecordedReading
            {
                Account = 77_000_000_001,
                Channel = "8700",
                Rules = account.Rules,
                Window = fetch.Window,
                Held = account.Stored,
                Listed = listed,
                Settled = account.Settled,
            };
            if (i >= from)
            {
                readings.Add(reading with { Decided = reading.Decide() });
            }
            account = account.After(fetch.Window, listed);
            scorer.Take(i, [.. account.Stored.Select(Corpus.Shown)]);
            var different = fetch.Different.Select(pair => new SettledPair(
                scorer.IdOf(pair.First),
                scorer.IdOf(pair.Second)
            ));
            account = account with { Settled = new([.. account.Settled.Different, .. different]) };
        }
        return readings;
    }
}
