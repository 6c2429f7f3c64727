using System.Collections;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>A row of either side while it looks for its partner.</summary>
internal sealed class Candidate
{
    public required int Index { get; init; }
    public required Movement Movement { get; init; }
    public required ulong Fingerprint { get; init; }

    /// <summary>The bank's id, where it may be relied on.</summary>
    public required string? TrustedId { get; init; }

    /// <summary>Only on the stored side.</summary>
    public StoredTransaction? Stored { get; init; }

    /// <summary>Stored side: the bank's list covered its day, so that not being listed means something.</summary>
    public bool InWindow { get; init; }

    public Candidate? Partner { get; private set; }
    public MatchTier Tier { get; private set; }
    public int Confidence { get; private set; } = 100;
    public bool Ambiguous { get; private set; }
    public MatchReason Reason { get; private set; }
    public IReadOnlyList<long> Candidates { get; private set; } = [];

    public bool IsFree => Partner is null;

    public bool IsOpen => Movement.IsOpen;

    public static void Pair(Candidate held, Candidate row, MatchTier tier, MatchReason reason, int confidence)
    {
        (held.Partner, row.Partner) = (row, held);
        (row.Tier, row.Reason, row.Confidence) = (tier, reason, confidence);
    }

    public void StayApart(MatchReason reason, int confidence, IEnumerable<Candidate> mayBe)
    {
        (Reason, Confidence, Ambiguous) = (reason, confidence, true);
        Candidates =
        [
            .. mayBe.Select(other => other.Stored?.Id).OfType<long>().Distinct().Take(Evidence.MostCandidates),
        ];
    }
}

/// <summary>What two rows must share to be taken for the same.</summary>
internal readonly record struct Key(
    long Amount,
    string Currency,
    int Day,
    ulong Fingerprint,
    bool Open,
    int? BookingDay = null,
    int? ValueDay = null,
    int? TransactionDay = null,
    string? CheckNumber = null,
    string? Counterparty = null,
    string? BankId = null
)
{
    /// <summary>All that the bank tells: keeps near-twins (same words, other value day) with their own.</summary>
    public static Key Full(Candidate e) =>
        Named(e) with
        {
            TransactionDay = e.Movement.TransactionDay,
            CheckNumber = e.Movement.CheckNumber,
            Counterparty = e.Movement.Counterparty,
        };

    /// <summary>The same without what we may have kept from an earlier reading (see <see cref="Update"/>).</summary>
    public static Key Named(Candidate e) => Dated(e) with { BankId = e.TrustedId };

    /// <summary>The same under whatever id.</summary>
    public static Key Dated(Candidate e) =>
        Short(e) with
        {
            BookingDay = e.Movement.BookingDay,
            ValueDay = e.Movement.ValueDay,
        };

    /// <summary>Amount, day and words.</summary>
    public static Key Short(Candidate e) =>
        new(e.Movement.Amount, e.Movement.Currency, e.Movement.Day, e.Fingerprint, e.IsOpen);

    /// <summary>The same as it was before the row booked.</summary>
    public static Key WhileOpen(Candidate e) => Short(e) with { Open = true };
}

/// <summary>One of the two lists, in an order of its own, so that the order in which it was handed over has no say.</summary>
internal sealed class Side : IEnumerable<Candidate>
{
    private readonly Candidate[] _candidates;

    private Side(Candidate[] candidates) => _candidates = candidates;

    public int Count => _candidates.Length;
    public int FreeCount => _candidates.Count(e => e.IsFree);
    public Candidate this[int index] => _candidates[index];

    public static Side OfStore(IReadOnlyList<StoredTransaction> stored, TransactionIds ids, Window window) =>
        new([
            .. stored
                // Of two equals, the one that the bank still listed last time goes first.
                .OrderBy(s => s.Missing || s.Movement.Status == TransactionStatus.Expired)
                .ThenBy(s => s.Id)
                .Select(
                    (s, index) =>
                        new Candidate
                        {
                            Index = index,
                            Movement = s.Movement,
                            Fingerprint = WordComparison.Fingerprint(s.Movement.Text),
                            TrustedId = Trusted(s.Movement, ids),
                            Stored = s,
                            InWindow = Covers(window, s.Movement),
                        }
                ),
        ]);

