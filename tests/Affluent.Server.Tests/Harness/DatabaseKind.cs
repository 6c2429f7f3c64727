using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Affluent.Server.Tests.Harness;

/// <summary>The two databases that every test of the platform runs on.</summary>
public enum DatabaseKind
{
    Sqlite,
    Postgres,
}

/// <summary>Runs a theory once per database, with these arguments after the kind of database.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnBothDatabasesAttribute(params object?[]? arguments)
    : DatabasesAttribute(arguments, DatabaseKind.Sqlite, DatabaseKind.Postgres);

/// <summary>Runs a theory on SQLite alone: for what is about its file. <c>BothDatabasesTests</c> lists every test that has it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnSqliteOnlyAttribute(string because) : DatabasesAttribute([], DatabaseKind.Sqlite)
{
    /// <summary>Why PostgreSQL has nothing of the kind.</summary>
    public string Because { get; } = because;
}

/// <summary>Runs a theory on PostgreSQL alone: for what several nodes do. <c>BothDatabasesTests</c> lists every test that has it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnPostgresOnlyAttribute(string because) : DatabasesAttribute([], DatabaseKind.Postgres)
{
    /// <summary>Why SQLite has nothing of the kind.</summary>
    public string Because { get; } = because;
}

/// <summary>
/// One row per database. Where PostgreSQL is not configured (AFFLUENT_TEST_POSTGRES), its row shows as skipped, and in CI as failed.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class DatabasesAttribute(object?[]? arguments, params DatabaseKind[] kinds) : DataAttribute
{
    // A single null comes as no array at all.
    private readonly object?[] _arguments = arguments ?? [null];

    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod,
        DisposalTracker disposalTracker
    ) => new([.. kinds.Select(Row)]);

    private TheoryDataRow Row(DatabaseKind kind)
    {
        var row = new TheoryDataRow([kind, .. _arguments]);
        if (kind == DatabaseKind.Postgres && PostgresDatabases.Server is null && !TestDatabase.InCi)
        {
            row.Skip = "PostgreSQL is not configured: set AFFLUENT_TEST_POSTGRES=postgres://user@host:port/name.";
        }
        return row;
    }
}
