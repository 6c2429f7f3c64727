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

    /// <summary>Compares the two without touching either, in one line, and as a fault where no process would start.</summary>
    public static async Task<(string Line, string? Fault)> Compare(Settings settings, CancellationToken cancellation)
    {
        try
        {
            await using var database = Database.Open(settings.Database);
            if (database is SqliteDatabase { Path: var path } && !File.Exists(path))
            {
                return ("not compared with the database: there is none yet", null);
            }
            // To a server that accepts and then is silent the driver holds on, whatever it is told.
            var fault = await database
                .Look(db => Fault(settings, db), cancellation)
                .WaitAsync(LongestWait, TimeProvider.System, cancellation);
            return (fault is null ? "fits the database" : "does not fit the database", fault);
        }
        catch (TimeoutException)
        {
            return ($"not compared with the database: no answer within {LongestWait.TotalSeconds:0} s", null);
        }
        catch (Exception error) when (Trouble.Of(error) is { } trouble)
        {
            return ($"not compared with the database: {trouble.Message}", null);
        }
    }
}
