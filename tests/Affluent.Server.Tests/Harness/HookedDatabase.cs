using System.Data.Common;
using Affluent.Server.Storage;

namespace Affluent.Server.Tests.Harness;

/// <summary>A database of which a test makes single transactions fail, as a killed process or a full disk would.</summary>
internal sealed class HookedDatabase(Database inner) : Database
{
    private int _writes;

    /// <summary>From the transaction of this number on (from 1), nothing is written any more; null: all is well.</summary>
    public int? DiesAt { get; set; }

    /// <summary>The transaction at which it dies has committed already.</summary>
    public bool DiesAfterCommit { get; set; }

    /// <summary>How many pages the file may still grow by in one transaction: a disk that is nearly full. SQLite only.</summary>
    public int? PagesLeft { get; set; }

    /// <summary>Happens before each transaction: what other nodes do while this one stands still.</summary>
    public Func<Task>? BeforeWrite { get; set; }

    /// <summary>Happens after each transaction: what other nodes do while this one stands still.</summary>
    public Func<Task>? AfterWrite { get; set; }

    /// <summary>Transactions so far.</summary>
    public int Writes => _writes;

    public override string Kind => inner.Kind;

    protected override Task<T> ReadCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation) =>
        inner.Read(work, cancellation);

    protected override async Task<T> WriteCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        if (BeforeWrite is { } first)
        {
            await first();
        }
        var number = Interlocked.Increment(ref _writes);
        if (number > DiesAt)
        {
            throw new Death();
        }
        var result = await inner.Write(
            async db =>
            {
                if (PagesLeft is { } left)
                {
                    var pages = await db.Scalar<long>("pragma page_count");
                    await db.Execute($"pragma max_page_count = {pages + left}");
                }
                var result = await work(db);
                return number == DiesAt && !DiesAfterCommit ? throw new Death() : result;
            },
            cancellation
        );
        if (number == DiesAt)
        {
            throw new Death();
        }
        if (AfterWrite is { } happening)
        {
            await happening();
        }
        return result;
    }

    public override object List(IEnumerable<long> values) => inner.List(values);

    public override object List(IEnumerable<string> values) => inner.List(values);

    public override Task BulkInsert<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows) =>
        inner.BulkInsert(db, table, rows);

    protected override string ReplaceTokens(string sql) => inner.Translate(sql);

    public override Task TakeTurn(DbWork db, Turn turn) => inner.TakeTurn(db, turn);

    public override Task<DateTimeOffset> Now(DbWork db, TimeProvider machine) => inner.Now(db, machine);

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

    /// <summary>The process was killed here.</summary>
    public sealed class Death() : DbException("killed by the test");
}
