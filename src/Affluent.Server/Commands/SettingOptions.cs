using System.CommandLine;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary>The settings as options of a command.</summary>
internal sealed class SettingOptions
{
    private readonly Option<string> _file = new("--config")
    {
        HelpName = "FILE",
        Description = $"File with settings ({SettingsReader.StandardFile}, if there)",
    };

    private readonly IReadOnlyList<(Setting Setting, Option<string> Option)> _options;

    private SettingOptions(IEnumerable<Setting> settings) =>
        _options = [
            .. settings.Select(s =>
                (s, new Option<string>(s.Option) { HelpName = s.Form, Description = s.Meaning + $" [{s.Variable}]" })
            ),
        ];

    /// <summary>Adds the named settings to the command, or all when none is named.</summary>
    public static SettingOptions AddTo(Command command, params string[] names)
    {
        var all = new SettingOptions(SettingList.All.Where(s => names.Length == 0 || names.Contains(s.Name)));
        command.Options.Add(all._file);
        foreach (var (_, option) in all._options)
        {
            command.Options.Add(option);
        }
        return all;
    }

    /// <summary>The environment's variables, those of others too.</summary>
    public static IReadOnlyDictionary<string, string> Variables =>
        System
            .Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");

    /// <summary>What is set by file, environment and this command line, with all faults.</summary>
    public SettingsReading Read(ParseResult asked) =>
        SettingsReader.Read(
            asked.GetValue(_file),
            Variables,
            _options
                .Where(o => asked.GetValue(o.Option) is not null)
                .ToDictionary(o => o.Setting.Name, o => asked.GetValue(o.Option)!)
        );

    /// <summary>The settings in effect.</summary>
    /// <exception cref="CommandException">They have faults: the message lists all of them.</exception>
    public Settings ReadValid(ParseResult asked)
    {
        var reading = Read(asked);
        return reading.Faults.Count == 0
            ? reading.Settings
            : throw new CommandException(ExitCode.Settings, Describe(reading));
    }

    /// <summary>All faults, one line each.</summary>
    public static string Describe(SettingsReading reading)
    {
        var what = reading.Settings.Environment switch
        {
            InstallationKind.Production => "This installation cannot start in production",
            InstallationKind.Home => "This installation cannot start at home",
            InstallationKind.Sandbox => "The settings cannot be used",
        };
        return $"{what}:\n{string.Join('\n', reading.Faults.Select(f => "  - " + f))}\nSee what is in effect with: affluent check-config";
    }
}
