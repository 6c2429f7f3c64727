using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// The last tier: what neither an id nor exact attributes could join (a pending row that booked under other words, a booked one
/// that moved by a day). Rows of the same amount are compared by days and words; a pair is made only when it is good enough and
/// clearly ahead of every other pair that either of the two could make.
/// </summary>
internal static class LikelyMatches
{
    /// <summary>A pair of at least this score may be made.</summary>
    private const int GoodEnough = 50;

    /// <summary>A pair of at least this score is worth a doubt.</summary>
    private const int WorthADoubt = 35;

    /// <summary>By how much a pair must lead.</summary>
    private const int Lead = 5;

    /// <summary>A row with more candidates than this is beyond telling; it also bounds the work.</summary>
    private const int MostCandidates = 16;

    private const int MostRounds = 24;

    /// <summary>Two texts whose telling words are at least so alike may speak of one.</summary>
    private const double Alike = 0.7;

    public static void Find(Side held, Side rows, ReconciliationRules rules)
    {
        var candidates = Twins(held).ToLookup(t => (t.Amount, t.Currency));
        foreach (var block in Twins(rows).GroupBy(t => (t.Amount, t.Currency)))
        {
            if (candidates.Contains(block.Key))
            {
                Settle([.. candidates[block.Key].OrderBy(t => t.Day)], [.. block], rules);
            }
        }
    }

    /// <summary>Rows that nothing tells apart: any of them is as good as the others.</summary>
    private sealed class Twin(Candidate first)
    {
        private string[]? _words;

        public Candidate First { get; } = first;
        public Queue<Candidate> Free { get; } = new([first]);
        public long Amount => First.Movement.Amount;
        public string Currency => First.Movement.Currency;
        public int Day => First.Movement.Day;
        public string[] Words => _words ??= WordsOf(First.Movement);
    }

    private sealed record Pair(Twin Held, Twin Row, int Score)
    {
        public bool IsOpen => Held.Free.Count > 0 && Row.Free.Count > 0;
    }

    private static List<Twin> Twins(Side side)
    {
        var twins = new Dictionary<(Key, bool, bool), Twin>();
        foreach (var candidate in side)
        {
            if (!candidate.IsFree)
            {
                continue;
            }
            var key = (Key.Full(candidate) with { BankId = null }, candidate.InWindow, HasVanished(candidate));
            if (twins.TryGetValue(key, out var twin))
            {
                twin.Free.Enqueue(candidate);
            }
            else
            {
                twins.Add(key, new Twin(candidate));
            }
        }
        return [.. twins.Values];
    }

    private static void Settle(Twin[] held, Twin[] rows, ReconciliationRules rules)
    {
        List<Pair> pairs = [];
        var days = Array.ConvertAll(held, t => t.Day);
        foreach (var row in rows)
        {
            var near = Near(row, held, days, rules.MarginDays);
            if (near.Length > MostCandidates)
            {
                StayApart(row, MatchReason.TooMany, WorthADoubt, near.ToArray());
                continue;
            }
            foreach (var have in near)
            {
                if (Score(have.First, row.First, rules, have.Words, row.Words) is >= WorthADoubt and var score)
                {
                    pairs.Add(new Pair(have, row, score));
                }
            }
        }
        // Each round can clear the way for another pair; what it takes very many rounds to tell is doubtful anyway.
        for (var round = 0; round < MostRounds && Round(pairs); round++)
        {
            pairs.RemoveAll(pair => !pair.IsOpen);
        }
        foreach (var left in pairs.Where(pair => pair.IsOpen).GroupBy(pair => pair.Row))
        {
            var ordered = left.OrderByDescending(pair => pair.Score).ToArray();
            StayApart(
                left.Key,
                ordered is [{ Score: < GoodEnough }] ? MatchReason.WordsDiffer : MatchReason.SeveralAlike,
                ordered[0].Score,
                [.. ordered.Select(pair => pair.Held)]
            );
        }
    }

    private static ReadOnlySpan<Twin> Near(Twin row, Twin[] held, int[] days, int margin)
    {
        var movement = row.First.Movement;
        var from = Math.Min(movement.Day, movement.TransactionDay ?? movement.Day) - margin;
        var to = Math.Max(movement.Day, movement.TransactionDay ?? movement.Day) + margin;
        var (start, end) = (0, days.Length);
        while (start < end)
        {
            var middle = (start + end) / 2;
            (start, end) = days[middle] < from ? (middle + 1, end) : (start, middle);
        }
        while (end < days.Length && days[end] <= to && end - start <= MostCandidates)
        {
            end++;
        }
        return held.AsSpan(start, end - start);
    }

    private static bool Round(List<Pair> pairs)
    {
        var wishes = pairs
            .GroupBy(pair => pair.Row)
            .Select(ofRow => Leader(ofRow))
            .OfType<Pair>()
            .Where(pair => pair.Score >= GoodEnough)
            .GroupBy(pair => pair.Held)
            .ToList();
        var progress = false;
        foreach (var ofHeld in wishes)
        {
            var enough = ofHeld.Sum(pair => pair.Row.Free.Count) <= ofHeld.Key.Free.Count;
            foreach (var pair in enough ? ofHeld : OnlyLeader(ofHeld))
            {
                while (pair.IsOpen)
                {
                    Candidate.Pair(
                        pair.Held.Free.Dequeue(),
                        pair.Row.Free.Dequeue(),
                        pair.Held.First.IsOpen ? MatchTier.Booked : MatchTier.Edited,
                        MatchReason.WordsAlike,
                        Math.Min(99, pair.Score)
                    );
                    progress = true;
                }
            }
        }
        return progress;
    }

