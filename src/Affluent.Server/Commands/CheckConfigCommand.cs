using System.CommandLine;
using Affluent.Server.Platform;

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
        command.SetAction(asked =>
        {
            var reading = options.Read(asked);
            var output = asked.InvocationConfiguration.Output;
            foreach (var setting in SettingList.All)
            {
                output.WriteLine(
                    $"{setting.Name, -22}{setting.Show(reading.Settings) ?? "-", -44}{reading.Origin(setting)}"
                );
            }
            if (reading.Faults.Count > 0)
            {
                throw new CommandException(ExitCode.Failed, SettingOptions.Describe(reading));
            }
        });
        return command;
    }
}
