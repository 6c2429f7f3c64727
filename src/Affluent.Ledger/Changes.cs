using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>A transaction as we hold it.</summary>
/// <param name="Id">Ours; never changes.</param>
/// <param name="Movement">What the bank last told.</param>
/// <param name="Missing">The bank no longer lists it, though its list covered the day. Always false on expired ones.</param>
/// <param name="Confidence">Percent; see <see cref="Evidence.Confidence"/>.</param>
/// <param name="Ambiguous">See <see cref="Evidence.Ambiguous"/>.</param>
public sealed record StoredTransaction(
    long Id,
    Movement Movement,
    bool Missing = false,
    int Confidence = 100,
    bool Ambiguous = false
)
{
    /// <summary>See <see cref="Evidence.Candidates"/>.</summary>
    public IReadOnlyList<long> Candidates { get; init; } = [];
}

/// <summary>What decided a match, or left it open.</summary>
public enum MatchReason
{
    /// <summary>New: none of those held is like it.</summary>
    NoneAlike,

    /// <summary>The bank's id, under which nothing speaks against it.</summary>
    SameId,

    /// <summary>All that the bank tells is the same.</summary>
    SameRow,

    /// <summary>Only the status changed.</summary>
    StatusOnly,

    /// <summary>Words alike, days near.</summary>
    WordsAlike,

    /// <summary>Both state the same day on which it was made.</summary>
    SameDayMade,

    /// <summary>One of this amount went just as one came, and the words do not speak against it.</summary>
    OneForOne,

    /// <summary>Words alike, the amount within the tolerance that the bank's entry states.</summary>
    AmountNear,

    /// <summary>All rows of the list have the other sign.</summary>
    SignsTurned,

    /// <summary>Day and month of the list's days are swapped.</summary>
    DayAndMonthSwapped,

    /// <summary>All days of the list moved by the same number.</summary>
    DaysMoved,

    /// <summary>In doubt: several of those held are about as like it.</summary>
    SeveralAlike,

    /// <summary>In doubt: price and days fit, the words name something else or nothing.</summary>
    WordsDiffer,

    /// <summary>In doubt: words and days fit, the amount does not.</summary>
    AmountDiffers,

    /// <summary>In doubt: the list shows it as pending and as booked at once, or these are two.</summary>
    PendingAndBooked,

    /// <summary>In doubt: more candidates than are compared.</summary>
    TooMany,
}

/// <summary>How sure we are of a row.</summary>
/// <param name="Tier">By what it was matched.</param>
/// <param name="Confidence">Percent. Matched: that both are one movement. New: that it is none of those held.</param>
/// <param name="Ambiguous">
/// True on a new row that may be one of those held, when nothing says which: it is kept apart rather than guessed, so it may
/// be a double.
/// </param>
public sealed record Evidence(MatchTier Tier, int Confidence, bool Ambiguous = false)
{
    /// <summary>At most so many <see cref="Candidates"/> are named.</summary>
    public const int MostCandidates = 16;

    /// <summary>What decided.</summary>
    public MatchReason Reason { get; init; }

    /// <summary>Stored ids of those that an ambiguous row may be, the likeliest first. Rows added at the same time: <see cref="Insert.Beside"/>.</summary>
    public IReadOnlyList<long> Candidates { get; init; } = [];

    /// <summary>Same values, the candidates' included.</summary>
    public bool Equals(Evidence? other) =>
        other is not null
        && (Tier, Confidence, Ambiguous, Reason) == (other.Tier, other.Confidence, other.Ambiguous, other.Reason)
        && Candidates.SequenceEqual(other.Candidates);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tier, Confidence, Ambiguous, Reason, Candidates.Count);
}

/// <summary>A transaction to add.</summary>
public sealed record Insert(Movement Movement, Evidence Evidence)
{
    /// <summary>Places in <see cref="Changes.Inserts"/> of others that an ambiguous row may be: both are new and have no id yet.</summary>
    public IReadOnlyList<int> Beside { get; init; } = [];

    /// <summary>Same values, <see cref="Beside"/> included.</summary>
    public bool Equals(Insert? other) =>
        other is not null
        && Movement == other.Movement
        && Evidence == other.Evidence
        && Beside.SequenceEqual(other.Beside);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Movement, Evidence, Beside.Count);
}

/// <summary>
/// New values of a held transaction, all of them. The day it was made, the other side, the references and the codes keep their
/// old values when the bank tells them no longer (many do so once it is booked). Any update also takes back
/// <see cref="StoredTransaction.Missing"/>.
/// </summary>
/// <param name="Id">The stored transaction.</param>
/// <param name="Movement">All values to store.</param>
/// <param name="Evidence">To store as well: an earlier doubt is never raised to certainty by a later match.</param>
/// <param name="TextChanged">The bank's words changed, so label, type and category want another look.</param>
/// <param name="Reappeared">It had been missing or expired.</param>
public sealed record Update(long Id, Movement Movement, Evidence Evidence, bool TextChanged, bool Reappeared);

/// <summary>What to write. Lists are in a fixed order: inserts by day, the rest by stored id.</summary>
/// <param name="Inserts">To add.</param>
/// <param name="Updates">To change; only rows of which something really changed.</param>
/// <param name="Disappeared">Stored ids to mark missing. Never erase them.</param>
/// <param name="Expired">Stored ids, pending until now, to set to <see cref="TransactionStatus.Expired"/>.</param>
/// <param name="Unchanged">How many of the bank's rows are held already, as they are.</param>
/// <param name="Repeated">How many of the bank's rows were the same row over again (same trusted id) and left aside.</param>
/// <param name="Ids">What the bank's ids turned out to be worth.</param>
/// <param name="Convention">The bank lists all its rows in another way than before: <see cref="MatchReason.SignsTurned"/> and the two after it.</param>
public sealed record Changes(
    IReadOnlyList<Insert> Inserts,
    IReadOnlyList<Update> Updates,
    IReadOnlyList<long> Disappeared,
    IReadOnlyList<long> Expired,
    int Unchanged,
    int Repeated,
    IdFinding Ids,
    MatchReason? Convention
)
{
    /// <summary>Nothing to write.</summary>
    public bool IsEmpty => Inserts.Count + Updates.Count + Disappeared.Count + Expired.Count == 0;
}
