using System.CommandLine;
using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Recordings;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>recordings</c>: keeps what the ledger is given of a connection, takes it out without names, and shows how other rules do.</summary>
internal static class RecordingsCommand
{
    private static readonly string[] Needed = ["environment", "data_directory", "database"];

    private static readonly string[] Notes =
    [
        "Replaced: words, numbers, names, references, ids, amounts, days. The same one by the same one in all of this file, by another in every other file.",
        "Kept: words that banks print around names, currencies, codes of ISO 20022 and ISO 18245, the bank's channel in the catalogue, the rules.",
        "Kept of what was replaced: length, letter case and signs of words, and which word is a part or an abbreviation of another; the order of ids; the sign of amounts, whether they have cents, which are equal, and by how many percent those differ that card payments are compared by; the distance of days and the day of the week.",
        "Whoever knows some of a user's movements may still recognize the user by their pattern: hand the file only to whom you trust.",
    ];

    public static Command Create() =>
        new("recordings", "Record what reconciliation is given, decide it again, and look at rules tried in shadow.")
        {
            Start(),
            List(),
            Export(),
            Delete(),
            ReplayCommand.Create(),
            Shadow(),
        };

    private static Argument<string> Connection() =>
        new("connection-id") { Description = "Its id, as the API and connections list show it" };

