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
);

/// <summary>
/// The days that the bank's list covered completely (see <see cref="DayNumbers"/>), both inclusive. What is stored inside and not
/// listed has disappeared; what is outside is merely out of sight. Start it no later than the oldest pending transaction held,
/// or that one can never expire.
/// </summary>
/// <param name="From">Null: since the earliest row that the bank listed (a bank may keep less history than last time).</param>
/// <param name="To">Null: without end, which takes in pending rows dated in the future.</param>
public sealed record Window(int? From, int? To = null);

/// <summary>How to match at this bank.</summary>
public sealed record ReconciliationRules
{
    /// <summary>What the bank's transaction ids are worth.</summary>
    public TransactionIds Ids { get; init; } = TransactionIds.Absent;

    /// <summary>By how many days a bank may move a booked transaction afterwards.</summary>
    public int DateShiftDays { get; init; } = 5;

    /// <summary>How many days may lie between the days of a pending transaction and of the booked one it becomes.</summary>
    public int PendingDays { get; init; } = 10;

    /// <summary>How many days on both sides of the window the stored transactions must be handed over.</summary>
    public int MarginDays => Math.Max(DateShiftDays, PendingDays);
}

/// <summary>How a row came to be matched with a stored one, or to stand on its own.</summary>
public enum MatchTier
{
    /// <summary>None matched: a new transaction.</summary>
    New,

    /// <summary>The bank's own id.</summary>
    BankId,

    /// <summary>Same amount, day and text; equal ones are counted, not merged.</summary>
    Exact,

    /// <summary>Same amount; the likeliest by days and words, clearly ahead of any other.</summary>
    Likely,
}

/// <summary>How sure we are of a row.</summary>
/// <param name="Tier">By what it was matched.</param>
/// <param name="Confidence">Percent. Matched: that both are one movement. New: that it is none of those held.</param>
/// <param name="Ambiguous">
/// True on a new row that may be one of those held, when nothing says which: it is kept apart rather than guessed, so it may
/// be a double.
/// </param>
public sealed record Evidence(MatchTier Tier, int Confidence, bool Ambiguous = false);

/// <summary>A transaction to add.</summary>
public sealed record Insert(Movement Movement, Evidence Evidence);

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
public sealed record Changes(
    IReadOnlyList<Insert> Inserts,
    IReadOnlyList<Update> Updates,
    IReadOnlyList<long> Disappeared,
    IReadOnlyList<long> Expired,
    int Unchanged,
    int Repeated
)
{
    /// <summary>Nothing to write.</summary>
    public bool IsEmpty => Inserts.Count + Updates.Count + Disappeared.Count + Expired.Count == 0;
}

/// <summary>
/// Compares what the bank lists with what we hold, and says what to write so that every movement is held once, under one id,
/// for ever. Pure, and independent of the order in which rows are handed over.
/// </summary>
public static class Reconciliation
{
    /// <summary>
    /// Reconciles one account. Takes about as long as reading both lists; see docs/advanced/reconciliation.md for the rules.
    /// </summary>
    /// <param name="stored">
    /// All transactions held of the account in the window, widened by <see cref="ReconciliationRules.MarginDays"/>, missing and
    /// expired ones included.
    /// </param>
    /// <param name="bank">All rows of all pages of this account in this run: page by page, a twin on the next page looks like a repeated row.</param>
    /// <param name="rules">Of this bank.</param>
    /// <param name="window">What the bank's list covered.</param>
    public static Changes Reconcile(
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank,
        ReconciliationRules rules,
        Window window
    )
    {
        var ids = IdEvidence.Weigh(rules, stored, bank);
        var rows = Side.OfBank(bank, ids);
        var held = Side.OfStore(stored, ids, Resolve(window, bank));
        MatchById(held, rows);
        foreach (var key in (Func<Candidate, Key>[])[Key.Full, Key.Named, Key.Dated, Key.Short])
        {
            MatchByKey(held, rows, key, key);
        }
        MatchByKey(held, rows, Key.Short, Key.WhileOpen);
        LikelyMatches.Find(held, rows, rules);
        LikelyMatches.DoubtOpenTwins(rows, rules);
        return Conclude(held, rows, ids, bank.Count);
    }

    private static Window Resolve(Window window, IReadOnlyList<Movement> bank) =>
        window.From is null ? window with { From = bank.Count == 0 ? int.MaxValue : bank.Min(row => row.Day) } : window;

