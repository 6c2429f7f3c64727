using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Affluent.Server.Storage;

/// <summary>
/// The database of an installation: one SQLite file, or PostgreSQL. Both run the same SQL; the few words that differ are tokens in
/// braces, replaced once per statement.
/// </summary>
internal abstract partial class Database : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _statements = new(StringComparer.Ordinal);

    static Database() => DapperMapping.Configure();

    /// <summary>Wakes those of this process who wait for rows that a transaction of this process has committed.</summary>
    public Signals Signals { get; } = new();

    private long _statementsSent;
    private long _transactionsCommitted;

    /// <summary>How many statements were sent so far; a bulk insert counts as one.</summary>
    public long Statements => Volatile.Read(ref _statementsSent);

    /// <summary>How many transactions have committed so far.</summary>
    public long Transactions => Volatile.Read(ref _transactionsCommitted);

    /// <summary>Called after a transaction that erased what a person wants gone; PostgreSQL's vacuum does the rest by itself.</summary>
    public virtual void HasErased() { }

    /// <summary>Called by <see cref="DbWork"/> before each statement, which waits for it: what stands before a database sees them all.</summary>
    public virtual ValueTask Sending(string statement)
    {
        Interlocked.Increment(ref _statementsSent);
        return ValueTask.CompletedTask;
    }

    /// <summary>Called by <see cref="DbWork"/> for each commit.</summary>
    public void CountTransaction() => Interlocked.Increment(ref _transactionsCommitted);

    /// <summary>"sqlite" or "postgres".</summary>
    public abstract string Kind { get; }

    /// <summary>Opens <c>postgres://user:password@host:port/name</c>, or the path of an SQLite file.</summary>
    /// <exception cref="FormatException">The address is neither.</exception>
    public static Database Open(string address) =>
        address.StartsWith("postgres://", StringComparison.Ordinal)
        || address.StartsWith("postgresql://", StringComparison.Ordinal)
            ? new PostgresDatabase(new Uri(address))
        : address.Contains("://", StringComparison.Ordinal)
            ? throw new FormatException(
                "A database address is the path of a file, or postgres://user:password@host/name."
            )
        : new SqliteDatabase(address);

    /// <summary>Runs reads, each statement on its own; what they see may move between two statements.</summary>
    public async Task<T> Read<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        using var use = DatabaseUse.Read(this);
        try
        {
            return await ReadCore(work, cancellation);
        }
        catch (Exception error)
        {
            use.Fail(error);
            throw;
        }
    }

    /// <summary>
    /// Reads without leaving a trace, beside whoever else is at it: nothing is made, migrated or written, an SQLite file's log and index neither.
    /// </summary>
    public virtual Task<T> Look<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation) =>
        Read(work, cancellation);

    /// <summary>Whether there is a table of that name.</summary>
    public abstract Task<bool> HasTable(DbWork db, string name);

    /// <summary>Runs one transaction: all that <paramref name="work"/> does commits together, or none of it when it throws.</summary>
    public async Task<T> Write<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation)
    {
        using var use = DatabaseUse.Write(this);
        try
        {
            return await WriteCore(work, cancellation);
        }
        catch (Exception error)
        {
            use.Fail(error);
            throw;
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public Task Write(Func<DbWork, Task> work, CancellationToken cancellation) =>
        Write(
            async db =>
            {
                await work(db);
                return 0;
            },
            cancellation
        );

    /// <inheritdoc cref="Read{T}"/>
    protected abstract Task<T> ReadCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation);

    /// <inheritdoc cref="Write{T}"/>
    protected abstract Task<T> WriteCore<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation);

    /// <summary>Lets somebody with a connection of their own (Entity Framework) write when it is their turn.</summary>
    public virtual Task<T> InWriterTurn<T>(Func<Task<T>> work, CancellationToken cancellation) => work();

    /// <summary>Waits until no other transaction of any node is at the same; this one is until it ends.</summary>
    public abstract Task TakeTurn(DbWork db, Turn turn);

    /// <summary>What time it is where the database is.</summary>
    public abstract Task<DateTimeOffset> Now(DbWork db, TimeProvider machine);

    /// <summary>A list as a parameter of a statement that says <c>{in @name}</c>.</summary>
    public abstract object List(IEnumerable<long> values);

    /// <inheritdoc cref="List(IEnumerable{long})"/>
    public abstract object List(IEnumerable<string> values);

    /// <summary>Writes many rows at once by the database's fastest way, inside the transaction of <paramref name="db"/>.</summary>
    public abstract Task BulkInsert<T>(DbWork db, BulkTable<T> table, IReadOnlyCollection<T> rows);

    /// <summary>The size on disk and such are the operator's business: nothing else is to be released.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Replaces the tokens of a statement for this database.</summary>
    public string Translate(string sql) =>
        sql.Contains('{', StringComparison.Ordinal)
            ? _statements.GetOrAdd(sql, text => ReplaceTokens(ReplaceNumbers(ReplaceVocabularies(text))))
            : sql;

    /// <summary>
    /// Up to which number of a numbered column a reader of a lane has all that will ever be there. Rows get their numbers before they commit, so a
    /// number may come after a larger one: who follows the numbers reads no further than this. Writers say <c>{hold events.position @lane}</c> in
    /// a statement before the one that inserts rows of the lane.
    /// </summary>
    public abstract Task<Numbered> Numbered(DbWork db, string table, string column, long lane);

    /// <summary>Statements after which new rows of a table are numbered in the order in which they are inserted.</summary>
    protected abstract string Number(string table, string column);

    /// <summary>An expression: until this transaction ends, no reader of the lane goes further than now.</summary>
    protected abstract string Hold(string table, string column, string lane);

    /// <summary>Statements after which a column may name rows that are gone from the other table; it was made with <c>on delete cascade</c>.</summary>
    protected abstract string Unbind(string table, string column, string other);

    /// <summary>Statements after which the check of a column, in a table that is there already, allows these words (quoted).</summary>
    protected abstract string Allow(string table, string column, string words);

    private string ReplaceVocabularies(string sql) =>
        AllowToken()
            .Replace(
                WordsToken().Replace(sql, token => Quoted(token.Groups["name"].Value)),
                token =>
                    Allow(token.Groups["table"].Value, token.Groups["column"].Value, Quoted(token.Groups["name"].Value))
            );

    private string ReplaceNumbers(string sql)
    {
        sql = NumberedToken().Replace(sql, token => Number(token.Groups["table"].Value, token.Groups["column"].Value));
        sql = HoldToken()
            .Replace(
                sql,
                token => Hold(token.Groups["table"].Value, token.Groups["column"].Value, token.Groups["lane"].Value)
            );
        return UnbindToken()
            .Replace(
                sql,
                token => Unbind(token.Groups["table"].Value, token.Groups["column"].Value, token.Groups["other"].Value)
            );
    }

    private static string Quoted(string vocabulary) =>
        string.Join(", ", Vocabulary.Named(vocabulary).Words.Select(word => $"'{word}'"));

    [GeneratedRegex(@"\{words (?<name>\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex WordsToken();

    [GeneratedRegex(@"\{allow (?<table>\w+)\.(?<column>\w+) (?<name>\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex AllowToken();

    [GeneratedRegex(@"\{numbered (?<table>\w+)\.(?<column>\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex NumberedToken();

    [GeneratedRegex(@"\{hold (?<table>\w+)\.(?<column>\w+) (?<lane>@\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex HoldToken();

    [GeneratedRegex(@"\{unbind (?<table>\w+)\.(?<column>\w+) (?<other>\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex UnbindToken();

    /// <summary>
    /// Tokens: <c>{bytes}</c> column type; <c>{words AccountStatus}</c> the quoted words of a <see cref="Vocabulary"/>;
    /// <c>{allow accounts.status AccountStatus}</c>, a statement: from now on these words, in a table that was made when there were fewer; <c>{skip locked}</c> row lock of a claim; <c>{for update}</c> row lock;
    /// <c>{in @ids}</c> membership in a <see cref="List(IEnumerable{long})"/>; <c>{pairs @ids @others}</c>, a table <c>pairs</c> of <c>a</c> and <c>b</c>, which are
    /// side by side in two such lists of the same length; <c>{concurrently}</c> an index that is made without holding up writers;
    /// <c>{numbered events.position}</c>, a statement: new rows are numbered; <c>{hold events.position @lane}</c>, an expression: see <see cref="Numbered"/>;
    /// <c>{unbind events.user_id users}</c>, a statement: rows may outlive what they name.
    /// </summary>
    protected abstract string ReplaceTokens(string sql);

    /// <summary>True when the error says that a unique value is already there.</summary>
    public abstract bool IsUniqueViolation(DbException error);

    /// <summary>
    /// Runs work that only one process at a time may do, for as long as it takes, on a connection without a transaction. Where it is
    /// killed, the next one may begin. On SQLite, which has one writer, the processes take turns by transaction.
    /// </summary>
    public abstract Task<T> Alone<T>(Func<DbWork, Task<T>> work, CancellationToken cancellation);
}

/// <summary>How far the numbers of a column have come.</summary>
/// <param name="Settled">Up to here nothing can come any more.</param>
/// <param name="Given">The last number that was given, perhaps to a transaction that is still under way.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Numbered(long Settled, long Given);

/// <summary>What one transaction of all nodes does at a time.</summary>
internal enum Turn
{
    /// <summary>Counts the runs under way and lets others begin.</summary>
    Claim = 1,
}
