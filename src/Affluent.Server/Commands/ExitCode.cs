namespace Affluent.Server.Commands;

/// <summary>
/// How a command ended, for scripts: <see cref="Done"/>, or the code of the <see cref="CommandException"/> that stopped it. Documented
/// in docs/reference/command-line.md.
/// </summary>
internal enum ExitCode
{
    /// <summary>The command came to its end.</summary>
    Done = 0,

    /// <summary>It could not be done; the reason stands on the standard error.</summary>
    Failed = 1,

    /// <summary>The command line is not understood.</summary>
    Usage = 2,

    /// <summary>The settings are faulty, or not fit for production.</summary>
    Settings = 3,

    /// <summary>The database cannot be reached or opened.</summary>
    DatabaseUnreachable = 4,

    /// <summary>A later version of the program has changed the database.</summary>
    DatabaseTooNew = 5,

    /// <summary>An address to listen on is taken or not allowed.</summary>
    CannotListen = 6,

    /// <summary>The database was built by migrations that the program does not know.</summary>
    DatabaseDiffers = 7,

    /// <summary>The clock of this machine and that of the database are too far apart.</summary>
    ClocksDiffer = 8,
}

/// <summary>A command cannot go on for a reason that lies outside the program; the message says why and what to do.</summary>
internal sealed class CommandException(ExitCode code, string message) : Exception(message)
{
    public ExitCode Code => code;
}
