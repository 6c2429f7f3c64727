using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Providers;
using Affluent.Server.Transactions;

namespace Affluent.Server.Synchronization;

/// <summary>Reads accounts of one list and compares them with what is held.</summary>
/// <param name="bankList">All that the bank lists, also what is not read: deleted, or not shared.</param>
internal sealed class AccountReader(
    RunTools tools,
    RunState run,
    BankChannel bank,
    ConnectorSteps steps,
    IReadOnlyList<BankAccount> bankList
)
{
    private OwnCategories? _own;

    // References under which the bank lists an account for each currency, and all of their rows together.
    private readonly HashSet<string> _shared = bankList
        .CountBy(account => account.Reference, StringComparer.Ordinal)
        .Where(pair => pair.Value > 1)
        .Select(pair => pair.Key)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>What to write of an account; or what came in between.</summary>
    /// <param name="oldestOpen">Day of the oldest transaction held that may still book.</param>
    public async Task<(ImportPlan? Plan, StepResult? End)> Read(
        ListedAccount account,
        DateOnly? oldestOpen,
        DateOnly today,
        CancellationToken cancellation
    )
    {
        // A file is read whole: it costs nothing more, and says itself of which days it tells.
        var from = bank.ReadsFiles ? null : Import.From(account.Row.SyncedUntil, oldestOpen, run.Attended, today);
        var (plan, end) = await Compare(account, from, cancellation);
        if (plan is null || Import.LookBack(account.Row, plan, from, run.Attended, today) is not { } earlier)
        {
            return (plan, end);
        }
        // What the bank refuses of the older days does not undo the reading.
        return ((await Compare(account, earlier, cancellation)).Plan ?? plan, null);
    }

    /// <summary>Reads an account from a day on (null: all) and compares it with what is held; or what came in between.</summary>
    private async Task<(ImportPlan? Plan, StepResult? End)> Compare(
        ListedAccount account,
        DateOnly? from,
        CancellationToken cancellation
    )
    {
        List<BankTransaction> transactions = [];
        List<UnreadableField> unreadable = [];
        DateOnly? completeFrom = null;
        DateOnly? completeUntil = null;
        var end = await steps.ListTransactions(
            account.Bank,
            from,
            page =>
            {
                transactions.AddRange(page.Transactions);
                unreadable.AddRange(page.Unreadable);
                completeFrom =
                    page.CompleteFrom > completeFrom || completeFrom is null ? page.CompleteFrom : completeFrom;
                completeUntil = page.CompleteUntil ?? completeUntil;
            },
            cancellation
        );
        if (end is not null)
        {
            return (null, end);
        }
        if (_shared.Contains(account.Bank.Reference))
        {
            transactions.RemoveAll(t =>
                !string.Equals(t.Currency, account.Row.Currency, StringComparison.OrdinalIgnoreCase)
            );
        }
        var reading = new BankReading(account.Bank, transactions, from, completeFrom)
        {
            CompleteUntil = completeUntil,
            Unreadable = unreadable,
        };
        var since = Import.HeldFrom(reading, Import.RulesOf(bank.Definition, account.Row));
        // What was never read holds nothing.
        var held = account.Row.SyncedUntil is null
            ? HeldTransactions.None
            : await tools.Database.Read(
                db => TransactionImports.Held(db, run.Job.UserId, account.Row.Id, since),
                cancellation
            );
        var comparison = Import.Compare(account.Row, reading, held, bank.Definition, tools.Now);
        var own = comparison.HasNewTexts ? await Own(cancellation) : OwnCategories.None;
        var plan = Import.Plan(
            account.Row,
            reading,
            held,
            comparison,
            own,
            bank.Definition,
            run.Zone,
            tools.Ids,
            tools.Now
        );
        return (plan, null);
    }

    /// <summary>What was said of categories; most runs find nothing new and do without it.</summary>
    private async Task<OwnCategories> Own(CancellationToken cancellation) =>
        _own ??= await tools.Database.Read(db => Corrections.Of(db, run.Job.ClientId, run.Job.UserId), cancellation);
}
