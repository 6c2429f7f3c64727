using System.CommandLine;
using Affluent.Server.Authorization;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>client update</c>: changes what a client is called and may do.</summary>
internal static class ClientUpdateCommand
{
    public static Command Create()
    {
        var id = ClientCommand.ClientId();
        var name = new Option<string>("--name")
        {
            HelpName = "NAME",
            Description = "Name of the application, as users see it",
        };
        var grants = ClientCommand.List(
            "--grants",
            $"Ways to a token, all of them: {string.Join(", ", NewClient.KnownGrants)}"
        );
        var scopes = ClientCommand.List(
            "--scopes",
            $"What its tokens may allow, all of it: {string.Join(", ", NewClient.KnownScopes)}"
        );
        var redirects = ClientCommand.List(
            "--redirect-urls",
            "Addresses that users may be sent back to, all of them; none: takes them away"
        );
        redirects.Arity = ArgumentArity.ZeroOrMore;
        var mode = new Option<bool?>("--client-mode")
        {
            HelpName = "true|false",
            Description = "Whether it may act for any of its users with a token of its own",
        };
        var ownTerms = new Option<bool?>("--own-terms")
        {
            HelpName = "true|false",
            Description = "Whether the widget shows the client's terms instead of ours, or none",
        };
        var command = new Command(
            "update",
            "Change a client: what is named takes the place of what was, the rest stays. When a right is taken away, its tokens end within seconds."
        )
        {
            id,
            name,
            grants,
            scopes,
            redirects,
            mode,
            ownTerms,
        };
        var options = SettingOptions.AddTo(command, "environment", "data_directory", "database");
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var revocations = await ClientCommand.RevocationsOf(database, cancellation);
                var clientId = asked.GetValue(id)!;
                await database.Write(
                    async db =>
                    {
                        var old =
                            await ClientStore.FindByClientId(db, clientId)
                            ?? throw ClientCommand.NoSuchClient(clientId);
                        var (client, error) = new NewClient(
                            asked.GetValue(name) ?? old.Name,
                            Named(asked, grants) ?? [.. old.Grants.Select(grant => grant.Word())],
                            Named(asked, scopes) ?? [.. old.Scopes.Select(scope => scope.Word())],
                            Named(asked, redirects)
                                ?? [.. old.RedirectUrls.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
                            asked.GetValue(mode) ?? old.ClientMode
                        )
                        {
                            OwnTerms = asked.GetValue(ownTerms) ?? old.OwnTerms,
                        }.Check(settings.Environment);
                        if (client is null)
                        {
                            throw new CommandException(ExitCode.Usage, error!);
                        }
                        await ClientStore.Update(db, client with { Id = old.Id });
                        if (old.LosesBy(client))
                        {
                            await revocations.Add(db, old.Id);
                        }
                    },
                    cancellation
                );
                await asked.InvocationConfiguration.Output.WriteLineAsync($"The client {clientId} is changed.");
            }
        );
        return command;
    }

    // Named without a value is a list without entries; not named at all is no list.
    private static List<string>? Named(ParseResult asked, Option<string[]> option) =>
        asked.GetResult(option) is { Implicit: false } ? ClientCommand.Words(asked.GetValue(option)) : null;
}