    private static IEnumerable<Pair> OnlyLeader(IEnumerable<Pair> pairs) => Leader(pairs) is { } leader ? [leader] : [];

    private static Pair? Leader(IEnumerable<Pair> pairs)
    {
        Pair? first = null;
        var second = int.MinValue;
        foreach (var pair in pairs)
        {
            if (first is null || pair.Score > first.Score)
            {
                second = first?.Score ?? second;
                first = pair;
            }
            else
            {
                second = Math.Max(second, pair.Score);
            }
        }
        return first is not null && (second == int.MinValue || first.Score - second >= Lead) ? first : null;
    }

    private static void StayApart(Twin row, MatchReason reason, int score, Twin[] mayBe)
    {
        foreach (var candidate in row.Free)
        {
            candidate.StayApart(reason, Math.Max(1, 100 - score), mayBe.SelectMany(twin => twin.Free));
        }
    }

    // Held until now, and the bank's list, which covers its day, is without it: it went, or it is what has come instead.
    private static bool HasVanished(Candidate held) =>
        held.Stored is { Missing: false } && held.InWindow && held.Movement.Status != TransactionStatus.Expired;

    // About percent, more when all speaks for it. Half of it is words, half nearness; a day of use that both state, and an
    // amount with cents when one row went just as the other came, are evidence too.
    private static int Score(
        Candidate held,
        Candidate row,
        ReconciliationRules rules,
        string[] heldWords,
        string[] rowWords
    )
    {
        var (old, now) = (held.Movement, row.Movement);
        if (!held.IsOpen && (old.Status != now.Status || !held.InWindow))
        {
            return 0;
        }
        var tolerance = held.IsOpen ? rules.Settings.PendingDays : rules.Settings.DateShiftDays;
        var distance = Distance(old, now);
        if (distance > tolerance)
        {
            return 0;
        }
        var likeness =
            WordComparison.Contradict(old.Counterparty, now.Counterparty) ? 0
            : held.Fingerprint == row.Fingerprint ? 1
            : WordComparison.Likeness(heldWords, rowWords);
        var vanished = HasVanished(held);
        if (!vanished && likeness <= 0.5)
        {
            return 0;
        }
        var nearness = 1 - ((double)distance / (tolerance + 1));
        var score = (55 * likeness) + (45 * nearness * nearness);
        score += old.TransactionDay is { } used && used == now.TransactionDay ? 20 : 0;
        score += vanished && old.Amount % 100 != 0 ? 28 : 0;
        // Price and nearness alone make no pair of rows that name different things; they are worth a doubt.
        return likeness < WordComparison.Contradiction ? Math.Min((int)score, GoodEnough - 1) : (int)score;
    }

    /// <summary>
    /// Flags new rows beside which the list shows one of the same price, words and day in the other state: a movement announced and
    /// booked at once under two ids, or two movements. Nothing in the list says which.
    /// </summary>
    public static void DoubtOpenTwins(Side rows, ReconciliationRules rules)
    {
        if (rows.FreeCount == 0)
        {
            return;
        }
        var open = rows.Where(row => row.IsOpen).ToLookup(row => (row.Movement.Amount, row.Movement.Currency));
        foreach (var row in rows.Where(row => !row.IsOpen))
        {
            foreach (var other in open[(row.Movement.Amount, row.Movement.Currency)])
            {
                if ((row.IsFree || other.IsFree) && MayBeOne(other, row, rules))
                {
                    var (one, beside) = row.IsFree ? (row, other) : (other, row);
                    one.StayApart(MatchReason.PendingAndBooked, WorthADoubt, [beside.Partner ?? beside]);
                }
            }
        }
    }

    private static bool MayBeOne(Candidate open, Candidate booked, ReconciliationRules rules)
    {
        var (early, late) = (open.Movement, booked.Movement);
        return early.TransactionDay is { } used
                && used == late.TransactionDay
                && Math.Abs(late.Day - early.Day) <= rules.Settings.PendingDays
                && (
                    open.Fingerprint == booked.Fingerprint
                    || WordComparison.Likeness(WordsOf(early), WordsOf(late)) >= Alike
                )
            || (early.Day == late.Day && open.Fingerprint == booked.Fingerprint && early.BankId != late.BankId);
    }

    private static string[] WordsOf(Movement movement) =>
        WordComparison.Telling(movement.Counterparty is { } name ? $"{movement.Text}\n{name}" : movement.Text);

    private static int Distance(Movement old, Movement now)
    {
        var distance = Math.Abs(old.Day - now.Day);
        return now.TransactionDay is { } used
            ? Math.Min(distance, Math.Abs((old.TransactionDay ?? old.Day) - used))
            : distance;
    }
}
