using System.CommandLine;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Microsoft.Extensions.Logging.Abstractions;

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
                "catalogue_folder",
                "bank_variables_folder",
                "test_bank_listen",
                "test_bank_url",
                .. new Settings().BankCertificates.SelectMany(file =>
                    new[] { file.CertificateSetting, file.KeySetting }
                ),
            ]
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var banks = Banks.Load(settings);
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
                var failed = false;
                await foreach (var line in Probe(bank, settings, cancellation))
                {
                    failed |= line.Failed;
                    await asked.InvocationConfiguration.Output.WriteLineAsync(line.Text);
                }
                return (int)(failed ? ExitCode.Failed : ExitCode.Done);
            }
        );
        return command;
    }

    private static async IAsyncEnumerable<(string Text, bool Failed)> Probe(
        Provider bank,
        Settings settings,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var time = TimeProvider.System;
        using var http = new BankHttp(settings, time, NullLogger<BankHttp>.Instance);
        foreach (var channel in bank.Channels)
        {
            yield return ($"channel {channel.Id} ({channel.Mode.Word()}, {channel.Connector})", false);
            using var stop = new StepStop(time, cancellation);
            using var client = http.Client(new ReadingBounds(), stop, channel);
            var probe = new BankProbe(
                new()
                {
                    Channel = channel,
                    Http = client,
                    Keep = _ => Task.CompletedTask,
                    Now = time.GetUtcNow(),
                    Seal = http.SealFor(channel),
                },
                time
            )
            {
                RedirectUri =
                    $"{settings.EmbedUrl?.AbsoluteUri.TrimEnd('/') ?? "https://unset.invalid"}{Addresses.BankReturn}/{channel.Id}",
                HasCertificate = !http.LacksClientFor(channel),
                FaultOfCertificates = error => TlsFault.Of(error, channel.ClientCertificate),
            };
            await foreach (var step in probe.Run(cancellation))
            {
                yield return step.Result switch
                {
                    ProbedResult.Good(var words) => ($"    ok      {step.Name}: {words}", false),
                    ProbedResult.NotTried(var why) => ($"    -       {step.Name}: not tried, {why}", false),
                    ProbedResult.Failed(var blame, var words) => (
                        $"    FAILED  {step.Name}: {words} [{blame.Word()}]",
                        true
                    ),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
            }
        }
    }
}
