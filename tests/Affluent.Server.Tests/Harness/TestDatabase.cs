using System.Text;
using Affluent.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A database of the test's own, gone at its end.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    // Copies of one migrated file: to migrate takes longer than most tests.
    private static readonly Lazy<Task<byte[]>> MigratedFile = new(MigrateFile);

    private readonly DirectoryInfo _folder;
    private readonly Func<Task> _empty;
    private readonly Func<Task> _remove;

    private TestDatabase(DirectoryInfo folder, string address, Func<Task> empty, Func<Task> remove)
    {
        (_folder, Address, _empty, _remove) = (folder, address, empty, remove);
        Database = Database.Open(address);
    }

    public static bool InCi { get; } = System.Environment.GetEnvironmentVariable("CI") is "true" or "1";

    public Database Database { get; }

    /// <summary>As --database takes it.</summary>
    public string Address { get; }

    /// <summary>Whether there is one already: a file is made by the first write.</summary>
    public bool IsThere => Database.Kind != "sqlite" || _folder.GetFiles("*.db") is [{ Length: > 0 }];

    /// <summary>A data directory beside it, for keys; on SQLite its file is there too.</summary>
    public string Folder => _folder.FullName;

    /// <summary>A migrated database without users.</summary>
    public static async Task<TestDatabase> Create(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Postgres)
        {
            var name = await PostgresDatabases.Take();
            return new(
                NewFolder(),
                PostgresDatabases.AddressOf(name),
                () => PostgresDatabases.Empty(name),
                () => PostgresDatabases.Return(name)
            );
        }
        var database = NewFile();
        await File.WriteAllBytesAsync(database.Address, await MigratedFile.Value);
        return database;
    }

    /// <summary>A database without any table.</summary>
    public static async Task<TestDatabase> CreateEmpty(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Postgres)
        {
            var name = await PostgresDatabases.Create(template: null);
            return new(
                NewFolder(),
                PostgresDatabases.AddressOf(name),
                () => PostgresDatabases.Empty(name),
                () => PostgresDatabases.Drop(name)
            );
        }
        return NewFile();
    }

    /// <summary>Makes of it again a migrated database without users, under those who have it open and are at nothing.</summary>
    public Task Empty() => _empty();

    /// <summary>Whether nobody has written anything to it, or beside it, since it was made empty.</summary>
    public async Task<bool> IsUntouched() =>
        !Directory.EnumerateFileSystemEntries(Folder).Any()
        && (Database is not PostgresDatabase || await PostgresDatabases.IsEmpty(Address));

    /// <summary>Every byte that it holds, as Latin-1 text to be searched.</summary>
    public async Task<string> StoredText()
    {
        if (Database is PostgresDatabase)
        {
            return await PostgresDatabases.StoredText(Address);
        }
        var texts = Directory
            .EnumerateFiles(Folder, Path.GetFileName(Address) + "*")
            // Says who has the file, and holds nothing.
            .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal))
            .Select(path =>
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var reader = new StreamReader(stream, Encoding.Latin1);
                return reader.ReadToEnd();
            });
        return string.Concat(texts);
    }

    /// <summary>Marks it as one that a later version of the program has migrated.</summary>
    public Task MarkAsVersion(int version) =>
        Database.Write(
            db =>
                db.Execute(
                    "insert into schema_versions (version, name, checksum, applied_at) values (@Version, 'later', '', 0)",
                    new { Version = version }
                ),
            TestContext.Current.CancellationToken
        );

    /// <summary>Marks it as one that was made by another text of the first migration.</summary>
    public Task MarkAsChanged() =>
        Database.Write(
            db => db.Execute("update schema_versions set checksum = 'another' where version = 1"),
            TestContext.Current.CancellationToken
        );

    /// <summary>Makes of an empty one what a version has left that kept no checksums.</summary>
    public Task MarkAsOld() =>
        Database.Write(
            db =>
                db.Execute(
                    "create table schema_versions (version integer primary key, name text not null, applied_at bigint not null)"
                ),
            TestContext.Current.CancellationToken
        );

    /// <summary>Marks it as one to which this migration and those after it are yet to come.</summary>
    public Task MarkAsBefore(int version) =>
        Database.Write(
            db => db.Execute("delete from schema_versions where version >= @Version", new { Version = version }),
            TestContext.Current.CancellationToken
        );

    /// <summary>
    /// Lets the leases of all jobs under way run out, for whom all nodes that had them are dead or stand still; not of those that one has locked as it
    /// stands.
    /// </summary>
    public Task ExpireLeases() =>
        Database.Write(
            async db =>
            {
                await db.Execute(
                    "update jobs set lease_until = 0 where (user_id, id) in (select user_id, id from jobs where state = 'RUNNING' {skip locked})"
                );
                await db.Execute(
                    "update webhooks set lease_until = 0 where id in (select id from webhooks {skip locked})"
                );
            },
            TestContext.Current.CancellationToken
        );

    /// <summary>What is to be sent to webhooks again is due.</summary>
    public Task RetryDeliveries() =>
        Database.Write(
            async db =>
            {
                // What a node is at just now is left to the next time: in whatever order both took the rows, they could wait for each other.
                await db.Execute(
                    "update deliveries set due_at = 0 where (webhook_id, position) in (select webhook_id, position from deliveries where state = 'RETRYING' {skip locked})"
                );
                await db.Execute("update webhooks set next_at = 0 where id in (select id from webhooks {skip locked})");
            },
            TestContext.Current.CancellationToken
        );

    /// <summary>How much is on its way to webhooks.</summary>
    public Task<int> DeliveriesLeft() =>
        Database.Read(db => db.Scalar<int>("select count(*) from deliveries"), TestContext.Current.CancellationToken);

    /// <summary>How many jobs a node works on or could begin at once.</summary>
    /// <param name="now">UTC seconds.</param>
    public Task<int> JobsUnderWay(long now) =>
        Database.Read(
            db =>
                db.Scalar<int>(
                    "select count(*) from jobs where state = 'RUNNING' or due_at <= @Now",
                    new { Now = now }
                ),
            TestContext.Current.CancellationToken
        );

    /// <summary>Places of all events that were committed, in their order.</summary>
    public Task<IReadOnlyList<long>> EventPositions() =>
        Database.Read(
            db => db.Query<long>("select position from events where position is not null order by position"),
            TestContext.Current.CancellationToken
        );

    /// <summary>Ends all other sessions of a PostgreSQL database, as its restart does.</summary>
    public Task EndSessions() =>
        Database.Read(
            db =>
                db.Query<bool>(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
                ),
            TestContext.Current.CancellationToken
        );

    /// <summary>A user to whom rows can belong.</summary>
    public async Task<Server.Platform.UserId> StoreUser()
    {
        await StoreUsers(first: 1, count: 1);
        return new(1);
    }

    /// <summary>Users to whom rows can belong, with ids one after the other.</summary>
    public Task StoreUsers(long first, int count) =>
        Database.Write(
            async db =>
            {
                for (var id = first; id < first + count; id++)
                {
                    await db.Execute(
                        """
                        insert into users (id, client_id, email, email_key, password_hash, created_at)
                        values (@Id, 1, @Email, @Email, '', 0)
                        """,
                        new { Id = id, Email = id == 1 ? "ada@example.org" : $"ada{id}@example.org" }
                    );
                }
            },
            TestContext.Current.CancellationToken
        );

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _remove();
        _folder.Delete(recursive: true);
    }

    private static DirectoryInfo NewFolder() => Directory.CreateTempSubdirectory("affluent-test-");

    // Under the name that a data directory has it.
    private static TestDatabase NewFile()
    {
        var folder = NewFolder();
        var path = Path.Combine(folder.FullName, "affluent.db");
        return new(folder, path, () => EmptyFile(path), () => Task.CompletedTask);
    }

    private static async Task EmptyFile(string path)
    {
        var template = path + ".empty";
        await File.WriteAllBytesAsync(template, await MigratedFile.Value);
        await using var from = new SqliteConnection($"Data Source={template};Pooling=False");
        await using var to = new SqliteConnection($"Data Source={path};Pooling=False");
        await from.OpenAsync();
        await to.OpenAsync();
        from.BackupDatabase(to);
    }

    private static async Task<byte[]> MigrateFile()
    {
        await using var database = NewFile();
        Assert.IsType<MigrationOutcome.UpToDate>(
            await Migrator.Migrate(database.Database, new FakeTimeProvider(), CancellationToken.None)
        );
        // Closed, the file holds everything: nothing is left in its write-ahead log.
        await database.Database.DisposeAsync();
        return await File.ReadAllBytesAsync(database.Address);
    }
}
