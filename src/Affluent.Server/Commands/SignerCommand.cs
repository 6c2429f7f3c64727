using System.CommandLine;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary><c>signer</c>: holds the keys of the seals, so that no process which talks to the network does.</summary>
internal static partial class SignerCommand
{
    public static Command Create()
    {
        var socket = new Argument<string>("socket")
        {
            Description =
                "Where to listen; others name it as their seal_key_file, signer:PATH. Its owner and group may open it",
        };
        var command = new Command(
            "signer",
            "Hold the keys of the seals and sign for the other processes over a unix socket, until Ctrl-C."
        )
        {
            socket,
        };
        var options = SettingOptions.AddTo(
            command,
            "seal_certificate_file",
            "seal_key_file",
            "next_seal_certificate_file",
            "next_seal_key_file",
            "log_form",
            "log_level"
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var path = Path.GetFullPath(asked.GetValue(socket)!);
                foreach (var key in settings.BankCertificates.Select(file => file.Key).Where(File.Exists))
                {
                    if (KeyFile.OthersCanRead(key!))
                    {
                        throw new CommandException(
                            ExitCode.Settings,
                            $"Others can read {key}: close it with chmod 600 {key}"
                        );
                    }
                }
                using var logs = LoggerFactory.Create(logging => Logs.Configure(logging, settings));
                try
                {
                    await using var signer = await Signer.Start(settings, path, logs, cancellation);
                    LogReady(logs.CreateLogger("Affluent"), path);
                    await signer.WaitForShutdownAsync(cancellation);
                }
                catch (KeyFileException fault)
                {
                    throw new CommandException(ExitCode.Settings, fault.Message);
                }
            }
        );
        return command;
    }

    [LoggerMessage(1009, LogLevel.Information, "Signs for others at {Socket}")]
    private static partial void LogReady(ILogger log, string socket);
}
