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
    private const int MostCandidates = Evidence.MostCandidates;

    private const int MostRounds = 24;

    public static void Find(Side held, Side rows, Tiers tiers)
    {
        if (!held.HasFree)
        {
            return;
        }
        var candidates = Twins(held, tiers).ToLookup(t => (t.Amount, t.Currency));
        foreach (var block in Twins(rows, tiers).GroupBy(t => (t.Amount, t.Currency)))
        {
            if (candidates.Contains(block.Key))
            {
                Settle([.. candidates[block.Key].OrderBy(t => t.Day)], [.. block], tiers);
            }
        }
    }

    /// <summary>Rows that nothing tells apart: any of them is as good as the others.</summary>
    private sealed class Twin(Candidate first)
    {
        public Candidate First { get; } = first;
        public Queue<Candidate> Free { get; } = new([first]);
        public decimal Amount => First.Movement.Amount;
        public string Currency => First.Movement.Currency;
        public int Day => First.Movement.Day;
    }

    private sealed record Pair(Twin Held, Twin Row, int Score, MatchReason Reason)
    {
        public bool IsOpen => Held.Free.Count > 0 && Row.Free.Count > 0;
    }

    private static List<Twin> Twins(Side side, Tiers tiers)
    {
        var twins = new Dictionary<(Key, bool, bool), Twin>();
        foreach (var candidate in side)
        {
            if (!candidate.IsFree)
            {
                continue;
            }
            var shared = tiers.HasLastingIds ? Key.Full(candidate) : Key.AllButId(candidate);
            var key = (shared, candidate.InWindow, candidate.HasVanished);
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

    private static void Settle(Twin[] held, Twin[] rows, Tiers tiers)
    {
        List<Pair> pairs = [];
        var days = Array.ConvertAll(held, t => t.Day);
        ILookup<int?, Twin>? byDayMade = null;
        foreach (var row in rows)
        {
            var near = Near(row, held, days, tiers.Rules.MarginDays);
            if (near.Length > MostCandidates && row.First.Movement.TransactionDay is { } made)
            {
                byDayMade ??= held.ToLookup(have => have.First.Movement.TransactionDay);
                // The day on which it was made tells it from the others.
                near = byDayMade[made].Take(MostCandidates + 1).ToArray();
            }
            if (near.Length > MostCandidates)
            {
                StayApart(row, MatchReason.TooMany, WorthADoubt, near.ToArray());
                continue;
            }
            foreach (var have in near)
            {
                if (Score(have.First, row.First, tiers) is { Value: >= WorthADoubt } score)
                {
                    pairs.Add(new Pair(have, row, score.Value, score.Reason));
                }
            }
        }
        if (tiers.HasSettled)
        {
            LeaveOutSettled(pairs, tiers);
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

    // What one of two that are settled as different went into is not the other.
    private static void LeaveOutSettled(List<Pair> pairs, Tiers tiers)
    {
        var went = pairs
            .Where(pair => pair.Held.First.HasVanished && pair.Score >= GoodEnough)
            .ToLookup(pair => pair.Row, pair => pair.Held.First);
        pairs.RemoveAll(pair =>
            !pair.Held.First.HasVanished
            && went[pair.Row].Any(other => tiers.AreSettledDifferent(other, pair.Held.First))
        );
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
                        pair.Reason,
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

    // About percent, more when all speaks for it. Half of it is words, half nearness; a day of use that both state, and an
    // amount with cents when one row went just as the other came, are evidence too.
    private static (int Value, MatchReason Reason) Score(Candidate held, Candidate row, Tiers tiers)
    {
        var (old, now, settings) = (held.Movement, row.Movement, tiers.Rules.Settings);
        if (!MayBecome(held, row, tiers))
        {
            return default;
        }
        var tolerance = held.IsOpen ? settings.PendingDays : settings.DateShiftDays;
        var distance = Distance(old, now);
        if (
            distance > tolerance
            || Contradictions.OfReferences(old, now)
            // Yesterday's coffee is not today's. (Where a bank corrects nothing but this day, the rows are equal in all else.)
            || (Contradictions.OfDayMade(old, now) && !MayBeMidnight(held, row, tiers))
            || Contradictions.OfKind(old, now)
        )
        {
            return default;
        }
        var likeness =
            WordComparison.Contradict(old.Counterparty, now.Counterparty) ? 0
            : held.Fingerprint == row.Fingerprint ? 1
            : WordComparison.Likeness(held.Words, row.Words);
        var otherNames =
            likeness < WordComparison.Contradiction
            || (likeness < 1 && WordComparison.NameOthers(held.Words, row.Words));
        if (!held.HasVanished && (likeness <= 0.5 || otherNames))
        {
            return default;
        }
        var nextDay = Contradictions.OfDayMade(old, now);
        if (nextDay && otherNames)
        {
            return default;
        }
        var nearness = 1 - ((double)distance / (tolerance + 1));
        var score = (55 * likeness) + (45 * nearness * nearness);
        var sameDayMade = SameDayMade(old, now);
        score += sameDayMade ? 20 : 0;
        score += held.HasVanished && old.Amount % 100 != 0 ? 28 : 0;
        // A booked row that moved into the list's days, or a second payment of that day.
        var outOfSight = !held.IsOpen && !held.InWindow && old.Day != now.Day;
        // Price and nearness alone make no pair of rows that name different things; they are worth a doubt.
        return (
            otherNames || outOfSight || nextDay ? Math.Min((int)score, GoodEnough - 1) : (int)score,
            sameDayMade ? MatchReason.SameDayMade
            : likeness > 0.5 ? MatchReason.WordsAlike
            : MatchReason.OneForOne
        );
    }

    // One day apart, at a price that is paid but once: midnight of another zone may lie between the announcement and the booking.
    private static bool MayBeMidnight(Candidate held, Candidate row, Tiers tiers) =>
        held.IsOpen
        && Math.Abs(held.Movement.TransactionDay!.Value - row.Movement.TransactionDay!.Value) == 1
        && !tiers.IsPaidOften(row.Movement);

    private static bool SameDayMade(Movement old, Movement now) =>
        old.TransactionDay is { } made && made == now.TransactionDay;

    private static bool MayBecome(Candidate held, Candidate row, Tiers tiers)
    {
        if (held.IsOpen)
        {
            return tiers.Rules.Uses(MatchTier.Booked);
        }
        return held.Movement.Status == row.Movement.Status
            // What the list does not cover may still stand in it: on its own day.
            && (held.InWindow || held.Movement.Day == row.Movement.Day || SameDayMade(held.Movement, row.Movement))
            && tiers.Rules.Uses(MatchTier.Edited)
            && (tiers.Rules.Settings.TextEdits || held.Fingerprint == row.Fingerprint)
            // Where ids last, one that moved kept its own.
            && !(
                tiers.HasLastingIds
                && held.TrustedId is { } before
                && row.TrustedId is { } now
                && before != now
                && held.Movement.Day != row.Movement.Day
            );
    }

    /// <summary>Days between two rows, by the days on which they were made where both tell.</summary>
    public static int Distance(Movement old, Movement now)
    {
        var distance = Math.Abs(old.Day - now.Day);
        return now.TransactionDay is { } used
            ? Math.Min(distance, Math.Abs((old.TransactionDay ?? old.Day) - used))
            : distance;
    }
}
