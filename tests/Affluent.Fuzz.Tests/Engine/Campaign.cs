using System.Diagnostics;
using System.Security.Cryptography;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>How long and how to fuzz a parser.</summary>
internal sealed record CampaignOptions
{
    public int Seed { get; init; } = 1;
    public long MostExecutions { get; init; } = long.MaxValue;
    public required TimeSpan Duration { get; init; }

    /// <summary>So many mutated inputs are tried however long they take.</summary>
    public int LeastMutants { get; init; }

    /// <summary>A parser that takes longer than this for one input hangs.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Stops at so many findings of different kinds.</summary>
    public int MostFindings { get; init; } = 1;

    /// <summary>Null: the product is not instrumented, and only the shapes of answers guide.</summary>
    public Coverage? Coverage { get; init; }

    /// <summary>Where inputs that reached something new are kept from one campaign to the next; null: nowhere.</summary>
    public string? CorpusFolder { get; init; }
}

/// <summary>What a campaign came to.</summary>
internal sealed record CampaignReport(
    string Target,
    long Executions,
    TimeSpan Elapsed,
    int Corpus,
    int Branches,
    IReadOnlyList<Finding> Findings
);

/// <summary>
/// Fuzzes one parser: mutates inputs that reached something new (a branch, or a kind of answer), and keeps those that reach further.
/// </summary>
internal sealed class Campaign(FuzzTarget target, CampaignOptions options)
{
    private const int LongOnes = 100;

    private readonly List<byte[]> _corpus = [];
    private readonly HashSet<int> _shapes = [];
    private readonly List<Finding> _findings = [];
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly Random _random = new(options.Seed);
    private int _usual;
    private long _executions;
    private int _mutants;
    private volatile byte[] _current = [];

    public CampaignReport Run()
    {
        var begun = Stopwatch.GetTimestamp();
        using var done = new ManualResetEventSlim();
        // On a thread of its own: it may hang, and is then left behind.
        var thread = new Thread(() => Fuzz(begun, done)) { IsBackground = true, Name = target.Name };
        thread.Start();
        var (executions, since) = (0L, begun);
        while (!done.Wait(TimeSpan.FromMilliseconds(50)))
        {
            if (Interlocked.Read(ref _executions) is var now && now != executions)
            {
                (executions, since) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > options.Patience)
            {
                return Report(begun, [new Finding(target.Name, _current, "hangs", "")]);
            }
        }
        return Report(begun, _findings);
    }

    private CampaignReport Report(long begun, IReadOnlyList<Finding> findings) =>
        new(
            target.Name,
            Interlocked.Read(ref _executions),
            Stopwatch.GetElapsedTime(begun),
            _corpus.Count,
            options.Coverage?.Branches ?? _shapes.Count,
            findings
        );

    private void Fuzz(long begun, ManualResetEventSlim done)
    {
        var mutator = new Mutator(_random);
        _usual = Math.Max(512, 2 * target.Seeds.Max(seed => seed.Length));
        foreach (var seed in target.Seeds.Concat(Shared()).Concat(Kept()))
        {
            Try(seed, keep: true);
        }
        if (_corpus.Count == 0)
        {
            _corpus.Add([]);
        }
        while (
            _findings.Count < options.MostFindings
            && _executions < options.MostExecutions
            && (_mutants < options.LeastMutants || Stopwatch.GetElapsedTime(begun) < options.Duration)
        )
        {
            // Short inputs go deep fast; a long one now and then shows what takes more than its share of time or memory.
            _mutants++;
            var isLong = _random.Next(LongOnes) == 0;
            Try(
                mutator.Mutate(Pick(), Pick(), isLong ? target.Longest : Math.Min(_usual, target.Longest)),
                keep: false
            );
        }
        done.Set();
    }

    // Half of the time one of the newest: what has just been reached leads further.
    private byte[] Pick() =>
        _random.Next(2) == 0
            ? _corpus[_random.Next(_corpus.Count)]
            : _corpus[^_random.Next(1, Math.Min(_corpus.Count, 20) + 1)];

    private void Try(byte[] input, bool keep)
    {
        _current = input;
        options.Coverage?.Clear();
        var execution = Execution.Of(target, input);
        Interlocked.Increment(ref _executions);
        if (execution.Finding is { } finding)
        {
            if (_kinds.Add(finding.Kind))
            {
                _findings.Add(Smaller(finding));
            }
            return;
        }
        var novelty = options.Coverage?.Note() ?? Novelty.None;
        novelty = _shapes.Add(execution.Shape) ? Novelty.Branch : novelty;
        var isNew = novelty > (input.Length > _usual ? Novelty.Count : Novelty.None);
        if (keep || isNew)
        {
            _corpus.Add(input);
            if (!keep && options.CorpusFolder is { } folder)
            {
                Directory.CreateDirectory(folder);
                File.WriteAllBytes(Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16]), input);
            }
        }
    }

    /// <summary>The finding with as much taken off its input as it bears.</summary>
    private Finding Smaller(Finding finding)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var size = finding.Input.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at < finding.Input.Length && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(10); )
            {
                var span = finding.Input.Span;
                byte[] less = [.. span[..at], .. span[Math.Min(span.Length, at + size)..]];
                _current = less;
                if (Execution.Of(target, less).Finding is { } again && again.Kind == finding.Kind)
                {
                    finding = again;
                }
                else
                {
                    at += size;
                }
                Interlocked.Increment(ref _executions);
            }
        }
        return finding;
    }

    private IEnumerable<byte[]> Shared() =>
        target.SharedFolder is { } folder && SharedFiles.Folder(folder) is { } path
            ? SharedFiles.Read(path).Where(file => file.Length <= target.Longest)
            : [];

    private IEnumerable<byte[]> Kept() =>
        options.CorpusFolder is { } folder && Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            : [];
}
