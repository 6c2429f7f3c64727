using System.CommandLine;
using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Upstreams;

namespace Affluent.Server.Commands;

/// <summary><c>banks</c>: shows how the banks of the catalogue do, and how they may be asked; checks a file of it, tries the way to one.</summary>
internal static class BanksCommand
{
    private static readonly string[] Needed =
    [
        "environment",
        "data_directory",
        "database",
        "catalogue_folder",
        "bank_variables_folder",
        "test_bank_listen",
        "test_bank_url",
        .. UpstreamSettings.Names,
    ];

    /// <summary>The banks of the catalogue, and those that an upstream lists as far as it was read.</summary>
    public static async Task<Banks> WithListed(Settings settings, CancellationToken cancellation)
    {
        var banks = Banks.Load(settings);
        if (settings.EnableBanking is not null)
        {
            await using var database = await Installation.OpenMigrated(settings, cancellation);
            await database.Read(
                db => UpstreamLists.Import(db, settings, banks, TimeProvider.System.Seconds()),
                cancellation
            );
        }
        return banks;
    }

    public static Command Create() =>
        new(
            "banks",
            "See which banks answer, which are spared, and how they may be asked; check a file before it is used, try the way to a bank, register there."
        )
        {
            List(),
            Show(),
            Check(),
            BanksProbeCommand.Create(),
            BanksRegisterCommand.Create(),
        };

