using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>What was decided of one row that the bank listed.</summary>
public sealed record RowDecision
{
    /// <summary>The transaction for which it was taken; null: it is new, or left aside.</summary>
    public long? Transaction { get; init; }

    /// <summary>It is the same row over again, and left aside.</summary>
    public bool Repeated { get; init; }

    /// <summary>By what it was matched, and how sure that is; see <see cref="Affluent.Ledger.Evidence"/>. Its candidates are in the order of their ids.</summary>
    public Evidence Evidence { get; init; } = AsHeld;

    /// <summary>Places of other new rows that it may be as well.</summary>
    public IReadOnlyList<int> Beside { get; init; } = [];

    internal static readonly Evidence AsHeld = new(MatchTier.Exact, 100) { Reason = MatchReason.SameRow };

    internal static readonly Evidence NoneAlike = new(MatchTier.New, 100);

    /// <summary>Same values, <see cref="Beside"/> included.</summary>
    public bool Equals(RowDecision? other) =>
        other is not null
        && (Transaction, Repeated) == (other.Transaction, other.Repeated)
        && Evidence == other.Evidence
        && Beside.SequenceEqual(other.Beside);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Transaction, Repeated, Evidence);
}

/// <summary>What a reconciliation decided, row by row.</summary>
/// <param name="Rows">Of each row that the bank listed, in its order.</param>
/// <param name="Gone">Held ones that the bank no longer lists, in the order of their ids.</param>
/// <param name="IdsFault">What speaks against the bank's ids.</param>
/// <param name="Convention">See <see cref="Changes.Convention"/>.</param>
public sealed record Decisions(
    IReadOnlyList<RowDecision> Rows,
    IReadOnlyList<long> Gone,
    IdFault? IdsFault = null,
    MatchReason? Convention = null
)
{
    internal static Decisions Of(RecordedReading reading, ReconciliationRules rules)
    {
        // Each row an object of its own: that is how its place is found again.
        Movement[] listed = [.. reading.Listed.Select(row => row with { })];
        var (tiers, ids, rows) = Reconciliation.Match(reading.Held, listed, rules, reading.Window, reading.Settled);
        var changes = Reconciliation.Conclude(tiers, ids, listed.Length - rows.Count);
        var places = new Dictionary<Movement, int>(ReferenceEqualityComparer.Instance);
        foreach (var (place, row) in listed.Index())
        {
            places.Add(row, place);
        }
        var decided = new RowDecision[listed.Length];
        Array.Fill(decided, new RowDecision { Repeated = true, Evidence = RowDecision.NoneAlike });
        foreach (var row in tiers.EqualOnes())
        {
            decided[places[row.Movement]] = new RowDecision { Transaction = row.Stored!.Id };
        }
        foreach (var row in tiers.Rows)
        {
            decided[places[row.Movement]] = Decided(row, places);
        }
        // Which of two rows that nothing tells apart went where says nothing: the first has the older transaction.
        foreach (var equal in Enumerable.Range(0, listed.Length).GroupBy(place => listed[place]))
        {
            var inOrder = equal.Select(place => decided[place]).OrderBy(row => row.Transaction ?? long.MaxValue);
            foreach (var (place, row) in equal.Zip(inOrder.ToArray()))
            {
                decided[place] = row;
            }
        }
        return new(
            decided,
            [.. changes.Disappeared.Concat(changes.Expired).Order()],
            changes.Ids.Fault,
            changes.Convention
        );
    }

    private static RowDecision Decided(Candidate row, Dictionary<Movement, int> places) =>
        row.Partner is { } partner
            ? new()
            {
                Transaction = partner.Stored!.Id,
                Evidence = new(row.Tier, row.Confidence) { Reason = row.Reason },
            }
        : row.Ambiguous
            ? new()
            {
                Evidence = new(MatchTier.New, row.Confidence, Ambiguous: true)
                {
                    Reason = row.Reason,
                    Candidates = [.. row.MayBe.Select(Reconciliation.StoredId).OfType<long>().Distinct().Order()],
                },
                Beside =
                [
                    .. row
                        .MayBe.Where(other => Reconciliation.StoredId(other) is null)
                        .Select(other => places[other.Movement])
                        .Order(),
                ],
            }
        : new() { Evidence = RowDecision.NoneAlike };

    /// <summary>In what two decisions of one reading differ; empty: in nothing.</summary>
    /// <param name="after">Of the same reading, by other rules or another program.</param>
    public IReadOnlyList<DecisionDifference> Compare(Decisions after)
    {
        List<DecisionDifference> differences = [];
        for (var place = 0; place < Math.Min(Rows.Count, after.Rows.Count); place++)
        {
            if (KindOf(Rows[place], after.Rows[place]) is { } kind)
            {
                differences.Add(new(kind, place, null, Rows[place], after.Rows[place]));
            }
        }
        differences.AddRange(
            after.Gone.Except(Gone).Select(id => new DecisionDifference(DifferenceKind.Removed, null, id, null, null))
        );
        differences.AddRange(
            Gone.Except(after.Gone).Select(id => new DecisionDifference(DifferenceKind.Kept, null, id, null, null))
        );
        if (IdsFault != after.IdsFault)
        {
            differences.Add(new(DifferenceKind.WorthOfIds, null, null, null, null));
        }
        if (Convention != after.Convention)
        {
            differences.Add(new(DifferenceKind.Convention, null, null, null, null));
        }
        return differences;
    }

    private static DifferenceKind? KindOf(RowDecision before, RowDecision after) =>
        before == after ? null
        : before.Repeated != after.Repeated
            ? after.Repeated ? DifferenceKind.LeftAside
                : DifferenceKind.NotLeftAside
        : (before.Transaction, after.Transaction) switch
        {
            ({ } one, { } other) => one == other ? DifferenceKind.OtherReason : DifferenceKind.MatchedOtherwise,
            ({ }, null) => after.Evidence.Ambiguous ? DifferenceKind.InDoubt : DifferenceKind.New,
            (null, { }) => DifferenceKind.Matched,
            (null, null) => (before.Evidence.Ambiguous, after.Evidence.Ambiguous) switch
            {
                (false, true) => DifferenceKind.InDoubt,
                (true, false) => DifferenceKind.OutOfDoubt,
                (true, true) or (false, false) => DifferenceKind.OtherReason,
            },
        };
}

