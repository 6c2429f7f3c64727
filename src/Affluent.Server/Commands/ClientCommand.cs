using System.CommandLine;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affluent.Server.Commands;

/// <summary><c>client</c>: makes and keeps the clients, the applications that may call the API.</summary>
internal static class ClientCommand
{
    private const int UsersPerLine = 100;
    private const int MostHours = 720;
    private const long SecondsPerHour = 3600;

    private static readonly string[] Needed = ["environment", "data_directory", "database"];

    public static Command Create() =>
        new("client", "Make, list and end the clients: the applications that may call the API.")
        {
            CreateClient(),
            ListClients(),
            ClientUpdateCommand.Create(),
            RotateSecret(),
            Close(
                "disable",
                "Close a client: it gets no token, and those of its users end within seconds.",
                closed: true
            ),
            Close("enable", "Open a closed client again.", closed: false),
            DeleteClient(),
        };

    private static Command CreateClient()
    {
        var name = new Option<string>("--name")
        {
            Required = true,
            HelpName = "NAME",
            Description = "Name of the application, as users see it",
        };
        var grants = List(
            "--grants",
            $"Ways to a token: {string.Join(", ", NewClient.KnownGrants)} (all in a sandbox; in production {string.Join(", ", NewClient.StandardGrants(InstallationKind.Production))})"
        );
        var scopes = List("--scopes", $"What its tokens may allow: {string.Join(", ", NewClient.KnownScopes)} (all)");
        var redirects = List(
            "--redirect-urls",
            "Addresses that users may be sent back to: exactly these after signing in, by their origins from the widget (none)"
        );
        var mode = new Option<bool>("--client-mode")
        {
            Description = "Let it act for any of its users with a token of its own",
        };
        var ownTerms = new Option<bool>("--own-terms")
        {
            Description =
                "Let the widget show the client's terms instead of ours, or none: you know that it has an agreement of its own with its users",
        };
        var command = new Command(
            "create",
            "Make a client. Its secret is shown once, here; lists are separated by blanks or commas."
        )
        {
            name,
            grants,
            scopes,
            redirects,
            mode,
            ownTerms,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var (client, error) = new NewClient(
                    asked.GetValue(name)!,
                    Words(asked.GetValue(grants)) is { Count: > 0 } some
                        ? some
                        : NewClient.StandardGrants(settings.Environment),
                    Words(asked.GetValue(scopes)) is { Count: > 0 } few ? few : NewClient.KnownScopes,
                    Words(asked.GetValue(redirects)),
                    asked.GetValue(mode)
                )
                {
                    OwnTerms = asked.GetValue(ownTerms),
                }.Check(settings.Environment);
                if (client is null)
                {
                    throw new CommandException(ExitCode.Usage, error!);
                }
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var ids = new Ids(TimeProvider.System, await database.Write(Ids.TakeNode, cancellation));
                var (made, secret) = await database.Write(
                    db => ClientStore.Create(db, client, ids, TimeProvider.System),
                    cancellation
                );
                OperatorLog.Tell(asked, log => log.ClientCreated(new SecuritySubject(made.Id)));
                await ShowSecret(asked, made.ClientId, secret);
            }
        );
        return command;
    }

    private static Command ListClients()
    {
        var command = new Command("list", "List the clients, without their secrets.");
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var output = asked.InvocationConfiguration.Output;
                foreach (var client in await database.Read(ClientStore.List, cancellation))
                {
                    await output.WriteLineAsync(
                        $"{client.ClientId}  {client.Name}{(client.Disabled ? "  (closed)" : "")}"
                    );
                    await output.WriteLineAsync($"    number in logs: {client.Id}");
                    await output.WriteLineAsync($"    grants: {Vocabulary<GrantType>.Join(client.Grants)}");
                    await output.WriteLineAsync($"    scopes: {Vocabulary<Scope>.Join(client.Scopes)}");
                    await output.WriteLineAsync(
                        $"    redirects: {(client.RedirectUrls == "" ? "none" : client.RedirectUrls)}"
                    );
                    await output.WriteLineAsync($"    client mode: {(client.ClientMode ? "yes" : "no")}");
                    await output.WriteLineAsync($"    own terms: {(client.OwnTerms ? "yes" : "no")}");
                    if (client.PreviousSecretUntil is { } until && until > TimeProvider.System.Seconds())
                    {
                        await output.WriteLineAsync($"    its old secret is good until {ShownTime.Of(until)}");
                    }
                }
            }
        );
        return command;
    }

    private static Command RotateSecret()
    {
        var id = ClientId();
        var keep = Arguments.Number(
            "--keep-old",
            "HOURS",
            $"Hours for which the old secret is good as well, up to {MostHours} (0)",
            least: 0,
            MostHours,
            standard: 0
        );
        var command = new Command(
            "rotate-secret",
            "Give a client another secret, shown once; the old one ends at once, or after --keep-old."
        )
        {
            id,
            keep,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var clientId = asked.GetValue(id)!;
                long? until = asked.GetValue(keep) is > 0 and var hours
                    ? TimeProvider.System.Seconds() + (hours * SecondsPerHour)
                    : null;
                var secret =
                    await database.Write(db => ClientStore.RotateSecret(db, clientId, until), cancellation)
                    ?? throw NoSuchClient(clientId);
                await ShowSecret(asked, clientId, secret);
            }
        );
        return command;
    }

    private static Command Close(string name, string description, bool closed)
    {
        var id = ClientId();
        var command = new Command(name, description) { id };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var revocations = await RevocationsOf(database, cancellation);
                var clientId = asked.GetValue(id)!;
                if (
                    !await database.Write(
                        db => ClientStore.SetDisabled(db, clientId, closed, revocations),
                        cancellation
                    )
                )
                {
                    throw NoSuchClient(clientId);
                }
            }
        );
        return command;
    }

    private static Command DeleteClient()
    {
        var id = ClientId();
        var sure = new Option<bool>("--yes") { Description = "Do it: nothing brings the data back" };
        var command = new Command(
            "delete",
            "Erase a client with all of its users and their data. Stopped in between, do it again: it goes on."
        )
        {
            id,
            sure,
        };
        var options = SettingOptions.AddTo(command, [.. Needed, .. DeletedAccess.Needed]);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var clientId = asked.GetValue(id)!;
                if (!asked.GetValue(sure))
                {
                    throw new CommandException(
                        ExitCode.Usage,
                        $"This erases the client {clientId} with all of its users and their data. If you are sure, add --yes. To close it only: affluent client disable {clientId}"
                    );
                }
                var output = asked.InvocationConfiguration.Output;
                var erasure = new ClientErasure(
                    database,
                    App.UserErasure(await DeletedAccess.Of(settings, database, cancellation), TimeProvider.System),
                    await RevocationsOf(database, cancellation)
                );
                if (!await erasure.Erase(clientId, Report, cancellation))
                {
                    throw NoSuchClient(clientId);
                }
                return;

                Task Report(UserId user, long gone, long all)
                {
                    OperatorLog.Tell(asked, log => log.UserDeleted(new SecuritySubject(UserId: user)));
                    return gone % UsersPerLine == 0 || gone == all
                        ? output.WriteLineAsync($"erased {gone} of {all} users")
                        : Task.CompletedTask;
                }
            }
        );
        return command;
    }

    /// <summary>Tells the running nodes, by the database, which tokens end.</summary>
    internal static async Task<Revocations> RevocationsOf(Database database, CancellationToken cancellation)
    {
        // By the nodes' clock: one revoked a second too early leaves the last token good.
        var clock = await DatabaseClock.Start(database, TimeProvider.System, cancellation);
        return new(
            database,
            new Ids(clock, await database.Write(Ids.TakeNode, cancellation)),
            clock,
            new DatabaseOutage(clock, NullLogger<DatabaseOutage>.Instance)
        );
    }

    internal static Argument<string> ClientId() => new("client-id") { Description = "Its id, as client list shows it" };

    internal static CommandException NoSuchClient(string clientId) =>
        new(ExitCode.Failed, $"There is no client {clientId}. See: affluent client list");

    private static async Task ShowSecret(ParseResult asked, string clientId, Secret secret)
    {
        await asked.InvocationConfiguration.Output.WriteLineAsync(
            $"client_id={clientId}\nclient_secret={secret.Value}"
        );
        await asked.InvocationConfiguration.Error.WriteLineAsync(
            "Keep the secret now: it is stored as a hash and cannot be shown again."
        );
    }

    internal static Option<string[]> List(string name, string description) =>
        new(name)
        {
            HelpName = "LIST",
            Description = description,
            AllowMultipleArgumentsPerToken = true,
        };

    internal static List<string> Words(string[]? values) =>
        [.. (values ?? []).SelectMany(v => v.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))];
}
