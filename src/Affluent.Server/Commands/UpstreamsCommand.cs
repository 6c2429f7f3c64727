using System.CommandLine;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary><c>upstreams</c>: whether banks can be read through those who hold a licence.</summary>
internal static class UpstreamsCommand
{
    public static Command Create() =>
        new("upstreams", "See whether banks can be read through Enable Banking by your application there.") { Check() };

    private static Command Check()
    {
        var command = new Command(
            "check",
            "Try the application at Enable Banking: its token, environment and standing, the address to which users are sent back, and which banks it lists. Exit code 1 when a step fails."
        );
        var options = SettingOptions.AddTo(
            command,
            ["environment", "listen", "embed_url", "seal_certificate_file", "seal_key_file", .. UpstreamSettings.Names]
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                if (settings.EnableBanking is not { } application)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"No upstream is set: set {UpstreamSettings.ApplicationId}, {UpstreamSettings.KeyFile} and {UpstreamSettings.Environment}. See docs/how-to/enable-banking.md"
                    );
                }
                (string, ChannelDefinition)[] upstream = [(UpstreamApplication.Name, application.Itself)];
                return (int)
                    await ProbedChannels.Tell(upstream, settings, asked.InvocationConfiguration.Output, cancellation);
            }
        );
        return command;
    }
}
