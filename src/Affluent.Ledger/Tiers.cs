using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>What is compared: both lists, and how.</summary>
/// <param name="Held">In the order in which equal ones are to be taken.</param>
/// <param name="Rows">Without those that the bank sent twice.</param>
/// <param name="Window">Its first day is known.</param>
/// <param name="Rules">With the worth that the ids turned out to have.</param>
/// <param name="Settled">What was said of doubtful transactions.</param>
internal sealed record ReconciliationInput(
    IReadOnlyList<StoredTransaction> Held,
    IReadOnlyList<Movement> Rows,
    Window Window,
    ReconciliationRules Rules,
    Settled Settled
);

/// <summary>Takes both lists through the tiers; each sees only what those before it left.</summary>
internal sealed class Tiers
{
    private readonly ReconciliationInput _input;
    private readonly int[] _equal;
    private HashSet<(decimal Amount, string Currency)>? _prices;
    private HashSet<(long One, long Other)>? _different;

    public Tiers(ReconciliationInput input, int[] equal)
    {
        (_input, _equal) = (input, equal);
        var taken = new bool[input.Held.Count];
        List<Movement> rows = [];
        for (var i = 0; i < equal.Length; i++)
        {
            if (equal[i] is >= 0 and var at)
            {
                taken[at] = true;
                if (input.Held[at].Missing)
                {
                    Reappeared.Add(input.Held[at]);
                }
                HasLastingIds |= IdEvidence.Trusted(input.Rows[i], input.Rules.Ids) is not null;
            }
            else
            {
                rows.Add(input.Rows[i]);
            }
        }
        Rows = Side.OfBank(rows, input.Rules.Ids);
        Held = Side.OfStore(input.Held.Where((_, at) => !taken[at]), input.Rules.Ids, input.Window);
    }

    /// <summary>The bank's rows that are not held as they are.</summary>
    public Side Rows { get; }

    /// <summary>The stored ones that are not listed as they are.</summary>
    public Side Held { get; private set; }

    /// <summary>Listed as they were before they went missing.</summary>
    public List<StoredTransaction> Reappeared { get; } = [];

    /// <summary>All rows of the bank, those held as they are included.</summary>
    public int RowCount => _equal.Length;

    /// <summary>
    /// The day before which nothing is missing, although it was asked for: so many of the rows held stand in front of all that the bank lists that
    /// its list begins later. Null: it covers what was asked for.
    /// </summary>
    public int? BeginsOn()
    {
        var first = _input.Rows.Count == 0 ? int.MaxValue : _input.Rows.Min(row => row.Day);
        var before = Held.Count(have =>
            have is { IsFree: true, IsOpen: false, HasVanished: true } && have.Movement.Day < first
        );
        return before >= Conventions.Enough ? first : null;
    }

    /// <summary>At least one row was found again under its id: ids that differ mean something.</summary>
    public bool HasLastingIds { get; private set; }

    /// <summary>Rows that did not change came under new ids, and none under its own.</summary>
    public bool RenewedIds { get; private set; }

    /// <summary>The way in which the bank lists all its rows otherwise than before.</summary>
    public MatchReason? Convention { get; private set; }

    /// <summary>By id, then by equal attributes.</summary>
    public void Exact()
    {
        MatchById();
        MatchByKey(Key.AllButId);
        MatchByKey(Key.Named);
        MatchByKey(Key.Dated);
        MatchByKey(Key.Short);
        RenewedIds =
            !HasLastingIds
            && Rows.Count(row => row is { TrustedId: { } now, Partner.TrustedId: { } before } && now != before)
                >= IdEvidence.Enough;
    }

    /// <summary>What neither an id nor equal attributes join.</summary>
    public void Rest()
    {
        if (!Rows.HasFree)
        {
            return;
        }
        var rules = _input.Rules;
        if (rules.Uses(MatchTier.Convention))
        {
            Convention ??= Conventions.TurnedOrSwapped(Held, Rows);
            if (Convention == MatchReason.SignsTurned)
            {
                FindTurned();
            }
        }
        if (rules.Uses(MatchTier.Booked))
        {
            MatchByKey(Held, Key.Short, Key.WhileOpen, MatchTier.Booked, MatchReason.StatusOnly);
        }
        LikelyMatches.Find(Held, Rows, this);
        if (rules.Uses(MatchTier.Amount))
        {
            AmountMatches.Find(Held, Rows, rules.Settings);
            foreach (var row in Rows)
            {
                row.Reconsider();
            }
        }
        OpenTwins.Doubt(Rows, EqualOnes(), rules.Settings);
    }

    // What booked, moved or was worded anew just as the signs turned.
    private void FindTurned()
    {
        var turned = Held.Where(have => have.IsFree)
            .Select(have => (Was: have, Turned: have.With(have.Movement with { Amount = -have.Movement.Amount })))
            .ToArray();
        var side = new Side([.. turned.Select(pair => pair.Turned)]);
        MatchByKey(side, Key.Short, Key.WhileOpen, MatchTier.Convention, MatchReason.SignsTurned);
        LikelyMatches.Find(side, Rows, this);
        Held = new Side([
            .. Held.Where(have => !have.IsFree),
            .. turned.Select(pair => pair.Turned.IsFree ? pair.Was : pair.Turned),
        ]);
    }

