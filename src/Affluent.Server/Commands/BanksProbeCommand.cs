using System.CommandLine;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>banks probe</c>: tries the way to a bank without a user, and says which step fails and whose fault it is.</summary>
internal static class BanksProbeCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("bank-id") { Description = "The provider's id, as banks list shows it" };
        var command = new Command(
            "probe",
            "Try the way to a bank: connections and certificates, its interface, its token endpoint with an invented code. Exit code 1 when a step fails."
        )
        {
            id,
        };
        var options = SettingOptions.AddTo(
            command,
            [
                "environment",
                "data_directory",
                "database",
                "catalogue_folder",
                "bank_variables_folder",
                "test_bank_listen",
                "test_bank_url",
                .. UpstreamSettings.Names,
                .. new Settings().BankCertificates.SelectMany(file =>
                    new[] { file.CertificateSetting, file.KeySetting }
                ),
            ]
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var banks = await BanksCommand.WithListed(settings, cancellation);
                var bankId = asked.GetValue(id)!;
                if (banks.Unconfigured.FirstOrDefault(bank => bank.Id.Value == bankId) is { } lacking)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"The bank {bankId} is not configured: set {string.Join(", ", lacking.Missing)}"
                    );
                }
                var bank =
                    banks.Provider(new ProviderId(bankId))
                    ?? throw new CommandException(
                        ExitCode.Failed,
                        $"The catalogue has no bank {bankId}. See: affluent banks list"
                    );
                var probes = bank.Channels.Select(channel => (Head(channel), channel));
                return (int)
                    await ProbedChannels.Tell(probes, settings, asked.InvocationConfiguration.Output, cancellation);
            }
        );
        return command;
    }

    private static string Head(ChannelDefinition channel) =>
        $"channel {channel.Id} ({channel.Mode.Word()}, {channel.Connector})";
}
