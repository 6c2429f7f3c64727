using System.CommandLine;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary><c>serve</c>: runs the platform until it is told to end.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command(
            "serve",
            "Run the platform, and in a sandbox the test bank, until Ctrl-C. Migrates the database first."
        );
        var options = SettingOptions.AddTo(command);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                using var logs = LoggerFactory.Create(logging => Logs.Configure(logging, settings));
                await using var installation = await Installation.Start(
                    settings,
                    logs,
                    TimeProvider.System,
                    cancellation
                );
                if (installation.Setup is { } setup)
                {
                    // For the person at the machine: no part of the log, which others may collect.
                    await asked.InvocationConfiguration.Output.WriteLineAsync(
                        $"""

                        Affluent has no user yet. Make the first one here (the code is {setup.Code.Value}, good until {ShownTime.Of(
                            setup.ExpiresAt
                        )}):

                            {setup.Address}

                        """
                    );
                }
                await installation.WaitForShutdown();
            }
        );
        return command;
    }
}