    /// <summary>So much came and went at once that the bank may have moved all its days.</summary>
    public bool SuggestMovedDays()
    {
        if (!_input.Rules.Uses(MatchTier.Convention))
        {
            return false;
        }
        var came = Rows.Count(row => row.IsFree);
        return came >= Conventions.Enough
            && came * 2 >= RowCount - Conventions.Enough
            && Held.Count(have => have.IsFree && have.HasVanished) >= Conventions.Enough;
    }

    /// <summary>Pairs rows whose days all moved by as many.</summary>
    public void Moved(int days)
    {
        Convention = MatchReason.DaysMoved;
        MatchByKey(
            Held,
            have => Key.Short(have) with { Day = have.Movement.Day + days },
            Key.Short,
            MatchTier.Convention,
            MatchReason.DaysMoved
        );
    }

    public ReconciliationRules Rules => _input.Rules;

    /// <summary>Whether more than one of those held, or of the bank's rows, is of this price.</summary>
    public bool IsPaidOften(Movement row)
    {
        _prices ??= Repeated(_input.Held.Select(s => s.Movement)).Union(Repeated(_input.Rows)).ToHashSet();
        return _prices.Contains((row.Amount, row.Currency));

        static IEnumerable<(decimal, string)> Repeated(IEnumerable<Movement> movements) =>
            movements.CountBy(m => (m.Amount, m.Currency)).Where(price => price.Value > 1).Select(price => price.Key);
    }

    /// <summary>Whether anything was said of doubtful transactions.</summary>
    public bool HasSettled => _input.Settled.Different.Count > 0;

    /// <summary>Whether it was said that the two are different.</summary>
    public bool AreSettledDifferent(Candidate a, Candidate b)
    {
        _different ??=
        [
            .. _input.Settled.Different.SelectMany(p => new[] { (p.First, p.Second), (p.Second, p.First) }),
        ];
        return a.Stored is { } one && b.Stored is { } other && _different.Contains((one.Id, other.Id));
    }

    /// <summary>The bank's rows that are held as they are, each with its stored one.</summary>
    public IEnumerable<Candidate> EqualOnes()
    {
        for (var i = 0; i < _equal.Length; i++)
        {
            if (_equal[i] is >= 0 and var at)
            {
                yield return new Candidate(_input.Rows[i], null, _input.Held[at], inWindow: true);
            }
        }
    }

    // An id that several rows of one side carry says nothing about which is which: attributes decide then.
    private void MatchById()
    {
        if (_input.Rules.Ids == TransactionIds.Absent)
        {
            return;
        }
        var byId = OnePerId(Rows);
        foreach (var (id, have) in OnePerId(Held))
        {
            if (
                have is not null
                && byId.TryGetValue(id, out var row)
                && row is not null
                && IdEvidence.IsOneMovement(have, row)
            )
            {
                Candidate.Pair(have, row, MatchTier.BankId, MatchReason.SameId, 100);
                HasLastingIds = true;
            }
        }
    }

    private static Dictionary<string, Candidate?> OnePerId(Side side)
    {
        var byId = new Dictionary<string, Candidate?>(StringComparer.Ordinal);
        foreach (var candidate in side)
        {
            if (candidate is { IsFree: true, TrustedId: { } id } && !byId.TryAdd(id, candidate))
            {
                byId[id] = null;
            }
        }
        return byId;
    }

    private void MatchByKey(Func<Candidate, Key> key) =>
        MatchByKey(Held, key, key, MatchTier.Exact, MatchReason.SameRow);

    // A join of two multisets: of two equal rows, each takes its own partner.
    private void MatchByKey(
        Side held,
        Func<Candidate, Key> keyOfHeld,
        Func<Candidate, Key> keyOfRow,
        MatchTier tier,
        MatchReason reason
    )
    {
        if (!held.HasFree || !Rows.HasFree)
        {
            return;
        }
        var waiting = new Dictionary<Key, List<Candidate>>();
        foreach (var have in held)
        {
            if (have.IsFree)
            {
                var key = keyOfHeld(have);
                (waiting.TryGetValue(key, out var same) ? same : waiting[key] = new List<Candidate>(1)).Add(have);
            }
        }
        foreach (var row in Rows)
        {
            if (row.IsFree && waiting.TryGetValue(keyOfRow(row), out var same))
            {
                // Nearly always the first; those before it are taken or name another side.
                var have = same.Find(have => have.IsFree && !Contradict(have, row, tier));
                if (have is not null)
                {
                    Candidate.Pair(have, row, tier, reason, 100);
                    if (same.Count > 1)
                    {
                        same.Remove(have);
                    }
                }
            }
        }
    }

    private static bool Contradict(Candidate have, Candidate row, MatchTier tier) =>
        Contradictions.OfReferences(have.Movement, row.Movement)
        || (tier == MatchTier.Booked && Contradictions.OfDayMade(have.Movement, row.Movement))
        || WordComparison.Contradict(have.Movement.Counterparty, row.Movement.Counterparty);
}
