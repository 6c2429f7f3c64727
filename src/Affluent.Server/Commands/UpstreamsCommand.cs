using System.CommandLine;
using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Upstreams;

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
            [
                "catalogue_folder",
                "bank_variables_folder",
                "test_bank_listen",
                "test_bank_url",
                "environment",
                "listen",
                "embed_url",
                "seal_certificate_file",
                "seal_key_file",
                .. UpstreamSettings.Names,
            ]
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
                var output = asked.InvocationConfiguration.Output;
                var banks = Banks.Load(settings);
                var returns = ReturnsOf(application, banks).Select(way => ProbedChannels.ReturnOf(settings, way));
                (string, ChannelDefinition)[] upstream =
                [
                    (
                        $"{UpstreamApplication.Name}\n    redirect URL to be registered: {string.Join(", ", returns.Distinct())}",
                        application.Itself
                    ),
                ];
                List<UpstreamBank> listed = [];
                var code = await ProbedChannels.Tell(upstream, settings, output, cancellation, listed.AddRange);
                if (Joined(application, banks, listed) is > 0 and var joined)
                {
                    await output.WriteLineAsync(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"    {joined} of them {(joined == 1 ? "is a bank" : "are banks")} of your catalogue too, and joined with it: affluent banks list names them"
                        )
                    );
                }
                return (int)code;
            }
        );
        return command;
    }

    // Entries that name another application have addresses of their own, to be registered there.
    private static IEnumerable<ChannelDefinition> ReturnsOf(UpstreamApplication application, Banks banks) =>
        banks
            .All.SelectMany(bank => bank.Channels)
            .Where(way =>
                way.Connector == UpstreamApplication.Upstream
                && way.Settings.GetValueOrDefault("application_id") == application.Id
            )
            .Prepend(application.Itself);

    /// <summary>How many banks of the list are joined with banks of the catalogue.</summary>
    private static int Joined(UpstreamApplication application, Banks banks, List<UpstreamBank> listed)
    {
        var now = TimeProvider.System.Seconds();
        var known = listed.Select((bank, place) => new ListedBank { Id = ListedBank.IdsAbove + 1 + place }.As(bank));
        var (offered, former) = ListedProviders.Of(application, [.. known], now);
        banks.Import(offered, former);
        return banks.Joined.Count;
    }
}
