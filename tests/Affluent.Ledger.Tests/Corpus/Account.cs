using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>An account in memory that applies changes as the database does.</summary>
internal sealed record Account(IReadOnlyList<StoredTransaction> Stored, ReconciliationRules Rules)
{
    /// <summary>What users said of doubtful transactions.</summary>
    public Settled Settled { get; init; } = Settled.Nothing;

    public static readonly Account Empty = new([], new ReconciliationRules());

    public static Account With(TransactionIds ids) => new([], new ReconciliationRules { Ids = ids });

    public Changes Changes(params Movement[] bank) => Changes(new Window(0), bank);

    public Changes Changes(Window window, params Movement[] bank) =>
        Reconciliation.Reconcile(Stored, bank, Rules, window, Settled);

    public Account After(params Movement[] bank) => Apply(Changes(bank));

    public Account After(Window window, params Movement[] bank) => Apply(Changes(window, bank));

    public Account Apply(Changes changes)
    {
        var rows = Stored.ToDictionary(s => s.Id);
        foreach (var id in changes.Disappeared)
        {
            rows[id] = rows[id] with { Missing = true };
        }
        foreach (var id in changes.Expired)
        {
            rows[id] = rows[id] with { Movement = rows[id].Movement with { Status = TransactionStatus.Expired } };
        }
        foreach (var update in changes.Updates)
        {
            rows[update.Id] = Held(update.Id, update.Movement, update.Evidence);
        }
        var next = rows.Keys.DefaultIfEmpty(0).Max() + 1;
        foreach (var insert in changes.Inserts)
        {
            rows.Add(next, Held(next, insert.Movement, insert.Evidence));
            next++;
        }
        return this with
        {
            Stored = [.. rows.Values.OrderBy(s => s.Id)],
            Rules = Rules with { Demoted = changes.Ids.Fault },
        };
    }

    private static StoredTransaction Held(long id, Movement movement, Evidence evidence) =>
        new(id, movement, Missing: false, evidence.Confidence, evidence.Ambiguous) { Candidates = evidence.Candidates };
}