    private static Command List()
    {
        var command = new Command(
            "list",
            "List the banks: id, how it does, runs under way, name; then those that ship and lack variables, with these."
        );
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var banks = await WithListed(settings, cancellation);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var known = await Known.Read(database, cancellation);
                foreach (var bank in banks.All)
                {
                    var runs = known.RunsAt(bank.Id).ToString(CultureInfo.InvariantCulture);
                    await asked.InvocationConfiguration.Output.WriteLineAsync(
                        $"{bank.Id, -8}  {known.StateOf(bank, banks), -34}  {runs, 4} runs  {bank.Name}{JoinedTo(bank, banks)}"
                    );
                }
                foreach (var bank in banks.Unconfigured)
                {
                    await asked.InvocationConfiguration.Output.WriteLineAsync(
                        $"{bank.Id, -8}  {"NOT CONFIGURED", -34}  {bank.Name}: {string.Join(", ", bank.Missing)}"
                    );
                }
            }
        );
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<string>("bank-id") { Description = "The provider's id, as banks list shows it" };
        var command = new Command(
            "show",
            "Show how a bank does, and its entry with what its profile says: variables by name, secrets not at all."
        )
        {
            id,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var banks = await WithListed(settings, cancellation);
                var bankId = asked.GetValue(id)!;
                var output = asked.InvocationConfiguration.Output;
                var entry = Banks.Unfilled(settings).FirstOrDefault(bank => bank.Id.Value == bankId);
                if (banks.Unconfigured.FirstOrDefault(bank => bank.Id.Value == bankId) is { } unconfigured)
                {
                    await output.WriteLineAsync($"bank {unconfigured.Id} {unconfigured.Name}: NOT CONFIGURED");
                    await output.WriteLineAsync(
                        $"    variables that are not set: {string.Join(", ", unconfigured.Missing)}"
                    );
                }
                else
                {
                    var bank =
                        banks.Provider(new ProviderId(bankId))
                        ?? throw new CommandException(
                            ExitCode.Failed,
                            $"The catalogue has no bank {bankId}. See: affluent banks list"
                        );
                    await using var database = await Installation.OpenMigrated(settings, cancellation);
                    var known = await Known.Read(database, cancellation);
                    foreach (var line in Lines(bank, banks, known))
                    {
                        await output.WriteLineAsync(line);
                    }
                }
                foreach (var line in entry is null ? [] : BankEntryText.Lines(entry))
                {
                    await output.WriteLineAsync(line);
                }
            }
        );
        return command;
    }

    private static Command Check()
    {
        var file = new Argument<string>("file") { Description = "A bank, a list of brands or a profile" };
        var command = new Command(
            "check",
            "Check a file as the catalogue would read it beside its other files, and list the banks that it adds; exit code 1 and all faults when it has some."
        )
        {
            file,
        };
        var options = SettingOptions.AddTo(
            command,
            ["environment", "catalogue_folder", "bank_variables_folder", "test_bank_listen", "test_bank_url"]
        );
        command.SetAction(
            async (asked, _) =>
            {
                var (added, faults) = Banks.Check(asked.GetValue(file)!, options.ReadValid(asked));
                if (faults.Count > 0)
                {
                    throw new CommandException(ExitCode.Failed, string.Join('\n', faults));
                }
                var output = asked.InvocationConfiguration.Output;
                foreach (var bank in added)
                {
                    var channels = string.Join(
                        ", ",
                        bank.Channels.Select(c => $"{c.Id} {c.Mode.Word()} {c.Connector}")
                    );
                    await output.WriteLineAsync($"{bank.Id, -8}  {bank.Name}: {channels}");
                }
                if (added.Count == 0)
                {
                    await output.WriteLineAsync(
                        "No fault, and no bank: a profile that none uses, or a test bank whose variables are not set."
                    );
                }
            }
        );
        return command;
    }

    private static IEnumerable<string> Lines(Provider bank, Banks banks, Known known)
    {
        yield return $"bank {bank.Id} {bank.Name}: {known.StateOf(bank, banks)}{JoinedTo(bank, banks)}";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"    runs under way: {known.RunsAt(bank.Id)} of at most {bank.ConcurrentRuns}"
        );
        yield return bank.ReadingsADay == 1
            ? "    read by itself: once by night"
            : string.Create(CultureInfo.InvariantCulture, $"    read by itself: {bank.ReadingsADay} times a day");
        yield return bank.RequestsPerSecond is { } most
            ? string.Create(CultureInfo.InvariantCulture, $"    requests: at most {most} a second")
            : "    requests: as many as the runs make";
        foreach (var hours in bank.QuietHours)
        {
            var days = hours.Days.Count == 0 ? "every day" : string.Join(", ", hours.Days);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"    quiet from {hours.From:HH:mm} until {hours.Until:HH:mm} ({bank.TimeZone}), {days}"
            );
        }
        foreach (var window in bank.Maintenance)
        {
            yield return $"    closed from {Shown(window.From)} until {Shown(window.Until)}";
        }
        foreach (var channel in bank.Channels)
        {
            var by = UpstreamNames.Of(channel) is { } upstream ? $", by {upstream}" : "";
            yield return $"    channel {channel.Id} ({channel.Mode.Word()}{by}): {known.StateOf(channel)}";
            if (channel.UnattendedReadings is { } readings)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"        at most {readings} readings in 24 hours without the user"
                );
            }
            if (known.Revocations.FirstOrDefault(r => r.DefinitionId == channel.Id) is { } waiting)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"        authorizations no longer used, still to be ended: {waiting.Count}, the first since {ShownTime.Of(waiting.OldestAskedAt)}"
                );
            }
        }
    }

    /// <summary>Which bank of an upstream's list it is, and by what that is known.</summary>
    private static string JoinedTo(Provider bank, Banks banks) =>
        banks.Joined.FirstOrDefault(join => join.Bank == bank.Id) is { } join
            ? $" (also {join.Listed} {banks.Provider(join.Listed)?.Name} of the list, {By(join.By)})"
            : "";

    private static string By(JoinedBy by) =>
        by switch
        {
            JoinedBy.Entry => "by its entry",
            JoinedBy.Bic => "by its BIC",
        };

    private static string Shown(DateTimeOffset time) => ShownTime.Of(time.ToUnixTimeSeconds());

    /// <summary>What all nodes know of the banks at one moment.</summary>
    private sealed record Known(
        IReadOnlyList<BankOutage> Outages,
        IReadOnlyList<RunningJobs> Running,
        IReadOnlyList<WaitingRevocations> Revocations,
        DateTimeOffset Now
    )
    {
        public static Task<Known> Read(Database database, CancellationToken cancellation) =>
            database.Read(
                async db => new Known(
                    await BankOutageStore.List(db),
                    await JobStore.Running(db),
                    await BankRevocationStore.Waiting(db),
                    TimeProvider.System.GetUtcNow()
                ),
                cancellation
            );

        public int RunsAt(ProviderId bank) => Running.Where(jobs => jobs.ProviderId == bank).Sum(jobs => jobs.Runs);

        public string StateOf(Provider bank, Banks banks)
        {
            if (ClosedHours.MaintenanceUntil(bank, Now) is { } end)
            {
                return $"closed until {Shown(end)}";
            }
            var down = bank.Channels.Select(DownUntil).Where(until => until is not null).ToArray();
            return down.Length == bank.Channels.Count ? $"down until {ShownTime.Of(down.Min()!.Value)}"
                : down.Length > 0 ? "a channel is down"
                : ClosedHours.QuietUntil(bank, banks.ZoneOf(bank.Id), Now) is { } quiet ? $"quiet until {Shown(quiet)}"
                : "open";
        }

        public string StateOf(ChannelDefinition channel)
        {
            if (channel.Unavailable)
            {
                return "marked out of service";
            }
            if (Outages.FirstOrDefault(o => o.DefinitionId == channel.Id) is not { } outage)
            {
                return "open";
            }
            var since = $"no answer since {ShownTime.Of(outage.Since)}";
            return outage.DownUntil is not { } until
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"open; {since}, {outage.Failures} connections in a row"
                    )
                : until <= Now.ToUnixTimeSeconds() ? $"{since}; the next run tries it"
                : outage.ProbedBy is { } connection ? $"{since}; connection {connection} tries it now"
                : $"{since}; asked nothing until {ShownTime.Of(until)}";
        }

        private long? DownUntil(ChannelDefinition channel) =>
            Outages.FirstOrDefault(o => o.DefinitionId == channel.Id)?.DownUntil is { } until
            && until > Now.ToUnixTimeSeconds()
                ? until
                : null;
    }
}
