using System.Data.Common;
using Affluent.Server.Storage;
using Npgsql;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>One read or transaction under way.</summary>
internal sealed class DatabaseUse(bool writes, Fiber fiber)
{
    // Its waiters go on within the call that cuts: else a thread of the pool would choose when.
    private readonly TaskCompletionSource _cut = new();
    private readonly CancellationTokenSource _cancel = new();

    public bool Writes => writes;

    public Fiber Fiber => fiber;

    /// <summary>The process of PostgreSQL's server that works for it; zero: none does.</summary>
    public int Session { get; set; }

    /// <summary>A statement is at the database.</summary>
    public bool IsAtDatabase { get; set; }

    /// <summary>It waits there for a lock, until the transaction of another ends.</summary>
    public bool IsLockedUp { get; set; }

    /// <summary>What it has sent.</summary>
    public List<string> Statements { get; } = [];

    public Task WhenCut => _cut.Task;

    public bool IsCut => _cut.Task.IsCompleted;

    /// <summary>Cancelled when a statement of it is not waited for any more.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>The server undoes it.</summary>
    public void Cut()
    {
        if (IsAtDatabase)
        {
            IsLockedUp = false;
            _cancel.Cancel();
        }
        else
        {
            _cut.TrySetResult();
        }
    }
}

/// <summary>The database broke off a statement.</summary>
internal sealed class ConnectionCut() : DbException("The simulation broke the connection off.");

/// <summary>
/// A database as a process of the simulation sees it: before each statement, before and after each commit the process waits for the scheduler. What becomes
/// of a transaction and of the process is apart: the one may be undone while the other stands still, or never goes on.
/// </summary>
internal sealed class SimulatedDatabase(Database inner, SimulatedProcess process, Scheduler scheduler) : Database
{
    private static readonly AsyncLocal<DatabaseUse?> Current = new();

    public override string Kind => inner.Kind;

    protected override async Task<T> ReadCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await scheduler.Reach("read", begins: UseKind.Read, cancellation: CancellationToken.None);
        return await Run(new DatabaseUse(writes: false, Fiber.Current!), inner.Read, work, cancellation);
    }

    protected override async Task<T> WriteCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await scheduler.Reach("begin", begins: UseKind.Write, cancellation: CancellationToken.None);
        var result = await Run(new DatabaseUse(writes: true, Fiber.Current!), inner.Write, work, cancellation);
        await scheduler.Reach("committed", cancellation: CancellationToken.None);
        return result;
    }

    private async Task<T> Run<T>(
        DatabaseUse use,
        Func<Func<DbWork, Task<T>>, CancellationToken, Task<T>> inDatabase,
        Func<DbWork, Task<T>> work,
        CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, use.Cancelled);
        var ending = either.Token;
        Task<T>? working = null;
        try
        {
            return await InDatabase();
        }
        catch when (process.IsDead)
        {
            return await new TaskCompletionSource<T>().Task;
        }
        catch (ConnectionCut) when (working is { IsCompleted: false })
        {
            // The process has not noticed yet.
            return await working;
        }

        async Task<T> InDatabase()
        {
            Current.Value = use;
            process.Uses.Add(use);
            scheduler.Uses.Add(use);
            use.IsAtDatabase = true;
            try
            {
                scheduler.ThrowIfAway();
                return await inDatabase(
                    async db =>
                    {
                        use.Session = (db.Connection as NpgsqlConnection)?.ProcessID ?? 0;
                        working = Work(db);
                        return await Task.WhenAny(working, use.WhenCut) == working
                            ? await working
                            : throw new ConnectionCut();
                    },
                    ending
                );
            }
            finally
            {
                use.IsAtDatabase = false;
                process.Uses.Remove(use);
                scheduler.Uses.Remove(use);
                // What it had locked is free.
                scheduler.Uses.ForEach(other => other.IsLockedUp = false);
            }
        }

        async Task<T> Work(DbWork db)
        {
            var own = new DbWork(this, db.Connection, db.Transaction, ending);
            var result = await work(own);
            if (own.Lasts)
            {
                db.MustLast();
            }
            db.AfterCommit(() =>
            {
                own.Committed();
                scheduler.Committed();
            });
            if (use.Writes)
            {
                await scheduler.BeforeCommit(db, use);
                await Wait("commit", use);
            }
            return result;
        }
    }

    public override async ValueTask Sending(string statement)
    {
        await base.Sending(statement);
        if (Current.Value is { } use)
        {
            use.Statements.Add(statement);
            await Wait(statement, use);
        }
    }

    private async Task Wait(string what, DatabaseUse use)
    {
        use.IsAtDatabase = false;
        await scheduler.Reach(what, use: use);
        if (use.IsCut)
        {
            throw new ConnectionCut();
        }
        scheduler.ThrowIfAway();
        use.IsAtDatabase = true;
    }

    public override object List(IEnumerable<long> values) => inner.List(values);

    public override object List(IEnumerable<string> values) => inner.List(values);

    public override Task BulkInsert<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows) =>
        inner.BulkInsert(db, table, rows);

    protected override string ReplaceTokens(string sql) => inner.Translate(sql);

    public override Task TakeTurn(DbWork db, Turn turn) => inner.TakeTurn(db, turn);

    public override Task<DateTimeOffset> Now(DbWork db, TimeProvider machine) => Task.FromResult(machine.GetUtcNow());

    protected override string Allow(string table, string column, string words) =>
        throw new NotSupportedException("Only migrations change tables, and none runs on it.");

    public override Task<Numbered> Numbered(DbWork db, string table, string column, long lane) =>
        inner.Numbered(db, table, column, lane);

    protected override string Number(string table, string column) =>
        throw new NotSupportedException("Only migrations change tables, and none runs on it.");

    // Left to the inner one.
    protected override string Hold(string table, string column, string lane) => $"{{hold {table}.{column} {lane}}}";

    protected override string Unbind(string table, string column, string other) =>
        throw new NotSupportedException("Only migrations change tables, and none runs on it.");

    public override bool IsUniqueViolation(DbException error) => inner.IsUniqueViolation(error);

    public override Task<T> Alone<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation) =>
        inner.Alone(work, cancellation);

    public override Task<bool> HasTable(DbWork db, string name) => inner.HasTable(db, name);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
