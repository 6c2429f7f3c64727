using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

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
    /// <param name="settled">What was said of doubtful transactions; null: nothing.</param>
    public static Changes Reconcile(
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank,
        ReconciliationRules rules,
        Window window,
        Settled? settled = null
    )
    {
        var finding = IdEvidence.Weigh(rules, stored, bank);
        var ids = finding.Worth;
        var rows = Side.OfBank(bank, ids);
        var held = Side.OfStore(stored, ids, Resolve(window, bank));
        MatchById(held, rows);
        foreach (var key in (Func<Candidate, Key>[])[Key.Full, Key.Named, Key.Dated, Key.Short])
        {
            MatchByKey(held, rows, key, key, MatchTier.Exact, MatchReason.SameRow);
        }
        MatchByKey(held, rows, Key.Short, Key.WhileOpen, MatchTier.Booked, MatchReason.StatusOnly);
        LikelyMatches.Find(held, rows, rules);
        LikelyMatches.DoubtOpenTwins(rows, rules);
        return Conclude(held, rows, finding, bank.Count);
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
                Candidate.Pair(held[index], rows[byId[id]], MatchTier.BankId, MatchReason.SameId, 100);
            }
        }
    }

    // A join of two multisets: of two equal rows, each takes its own partner.
    private static void MatchByKey(
        Side held,
        Side rows,
        Func<Candidate, Key> keyOfHeld,
        Func<Candidate, Key> keyOfRow,
        MatchTier tier,
        MatchReason reason
    )
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
                Candidate.Pair(queue.Dequeue(), row, tier, reason, 100);
            }
        }
    }

    private static Changes Conclude(Side held, Side rows, IdFinding ids, int listed)
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
                inserts.Add(
                    new Insert(
                        movement,
                        new Evidence(MatchTier.New, row.Confidence, row.Ambiguous)
                        {
                            Reason = row.Reason,
                            Candidates = row.Candidates,
                        }
                    )
                );
            }
        }
        foreach (var have in held)
        {
            var stored = have.Stored!;
            if (have.Partner is { } row)
            {
                if (Renew(stored, have, row, ids.Worth) is { } update)
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
        return new Changes(
            inserts,
            updates,
            disappeared,
            expired,
            matched - updates.Count,
            listed - rows.Count,
            ids,
            Convention: null
        );
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
        var evidence = new Evidence(row.Tier, Math.Min(stored.Confidence, row.Confidence), stored.Ambiguous)
        {
            Reason = row.Reason,
            Candidates = stored.Candidates,
        };
        return new Update(stored.Id, renewed, evidence, textChanged, reappeared);
    }
}