/// <summary>In what one reading is decided otherwise.</summary>
public enum DifferenceKind
{
    /// <summary>A row is taken for another transaction.</summary>
    MatchedOtherwise,

    /// <summary>A row that was new, or in doubt, is taken for a transaction that is held.</summary>
    Matched,

    /// <summary>A row that was taken for a transaction is new.</summary>
    New,

    /// <summary>A row that was matched, or new, is kept apart and flagged.</summary>
    InDoubt,

    /// <summary>A row that was flagged is new beyond doubt.</summary>
    OutOfDoubt,

    /// <summary>A row is left aside as the same row over again.</summary>
    LeftAside,

    /// <summary>A row that was left aside is a row of its own.</summary>
    NotLeftAside,

    /// <summary>The outcome is the same, its tier, reason, confidence or candidates are not.</summary>
    OtherReason,

    /// <summary>A transaction that stayed is marked missing or expired.</summary>
    Removed,

    /// <summary>A transaction that was marked missing or expired stays.</summary>
    Kept,

    /// <summary>The bank's ids are believed, or not believed, for another reason.</summary>
    WorthOfIds,

    /// <summary>Another convention is seen in the whole list: signs turned, days moved.</summary>
    Convention,
}

/// <summary>One difference between two decisions.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="Row">The place of the bank's row, from 0; null: it is about a transaction, or all of the list.</param>
/// <param name="Transaction">The transaction held; null: it is about a row, or all of the list.</param>
/// <param name="Before">Of the row.</param>
/// <param name="After">Of the row.</param>
public sealed record DecisionDifference(
    DifferenceKind Kind,
    int? Row,
    long? Transaction,
    RowDecision? Before,
    RowDecision? After
)
{
    /// <summary>The transactions that it touches.</summary>
    public IEnumerable<long> Transactions =>
        new[] { Transaction, Before?.Transaction, After?.Transaction }.OfType<long>();
}
