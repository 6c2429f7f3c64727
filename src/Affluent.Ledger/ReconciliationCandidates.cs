using System.Collections;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>A row of either side while it looks for its partner.</summary>
internal sealed class Candidate(Movement movement, string? trustedId, StoredTransaction? stored, bool inWindow)
{
    private ulong? _fingerprint;
    private string[]? _words;

    public Movement Movement => movement;

    /// <summary>The bank's id, where it may be relied on.</summary>
    public string? TrustedId => trustedId;

    /// <summary>Only on the stored side.</summary>
    public StoredTransaction? Stored => stored;

    /// <summary>Stored side: the bank's list covered its day, so that not being listed means something.</summary>
    public bool InWindow => inWindow;

    public ulong Fingerprint => _fingerprint ??= WordComparison.Fingerprint(movement.Text);

    /// <summary>The words that tell it from others, the other side's name among them.</summary>
    public string[] Words =>
        _words ??= WordComparison.Telling(
            movement.Counterparty is { } name ? $"{movement.Text}\n{name}" : movement.Text
        );

    public Candidate? Partner { get; private set; }
    public MatchTier Tier { get; private set; }
    public int Confidence { get; private set; } = 100;
    public bool Ambiguous { get; private set; }
    public MatchReason Reason { get; private set; }

    /// <summary>Rows of either side that it may be, when that is in doubt.</summary>
    public IReadOnlyList<Candidate> MayBe { get; private set; } = [];

    public bool IsFree => Partner is null;

    public bool IsOpen => movement.IsOpen;

    /// <summary>Held until now, and the bank's list, which covers its day, is without it: it went, or it is what has come instead.</summary>
    public bool HasVanished => stored is { Missing: false } && inWindow && movement.Status != TransactionStatus.Expired;

    /// <summary>The same row as if it were told otherwise.</summary>
    public Candidate With(Movement other) => new(other, trustedId, stored, inWindow);

    public static void Pair(Candidate held, Candidate row, MatchTier tier, MatchReason reason, int confidence)
    {
        (held.Partner, row.Partner) = (row, held);
        (row.Tier, row.Reason, row.Confidence) = (tier, reason, confidence);
        (row.Ambiguous, row.MayBe) = (false, []);
    }

    /// <summary>There is no doubt left when all that it might have been have found their own rows.</summary>
    public void Reconsider()
    {
        if (Ambiguous && MayBe.All(other => !other.IsFree))
        {
            (Reason, Confidence, Ambiguous, MayBe) = (MatchReason.NoneAlike, 100, false, []);
        }
    }

    public void StayApart(MatchReason reason, int confidence, IEnumerable<Candidate> mayBe)
    {
        (Reason, Confidence, Ambiguous) = (reason, confidence, true);
        MayBe = [.. mayBe.Distinct().Take(Evidence.MostCandidates)];
    }
}

/// <summary>What two rows must share to be taken for the same.</summary>
internal readonly record struct Key(
    decimal Amount,
    string Currency,
    int Day,
    ulong Fingerprint,
    bool Open,
    int? BookingDay = null,
    int? ValueDay = null,
    int? TransactionDay = null,
    string? CheckNumber = null,
    string? EndToEndId = null,
    string? Counterparty = null,
    string? BankId = null
)
{
    /// <summary>All that the bank tells: keeps near-twins (same words, other value day) with their own.</summary>
    public static Key Full(Candidate e) => AllButId(e) with { BankId = e.TrustedId };

    /// <summary>All that the bank tells but its id.</summary>
    public static Key AllButId(Candidate e) =>
        Dated(e) with
        {
            TransactionDay = e.Movement.TransactionDay,
            CheckNumber = e.Movement.CheckNumber,
            EndToEndId = e.Movement.EndToEndId,
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

/// <summary>Rows of one of the two lists, in an order of its own, so that the order in which it was handed over has no say.</summary>
internal sealed class Side(Candidate[] candidates) : IEnumerable<Candidate>
{
    public int Count => candidates.Length;

    public bool HasFree => Array.Exists(candidates, e => e.IsFree);

    public IEnumerator<Candidate> GetEnumerator() => ((IEnumerable<Candidate>)candidates).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The bank's rows, by day, amount, words and all the rest.</summary>
    public static Side OfBank(IEnumerable<Movement> rows, TransactionIds ids)
    {
        var candidates = rows.Select(row => new Candidate(row, IdEvidence.Trusted(row, ids), null, inWindow: false))
            .ToArray();
        Array.Sort(candidates, (a, b) => Compare(a.Movement, b.Movement, a.Fingerprint, b.Fingerprint));
        return new Side(candidates);
    }

    /// <summary>The stored ones; of two equals, the one that the bank still listed last time goes first.</summary>
    public static Side OfStore(IEnumerable<StoredTransaction> stored, TransactionIds ids, Window window) =>
        new([
            .. stored.Select(s => new Candidate(
                s.Movement,
                IdEvidence.Trusted(s.Movement, ids),
                s,
                Covers(window, s.Movement)
            )),
        ]);

    // Banks disagree on which of its days puts a row into the period asked for: at the edges only all of them prove it.
    internal static bool Covers(Window window, Movement movement)
    {
        return Holds(movement.Day)
            && (movement.BookingDay is not { } booked || Holds(booked))
            && (movement.ValueDay is not { } valued || Holds(valued))
            && (movement.TransactionDay is not { } made || Holds(made));

        bool Holds(int day) => !(day < window.From) && !(day > window.To);
    }

    /// <summary>An order of rows by all that the bank tells, the same however they were handed over.</summary>
    internal static readonly IComparer<Movement> ByAllFields = Comparer<Movement>.Create(
        (m, n) => Compare(m, n, WordComparison.Fingerprint(m.Text), WordComparison.Fingerprint(n.Text))
    );

    private static int Compare(Movement m, Movement n, ulong wordsOfM, ulong wordsOfN)
    {
        var order = m.Day.CompareTo(n.Day);
        order = order != 0 ? order : m.Amount.CompareTo(n.Amount);
        order = order != 0 ? order : wordsOfM.CompareTo(wordsOfN);
        order = order != 0 ? order : m.Status.CompareTo(n.Status);
        order = order != 0 ? order : Nullable.Compare(m.BookingDay, n.BookingDay);
        order = order != 0 ? order : Nullable.Compare(m.ValueDay, n.ValueDay);
        order = order != 0 ? order : Nullable.Compare(m.TransactionDay, n.TransactionDay);
        order = order != 0 ? order : string.CompareOrdinal(m.BankId, n.BankId);
        order = order != 0 ? order : string.CompareOrdinal(m.Currency, n.Currency);
        order = order != 0 ? order : string.CompareOrdinal(m.CheckNumber, n.CheckNumber);
        order = order != 0 ? order : string.CompareOrdinal(m.Counterparty, n.Counterparty);
        order = order != 0 ? order : string.CompareOrdinal(m.EndToEndId, n.EndToEndId);
        order = order != 0 ? order : string.CompareOrdinal(m.Mandate, n.Mandate);
        order = order != 0 ? order : string.CompareOrdinal(m.CreditorId, n.CreditorId);
        order = order != 0 ? order : string.CompareOrdinal(m.MerchantCategory, n.MerchantCategory);
        order = order != 0 ? order : string.CompareOrdinal(m.Code, n.Code);
        return order != 0 ? order : string.CompareOrdinal(m.Text, n.Text);
    }
}
