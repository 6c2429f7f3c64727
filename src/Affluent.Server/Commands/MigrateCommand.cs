using System.CommandLine;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>migrate</c>: brings the database to the form that this version needs.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command(
            "migrate",
            "Bring the database to the form that this version needs. serve does so by itself; here it can be done beforehand."
        );
        var options = SettingOptions.AddTo(command, "database", "data_directory", "environment");
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = Installation.OpenDatabase(options.ReadValid(asked));
                var applied = await Installation.Migrate(database, TimeProvider.System, cancellation);
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    applied.Count == 0
                        ? $"The database is up to date (version {Migrator.Latest})."
                        : $"Applied {string.Join(", ", applied)}: the database is at version {Migrator.Latest}."
                );
            }
        );
        return command;
    }
}
