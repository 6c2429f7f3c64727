using System.CommandLine;
using Affluent.Server.Authorization;
using Affluent.Server.Home;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Users;

namespace Affluent.Server.Commands;

/// <summary><c>users</c>: lists the users of a client, sets a forgotten password anew, and erases users by their ids.</summary>
internal static class UsersCommand
{
    private static readonly string[] Needed = ["environment", "data_directory", "database"];

    public static Command Create() =>
        new("users", "Look at the users of a client, give a user another password, and erase users.")
        {
            List(),
            SetPassword(),
            Erase(),
        };

    private static Command List()
    {
        var client = ClientCommand.ClientId();
        var email = new Option<string>("--email")
        {
            HelpName = "ADDRESS",
            Description = "Only the user with this e-mail address",
        };
        var after = new Option<string>("--after")
        {
            HelpName = "USER-ID",
            Description = "Only users behind this one: the next page",
        };
        var limit = Arguments.Limit();
        var command = new Command("list", "List users, oldest first: id, when made, e-mail address.")
        {
            client,
            email,
            after,
            limit,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var clientId = asked.GetValue(client)!;
                var from = asked.GetValue(after) is { } id ? Arguments.Id<UserId>(id) : default;
                var users = await database.Read(
                    async db =>
                    {
                        var found =
                            await ClientStore.FindByClientId(db, clientId)
                            ?? throw ClientCommand.NoSuchClient(clientId);
                        return asked.GetValue(email) is { } address
                            ? await UserStore.FindByEmail(db, found.Id, Email.Key(address)) is { } user
                                ? [user]
                                : []
                            : await UserStore.List(db, found.Id, from, asked.GetValue(limit));
                    },
                    cancellation
                );
                var output = asked.InvocationConfiguration.Output;
                foreach (var user in users)
                {
                    await output.WriteLineAsync($"{user.Id}  {ShownTime.Of(user.CreatedAt)}  {user.Email}");
                }
                if (users.Count == asked.GetValue(limit))
                {
                    await asked.InvocationConfiguration.Error.WriteLineAsync(
                        $"There may be more: --after {users[^1].Id}"
                    );
                }
            }
        );
        return command;
    }

    private static Command SetPassword()
    {
        var user = new Argument<string>("user")
        {
            HelpName = "E-MAIL|USER-ID",
            Description = "The user: by id, or at home by e-mail address",
        };
        var command = new Command(
            "set-password",
            "Give a user another password, which is read from the standard input, and end all sign-ins with the old one."
        )
        {
            user,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var userId = await Named(database, asked.GetValue(user)!, cancellation);
                var password = await TypedPassword.Read(asked.InvocationConfiguration.Error, cancellation);
                if (Passwords.Weakness(password.Value) is { } weakness)
                {
                    throw new CommandException(ExitCode.Usage, $"The password {weakness}.");
                }
                using var turn = await new Passwords(new PasswordCost()).Turn(default, cancellation);
                var hash = await turn!.Hash(password, cancellation);
                var revocations = await ClientCommand.RevocationsOf(database, cancellation);
                var clientId =
                    await database.Write(
                        db => HouseholdSessions.ResetPassword(db, userId, hash, revocations),
                        cancellation
                    ) ?? throw NoSuchUser();
                OperatorLog.Tell(asked, log => log.PasswordChanged(new SecuritySubject(clientId, userId)));
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    "The password is set. Whoever was signed in with the old one is signed out."
                );
            }
        );
        return command;
    }

    private static async Task<UserId> Named(Database database, string text, CancellationToken cancellation) =>
        !text.Contains('@', StringComparison.Ordinal)
            ? Arguments.Id<UserId>(text)
            : await database.Read(
                async db =>
                    await HouseholdStore.Find(db) is { } household
                    && await UserStore.FindByEmail(db, household.ClientId, Email.Key(text)) is { } user
                        ? user.Id
                        : throw NoSuchUser(),
                cancellation
            );

    private static CommandException NoSuchUser() =>
        new(
            ExitCode.Failed,
            "There is no such user. At home a user is named by e-mail address; elsewhere by id (see: affluent users list)."
        );

    private static Command Erase()
    {
        var ids = new Argument<string[]>("user")
        {
            HelpName = "USER-ID|E-MAIL",
            Arity = ArgumentArity.ZeroOrMore,
            Description =
                "Users: by id, or at home by e-mail address; none: they are read from the standard input, one in a line",
        };
        var sure = new Option<bool>("--yes") { Description = "Do it: nothing brings the data back" };
        var command = new Command(
            "erase",
            "Erase users with all of their data, as the API does. A user who is gone already is passed over, so that a list can be done again after a backup was restored."
        )
        {
            ids,
            sure,
        };
        var options = SettingOptions.AddTo(command, [.. Needed, .. DeletedAccess.Needed]);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                string[] texts = asked.GetValue(ids) is { Length: > 0 } given
                    ? given
                    : (await Console.In.ReadToEndAsync(cancellation)).Split(
                        (char[]?)null,
                        StringSplitOptions.RemoveEmptyEntries
                    );
                if (!asked.GetValue(sure))
                {
                    throw new CommandException(
                        ExitCode.Usage,
                        $"This erases {texts.Length} users with all of their data. If you are sure, add --yes."
                    );
                }
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                // All of them are read before the first goes.
                List<UserId> users = [];
                foreach (var text in texts)
                {
                    users.Add(await Named(database, text, cancellation));
                }
                var revocations = await ClientCommand.RevocationsOf(database, cancellation);
                var erasure = App.UserErasure(
                    await DeletedAccess.Of(settings, database, cancellation),
                    TimeProvider.System
                );
                var erased = 0;
                foreach (var userId in users)
                {
                    if (await EraseOne(database, erasure, revocations, userId, cancellation))
                    {
                        erased++;
                        OperatorLog.Tell(asked, log => log.UserDeleted(new SecuritySubject(UserId: userId)));
                    }
                }
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    $"erased {erased} users; {users.Count - erased} were gone before"
                );
            }
        );
        return command;
    }

    private static async Task<bool> EraseOne(
        Database database,
        UserErasure erasure,
        Revocations revocations,
        UserId userId,
        CancellationToken cancellation
    )
    {
        if (await database.Read(db => UserStore.ClientOf(db, userId), cancellation) is null)
        {
            return false;
        }
        await database.Write(db => revocations.Add(db, userId), cancellation);
        await erasure.EraseBySteps(database, userId, cancellation);
        return true;
    }
}
