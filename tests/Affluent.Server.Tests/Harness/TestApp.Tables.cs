using System.Globalization;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Affluent.Server.Tests.Harness;

/// <summary>
/// What no interface shows, asked of the tables by intent. With <c>TestApp.Stored.cs</c>, which fills them, and the tests of
/// Storage, it is the one place of the tests that holds SQL.
/// </summary>
internal sealed partial class TestApp
{
    /// <summary>How many rows a table has.</summary>
    public Task<long> Count(string table) => Value<long>($"select count(*) from {table}");

    /// <summary>All rows of these tables as text, to be compared with a later look.</summary>
    public async Task<string> Snapshot(params string[] tables)
    {
        List<string> all = [];
        foreach (var table in tables)
        {
            var rows = await Database.Read(db => db.Query<dynamic>($"select * from {table} order by 1, 2, 3"), Stop);
            all.AddRange(rows.Select(row => table + ": " + (string)Text(row)));
        }
        return string.Join('\n', all);

        static string Text(object row) =>
            string.Join(
                '|',
                ((IDictionary<string, object>)row).Select(c =>
                    $"{c.Key}={(c.Value is byte[] bytes ? Convert.ToHexString(bytes) : c.Value)}"
                )
            );
    }

    /// <summary>Makes all sign-ins older by this; their tokens stay of today.</summary>
    public Task AgeSignIns(TimeSpan by) =>
        Database.Write(
            db =>
                db.Execute(
                    "update authorizations set created_at = created_at - @By",
                    new { By = (long)by.TotalSeconds }
                ),
            Stop
        );

    /// <summary>What runs under way should go on with can be read no more.</summary>
    public Task GarbleProgress() => Database.Write(db => db.Execute("update jobs set progress = '{'"), Stop);

    /// <summary>How many authorizations are still to be ended at their banks.</summary>
    public Task<long> Revocations() => Count("bank_revocations");

    /// <summary>All that is kept to end them, as it is sealed.</summary>
    public Task<string> RevocationRows() => Snapshot("bank_revocations");

    /// <summary>How often a bank was asked in vain to end an authorization.</summary>
    public Task<long> RevocationAttempts() => Value<long>("select attempts from bank_revocations");

    /// <summary>Where a connection's job stands.</summary>
    public Task<string?> JobState(string connection) =>
        Value<string>("select state from jobs where subject_id = @Id", new { Id = Number(connection) });

    /// <summary>When a connection is read next; null: not by itself.</summary>
    public Task<long?> DueAt(string connection) =>
        Value<long?>("select due_at from jobs where subject_id = @Id", new { Id = Number(connection) });

    /// <summary>Why a channel is not well, as a code.</summary>
    public Task<string?> ReasonOf(string connection, string channel) =>
        Value<string>(
            "select reason from channels where connection_id = @Id and definition_id = @Channel",
            new { Id = Number(connection), Channel = channel }
        );

    /// <summary>The connection is as one that was made before its bank was given the channel.</summary>
    public Task RemoveChannel(string connection, string channel) =>
        Execute(
            "delete from channels where connection_id = @Id and definition_id = @Channel",
            new { Id = Number(connection), Channel = channel }
        );

    /// <summary>The names of a connection's events, in the order of the log.</summary>
    public Task<IReadOnlyList<string>> EventNames(string connection) =>
        Database.Read(
            db =>
                db.Query<string>(
                    "select name from events where connection_id = @Id order by id",
                    new { Id = Number(connection) }
                ),
            Stop
        );

    /// <summary>The reasons of a connection's events, in the order of the log.</summary>
    public Task<IReadOnlyList<string>> EventReasons(string connection) =>
        Database.Read(
            db =>
                db.Query<string>(
                    "select reason from events where connection_id = @Id and reason is not null order by id",
                    new { Id = Number(connection) }
                ),
            Stop
        );

    /// <summary>Tells of the end of a user's access as another node would: past the memory of this one.</summary>
    public Task RevokeOnAnotherNode(TestUser user) =>
        Execute(
            "insert into revocations (id, kind, subject_id, revoked_at) values (@Id, 'user', @UserId, @Now)",
            new
            {
                Id = Service<Ids>().Next(),
                UserId = user.Id,
                Now = Time.Seconds(),
            }
        );

    /// <summary>How many tokens are of a type and a status.</summary>
    public Task<long> CountTokens(string? type = null, string? status = null) =>
        Value<long>(
            """
            select count(*) from tokens
            where type = coalesce(@Type, type) and status = coalesce(@Status, status)
            """,
            new { Type = type, Status = status }
        );

    /// <summary>"ok" when the file is whole; on SQLite.</summary>
    public Task<string?> Integrity() => Value<string>("pragma integrity_check");

    /// <summary>Every byte that the database holds, as Latin-1 text to be searched.</summary>
    public Task<string> StoredText() => _database.StoredText();

    /// <summary>A read of an SQLite file that goes on until it is disposed, as a backup would.</summary>
    public async Task<IAsyncDisposable> LongRead()
    {
        var reader = new SqliteConnection($"Data Source={((SqliteDatabase)Database).Path};Pooling=false");
        await reader.OpenAsync(Stop);
        reader.BeginTransaction(deferred: true);
        await using var read = reader.CreateCommand();
        read.CommandText = "select count(*) from users";
        await read.ExecuteScalarAsync(Stop);
        return reader;
    }

    /// <summary>Runs a command on this database, as an operator would beside the running platform.</summary>
    public Task<(ExitCode Code, string Output, string Errors)> Command(params string[] arguments) =>
        Terminal.Run(_database, arguments);

    /// <summary>Empties a table behind the platform's back.</summary>
    public Task DeleteAll(string table) => Execute($"delete from {table}");

    /// <inheritdoc cref="TestDatabase.DeliveriesLeft"/>
    public Task<int> DeliveriesLeft() => _database.DeliveriesLeft();

    /// <inheritdoc cref="TestDatabase.ExpireLeases"/>
    public Task ExpireLeases() => _database.ExpireLeases();

    /// <inheritdoc cref="TestDatabase.EndSessions"/>
    public Task EndSessions() => _database.EndSessions();

    /// <summary>A later version of the program has migrated the database meanwhile.</summary>
    public Task MarkAsVersion(int version) => _database.MarkAsVersion(version);

    /// <summary>Takes a table away, so that every use of it fails.</summary>
    public Task Drop(string table) =>
        Execute(Database.Kind == "sqlite" ? $"drop table {table}" : $"drop table {table} cascade");

    private Task<T?> Value<T>(string sql, object? parameters = null) =>
        Database.Read(db => db.Scalar<T>(sql, parameters), Stop);

    private Task<int> Execute(string sql, object? parameters = null) =>
        Database.Write(db => db.Execute(sql, parameters), Stop);

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);
}
