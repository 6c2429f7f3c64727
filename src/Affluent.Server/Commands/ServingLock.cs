using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary>
/// Held for as long as a process serves an SQLite file: the lock of a file beside it, which ends with the process, however that ends. Commands
/// that work beside a running process do not take it; PostgreSQL serves as many as come.
/// </summary>
internal static class ServingLock
{
    /// <exception cref="CommandException">Another process serves the file.</exception>
    public static IAsyncDisposable? Take(Database database)
    {
        if (database is not SqliteDatabase file)
        {
            return null;
        }
        // By whatever link it is reached.
        var path = (File.ResolveLinkTarget(file.Path, returnFinalTarget: true)?.FullName ?? file.Path) + ".lock";
        KeyFile.Reserve(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new CommandException(
                ExitCode.DatabaseUnreachable,
                $"Another process serves {file.Path}: end it, or use PostgreSQL for several processes."
            );
        }
    }
}
