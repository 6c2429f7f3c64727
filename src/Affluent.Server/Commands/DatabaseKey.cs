using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary>
/// Whether the master key of the settings is the one with which the database was begun. <c>check-config</c> and every start ask here, so that the
/// one never accepts what the other refuses.
/// </summary>
internal static class DatabaseKey
{
    // A server that is there answers in much less.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Why no process may start with this key beside this database; null: they belong together, or the database has none yet.</summary>
    /// <exception cref="KeyFileException">The key cannot be read.</exception>
    public static async Task<string?> Fault(Settings settings, DbWork db) =>
        !await MasterKey.IsTaken(db) ? null
        : !File.Exists(settings.MasterKeyFile)
            ? $"There is no file {settings.MasterKeyFile}, and this database was begun with a key: without it no bank password and no consent can be read. Put that one there (setting master_key_file), from its backup."
        : await MasterKey.Load(settings, mayCreate: false).Fits(db) ? null
        : $"The key in {settings.MasterKeyFile} is not the one with which this database was begun: no bank password and no consent could be read. Put that one there (setting master_key_file), from its backup; to change keys, name it in other_master_key_files.";

    /// <summary>Looks at the database without touching it: whether this version can use it, and whether the key is its own.</summary>
    public static async Task<DatabaseReport> Look(Settings settings, CancellationToken cancellation)
    {
        try
        {
            await using var database = Database.Open(settings.Database);
            if (database is SqliteDatabase { Path: var path } && !File.Exists(path))
            {
                return DatabaseReport.Without("there is none yet");
            }
            // To a server that accepts and then is silent the driver holds on, whatever it is told.
            return await database
                .Look(db => Look(settings, db), cancellation)
                .WaitAsync(LongestWait, TimeProvider.System, cancellation);
        }
        catch (TimeoutException)
        {
            return DatabaseReport.Without($"no answer within {LongestWait.TotalSeconds:0} s");
        }
        catch (Exception error) when (Trouble.Of(error) is { } trouble)
        {
            return DatabaseReport.Without(trouble.Message);
        }
    }

    private static async Task<DatabaseReport> Look(Settings settings, DbWork db)
    {
        IReadOnlyList<string> missing;
        try
        {
            missing = Installation.Applied(await Migrator.Foresee(db));
        }
        catch (CommandException refusal)
        {
            return new("cannot be used by this version", "not compared with the database", refusal.Message);
        }
        var fault = await Fault(settings, db);
        return new(
            missing.Count == 0
                ? "as this version needs it"
                : $"serve or migrate will apply {string.Join(", ", missing)}",
            fault is null ? "fits the database" : "does not fit the database",
            fault
        );
    }
}

/// <summary>What a look at the database found.</summary>
/// <param name="Form">Whether this version can use it, in one line.</param>
/// <param name="Key">Whether the master key is its own, in one line.</param>
/// <param name="Fault">Why no process would start with it; null: nothing is wrong.</param>
internal sealed record DatabaseReport(string Form, string Key, string? Fault)
{
    /// <summary>It was not to be seen.</summary>
    public static DatabaseReport Without(string why) => new(why, $"not compared with the database: {why}", null);
}
