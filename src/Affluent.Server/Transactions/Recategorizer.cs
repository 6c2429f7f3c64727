using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Categories;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Users;

namespace Affluent.Server.Transactions;

/// <summary>
/// Does the recategorizations that are due, page by page. A node takes one for the time of a lease and renews it with each step, in the
/// transaction of the step: two nodes are never at the same one, and when one dies the next goes on where its last step ended.
/// </summary>
internal sealed partial class Recategorizer(
    Database database,
    UserDatabase users,
    TimeProvider time,
    ILogger<Recategorizer> log
)
{
    /// <summary>The topic of <see cref="Signals"/> that wakes the loop.</summary>
    public const string Due = "recategorizations";

    /// <summary>For how long a node that says nothing keeps one to itself.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>How many transactions a step locks, so that nobody is kept waiting for long.</summary>
    public const int StepSize = 1000;

    // Then it is another client's turn.
    private const int StepsInARow = 100;

    /// <summary>Does each that is due and that no other node is at, to its end.</summary>
    public async Task RunDue(CancellationToken cancellation)
    {
        while (await Take(cancellation) is { } taken)
        {
            try
            {
                await Run(taken, cancellation);
            }
            catch (Exception error) when (DatabaseOutage.Is(error))
            {
                // Taken up when the lease is over, by whoever comes first.
                LogFailed(log, taken.Id, error);
            }
        }
    }

    private async Task<Recategorization?> Take(CancellationToken cancellation) =>
        await database.Read(db => RecategorizationStore.AnyDue(db, time.Seconds()), cancellation)
            ? await database.Write(db => RecategorizationStore.Claim(db, time.Seconds(), LeaseEnd()), cancellation)
            : null;

    private async Task Run(Recategorization taken, CancellationToken cancellation)
    {
        var (rules, total) = await database.Read(
            async db =>
                (
                    await CategoryRuleStore.Of(db, taken.ClientId),
                    taken.UsersTotal ?? (taken.OnlyUserId is null ? await UserStore.CountOf(db, taken.ClientId) : 1)
                ),
            cancellation
        );
        for (var step = 1; step <= StepsInARow; step++)
        {
            var isLast = step == StepsInARow;
            if (!await database.Write(db => Step(db, taken, rules, total, isLast), cancellation))
            {
                return;
            }
        }
    }

    /// <summary>Does the next page, or the next user without one; true: another step must follow.</summary>
    /// <param name="givesBack">Behind this step it is anybody's again.</param>
    private async Task<bool> Step(DbWork db, Recategorization taken, ClientRules rules, long total, bool givesBack)
    {
        if (await RecategorizationStore.Hold(db, taken) is not { } held)
        {
            LogLost(log, taken.Id);
            return false;
        }
        var now = time.Seconds();
        held = held with { State = RecategorizationState.Running, UsersTotal = total };
        // Who comes later is decided by the rules of today already.
        var next = await UserStore.Next(db, held.ClientId, held.AtUserId, new UserId(held.Id.Value));
        if (next is not { } userId || (held.OnlyUserId is { } only && only != userId))
        {
            var done = held with { State = RecategorizationState.Done, UsersTotal = held.UsersDone, EndedAt = now };
            await RecategorizationStore.Save(db, done, leaseUntil: 0);
            LogDone(log, done.Id, done.Checked, done.Changed);
            return false;
        }
        var after = await Page(users.For(db, userId, held.ClientId), held, rules);
        await RecategorizationStore.Save(db, after, givesBack ? now : LeaseEnd());
        return true;
    }

    private static async Task<Recategorization> Page(UserWork work, Recategorization held, ClientRules rules)
    {
        // Everybody locks a user's jobs before the transactions: no run writes meanwhile.
        await JobStore.LockOf(work.Db, work.UserId);
        var from = held.AtUserId == work.UserId ? held.AtTransactionId : default;
        var rows = await RecategorizationStore.Page(work.Db, work.UserId, from, StepSize);
        if (rows.Count > 0)
        {
            // Behind the locks, so that what a user says at this moment is either known here or decides after us.
            var own = new OwnCategories(await CorrectionsStore.Of(work.Db, work.UserId), rules);
            var types = await AccountsStore.TypesOf(work.Db, work.UserId);
            var changed = rows.Select(row => Recategorization.Decided(row, own, id => types.GetValueOrDefault(id)))
                .OfType<TransactionRow>()
                .ToLookup(row => row.AccountId);
            foreach (var account in changed)
            {
                await TransactionImports.Save(work, account.Key, Changes(work, account));
            }
            held = held with
            {
                Checked = held.Checked + rows.Count,
                Changed = held.Changed + changed.Sum(a => a.Count()),
            };
        }
        return rows.Count < StepSize ? held.AfterUser(work.UserId) : held.AfterPage(work.UserId, rows[^1].Id);
    }

    private static TransactionChanges Changes(UserWork work, IEnumerable<TransactionRow> rows)
    {
        var set = work.Ids.Next<ChangeSetId>();
        return new TransactionChanges(
            set,
            Inserts: [],
            Updates: [.. rows.Select(row => row with { ChangedIn = set, UpdatedAt = work.Now })],
            Disappeared: [],
            Expired: []
        );
    }

    private long LeaseEnd() => (time.GetUtcNow() + Lease).ToUnixTimeSeconds();

    [LoggerMessage(
        4201,
        LogLevel.Information,
        "Recategorization {Id} is done: {Checked} transactions, {Changed} changed"
    )]
    private static partial void LogDone(ILogger log, RecategorizationId id, long @checked, long changed);

    [LoggerMessage(4202, LogLevel.Warning, "Recategorization {Id} failed; it is tried again in a minute")]
    private static partial void LogFailed(ILogger log, RecategorizationId id, Exception error);

    [LoggerMessage(
        4203,
        LogLevel.Warning,
        "Recategorization {Id} took longer than its lease; another node goes on with it"
    )]
    private static partial void LogLost(ILogger log, RecategorizationId id);
}

/// <summary>Looks for recategorizations for as long as the program runs.</summary>
internal sealed class RecategorizerLoop(
    Recategorizer recategorizer,
    Database database,
    DatabaseOutage outage,
    TimeProvider time
) : BackgroundService
{
    /// <summary>How long what another process asks for may go unnoticed; what this one does wakes the loop at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var watch = database.Signals.For(Recategorizer.Due);
        try
        {
            while (true)
            {
                await Try(stoppingToken);
                await watch.Wait(Look, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends; what was under way is taken up by another node.
        }
    }

    private async Task Try(CancellationToken cancellation)
    {
        try
        {
            await recategorizer.RunDue(cancellation);
            await outage.Answered(database, cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
        }
    }
}