    /// <summary>The bank's rows, without those that it sent twice.</summary>
    public static Side OfBank(IReadOnlyList<Movement> bank, TransactionIds ids)
    {
        var rows = new (Movement Movement, ulong Fingerprint)[bank.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = (bank[i], WordComparison.Fingerprint(bank[i].Text));
        }
        Array.Sort(rows, Compare);
        var repeated = ids == TransactionIds.Absent ? [] : Repeated(rows, ids);
        return new([
            .. rows.Where((_, index) => !repeated.Contains(index))
                .Select(
                    (row, index) =>
                        new Candidate
                        {
                            Index = index,
                            Movement = row.Movement,
                            Fingerprint = row.Fingerprint,
                            TrustedId = Trusted(row.Movement, ids),
                        }
                ),
        ]);
    }

    // Banks disagree on which of its days puts a row into the period asked for: at the edges only all of them prove it.
    private static bool Covers(Window window, Movement movement)
    {
        foreach (var day in (int?[])[movement.Day, movement.BookingDay, movement.ValueDay, movement.TransactionDay])
        {
            if (day < window.From || day > window.To)
            {
                return false;
            }
        }
        return true;
    }

    private static string? Trusted(Movement movement, TransactionIds ids) =>
        ids == TransactionIds.Stable
        || (ids == TransactionIds.StableOnceBooked && movement.Status == TransactionStatus.Booked)
            ? movement.BankId
            : null;

    // One movement listed as pending and as booked, or a row that slid onto the next page while its list was read. The first in our order
    // stays: settled before open. Rows that share an id and are not equal in everything else are rows of their own.
    private static HashSet<int> Repeated((Movement Movement, ulong Fingerprint)[] rows, TransactionIds ids)
    {
        var byId = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Movement.BankId is { } id)
            {
                (byId.TryGetValue(id, out var same) ? same : byId[id] = new List<int>(1)).Add(i);
            }
        }
        HashSet<int> repeated = [];
        foreach (var same in byId.Values.Where(same => same.Count > 1))
        {
            foreach (var kind in same.GroupBy(i => ids == TransactionIds.Stable || rows[i].Movement.IsOpen))
            {
                var first = kind.MinBy(i => rows[i].Movement.IsOpen);
                if (kind.All(i => IsRepeat(rows[first], rows[i])))
                {
                    repeated.UnionWith(kind.Where(i => i != first));
                }
            }
        }
        return repeated;
    }

    private static bool IsRepeat((Movement Movement, ulong Fingerprint) a, (Movement Movement, ulong Fingerprint) b)
    {
        var (m, n) = (a.Movement, b.Movement);
        var sameAmount = m.Amount == n.Amount && m.Currency == n.Currency;
        var sameText = a.Fingerprint == b.Fingerprint;
        return m.IsOpen != n.IsOpen
            ? sameAmount || sameText
            : sameAmount
                && sameText
                && (m.Day, m.BookingDay, m.ValueDay, m.TransactionDay)
                    == (n.Day, n.BookingDay, n.ValueDay, n.TransactionDay);
    }

    private static int Compare((Movement Movement, ulong Fingerprint) a, (Movement Movement, ulong Fingerprint) b)
    {
        var (m, n) = (a.Movement, b.Movement);
        var order = m.Day.CompareTo(n.Day);
        order = order != 0 ? order : m.Amount.CompareTo(n.Amount);
        order = order != 0 ? order : a.Fingerprint.CompareTo(b.Fingerprint);
        order = order != 0 ? order : m.Status.CompareTo(n.Status);
        order = order != 0 ? order : Nullable.Compare(m.BookingDay, n.BookingDay);
        order = order != 0 ? order : Nullable.Compare(m.ValueDay, n.ValueDay);
        order = order != 0 ? order : Nullable.Compare(m.TransactionDay, n.TransactionDay);
        order = order != 0 ? order : string.CompareOrdinal(m.BankId, n.BankId);
        order = order != 0 ? order : string.CompareOrdinal(m.Currency, n.Currency);
        order = order != 0 ? order : string.CompareOrdinal(m.CheckNumber, n.CheckNumber);
        order = order != 0 ? order : string.CompareOrdinal(m.Counterparty, n.Counterparty);
        order = order != 0 ? order : string.CompareOrdinal(m.Code, n.Code);
        return order != 0 ? order : string.CompareOrdinal(m.Text, n.Text);
    }

    public IEnumerator<Candidate> GetEnumerator() => ((IEnumerable<Candidate>)_candidates).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
