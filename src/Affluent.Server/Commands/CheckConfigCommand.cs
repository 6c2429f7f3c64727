using System.CommandLine;
using System.Globalization;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Commands;

/// <summary><c>check-config</c>: shows every setting in effect and where it came from, and lists all faults.</summary>
internal static class CheckConfigCommand
{
    public static Command Create()
    {
        var command = new Command(
            "check-config",
            "Show the settings in effect, secrets masked, with the origin of each; exit code 0 when serve would accept them, else 1 and all faults."
        );
        var options = SettingOptions.AddTo(command);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var reading = options.Read(asked);
                var output = asked.InvocationConfiguration.Output;
                var names = SettingList.All.Max(setting => setting.Name.Length);
                foreach (var setting in SettingList.All)
                {
                    var value = Column(setting.Show(reading.Settings) ?? "-", ValueWidth);
                    output.WriteLine($"{Column(setting.Name, names)}{value}{reading.Origin(setting)}");
                }
                var (banks, faults) = BanksOf(reading.Settings);
                output.WriteLine($"{Column("(bank variables)", names)}{Names(reading.Settings.BankVariables.Keys)}");
                output.WriteLine($"{Column("(banks)", names)}{banks}");
                var files = await StartFiles.Faults(reading.Settings, cancellation);
                var database = await DatabaseKey.Look(reading.Settings, cancellation);
                output.WriteLine($"{Column("(database)", names)}{database.Form}");
                output.WriteLine($"{Column("(master key)", names)}{database.Key}");
                string?[] all =
                [
                    reading.Faults.Count > 0 ? SettingOptions.Describe(reading) : null,
                    files.Count > 0 ? StartFiles.Describe(files) : null,
                    faults,
                    database.Fault,
                ];
                if (all.Any(part => part is not null))
                {
                    throw new CommandException(ExitCode.Failed, string.Join('\n', all.Where(part => part is not null)));
                }
            }
        );
        return command;
    }

    // A longer value moves what follows it: most are short, and a line is to fit a screen.
    private const int ValueWidth = 42;

    private static string Column(string text, int width) => text.PadRight(width) + "  ";

    /// <summary>How many banks users would be offered, and what is wrong with the catalogue; null: nothing.</summary>
    private static (string Banks, string? Faults) BanksOf(Settings settings)
    {
        try
        {
            var count = Banks.Load(settings).All.Count;
            return settings.EnableBanking is not null
                ? (string.Create(CultureInfo.InvariantCulture, $"{count}, and those of Enable Banking"), null)
                : (count == 0 ? $"none: {Banks.HowToOffer}" : count.ToString(CultureInfo.InvariantCulture), null);
        }
        catch (InvalidDataException faults)
        {
            return ("not to be told: the catalogue has faults", faults.Message);
        }
    }

    private static string Names(IEnumerable<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } some ? some : "-";
}
