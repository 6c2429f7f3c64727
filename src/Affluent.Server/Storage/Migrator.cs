namespace Affluent.Server.Storage;

/// <summary>
/// Brings a database to the form that this version needs: each <see cref="Migration"/> once, in order, one process at a time. Each is
/// marked in the transaction that applies it, so a killed process leaves the database between two of them.
/// </summary>
internal static class Migrator
{
    /// <summary>Makes the table of what was applied.</summary>
    public const string OwnTable = """
        create table if not exists schema_versions (
            version integer primary key, name text not null, checksum text not null, applied_at bigint not null
        )
        """;

    /// <summary>The version that this program needs.</summary>
    public static int Latest => Migration.Shipped[^1].Version;

    /// <summary>The version that a database has.</summary>
    public static Task<int> VersionOf(DbWork db) => db.Scalar<int>("select max(version) from schema_versions");

    /// <summary>What <see cref="Migrate(Database, TimeProvider, CancellationToken)"/> would come to; nothing is touched.</summary>
    public static async Task<MigrationOutcome> Foresee(DbWork db)
    {
        if (!await db.Database.HasTable(db, "schema_versions"))
        {
            return new MigrationOutcome.UpToDate([.. Migration.Shipped.Select(m => m.Name)]);
        }
        if (!await KeepsChecksums(db))
        {
            return new MigrationOutcome.TooOld();
        }
        var found = await ListApplied(db);
        return Refuse(Migration.Shipped, found)
            ?? new MigrationOutcome.UpToDate([
                .. Migration.Shipped.Where(m => found.All(f => f.Version != m.Version)).Select(m => m.Name),
            ]);
    }

    /// <summary>Applies what is missing and says what it applied.</summary>
    public static Task<MigrationOutcome> Migrate(
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    ) => Migrate(database, Migration.Shipped, time, cancellation);

    /// <inheritdoc cref="Migrate(Database, TimeProvider, CancellationToken)"/>
    public static Task<MigrationOutcome> Migrate(
        Database database,
        IReadOnlyList<Migration> known,
        TimeProvider time,
        CancellationToken cancellation
    ) =>
        database.Alone(
            async db =>
            {
                await db.Execute(OwnTable);
                if (!await KeepsChecksums(db))
                {
                    return new MigrationOutcome.TooOld();
                }
                List<string> applied = [];
                while (true)
                {
                    var found = await ListApplied(db);
                    if (Refuse(known, found) is { } refusal)
                    {
                        return refusal;
                    }
                    if (known.FirstOrDefault(m => found.All(f => f.Version != m.Version)) is not { } next)
                    {
                        return new MigrationOutcome.UpToDate(applied);
                    }
                    // SQLite has every statement in transactions, and no other lock that would keep processes apart.
                    var whole = next.InTransaction || db.Database is SqliteDatabase;
                    if (await (whole ? ApplyWhole(db, next, time) : ApplyByStatement(db, next, time)))
                    {
                        applied.Add(next.Name);
                    }
                }
            },
            cancellation
        );

    // Before scripts were kept with their checksums they were changed in place: what such a database holds is anybody's guess.
    private static async Task<bool> KeepsChecksums(DbWork db)
    {
        await using var command = db.Connection.CreateCommand();
        command.CommandText = "select * from schema_versions limit 0";
        await using var reader = await command.ExecuteReaderAsync(db.Cancellation);
        return Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).Contains("checksum");
    }

    private static Task<IReadOnlyList<Applied>> ListApplied(DbWork db) =>
        db.Query<Applied>("select version, name, checksum from schema_versions order by version");

    private static MigrationOutcome? Refuse(IReadOnlyList<Migration> known, IReadOnlyList<Applied> found) =>
        found is [.., var last] && last.Version > known[^1].Version
            ? new MigrationOutcome.TooNew(last.Version, known[^1].Version)
        : found.FirstOrDefault(f => known.All(m => m.Version != f.Version || m.Checksum != f.Checksum)) is { } other
            ? new MigrationOutcome.Changed(other.Name)
        : null;

    private static async Task<bool> ApplyWhole(DbWork db, Migration migration, TimeProvider time)
    {
        await using var transaction = await db.Connection.BeginTransactionAsync(db.Cancellation);
        var work = new DbWork(db.Database, db.Connection, transaction, db.Cancellation);
        if (!await Mark(work, migration, time))
        {
            return false;
        }
        await work.Execute(migration.Sql);
        await transaction.CommitAsync(db.Cancellation);
        return true;
    }

    private static async Task<bool> ApplyByStatement(DbWork db, Migration migration, TimeProvider time)
    {
        foreach (var statement in migration.Statements)
        {
            await db.Execute(statement);
        }
        return await Mark(db, migration, time);
    }

    /// <summary>False: another process has applied it meanwhile.</summary>
    private static async Task<bool> Mark(DbWork db, Migration migration, TimeProvider time) =>
        await db.Execute(
            """
            insert into schema_versions (version, name, checksum, applied_at) values (@Version, @Name, @Checksum, @Now)
            on conflict (version) do nothing
            """,
            new
            {
                migration.Version,
                migration.Name,
                migration.Checksum,
                Now = time.GetUtcNow().ToUnixTimeSeconds(),
            }
        ) == 1;

    private sealed record Applied
    {
        public int Version { get; init; }
        public string Name { get; init; } = "";
        public string Checksum { get; init; } = "";
    }
}

/// <summary>How a migration ended, or would end.</summary>
internal abstract record MigrationOutcome
{
    private MigrationOutcome() { }

    /// <summary>The database fits; <paramref name="Applied"/> names what was applied just now, or would be.</summary>
    public sealed record UpToDate(IReadOnlyList<string> Applied) : MigrationOutcome;

    /// <summary>A version before the first whose databases can be upgraded has made the database; nothing was touched.</summary>
    public sealed record TooOld : MigrationOutcome;

    /// <summary>A later version of the program has changed the database; nothing was touched.</summary>
    public sealed record TooNew(int Found, int Known) : MigrationOutcome;

    /// <summary>The database was built by another text of this migration than the one that the program knows; no later one was applied.</summary>
    public sealed record Changed(string Name) : MigrationOutcome;
}
