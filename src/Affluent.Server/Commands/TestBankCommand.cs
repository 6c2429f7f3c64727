using System.CommandLine;
using Affluent.TestBank;

namespace Affluent.Server.Commands;

/// <summary><c>test-bank</c>: runs the test bank alone, without the platform.</summary>
internal static class TestBankCommand
{
    public static Command Create()
    {
        var command = new Command(
            "test-bank",
            "Run the test bank alone, until Ctrl-C. Tell it with --embed-url where people go back to, and the platform with --test-bank-listen off --test-bank-url URL where it is."
        );
        var options = SettingOptions.AddTo(
            command,
            "environment",
            "data_directory",
            "embed_url",
            "test_bank_listen",
            "test_bank_url",
            "test_bank_scenario",
            "test_bank_file_networks",
            "test_bank_strictness",
            "catalogue_folder",
            "seal_certificate_file",
            "seal_key_file",
            "client_certificate_file",
            "client_key_file",
            "tls_certificate_file",
            "tls_key_file"
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                if (settings.TestBankListen is null)
                {
                    throw new CommandException(
                        ExitCode.Usage,
                        "The test bank needs an address: --test-bank-listen URL."
                    );
                }
                await using var bank = await Installation.StartTestBank(settings, TimeProvider.System, cancellation);
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    $"The test bank is open at {TestBankApp.Address(bank).OriginalString}: its home page lists customers and passwords. It reads accounts files from {Installation.FileSources(settings)}."
                );
                await bank.WaitForShutdownAsync(cancellation);
            }
        );
        return command;
    }
}