    private static Command Start()
    {
        var id = Connection();
        var readings = Arguments.Number(
            "--readings",
            "N",
            $"Keep so many readings, of one account in one run each, up to {RecordingRow.MostReadings} (10)",
            1,
            RecordingRow.MostReadings,
            10
        );
        var days = Arguments.Number(
            "--days",
            "N",
            $"Erase them after so many days, up to {RecordingRow.MostDays} (7)",
            1,
            RecordingRow.MostDays,
            7
        );
        var command = new Command(
            "start",
            "Keep what the ledger is given in the next runs of a connection, sealed with the user's key."
        )
        {
            id,
            readings,
            days,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var connectionId = Arguments.Id<ConnectionId>(asked.GetValue(id)!);
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var now = TimeProvider.System.Seconds();
                var (userId, started) = await database.Write(
                    async db =>
                    {
                        var owner = await OwnerOf(db, connectionId);
                        return (
                            owner,
                            await RecordingStore.Start(
                                db,
                                new()
                                {
                                    UserId = owner,
                                    ConnectionId = connectionId,
                                    StartedAt = now,
                                    ExpiresAt = now + (asked.GetValue(days) * 24L * 3_600),
                                    ReadingsLeft = asked.GetValue(readings),
                                }
                            )
                        );
                    },
                    cancellation
                );
                if (!started)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"Connection {connectionId} has a recording. Export it, or delete it: affluent recordings delete {connectionId}"
                    );
                }
                OperatorLog.Tell(asked, log => log.RecordingStarted(new(UserId: userId, ConnectionId: connectionId)));
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    $"The next {asked.GetValue(readings)} readings of connection {connectionId} are recorded, and erased after {asked.GetValue(days)} days."
                );
            }
        );
        return command;
    }

    private static Command List()
    {
        var limit = Arguments.Limit();
        var command = new Command("list", "List recordings, oldest first.") { limit };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var rows = await database.Read(db => RecordingStore.List(db, asked.GetValue(limit)), cancellation);
                foreach (var row in rows)
                {
                    await asked.InvocationConfiguration.Output.WriteLineAsync(
                        $"connection {row.ConnectionId}  user {row.UserId}  recorded {row.Recorded}, to come {row.ReadingsLeft}, too large {row.LeftOut}  until {ShownTime.Of(row.ExpiresAt)}"
                    );
                }
            }
        );
        return command;
    }

    private static Command Export()
    {
        var id = Connection();
        var command = new Command(
            "export",
            "Write the recording of a connection to the standard output as JSON, made anonymous."
        )
        {
            id,
        };
        var options = SettingOptions.AddTo(command, [.. Needed, "master_key_file", "other_master_key_files"]);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var connectionId = Arguments.Id<ConnectionId>(asked.GetValue(id)!);
                var settings = options.ReadValid(asked);
                var vault = new Vault(MasterKey.Load(settings, mayCreate: false));
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var (userId, readings) = await database.Read(
                    async db =>
                    {
                        var owner = await OwnerOf(db, connectionId);
                        var rows = await RecordingStore.Readings(db, owner, connectionId);
                        var key = await vault.OpenKey(db, owner);
                        return (owner, key is null ? [] : rows.Select(row => Open(key, row)).ToArray());
                    },
                    cancellation
                );
                if (readings.Length == 0)
                {
                    throw new CommandException(ExitCode.Failed, $"Nothing of connection {connectionId} is recorded.");
                }
                var anonymous = Anonymizer.Anonymize(readings, RandomNumberGenerator.GetInt32);
                if (anonymous.LeftOut > 0)
                {
                    await asked.InvocationConfiguration.Error.WriteLineAsync(
                        $"{anonymous.LeftOut} of {readings.Length} readings are left out: made anonymous, they would be decided otherwise."
                    );
                }
                if (anonymous.Readings.Count == 0)
                {
                    throw new CommandException(ExitCode.Failed, "Nothing is left to be exported.");
                }
                OperatorLog.Tell(asked, log => log.RecordingExported(new(UserId: userId, ConnectionId: connectionId)));
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    new Recording
                    {
                        Format = Recording.ThisFormat,
                        Notes = Notes,
                        Readings = anonymous.Readings,
                    }.Write()
                );
            }
        );
        return command;
    }

    private static RecordedReading Open(UserKey key, RecordedReadingRow row) =>
        Recording.ReadReading(
            key.Open(row.Content, Sealed.Reading(row.Key.ConnectionId, row.Key.RunId, row.Key.AccountId))!
        );

    private static Command Delete()
    {
        var id = Connection();
        var command = new Command("delete", "End the recording of a connection and erase what it kept.") { id };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var connectionId = Arguments.Id<ConnectionId>(asked.GetValue(id)!);
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var (userId, deleted) = await database.Write(
                    async db =>
                    {
                        var owner = await OwnerOf(db, connectionId);
                        return (owner, await RecordingStore.Delete(db, owner, connectionId));
                    },
                    cancellation
                );
                if (!deleted)
                {
                    throw new CommandException(ExitCode.Failed, $"Connection {connectionId} has no recording.");
                }
                OperatorLog.Tell(asked, log => log.RecordingDeleted(new(UserId: userId, ConnectionId: connectionId)));
            }
        );
        return command;
    }

    private static Command Shadow()
    {
        var provider = new Option<string>("--provider")
        {
            HelpName = "PROVIDER-ID",
            Description = "Only readings of this bank",
        };
        var limit = Arguments.Limit();
        var command = new Command(
            "shadow",
            "Show readings in which a bank's shadow_reconciliation would have decided otherwise, latest first. It decides nothing."
        )
        {
            provider,
            limit,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var wanted = asked.GetValue(provider) is { } text ? new ProviderId(text) : default(ProviderId?);
                var rows = await database.Read(db => ShadowStore.List(db, wanted, asked.GetValue(limit)), cancellation);
                foreach (var row in rows)
                {
                    await asked.InvocationConfiguration.Output.WriteLineAsync(
                        $"{ShownTime.Of(row.ComparedAt)}  provider {row.ProviderId}  connection {row.ConnectionId}  account {row.AccountId}  run {row.RunId}: {row.Differences}; transactions {(row.TransactionIds == "" ? "none" : row.TransactionIds)}"
                    );
                }
            }
        );
        return command;
    }

    private static async Task<UserId> OwnerOf(DbWork db, ConnectionId id) =>
        await ConnectionsStore.OwnerOf(db, id)
        ?? throw new CommandException(ExitCode.Failed, $"There is no connection {id}.");
}
