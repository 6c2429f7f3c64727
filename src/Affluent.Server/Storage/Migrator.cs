using System.Globalization;
using System.Reflection;

namespace Affluent.Server.Storage;

/// <summary>
/// Brings a database to the form that this version needs: each numbered script once, in order, all in one transaction, one process
/// at a time.
/// </summary>
internal static class Migrator
{
    private static readonly IReadOnlyList<Migration> Known = Load();

    /// <summary>The version that this program needs.</summary>
    public static int Latest => Known[^1].Version;

    /// <summary>Applies what is missing and says what it applied.</summary>
    public static Task<MigrationOutcome> Migrate(
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    ) =>
        database.Write<MigrationOutcome>(
            async db =>
            {
                await database.LockForMigration(db);
                await db.Execute(
                    "create table if not exists schema_versions (version integer primary key, name text not null, applied_at bigint not null)"
                );
                var current = await db.Scalar<int?>("select max(version) from schema_versions") ?? 0;
                if (current > Latest)
                {
                    return new MigrationOutcome.TooNew(current, Latest);
                }
                var missing = Known.Where(m => m.Version > current).ToArray();
                foreach (var migration in missing)
                {
                    await db.Execute(migration.Sql);
                    await db.Execute(
                        "insert into schema_versions (version, name, applied_at) values (@Version, @Name, @Now)",
                        new
                        {
                            migration.Version,
                            migration.Name,
                            Now = time.GetUtcNow().ToUnixTimeSeconds(),
                        }
                    );
                }
                return new MigrationOutcome.UpToDate([.. missing.Select(m => m.Name)]);
            },
            cancellation
        );

    private static Migration[] Load()
    {
        const string Folder = ".Storage.migrations.";
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name => name.Contains(Folder, StringComparison.Ordinal))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var file = name[(name.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..^".sql".Length];
                    return new Migration(int.Parse(file[..3], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
                })
                .OrderBy(m => m.Version),
        ];
    }

    private sealed record Migration(int Version, string Name, string Sql);
}

/// <summary>How a migration ended.</summary>
internal abstract record MigrationOutcome
{
    private MigrationOutcome() { }

    /// <summary>The database fits; <paramref name="Applied"/> names what was applied just now.</summary>
    public sealed record UpToDate(IReadOnlyList<string> Applied) : MigrationOutcome;

    /// <summary>A later version of the program has been here: it would not be safe to go on.</summary>
    public sealed record TooNew(int Found, int Known) : MigrationOutcome;
}
