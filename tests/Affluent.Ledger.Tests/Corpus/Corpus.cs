namespace Affluent.Ledger.Tests;

/// <summary>The labelled histories: those thought out, in the text files beside this one, and those of the families.</summary>
internal static class Corpus
{
    /// <summary>How many histories of each family belong to the corpus.</summary>
    private const int OfEachFamily = 12;

    public static IReadOnlyList<History> Written { get; } =
    [
        .. from resource in Resources(".txt")
        from history in CorpusReader.Read(Path.GetFileNameWithoutExtension(resource), Lines(resource))
        select history,
    ];

    public static IReadOnlyList<History> Generated { get; } =
    [
        .. from family in Enum.GetValues<BankFamily>()
        from seed in Enumerable.Range(1, OfEachFamily)
        select GeneratedHistory.Of(family, seed),
    ];

    public static IEnumerable<History> All => Written.Concat(Generated);

    public static History Find(string name) => All.Single(history => history.Name == name);

    /// <summary>What the matcher holds after each reading of a history.</summary>
    public static (Score Score, IReadOnlyList<string> Faults) Play(History history)
    {
        var account = new Account([], history.Rules);
        var scorer = new Scorer(history);
        for (var i = 0; i < history.Fetches.Count; i++)
        {
            var fetch = history.Fetches[i];
            account = account.After(fetch.Window, [.. fetch.Rows.Select(row => row.Movement)]);
            scorer.Take(i, [.. account.Stored.Select(Shown)]);
            var different = fetch.Different.Select(pair => new SettledPair(
                scorer.IdOf(pair.First),
                scorer.IdOf(pair.Second)
            ));
            account = account with { Settled = new([.. account.Settled.Different, .. different]) };
        }
        return scorer.Result;
    }

    public static HeldRow Shown(StoredTransaction s) =>
        new(s.Id, s.Movement, !s.Missing && s.Movement.Status != TransactionStatus.Expired, s.Ambiguous, s.Candidates);

    /// <summary>Recordings of what happened, made anonymous: what was decided then is decided for ever.</summary>
    public static IEnumerable<(string Name, string Text)> Recordings =>
        from resource in Resources(".json")
        select (resource, string.Join('\n', Lines(resource)));

    private static IEnumerable<string> Resources(string kind) =>
        typeof(Corpus)
            .Assembly.GetManifestResourceNames()
            .Where(name =>
                name.StartsWith("Corpus/", StringComparison.Ordinal) && name.EndsWith(kind, StringComparison.Ordinal)
            )
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Lines(string resource)
    {
        using var stream = typeof(Corpus).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
