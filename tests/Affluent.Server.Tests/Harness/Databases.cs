using System.Reflection;
using Affluent.Server.Storage;
using Npgsql;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Affluent.Server.Tests.Harness;

/// <summary>The two databases that every store test runs on.</summary>
public enum DatabaseKind
{
    Sqlite,
    Postgres,
}

/// <summary>
/// Runs a theory once per database. Where PostgreSQL is not configured (AFFLUENT_TEST_POSTGRES), its row shows as skipped, and in CI
/// as failed.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnBothDatabasesAttribute : DataAttribute
{
    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod,
        DisposalTracker disposalTracker
    )
    {
        var postgres = new TheoryDataRow(DatabaseKind.Postgres);
        if (TestDatabase.PostgresAddress is null && !TestDatabase.InCi)
        {
            postgres.Skip = "PostgreSQL is not configured: set AFFLUENT_TEST_POSTGRES=postgres://user@host:port/name.";
        }
        return new([new TheoryDataRow(DatabaseKind.Sqlite), postgres]);
    }
}

/// <summary>A fresh, migrated database of its own, gone at the end of the test.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<Task> _remove;

    private TestDatabase(Database database, string address, Func<Task> remove)
    {
        Database = database;
        Address = address;
        _remove = remove;
    }

    public static string? PostgresAddress { get; } =
        System.Environment.GetEnvironmentVariable("AFFLUENT_TEST_POSTGRES");

    public static bool InCi { get; } = System.Environment.GetEnvironmentVariable("CI") is "true" or "1";

    public Database Database { get; }

    /// <summary>As --database takes it.</summary>
    public string Address { get; }

    public static async Task<TestDatabase> Create(DatabaseKind kind, TimeProvider time, bool migrate = true)
    {
        var made = kind switch
        {
            DatabaseKind.Sqlite => CreateSqlite(),
            DatabaseKind.Postgres => await CreatePostgres(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        if (migrate)
        {
            Assert.IsType<MigrationOutcome.UpToDate>(
                await Migrator.Migrate(made.Database, time, TestContext.Current.CancellationToken)
            );
        }
        return made;
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

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _remove();
    }

    private static TestDatabase CreateSqlite()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-test-");
        var path = Path.Combine(folder.FullName, "affluent.db");
        return new(
            Database.Open(path),
            path,
            () =>
            {
                folder.Delete(recursive: true);
                return Task.CompletedTask;
            }
        );
    }

    private static async Task<TestDatabase> CreatePostgres()
    {
        var server =
            PostgresAddress
            ?? throw new InvalidOperationException(
                "In CI the tests need PostgreSQL: AFFLUENT_TEST_POSTGRES is not set."
            );
        var name = $"affluent_test_{Guid.NewGuid():N}";
        await Execute(server, $"create database {name}");
        var address = new UriBuilder(server) { Path = name }.Uri.ToString();
        return new(Database.Open(address), address, () => Execute(server, $"drop database {name} with (force)"));
    }

    private static async Task Execute(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(
            PostgresDatabase.ConnectionString(new Uri(server)) + ";Pooling=false"
        );
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
