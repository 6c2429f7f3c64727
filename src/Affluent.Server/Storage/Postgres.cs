using System.Data.Common;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace Affluent.Server.Storage;

/// <summary>PostgreSQL 15 or later.</summary>
internal sealed partial class PostgresDatabase : Database
{
    // Any number, the same in every node.
    private const long LockOfWhoIsAlone = 0x4146464C;

    // Advisory locks have two numbers: the lane, of which two may share one and wait for each other's writers, and the place, of which as many bits as
    // fit are enough.
    private const int HeldLanes = 0x41460000;
    private const int HeldNumbers = int.MaxValue;

    private const int FewRows = 20;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly string _connectionString;

    /// <summary>The pool of connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>For how long a process may stand still in a transaction, until the server undoes it; <c>options</c> of the address says otherwise.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    public PostgresDatabase(Uri address)
    {
        _connectionString = ConnectionString(address);
        Source = NpgsqlDataSource.Create(_connectionString);
    }

    public override string Kind => "postgres";

    /// <summary>Turns <c>postgres://user:password@host:port/name?option=value</c> into the driver's own form.</summary>
    /// <exception cref="ArgumentException">An option is unknown or has no such value.</exception>
    public static string ConnectionString(Uri address)
    {
        var user = address.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host.Length == 0 ? "127.0.0.1" : address.Host,
            Port = address.Port > 0 ? address.Port : 5432,
            Database = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/')),
            Username = user[0].Length == 0 ? null : Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            // A process that stands still in a transaction keeps what it has locked from all others: none waits for anything but the server in one.
            Options = $"-c idle_in_transaction_session_timeout={LongestPause.TotalSeconds:0}s",
            // Statements are few and come back often: let the server keep their plans.
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            // No statement of ours leaves anything behind in its session: seven that tidy it up, none of them prepared, would come with each use of a connection.
            NoResetOnClose = true,
            // What it needs is missing on many machines, and the system's linker says so on each start; gssencryptionmode of the address says otherwise.
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        foreach (var option in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = option.Split('=', 2);
            var value = Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? "");
            // PostgreSQL writes verify-full, the driver VerifyFull.
            builder[Uri.UnescapeDataString(pair[0])] =
                pair[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return builder.ToString();
    }

    /// <summary>Whether an option of <see cref="ConnectionString"/>, under whichever of its names, is a password.</summary>
    public static bool IsPassword(string option)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder { [option] = "x" };
            return builder.Password is not null || builder.SslPassword is not null;
        }
        // No such option, or one that takes other values.
        catch (ArgumentException)
        {
            return false;
        }
    }

    protected override async Task<T> ReadCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        return await work(new DbWork(this, connection, transaction: null, cancellation));
    }

    protected override async Task<T> WriteCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var db = new DbWork(this, connection, transaction, cancellation);
        var result = await work(db);
        await transaction.CommitAsync(cancellation);
        db.Committed();
        return result;
    }

    public override Task<bool> HasTable(DbWork db, string name) =>
        db.Scalar<bool>("select to_regclass(@Name) is not null", new { Name = name });

    public override object List(IEnumerable<long> values) => values.ToArray();

    public override object List(IEnumerable<string> values) => values.ToArray();

    // COPY is parsed and planned each time and goes to and fro thrice; a statement that is prepared, once.
    public override Task BulkInsert<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows) =>
        rows.Count <= FewRows ? InsertFew(db, table, rows) : Copy(db, table, rows);

    private static async Task InsertFew<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows)
    {
        await using var command = ((NpgsqlConnection)db.Connection).CreateCommand();
        var columns = string.Join(", ", table.Columns.Select(column => column.Name));
        var lists = string.Join(", ", Enumerable.Range(1, table.Columns.Count).Select(number => $"${number}"));
        command.CommandText = $"insert into {table.Name} ({columns}) select * from unnest({lists})";
        foreach (var column in table.Columns)
        {
            var cells = rows.Select(column.Cell);
            command.Parameters.Add(
                column.Type switch
                {
                    BulkType.Long => List(cells.Select(c => c.IsNull ? default(long?) : c.Number), NpgsqlDbType.Bigint),
                    BulkType.Int => List(
                        cells.Select(c => c.IsNull ? default(int?) : checked((int)c.Number)),
                        NpgsqlDbType.Integer
                    ),
                    BulkType.Bool => List(
                        cells.Select(c => c.IsNull ? default(bool?) : c.Number != 0),
                        NpgsqlDbType.Boolean
                    ),
                    BulkType.Text => List(cells.Select(c => c.IsNull ? null : c.Text), NpgsqlDbType.Text),
                    BulkType.Bytes => List(cells.Select(c => c.IsNull ? null : c.Bytes), NpgsqlDbType.Bytea),
                }
            );
        }
        await command.ExecuteNonQueryAsync(db.Cancellation);

        static NpgsqlParameter List<TCell>(IEnumerable<TCell> cells, NpgsqlDbType type) =>
            new NpgsqlParameter<TCell[]> { TypedValue = [.. cells], NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    private static async Task Copy<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows)
    {
        await using var writer = await ((NpgsqlConnection)db.Connection).BeginBinaryImportAsync(
            $"copy {table.Name} ({string.Join(", ", table.Columns.Select(c => c.Name))}) from stdin (format binary)",
            db.Cancellation
        );
        foreach (var row in rows)
        {
            await writer.StartRowAsync(db.Cancellation);
            foreach (var column in table.Columns)
            {
                await Write(column.Type, column.Cell(row));
            }
        }
        await writer.CompleteAsync(db.Cancellation);

        Task Write(BulkType type, BulkCell cell) =>
            cell.IsNull
                ? writer.WriteNullAsync(db.Cancellation)
                : type switch
                {
                    BulkType.Long => writer.WriteAsync(cell.Number, NpgsqlDbType.Bigint, db.Cancellation),
                    BulkType.Int => writer.WriteAsync(checked((int)cell.Number), NpgsqlDbType.Integer, db.Cancellation),
                    BulkType.Bool => writer.WriteAsync(cell.Number != 0, NpgsqlDbType.Boolean, db.Cancellation),
                    BulkType.Text => writer.WriteAsync(cell.Text, NpgsqlDbType.Text, db.Cancellation),
                    BulkType.Bytes => writer.WriteAsync(cell.Bytes, NpgsqlDbType.Bytea, db.Cancellation),
                };
    }

    // Two numbers: the locks of one are those of whoever is alone.
    public override Task TakeTurn(DbWork db, Turn turn) =>
        db.Query<string>("select cast(pg_advisory_xact_lock(1, @Turn) as text)", new { Turn = (int)turn });

    public override async Task<DateTimeOffset> Now(DbWork db, TimeProvider machine) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            await db.Scalar<long>("select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)")
        );

    // A writer holds a lock that says after which number it began, and gets its numbers then. First the last number, then the locks, and whoever
    // reads rows does so after both: a transaction whose lock is not there has committed, or gets numbers behind the last one.
    public override async Task<Numbered> Numbered(DbWork db, string table, string column, long lane)
    {
        var given = await db.Scalar<long>($"select last_value from {table}_{column}");
        var oldest = await db.Scalar<long?>(
            $"""
            select max((@Given - cast(objid as bigint)) & {HeldNumbers}) from pg_locks
            where locktype = 'advisory' and objsubid = 2 and cast(classid as bigint) = @Lane
                and database = (select oid from pg_database where datname = current_database())
            """,
            new { Given = given, Lane = HeldLane(lane) }
        );
        return new Numbered(given - (oldest ?? 0), given);
    }

    protected override string Number(string table, string column) =>
        $"""
            create sequence {table}_{column} minvalue 0 start 0;
            select nextval('{table}_{column}');
            alter table {table} alter column {column} set default nextval('{table}_{column}')
            """;

    protected override string Hold(string table, string column, string lane) =>
        $"""
            cast(pg_advisory_xact_lock_shared(
                cast({HeldLanes} + ({lane} & 65535) as integer),
                cast((select last_value from {table}_{column}) & {HeldNumbers} as integer)
            ) as text)
            """;

    protected override string Unbind(string table, string column, string other) =>
        $"alter table {table} drop constraint {table}_{column}_fkey";

    private static long HeldLane(long lane) => HeldLanes + (lane & 65535);

    // The rows that are there have passed the check of fewer words: no need to look through them under the lock of the table.
    protected override string Allow(string table, string column, string words) =>
        $"""
            alter table {table} drop constraint {table}_{column}_check;
            alter table {table} add constraint {table}_{column}_check check ({column} in ({words})) not valid
            """;

    protected override string ReplaceTokens(string sql) =>
        InToken()
            .Replace(PairsToken().Replace(sql, "unnest(${a}, ${b}) as pairs (a, b)"), "= any(${name})")
            .Replace("{bytes}", "bytea", StringComparison.Ordinal)
            .Replace("{skip locked}", "for update skip locked", StringComparison.Ordinal)
            .Replace("{for update}", "for update", StringComparison.Ordinal)
            .Replace("{concurrently}", "concurrently", StringComparison.Ordinal);

    public override bool IsUniqueViolation(DbException error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    // The lock belongs to the connection, which nobody else gets: when the process dies, both are gone. Who waits for the lock
    // asks again and again, since a statement that waits would itself keep an index from being made concurrently.
    public override async Task<T> Alone<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = ConnectAlone();
        await connection.OpenAsync(cancellation);
        var db = new DbWork(this, connection, transaction: null, cancellation);
        while (!await db.Scalar<bool>("select pg_try_advisory_lock(@Key)", new { Key = LockOfWhoIsAlone }))
        {
            await Task.Delay(LookAgain, TimeProvider.System, cancellation);
        }
        return await work(db);
    }

    /// <summary>A connection that is nobody else's before or after, to be opened.</summary>
    /// <param name="keepAlive">After so many seconds without a word it is asked whether it is still there; 0: never.</param>
    public NpgsqlConnection ConnectAlone(int keepAlive = 0) =>
        new(
            new NpgsqlConnectionStringBuilder(_connectionString)
            {
                Pooling = false,
                CommandTimeout = 0,
                KeepAlive = keepAlive,
            }.ToString()
        );

    public override ValueTask DisposeAsync() => Source.DisposeAsync();

    [GeneratedRegex(@"\{in (?<name>@\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex InToken();

    [GeneratedRegex(@"\{pairs (?<a>@\w+) (?<b>@\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex PairsToken();
}
