using System.CommandLine;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Webhooks;

namespace Affluent.Server.Commands;

/// <summary><c>keys</c>: changes the master key without an outage.</summary>
internal static class KeysCommand
{
    private const int PageSize = 500;

    public static Command Create() => new("keys", "Change the keys of an installation.") { Rewrap() };

    private static Command Rewrap()
    {
        var command = new Command(
            "rewrap",
            "Wrap the users' keys by the present master key (master_key_file) that older ones (other_master_key_files) have wrapped. Run it once all nodes run with both; stopped in between, run it again."
        );
        var options = SettingOptions.AddTo(
            command,
            "environment",
            "data_directory",
            "database",
            "master_key_file",
            "other_master_key_files"
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var master = MasterKey.Load(settings, mayCreate: false);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                await database.Write(master.Begin, cancellation);
                if (!await database.Read(master.Fits, cancellation))
                {
                    throw new CommandException(
                        ExitCode.Settings,
                        "None of these keys is the one of this database: name it in other_master_key_files."
                    );
                }
                var vault = new Vault(master);
                var output = asked.InvocationConfiguration.Output;
                var (seen, changed) = (default(UserId), 0);
                while (true)
                {
                    var page = await database.Write(db => vault.Rewrap(db, seen, PageSize), cancellation);
                    if (page.Last is not { } last)
                    {
                        break;
                    }
                    (seen, changed) = (last, changed + page.Changed);
                    if (page.Changed > 0)
                    {
                        await output.WriteLineAsync($"wrapped {changed} keys anew");
                    }
                }
                changed += await database.Write(db => BankRevocationStore.Rewrap(db, vault), cancellation);
                changed += await database.Write(db => WebhookStore.Rewrap(db, vault), cancellation);
                await database.Write(master.TakeOver, cancellation);
                await output.WriteLineAsync(
                    $"Done: {changed} keys were wrapped anew, and the database wants this master key from now on."
                );
            }
        );
        return command;
    }
}
