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
        var matched = Match(stored, bank, rules, window, settled ?? Settled.Nothing);
        return Conclude(matched.Tiers, matched.Ids, bank.Count - matched.Rows.Count);
    }

    /// <summary>Takes both lists through the tiers and leaves them there, for those who want to see each row's way.</summary>
    internal static (Tiers Tiers, IdFinding Ids, IReadOnlyList<Movement> Rows) Match(
        IReadOnlyList<StoredTransaction> stored,
        IReadOnlyList<Movement> bank,
        ReconciliationRules rules,
        Window window,
        Settled settled
    )
    {
        var covered = Resolve(window, bank);
        var ids = IdEvidence.Weigh(rules, stored, bank, covered);
        var held = InOrder(stored);
        var rows = RepeatedRows.LeaveOut(bank, ids.Worth);
        var input = new ReconciliationInput(held, rows, covered, rules with { Ids = ids.Worth }, settled);
        var tiers = new Tiers(input, EqualRows.Find(held, rows, ids.Worth));
        tiers.Exact();
        if (tiers.SuggestMovedDays() && Conventions.DaysMoved(input) is { } days)
        {
            // Equal rows were misled by rows of neighbouring days.
            tiers = new Tiers(input, EqualRows.None(rows.Count));
            tiers.Moved(days);
            tiers.Exact();
        }
        tiers.Rest();
        return (tiers, ids, rows);
    }

    private static Window Resolve(Window window, IReadOnlyList<Movement> bank) =>
        window.From is null ? window with { From = bank.Count == 0 ? int.MaxValue : bank.Min(row => row.Day) } : window;

    // Of two equals, the one that the bank still listed last time goes first, then the older id.
    private static IReadOnlyList<StoredTransaction> InOrder(IReadOnlyList<StoredTransaction> stored)
    {
        for (var i = 1; i < stored.Count; i++)
        {
            if (Place(stored[i - 1]).CompareTo(Place(stored[i])) > 0)
            {
                return [.. stored.OrderBy(Place)];
            }
        }
        return stored;

        static (bool, long) Place(StoredTransaction s) =>
            (s.Missing || s.Movement.Status == TransactionStatus.Expired, s.Id);
    }

    internal static Changes Conclude(Tiers tiers, IdFinding ids, int repeated)
    {
        List<Update> updates = [];
        List<long> disappeared = [];
        List<long> expired = [];
        foreach (var stored in tiers.Reappeared)
        {
            var evidence = Kept(stored, new Evidence(MatchTier.Exact, 100) { Reason = MatchReason.SameRow });
            updates.Add(new Update(stored.Id, stored.Movement, evidence, TextChanged: false, Reappeared: true));
        }
        var begin = tiers.BeginsOn();
        foreach (var have in tiers.Held)
        {
            var stored = have.Stored!;
            if (have.Partner is { } row)
            {
                if (Renew(stored, have, row, ids.Worth) is { } update)
                {
                    updates.Add(update);
                }
            }
            else if (have.HasVanished && (have.IsOpen || !(have.Movement.Day < begin)))
            {
                (have.IsOpen ? expired : disappeared).Add(stored.Id);
            }
        }
        updates.Sort((a, b) => a.Id.CompareTo(b.Id));
        disappeared.Sort();
        expired.Sort();
        var inserts = Inserts(tiers.Rows);
        return new Changes(
            inserts,
            updates,
            disappeared,
            expired,
            tiers.RowCount - inserts.Count - updates.Count,
            repeated,
            tiers.RenewedIds && ids.Fault is null ? ids with { Fault = IdFault.NewEachTime } : ids,
            tiers.Convention
        );
    }

    private static List<Insert> Inserts(Side rows)
    {
        List<Insert> inserts = [];
        Dictionary<Candidate, int>? places = null;
        foreach (var row in rows)
        {
            if (row.IsFree)
            {
                inserts.Add(
                    new Insert(
                        row.Movement.BankId == row.TrustedId
                            ? row.Movement
                            : row.Movement with
                            {
                                BankId = row.TrustedId,
                            },
                        row.Ambiguous
                            ? new Evidence(MatchTier.New, row.Confidence, Ambiguous: true)
                            {
                                Reason = row.Reason,
                                Candidates = [.. row.MayBe.Select(StoredId).OfType<long>().Distinct()],
                            }
                            : NoneAlike
                    )
                );
            }
        }
        if (!inserts.Exists(insert => insert.Evidence.Ambiguous))
        {
            return inserts;
        }
        foreach (var (row, place) in rows.Where(row => row.IsFree).Select((row, place) => (row, place)))
        {
            if (row.Ambiguous && row.MayBe.Any(other => StoredId(other) is null))
            {
                places ??= rows.Where(r => r.IsFree)
                    .Select((r, i) => (r, i))
                    .ToDictionary(pair => pair.r, pair => pair.i);
                inserts[place] = inserts[place] with
                {
                    Beside = [.. row.MayBe.Where(places.ContainsKey).Select(other => places[other]).Order()],
                };
            }
        }
        return inserts;
    }

    private static readonly Evidence NoneAlike = new(MatchTier.New, 100);

    internal static long? StoredId(Candidate candidate) => (candidate.Stored ?? candidate.Partner?.Stored)?.Id;

    private static Evidence Kept(StoredTransaction stored, Evidence found) =>
        found with
        {
            Confidence = Math.Min(stored.Confidence, found.Confidence),
            Ambiguous = stored.Ambiguous,
            Candidates = stored.Candidates,
        };

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
        var evidence = Kept(stored, new Evidence(row.Tier, row.Confidence) { Reason = row.Reason });
        return new Update(stored.Id, renewed, evidence, textChanged, reappeared);
    }
}
