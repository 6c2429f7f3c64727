using System.Data.Common;
using Dapper;

namespace Affluent.Server.Storage;

/// <summary>
/// A connection in use, with its transaction when there is one. Stores take it as their first parameter, so that several of them
/// can act in one transaction.
/// </summary>
internal sealed class DbWork(
    Database database,
    DbConnection connection,
    DbTransaction? transaction,
    CancellationToken cancellation
)
{
    public Database Database => database;

    public DbConnection Connection => connection;

    public DbTransaction? Transaction => transaction;

    public CancellationToken Cancellation => cancellation;

    private List<Action>? _afterCommit;

    /// <summary>To be done once the transaction has committed, and never when it did not: waking those who wait for its rows.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>Whether <see cref="MustLast"/> was said.</summary>
    public bool Lasts { get; private set; }

    /// <summary>
    /// What this transaction writes cannot be had again: it is on the disk before anybody hears of the commit. PostgreSQL does so always,
    /// an SQLite file only where it is said.
    /// </summary>
    public void MustLast() => Lasts = true;

    /// <summary>What this transaction erases or overwrites is to leave the database's files too, as far as it can (decision 10).</summary>
    public void Erases() => AfterCommit(database.HasErased);

    /// <summary>Called by the database after the commit.</summary>
    public void Committed()
    {
        database.CountTransaction();
        _afterCommit?.ForEach(action => action());
    }

    /// <summary>All rows of a statement.</summary>
    public async Task<IReadOnlyList<T>> Query<T>(string sql, object? parameters = null)
    {
        if (!WordColumns.In(typeof(T)))
        {
            return (await connection.QueryAsync<T>(await Command(sql, parameters))).AsList();
        }
        await using var reader = WordColumns.Read(
            await connection.ExecuteReaderAsync(await Command(sql, parameters)),
            typeof(T),
            sql
        );
        var parse = reader.GetRowParser<T>();
        List<T> rows = [];
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(parse(reader));
        }
        return rows;
    }

    /// <summary>The one row, or null.</summary>
    public async Task<T?> Find<T>(string sql, object? parameters = null) =>
        WordColumns.In(typeof(T))
            ? (await Query<T>(sql, parameters)).SingleOrDefault()
            : await connection.QuerySingleOrDefaultAsync<T>(await Command(sql, parameters));

    /// <summary>The first column of the one row; null or zero when there is none.</summary>
    public async Task<T?> Scalar<T>(string sql, object? parameters = null) =>
        WordColumns.In(typeof(T))
            ? (await Query<T>(sql, parameters)) is [var first, ..]
                ? first
                : default
            : await connection.ExecuteScalarAsync<T>(await Command(sql, parameters));

    /// <summary>The number of rows changed.</summary>
    public async Task<int> Execute(string sql, object? parameters = null) =>
        await connection.ExecuteAsync(await Command(sql, parameters));

    /// <inheritdoc cref="Database.BulkInsert{T}"/>
    public Task Insert<T>(BulkTable<T> table, IReadOnlyCollection<T> rows) =>
        rows.Count == 0 ? Task.CompletedTask : InsertCounted(table, rows);

    /// <inheritdoc cref="Database.List(IEnumerable{long})"/>
    public object List(IEnumerable<long> values) => database.List(values);

    /// <inheritdoc cref="Database.List(IEnumerable{long})"/>
    public object List<T>(IEnumerable<T> ids)
        where T : struct, IId<T> => database.List(ids.Select(id => id.Value));

    /// <inheritdoc cref="Database.List(IEnumerable{string})"/>
    public object List(IEnumerable<string> values) => database.List(values);

    private async Task InsertCounted<T>(BulkTable<T> table, IReadOnlyCollection<T> rows)
    {
        await database.Sending($"insert into {table.Name}");
        await database.BulkInsert(this, table, rows);
    }

    private async ValueTask<CommandDefinition> Command(string sql, object? parameters)
    {
        await database.Sending(sql);
        return new(
            database.Translate(sql),
            WordColumns.Spell(parameters),
            transaction,
            cancellationToken: cancellation
        );
    }
}
