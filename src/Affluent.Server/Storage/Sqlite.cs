using System.Data.Common;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Affluent.Server.Storage;

/// <summary>
/// SQLite in WAL mode: many readers, one writer. Its driver's asynchronous methods run on the calling thread, so the number of
/// readers is bounded, and writers queue here rather than in the file's lock.
/// </summary>
internal sealed partial class SqliteDatabase : Database
{
    /// <summary>The driver's own form of the address.</summary>
    public string ConnectionString { get; }

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(200);

    // How often one that ends tries to cut off the log before it leaves that to the next.
    private const int LastTries = 10;

    // Both belong to whoever has the writer's turn. A process that was killed may have left an erasure in the log: the first write looks.
    private bool _hasErased = true;
    private long _flushes;
    private Task _emptying = Task.CompletedTask;
    private readonly CancellationTokenSource _ending = new();

    private readonly SemaphoreSlim _writer = new(1);
    private readonly SemaphoreSlim _readers = new(Math.Max(4, Environment.ProcessorCount * 2));

    public SqliteDatabase(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            ForeignKeys = true,
            DefaultTimeout = 10,
        }.ToString();
    }

    public override string Kind => "sqlite";

    /// <summary>The file.</summary>
    public string Path { get; }

    protected override async Task<T> ReadCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        await _readers.WaitAsync(cancellation);
        try
        {
            await using var connection = await Connect(cancellation);
            return await work(new DbWork(this, connection, transaction: null, cancellation));
        }
        finally
        {
            _readers.Release();
        }
    }

    public override async Task<T> Look<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        // Without a log nobody has the file open, and it is read as it lies. With one, what a reader needs beside it is there already.
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = File.Exists(Path + "-wal") ? Path : new Uri(Path).AbsoluteUri + "?immutable=1",
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ToString()
        );
        await connection.OpenAsync(cancellation);
        return await work(new DbWork(this, connection, transaction: null, cancellation));
    }

    public override async Task<bool> HasTable(DbWork db, string name) =>
        await db.Scalar<long>(
            "select count(*) from sqlite_schema where type = 'table' and name = @Name",
            new { Name = name }
        ) > 0;

    protected override async Task<T> WriteCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            await using var connection = await Connect(cancellation);
            // BEGIN IMMEDIATE: the lock is taken now, never in the middle of the transaction.
            await using var transaction = connection.BeginTransaction(deferred: false);
            var db = new DbWork(this, connection, transaction, cancellation);
            var result = await work(db);
            await transaction.CommitAsync(cancellation);
            if (db.Lasts)
            {
                Flush();
            }
            db.Committed();
            await EmptyLog(connection);
            return result;
        }
        finally
        {
            _writer.Release();
        }
    }

    public override async Task<T> InWriterTurn<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            var result = await work();
            // Tokens: whoever was given one must find it known.
            Flush();
            return result;
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>How often the log was made to be on the disk.</summary>
    public long Flushes => Volatile.Read(ref _flushes);

    // By itself the log reaches the disk some seconds after a commit (synchronous = normal), which a power failure may come before. It is
    // another handle than SQLite's, on a file on which SQLite holds no lock.
    private void Flush()
    {
        // Gone with the last connection, its content is in the file, which is on the disk then.
        if (!File.Exists(Path + "-wal"))
        {
            return;
        }
        using var log = File.OpenHandle(
            Path + "-wal",
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
        RandomAccess.FlushToDisk(log);
        Interlocked.Increment(ref _flushes);
    }

    public override object List(IEnumerable<long> values) => JsonSerializer.Serialize(values);

    public override object List(IEnumerable<string> values) => JsonSerializer.Serialize(values);

    public override async Task BulkInsert<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows)
    {
        await using var command = ((SqliteConnection)db.Connection).CreateCommand();
        command.Transaction = (SqliteTransaction?)db.Transaction;
        var names = table.Columns.Select(c => c.Name).ToArray();
        command.CommandText =
            $"insert into {table.Name} ({string.Join(", ", names)}) values ({string.Join(", ", names.Select(n => "@" + n))})";
        var parameters = names
            .Select(n => command.Parameters.Add(new SqliteParameter { ParameterName = "@" + n }))
            .ToArray();
        command.Prepare();
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = Value(table.Columns[i].Type, table.Columns[i].Cell(row));
            }
            await command.ExecuteNonQueryAsync(db.Cancellation);
        }

        static object Value(BulkType type, BulkCell cell) =>
            cell.IsNull
                ? DBNull.Value
                : type switch
                {
                    BulkType.Long or BulkType.Int or BulkType.Bool => cell.Number,
                    BulkType.Text => cell.Text,
                    BulkType.Bytes => cell.Bytes,
                };
    }

    // There is one writer.
    public override Task TakeTurn(DbWork db, Turn turn) => Task.CompletedTask;

    // A file goes by the clock of the machine on which it is.
    public override Task<DateTimeOffset> Now(DbWork db, TimeProvider machine) => Task.FromResult(machine.GetUtcNow());

    protected override string Allow(string table, string column, string words)
    {
        var head = $"check ({column} in (";
        var from = $"instr(sql, '{head}') + {head.Length}";
        var quoted = words.Replace("'", "''", StringComparison.Ordinal);
        return ChangeSchema(
            table,
            $"""
            case when instr(sql, '{head}') = 0 then sql else
                substr(sql, 1, {from} - 1) || '{quoted}'
                || substr(substr(sql, {from}), instr(substr(sql, {from}), '))')) end
            """
        );
    }

    // There is one writer: what is not there yet gets a larger number.
    public override async Task<Numbered> Numbered(DbWork db, string table, string column, long lane)
    {
        var given = await db.Scalar<long>($"select last_value from {table}_{column}");
        return new Numbered(given, given);
    }

    protected override string Number(string table, string column) =>
        $"""
            create table {table}_{column} (last_value bigint not null);
            insert into {table}_{column} (last_value) values (0);
            create trigger {table}_is_numbered after insert on {table} begin
                update {table}_{column} set last_value = last_value + 1;
                update {table} set {column} = (select last_value from {table}_{column}) where rowid = new.rowid;
            end
            """;

    protected override string Hold(string table, string column, string lane) => "null";

    protected override string Unbind(string table, string column, string other)
    {
        var reference = $" references {other} (id) on delete cascade";
        return ChangeSchema(table, $"replace(sql, '{column} bigint not null{reference}', '{column} bigint not null')");
    }

    // SQLite changes no constraint of a table that is there. Where rows need no change, its documentation lets the text of the schema be
    // edited (ALTER TABLE, section 7); that a table is made and dropped tells other connections of it.
    private static string ChangeSchema(string table, string text) =>
        $"""
            pragma writable_schema = on;
            update sqlite_schema set sql = {text} where type = 'table' and name = '{table}';
            pragma writable_schema = reset;
            create table {table}_is_changed (id integer);
            drop table {table}_is_changed
            """;

    protected override string ReplaceTokens(string sql) =>
        InToken()
            .Replace(
                PairsToken()
                    .Replace(
                        sql,
                        "(select a.value as a, b.value as b from json_each(${a}) a join json_each(${b}) b on b.key = a.key) as pairs"
                    ),
                "in (select value from json_each(${name}))"
            )
            .Replace("{bytes}", "blob", StringComparison.Ordinal)
            .Replace("{skip locked}", "", StringComparison.Ordinal)
            .Replace("{for update}", "", StringComparison.Ordinal)
            .Replace("{concurrently}", "", StringComparison.Ordinal);

    // 2067 = SQLITE_CONSTRAINT_UNIQUE, 1555 = SQLITE_CONSTRAINT_PRIMARYKEY.
    public override bool IsUniqueViolation(DbException error) =>
        error is SqliteException { SqliteExtendedErrorCode: 2067 or 1555 };

    public override async Task<T> Alone<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            await using var connection = await Connect(cancellation);
            return await work(new DbWork(this, connection, transaction: null, cancellation));
        }
        finally
        {
            _writer.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_ending.IsCancellationRequested)
        {
            return;
        }
        var isEmptying = !_emptying.IsCompleted;
        await _ending.CancelAsync();
        await _emptying;
        for (
            var tries = 0;
            isEmptying && tries < LastTries && !await TryEmptyLogInTurn(CancellationToken.None);
            tries++
        )
        {
            await Task.Delay(TryAgainAfter, TimeProvider.System);
        }
        using (var connection = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }
        _ending.Dispose();
        _writer.Dispose();
        _readers.Dispose();
    }

    public override void HasErased() => _hasErased = true;

    /// <summary>
    /// After an erasure: what is gone from the pages still stands in the write-ahead log, until that is written back and cut off. Where a
    /// reader is just at it, this is tried again until it is done, whether or not anybody writes.
    /// </summary>
    private async Task EmptyLog(SqliteConnection connection)
    {
        if (_hasErased && _emptying.IsCompleted && !await TryEmptyLog(connection))
        {
            _emptying = EmptyLogSoon();
        }
    }

    private async Task EmptyLogSoon()
    {
        try
        {
            for (var isDone = false; !isDone; )
            {
                await Task.Delay(TryAgainAfter, TimeProvider.System, _ending.Token);
                isDone = await TryEmptyLogInTurn(_ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever ends the database tries for the last time.
        }
    }

    private async Task<bool> TryEmptyLogInTurn(CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            await using var connection = await Connect(cancellation);
            return await TryEmptyLog(connection);
        }
        catch (SqliteException)
        {
            // Another process is at it.
            return false;
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task<bool> TryEmptyLog(SqliteConnection connection)
    {
        await using var command = connection.CreateCommand();
        try
        {
            // The work has committed: it must not look undone because its caller has left.
            command.CommandText = "pragma busy_timeout = 100;";
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            // Of the one row, the first column says whether somebody was at it. A command of both would give the row of the other.
            command.CommandText = "pragma wal_checkpoint(truncate);";
            _hasErased = (long)(await command.ExecuteScalarAsync(CancellationToken.None))! != 0;
        }
        catch (SqliteException)
        {
            // Another process is at it.
        }
        return !_hasErased;
    }

    private async Task<SqliteConnection> Connect(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var pragmas = connection.CreateCommand();
            // WAL stays set in the file; the others belong to the connection. secure_delete: what is erased leaves the pages too.
            pragmas.CommandText =
                "pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 10000; pragma secure_delete = on;";
            await pragmas.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"\{in (?<name>@\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex InToken();

    [GeneratedRegex(@"\{pairs (?<a>@\w+) (?<b>@\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex PairsToken();
}
