using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>Rows of a bank in few words. Amounts in cents, days as numbers.</summary>
internal static class Rows
{
    public static Movement Booked(long amount, int day, string text, string? id = null) =>
        new()
        {
            BankId = id,
            Amount = amount,
            Currency = "EUR",
            Day = day,
            BookingDay = day,
            Status = TransactionStatus.Booked,
            Text = text,
        };

    public static Movement Pending(long amount, int day, string text, string? id = null) =>
        new()
        {
            BankId = id,
            Amount = amount,
            Currency = "EUR",
            Day = day,
            TransactionDay = day,
            Status = TransactionStatus.Pending,
            Text = text,
        };
}

/// <summary>An account in memory that applies changes as the database does.</summary>
internal sealed record Account(IReadOnlyList<StoredTransaction> Stored, ReconciliationRules Rules)
{
    public static readonly Account Empty = new([], new ReconciliationRules());

    public static Account With(TransactionIds ids) => new([], new ReconciliationRules { Ids = ids });

    public Changes Changes(params Movement[] bank) => Changes(new Window(0), bank);

    public Changes Changes(Window window, params Movement[] bank) =>
        Reconciliation.Reconcile(Stored, bank, Rules, window);

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
            rows[update.Id] = new StoredTransaction(
                update.Id,
                update.Movement,
                Missing: false,
                update.Evidence.Confidence,
                update.Evidence.Ambiguous
            );
        }
        var next = rows.Keys.DefaultIfEmpty(0).Max() + 1;
        foreach (var insert in changes.Inserts)
        {
            rows.Add(
                next,
                new StoredTransaction(
                    next,
                    insert.Movement,
                    Missing: false,
                    insert.Evidence.Confidence,
                    insert.Evidence.Ambiguous
                )
            );
            next++;
        }
        return this with { Stored = [.. rows.Values.OrderBy(s => s.Id)] };
    }
}
