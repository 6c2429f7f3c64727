using System.CommandLine;
using System.Globalization;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>connections</c>: shows how users' connections to banks stand, and explains why.</summary>
internal static class ConnectionsCommand
{
    private const int LastRuns = 5;

    private static readonly string[] Needed = ["environment", "data_directory", "database"];

    public static Command Create() =>
        new("connections", "Look at users' connections to banks. Nothing of their money is shown.") { List(), Show() };

    private static Command List()
    {
        var client = new Option<string>("--client")
        {
            HelpName = "CLIENT-ID",
            Description = "Those of this client's users",
        };
        var user = new Option<string>("--user") { HelpName = "USER-ID", Description = "Those of this user" };
        var status = new Option<string>("--status")
        {
            HelpName = "STATUS",
            Description =
                $"With --client, only in this status: {string.Join(", ", Vocabulary<ConnectionStatus>.Words)}",
        };
        var after = new Option<string>("--after")
        {
            HelpName = "CONNECTION-ID",
            Description = "With --client, only those behind this one: the next page",
        };
        var limit = Arguments.Limit();
        var command = new Command("list", "List connections, oldest first: id, status, user, bank.")
        {
            client,
            user,
            status,
            after,
            limit,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var which = (asked.GetValue(client), asked.GetValue(user));
                if (which is (null, null) or ({ }, { }))
                {
                    throw new CommandException(ExitCode.Usage, "Say whose: --client CLIENT-ID or --user USER-ID.");
                }
                var wanted = StatusOf(asked.GetValue(status));
                var from = asked.GetValue(after) is { } id ? Arguments.Id<ConnectionId>(id) : default;
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var rows = await database.Read(
                    async db =>
                        which is ({ } clientId, _)
                            ? await ConnectionsStore.ListOfClient(
                                db,
                                (
                                    await ClientStore.FindByClientId(db, clientId)
                                    ?? throw ClientCommand.NoSuchClient(clientId)
                                ).Id,
                                wanted,
                                from,
                                asked.GetValue(limit)
                            )
                            : await ConnectionsStore.List(
                                db,
                                Arguments.Id<UserId>(which.Item2!),
                                new Page(1, asked.GetValue(limit))
                            ),
                    cancellation
                );
                var output = asked.InvocationConfiguration.Output;
                foreach (var row in rows)
                {
                    await output.WriteLineAsync(
                        $"{row.Id}  {row.Status.Word(), -15}  user {row.UserId}  provider {row.ProviderId}"
                    );
                }
                if (rows.Count == asked.GetValue(limit))
                {
                    await asked.InvocationConfiguration.Error.WriteLineAsync(
                        $"There may be more: --after {rows[^1].Id}"
                    );
                }
            }
        );
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<string>("connection-id")
        {
            Description = "Its id, as the API and connections list show it",
        };
        var command = new Command(
            "show",
            "Show how a connection stands, what it waits for, and who can do what about it."
        )
        {
            id,
        };
        var options = SettingOptions.AddTo(
            command,
            [
                .. Needed,
                "catalogue_folder",
                "bank_variables_folder",
                "test_bank_listen",
                "test_bank_url",
                .. UpstreamSettings.Names,
            ]
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var connectionId = Arguments.Id<ConnectionId>(asked.GetValue(id)!);
                var settings = options.ReadValid(asked);
                var banks = await BanksCommand.WithListed(settings, cancellation);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var lines = await database.Read(db => Describe(db, banks, connectionId), cancellation);
                var output = asked.InvocationConfiguration.Output;
                foreach (var line in lines)
                {
                    await output.WriteLineAsync(line);
                }
            }
        );
        return command;
    }

    private static async Task<IReadOnlyList<string>> Describe(DbWork db, Banks banks, ConnectionId id)
    {
        if (
            await ConnectionsStore.OwnerOf(db, id) is not { } userId
            || await ConnectionsStore.Find(db, userId, id) is not { } connection
        )
        {
            throw new CommandException(ExitCode.Failed, $"There is no connection {id}.");
        }
        var job = await JobStore.Find(db, userId, JobKind.Synchronization, id.Value);
        var question = job is null ? null : await QuestionStore.Find(db, userId, job.Id);
        var channels = await ShownChannels.Of(db, [new(userId, id)]);
        var accounts = await AccountsStore.List(db, userId, new AccountFilter { ConnectionId = id });
        var constraints = ConnectionConstraints.Of(
            banks,
            connection,
            [.. channels.Where(channel => channel.Status != ChannelStatus.Empty)],
            job?.DueAt,
            await BankOutageStore.List(db),
            TimeProvider.System.GetUtcNow()
        );
        var runs = await RunRecordStore.List(db, userId, id, new Page(1, LastRuns));
        return
        [
            $"connection {id}: {connection.Status.Word()}",
            $"    provider {connection.ProviderId}, user {userId}, made {ShownTime.Of(connection.CreatedAt)}",
            $"    accounts: {accounts.Count.ToString(CultureInfo.InvariantCulture)}; every day by itself: {(connection.AutoSync ? "yes" : "no")}",
            .. connection.FailingSince is { } since
                ? (string[])
                    [
                        $"    every run has failed since {ShownTime.Of(since)}{(job?.DueAt is null ? "" : "; it is tried less often, the longer that lasts")}",
                    ]
                : [],
            .. job is null ? [] : Lines(job),
            .. Lines(constraints),
            .. question is { AnsweredAt: null }
                ? (string[])
                    [
                        $"    question {question.Kind.Word()} of channel {question.DefinitionId}, open until {ShownTime.Of(question.ExpiresAt)}",
                    ]
                : [],
            .. channels.SelectMany(Lines),
            .. runs.Count == 0 ? (string[])[] : ["    the last runs, latest first:"],
            .. runs.SelectMany(run => Lines(RunMessage.Of(run))),
        ];
    }

    private static IEnumerable<string> Lines(Job job)
    {
        yield return job.DueAt is { } due
            ? $"    job: {job.State.Word()}, due {ShownTime.Of(due)}"
            : $"    job: {job.State.Word()}, {JobAdvice(job.State)}";
        if (job.LeaseUntil is { } lease)
        {
            yield return $"    a node works on it; silent beyond {ShownTime.Of(lease)}, another takes it over";
        }
        if (job.Attempt > 0 || job.Rescues > 0)
        {
            yield return $"    the run under way was put off {job.Attempt} times, and found dead {job.Rescues} times in a row";
        }
    }

    private static IEnumerable<string> Lines(ConstraintsMessage constraints)
    {
        if (constraints.BankDownUntil is { } down)
        {
            yield return $"    the bank does not answer, or is closed: next try at {ShownTime.Of(down)}";
        }
        if (constraints.BankQuietUntil is { } quiet)
        {
            yield return $"    the bank's quiet hours: asked nothing before {ShownTime.Of(quiet)}, unless somebody asks for it";
        }
        if (constraints.Unattended is { } readings)
        {
            var next = readings.ResetsAt is { } at ? $", one more at {ShownTime.Of(at)}" : "";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"    readings without the user left, of channel {readings.ChannelDefinitionId}: {readings.Remaining}{next}"
            );
        }
    }

    private static IEnumerable<string> Lines(RunMessage run)
    {
        var user = run.Attended ? "with its user" : "by itself";
        var attempts = run.Attempts > 1 ? $", taken up {run.Attempts} times" : "";
        var trace = run.TraceId is { } id ? $", trace {id}" : "";
        yield return $"        {ShownTime.Of(run.BeginDate)}, {run.EndDate - run.BeginDate} s, {run.Type.Word()}, {user}{attempts}: {run.Status.Word()}{trace}";
        foreach (var channel in run.Channels)
        {
            var reason = channel.Reason is { } why ? $", {why.Word()}" : "";
            yield return $"            channel {channel.ChannelDefinitionId}: {channel.Status.Word()}{reason}; accounts read {channel.AccountsRead}, refused {channel.AccountsFailed}, with rows left out {channel.AccountsIncomplete}";
        }
        if (run.Steps.Count > 0)
        {
            var steps = run.Steps.Select(step => $"{step.Step.Word()} {step.Count} times, {step.DurationMs} ms");
            yield return $"            steps: {string.Join("; ", steps)}";
        }
    }

    private static string JobAdvice(JobState state) =>
        state switch
        {
            JobState.Idle => "not before somebody asks for it",
            JobState.Running => "under way",
            JobState.WaitingUser => "the user is asked something",
            JobState.Stopped => "nothing gets better until somebody asks for it",
        };

    private static IEnumerable<string> Lines(ChannelRow channel)
    {
        yield return $"    channel {channel.DefinitionId} ({channel.Mode.Word()}): {channel.Status.Word()}{(channel.Reason is { } reason ? $", {reason.Word()}" : "")}";
        if (channel.Status == ChannelStatus.Empty)
        {
            yield break;
        }
        if (channel.Reason is { } why)
        {
            yield return $"        {ChannelAdvice.Of(why)}";
        }
        yield return $"        read last {Time(channel.LastSuccessAt)}; last run ended {Time(channel.LastEndAt)}";
        if (channel.ExpiresAt is { } end)
        {
            yield return $"        the user's authorization at the bank ends {ShownTime.Of(end)}";
        }
    }

    private static string Time(long? seconds) => seconds is { } time ? ShownTime.Of(time) : "never";

    private static ConnectionStatus? StatusOf(string? text) =>
        text is null ? null
        : Vocabulary<ConnectionStatus>.TryRead(text, out var status) ? status
        : throw new CommandException(
            ExitCode.Usage,
            $"'{text}' is no status. Known: {string.Join(", ", Vocabulary<ConnectionStatus>.Words)}."
        );
}
