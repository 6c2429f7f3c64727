using System.CommandLine;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.Commands;

/// <summary><c>categories</c>: has the categories of stored transactions decided anew.</summary>
internal static class CategoriesCommand
{
    private static readonly string[] Needed = ["environment", "data_directory", "database"];

    public static Command Create() =>
        new("categories", "Look after the categories of transactions.") { Recategorize() };

    private static Command Recategorize()
    {
        var client = new Option<string>("--client")
        {
            HelpName = "CLIENT-ID",
            Description = "Only those of this client's users; absent: of all clients",
        };
        var command = new Command(
            "recategorize",
            "Have the categories of stored transactions decided anew, by the rules, directory and model of this version. The workers do it; what users and clients have said stays."
        )
        {
            client,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var clock = await DatabaseClock.Start(database, TimeProvider.System, cancellation);
                var ids = new Ids(clock, await database.Write(Ids.TakeNode, cancellation));
                var clients = await database.Read(db => ClientsOf(db, asked.GetValue(client)), cancellation);
                foreach (var one in clients)
                {
                    var id = await database.Write(
                        db => RecategorizationStore.Ask(db, one.Id, only: null, ids, clock.Seconds()),
                        cancellation
                    );
                    await asked.InvocationConfiguration.Output.WriteLineAsync($"{one.ClientId}  {id}");
                }
            }
        );
        return command;
    }

    private static async Task<IReadOnlyList<Client>> ClientsOf(DbWork db, string? clientId) =>
        clientId is null
            ? await ClientStore.List(db)
            : [await ClientStore.FindByClientId(db, clientId) ?? throw ClientCommand.NoSuchClient(clientId)];
}