    // An id that several rows of one side carry says nothing about which is which: attributes decide then.
    private static void MatchById(Side held, Side rows)
    {
        var byId = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.TrustedId is { } id && !byId.TryAdd(id, row.Index))
            {
                byId[id] = -1;
            }
        }
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var have in held)
        {
            if (have.TrustedId is { } id && byId.ContainsKey(id) && !seen.TryAdd(id, have.Index))
            {
                seen[id] = -1;
            }
        }
        foreach (var (id, index) in seen)
        {
            if (index >= 0 && byId[id] >= 0 && IdEvidence.IsOneMovement(held[index], rows[byId[id]]))
            {
                Candidate.Pair(held[index], rows[byId[id]], MatchTier.BankId, 100);
            }
        }
    }

    // A join of two multisets: of two equal rows, each takes its own partner.
    private static void MatchByKey(Side held, Side rows, Func<Candidate, Key> keyOfHeld, Func<Candidate, Key> keyOfRow)
    {
        if (held.FreeCount == 0 || rows.FreeCount == 0)
        {
            return;
        }
        var waiting = new Dictionary<Key, Queue<Candidate>>();
        foreach (var have in held)
        {
            if (have.IsFree)
            {
                var key = keyOfHeld(have);
                (waiting.TryGetValue(key, out var queue) ? queue : waiting[key] = new Queue<Candidate>(1)).Enqueue(
                    have
                );
            }
        }
        foreach (var row in rows)
        {
            if (
                row.IsFree
                && waiting.TryGetValue(keyOfRow(row), out var queue)
                && queue.TryPeek(out var have)
                && !WordComparison.Contradict(have.Movement.Counterparty, row.Movement.Counterparty)
            )
            {
                Candidate.Pair(queue.Dequeue(), row, MatchTier.Exact, 100);
            }
        }
    }

    private static Changes Conclude(Side held, Side rows, TransactionIds ids, int listed)
    {
        List<Insert> inserts = [];
        List<Update> updates = [];
        List<long> disappeared = [];
        List<long> expired = [];
        foreach (var row in rows)
        {
            if (row.IsFree)
            {
                var movement = row.Movement with { BankId = row.TrustedId };
                inserts.Add(new Insert(movement, new Evidence(MatchTier.New, row.Confidence, row.Ambiguous)));
            }
        }
        foreach (var have in held)
        {
            var stored = have.Stored!;
            if (have.Partner is { } row)
            {
                if (Renew(stored, have, row, ids) is { } update)
                {
                    updates.Add(update);
                }
            }
            else if (have.InWindow && !stored.Missing && stored.Movement.Status != TransactionStatus.Expired)
            {
                (have.IsOpen ? expired : disappeared).Add(stored.Id);
            }
        }
        // Those that were listed until now are in this order already.
        updates.Sort((a, b) => a.Id.CompareTo(b.Id));
        var matched = rows.Count - inserts.Count;
        return new Changes(inserts, updates, disappeared, expired, matched - updates.Count, listed - rows.Count);
    }

    private static Update? Renew(StoredTransaction stored, Candidate have, Candidate row, TransactionIds ids)
    {
        var (old, now) = (stored.Movement, row.Movement);
        var textChanged = have.Fingerprint != row.Fingerprint;
        var renewed = now with
        {
            // A channel without ids says nothing about the id that another channel told.
            BankId = ids == TransactionIds.Absent ? old.BankId : row.TrustedId,
            TransactionDay = now.TransactionDay ?? old.TransactionDay,
            // Lines that only changed places or case are the same words.
            Text = textChanged ? now.Text : old.Text,
            Counterparty = now.Counterparty ?? old.Counterparty,
            CheckNumber = now.CheckNumber ?? old.CheckNumber,
            Mandate = now.Mandate ?? old.Mandate,
            CreditorId = now.CreditorId ?? old.CreditorId,
            EndToEndId = now.EndToEndId ?? old.EndToEndId,
            MerchantCategory = now.MerchantCategory ?? old.MerchantCategory,
            Code = now.Code ?? old.Code,
        };
        var reappeared = stored.Missing || (old.Status == TransactionStatus.Expired);
        if (!reappeared && renewed with { Code = old.Code } == old)
        {
            return null;
        }
        var evidence = new Evidence(row.Tier, Math.Min(stored.Confidence, row.Confidence), stored.Ambiguous);
        return new Update(stored.Id, renewed, evidence, textChanged, reappeared);
    }
}
