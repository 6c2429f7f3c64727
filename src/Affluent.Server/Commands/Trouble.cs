using System.Net.Sockets;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Affluent.Server.Commands;

/// <summary>What an exception from outside the program means to the person at the keyboard.</summary>
internal static class Trouble
{
    /// <summary>The trouble in words, or null when the exception is a bug of ours: that one is to be seen in full.</summary>
    public static CommandException? Of(Exception exception) =>
        exception switch
        {
            CommandException known => known,
            KeyFileException key => new(ExitCode.Settings, key.Message),
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => Database(
                "PostgreSQL has no database of that name. Make it with createdb, or correct --database (setting database)."
            ),
            PostgresException
            {
                SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            } => Database("PostgreSQL refuses the user or the password. Correct --database (setting database)."),
            PostgresException postgres => Database(
                $"PostgreSQL refuses: {postgres.MessageText} ({postgres.SqlState})."
            ),
            NpgsqlException unreachable => Database(
                $"PostgreSQL cannot be reached ({Innermost(unreachable)}). Start it, or correct --database (setting database)."
            ),
            SqliteException { SqliteErrorCode: 26 } => Database(
                "The file is no SQLite database. Correct --database (setting database)."
            ),
            SqliteException { SqliteErrorCode: 13 } => Database(
                "The disk is full: make room and start again. The data is whole."
            ),
            SqliteException { SqliteErrorCode: 5 } => Database(
                "Another process holds the database file: end it, or use PostgreSQL for several processes."
            ),
            SqliteException sqlite => Database($"The database file cannot be used: {sqlite.Message}"),
            // A scenario or a catalogue with wrong lines: the message lists them.
            InvalidDataException file => new(ExitCode.Settings, file.Message),
            UnauthorizedAccessException or IOException => new(ExitCode.Failed, exception.Message),
            _ => null,
        };

    /// <summary>Why nothing can listen at an address, or null when the exception is about something else.</summary>
    public static CommandException? OfListening(Exception exception, string setting, string addresses)
    {
        var why = exception switch
        {
            IOException { InnerException: AddressInUseException } =>
                "the port is in use: stop the other program or choose another address",
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                "the system does not allow it: ports below 1024 are for root",
            SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine has no such address",
            SocketException socket => socket.Message,
            _ => null,
        };
        return why is null
            ? null
            : new(
                ExitCode.CannotListen,
                $"Nothing can listen at {addresses}: {why} (setting {setting}, --{setting.Replace('_', '-')})."
            );
    }

    private static CommandException Database(string message) => new(ExitCode.DatabaseUnreachable, message);

    private static string Innermost(Exception exception) =>
        exception.InnerException is { } inner ? Innermost(inner) : exception.Message;
}
