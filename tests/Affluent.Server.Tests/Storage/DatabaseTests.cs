using System.Data.Common;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Storage;

public sealed class DatabaseTests
{
    private static readonly FakeTimeProvider Time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Migrating_twice_applies_nothing_the_second_time(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);

        var first = Assert.IsType<MigrationOutcome.UpToDate>(await Migrator.Migrate(database.Database, Time, Stop));
        var second = Assert.IsType<MigrationOutcome.UpToDate>(await Migrator.Migrate(database.Database, Time, Stop));

        Assert.Equal(Migration.Shipped.Select(m => m.Name), first.Applied);
        Assert.Empty(second.Applied);
    }

    [Theory, OnPostgresOnly("SQLite locks by the process: the system takes it from one that dies, and two are refused")]
    public async Task A_process_that_stands_still_in_a_transaction_keeps_what_it_locked_for_seconds_only(
        DatabaseKind kind
    )
    {
        await using var database = await TestDatabase.Create(kind);
        Task<string?> Longest() =>
            database.Database.Write(db => db.Scalar<string>("show idle_in_transaction_session_timeout"), Stop);

        // Also of a connection that has been used before.
        Assert.Equal(["15s", "15s"], new[] { await Longest(), await Longest() });
    }

    // Else a statement is parsed and planned again whenever other members of its parameters are missing.
    [Theory, OnPostgresOnly("SQLite plans by the text alone.")]
    public async Task A_parameter_that_is_missing_is_of_the_same_type_as_one_that_is_there(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        Task<IReadOnlyList<string>> Types(object parameters) =>
            database.Database.Read(
                db =>
                    db.Query<string>(
                        """
                        select unnest(array[pg_typeof(@Word), pg_typeof(@Id), pg_typeof(@Bank), pg_typeof(@Day), pg_typeof(@Text),
                            pg_typeof(@Bytes), pg_typeof(@Number), pg_typeof(@Small), pg_typeof(@Flag)])::text
                        """,
                        parameters
                    ),
                Stop
            );

        var there = new Members
        {
            Word = JobState.Idle,
            Id = new RunId(1),
            Bank = new ProviderId("1"),
            Day = new DateOnly(2026, 11, 28),
            Text = "a",
            Bytes = [1],
            Number = 1,
            Small = 1,
            Flag = true,
        };

        Assert.Equal(
            ["text", "bigint", "text", "integer", "text", "bytea", "bigint", "integer", "boolean"],
            await Types(there)
        );
        Assert.Equal(await Types(there), await Types(new Members()));
    }

    private sealed record Members
    {
        public JobState? Word { get; init; }
        public RunId? Id { get; init; }
        public ProviderId? Bank { get; init; }
        public DateOnly? Day { get; init; }
        public string? Text { get; init; }
        public byte[]? Bytes { get; init; }
        public long? Number { get; init; }
        public int? Small { get; init; }
        public bool? Flag { get; init; }
    }

    [Theory]
    [InlineData("postgres://affluent@db.example/affluent", "Disable")]
    [InlineData("postgres://affluent@db.example/affluent?GssEncryptionMode=Require", "Require")]
    public void Kerberos_is_asked_for_only_where_the_address_says_so(string address, string mode) =>
        Assert.Equal(
            mode,
            $"{new Npgsql.NpgsqlConnectionStringBuilder(PostgresDatabase.ConnectionString(new Uri(address))).GssEncryptionMode}"
        );

    [Theory, OnBothDatabases]
    public async Task A_database_from_a_newer_version_is_left_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await database.MarkAsVersion(9999);

        var outcome = Assert.IsType<MigrationOutcome.TooNew>(await Migrator.Migrate(database.Database, Time, Stop));

        Assert.Equal(9999, outcome.Found);
    }

    [Theory, OnBothDatabases]
    public async Task Four_nodes_that_migrate_at_once_do_it_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => Migrator.Migrate(database.Database, Time, Stop)))
        );

        Assert.Single(outcomes, o => o is MigrationOutcome.UpToDate { Applied.Count: > 0 });
    }

    [Theory, OnBothDatabases]
    public async Task What_a_failing_transaction_wrote_is_gone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            database.Database.Write(
                async db =>
                {
                    await db.Execute("insert into counters (name, value) values ('half', 1)");
                    throw new InvalidOperationException("stop here");
                },
                Stop
            )
        );

        var left = await database.Database.Read(
            db => db.Scalar<long>("select count(*) from counters where name = 'half'"),
            Stop
        );
        Assert.Equal(0, left);
    }

    [Theory, OnBothDatabases]
    public async Task A_second_row_of_a_unique_value_is_recognised(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        const string Insert = "insert into counters (name, value) values ('one', 1)";
        await database.Database.Write(db => db.Execute(Insert), Stop);

        var error = await Assert.ThrowsAnyAsync<DbException>(() =>
            database.Database.Write(db => db.Execute(Insert), Stop)
        );

        Assert.True(database.Database.IsUniqueViolation(error));
    }

    [Theory, OnBothDatabases]
    public async Task Bulk_rows_come_back_as_written_and_lists_select_them(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var table = new BulkTable<Sample>(
            "samples",
            [
                new("id", BulkType.Long, s => s.Id),
                new("name", BulkType.Text, s => s.Name),
                new("day", BulkType.Int, s => s.Day),
                new("flag", BulkType.Bool, s => s.Flag),
                new("data", BulkType.Bytes, s => s.Data),
            ]
        );
        Sample[] rows =
        [
            new()
            {
                Id = 1,
                Name = "a",
                Day = new DateOnly(2026, 3, 1),
                Flag = true,
                Data = [1, 2],
            },
            new()
            {
                Id = 2,
                Name = null,
                Day = null,
                Flag = false,
                Data = null,
            },
            new()
            {
                Id = 3,
                Name = "c",
                Day = new DateOnly(1969, 12, 31),
                Flag = true,
                Data = [],
            },
        ];

        var found = await database.Database.Write(
            async db =>
            {
                await db.Execute(
                    "create table samples (id bigint primary key, name text, day integer, flag boolean not null, data {bytes})"
                );
                await db.Insert(table, rows);
                return await db.Query<Sample>(
                    "select id, name, day, flag, data from samples where id {in @ids} and day is not null or name is null order by id",
                    new { ids = db.List([1, 3]) }
                );
            },
            Stop
        );

        Assert.Equal([1, 2, 3], found.Select(s => s.Id));
        Assert.Equal(rows.Select(r => (r.Name, r.Day, r.Flag)), found.Select(s => (s.Name, s.Day, s.Flag)));
        Assert.Equal([1, 2], found[0].Data);
    }

    [Theory, OnBothDatabases]
    public async Task Two_lists_side_by_side_change_each_row_in_one_statement(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);

        var found = await database.Database.Write(
            async db =>
            {
                await db.Execute("create table samples (id bigint primary key, other bigint)");
                await db.Execute("insert into samples (id) values (1), (2), (3)");
                await db.Execute(
                    "update samples set other = pairs.b from {pairs @ids @others} where id = pairs.a",
                    new { ids = db.List([3, 1]), others = db.List([30, 1L << 60]) }
                );
                return await db.Query<long?>("select other from samples order by id");
            },
            Stop
        );

        Assert.Equal([1L << 60, null, 30], found);
    }

    [Theory, OnSqliteOnly("PostgreSQL overwrites dead rows by vacuum, in its own time.")]
    public async Task What_a_killed_process_left_in_the_log_goes_with_the_first_write_of_the_next(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await database.StoreUser();
        var copy = Path.Combine(database.Folder, "copy.db");
        await database.Database.Read(
            async db =>
            {
                // As long as this reader is at it, the log cannot be cut off.
                await using var command = db.Connection.CreateCommand();
                command.CommandText = "select version from schema_versions";
                await using var reader = await command.ExecuteReaderAsync(Stop);
                Assert.True(await reader.ReadAsync(Stop));
                await database.Database.Write(
                    work =>
                    {
                        work.Erases();
                        return work.Execute("delete from users");
                    },
                    Stop
                );
                // What the disk holds when the process is killed now.
                File.Copy(database.Address, copy);
                File.Copy(database.Address + "-wal", copy + "-wal");
                return 0;
            },
            Stop
        );
        Assert.Contains("ada@example.org", await Text(copy), StringComparison.Ordinal);

        await using var next = Database.Open(copy);
        await next.Write(db => db.Execute("update schema_versions set applied_at = applied_at"), Stop);

        Assert.DoesNotContain("ada@example.org", await Text(copy), StringComparison.Ordinal);

        static async Task<string> Text(string path) =>
            await File.ReadAllTextAsync(path, Encoding.Latin1, Stop)
            + await File.ReadAllTextAsync(path + "-wal", Encoding.Latin1, Stop);
    }

    [Theory]
    [InlineData("mysql://localhost/x")]
    [InlineData("http://localhost")]
    public void An_address_of_another_database_is_refused(string address) =>
        Assert.Throws<FormatException>(() => Database.Open(address));

    [Theory, OnSqliteOnly("PostgreSQL writes each commit to its disk.")]
    public async Task What_cannot_be_had_again_is_on_the_disk_before_anybody_hears_of_it(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"));
        var sessions = 0;
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is Affluent.Connectors.Testing.StepInput.ListAccounts
                ? new Affluent.Connectors.Contract.StepResult.Page
                {
                    Session = $"session {++sessions}",
                    Accounts = [.. bank.EmbeddedChannel.Accounts],
                }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var file = (SqliteDatabase)app.Database;
        var (http, user) = await app.SignedInUser();
        var before = file.Flushes;

        await app.SignIn(user);
        Assert.True(file.Flushes > before, "a refresh token");

        before = file.Flushes;
        await TestApp.Connect(http);
        Assert.Equal(before, file.Flushes);
        await app.RunDueSynchronizations();
        Assert.True(file.Flushes > before, "a session of the bank");
    }

    private sealed record Sample
    {
        public long Id { get; init; }
        public string? Name { get; init; }
        public DateOnly? Day { get; init; }
        public bool Flag { get; init; }
        public byte[]? Data { get; init; }
    }
}
