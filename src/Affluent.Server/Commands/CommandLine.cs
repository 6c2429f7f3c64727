using System.CommandLine;
using System.CommandLine.Invocation;

namespace Affluent.Server.Commands;

/// <summary>The command line: one command per file of this folder, and one place that tells people what went wrong.</summary>
internal static class CommandLine
{
    /// <summary>Runs what the arguments ask for; <c>serve</c> when they name no command.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <param name="cancellation">Ends it as Ctrl-C does.</param>
    public static async Task<int> Run(
        string[] args,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellation = default
    )
    {
        var root = new RootCommand("Affluent: account aggregation on your own machines. Without a command: serve.")
        {
            ServeCommand.Create(),
            DemoCommand.Create(),
            MigrateCommand.Create(),
            CheckConfigCommand.Create(),
            HealthCommand.Create(),
            ClientCommand.Create(),
            ConsentsCommand.Create(),
            KeysCommand.Create(),
            CertificatesCommand.Create(),
            SignerCommand.Create(),
            UsersCommand.Create(),
            ConnectionsCommand.Create(),
            BanksCommand.Create(),
            UpstreamsCommand.Create(),
            EventsCommand.Create(),
            WebhooksCommand.Create(),
            RecordingsCommand.Create(),
            CategoriesCommand.Create(),
            TestBankCommand.Create(),
        };
        var asked = root.Parse(args is [] or [['-', ..], ..] && !AsksForHelp(args) ? ["serve", .. args] : args);
        // The commands end themselves on Ctrl-C: the parser's own clock would cut them off in the middle.
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (asked.Action is ParseErrorAction mistake)
        {
            mistake.ShowHelp = false;
            await asked.InvokeAsync(invocation, cancellation);
            await errors.WriteLineAsync("See: affluent --help");
            return (int)ExitCode.Usage;
        }
        var code = await Run(asked, invocation, cancellation);
        OperatorLog.Tell(asked, code);
        return (int)code;
    }

    private static async Task<ExitCode> Run(
        ParseResult asked,
        InvocationConfiguration invocation,
        CancellationToken cancellation
    )
    {
        try
        {
            return (ExitCode)await asked.InvokeAsync(invocation, cancellation);
        }
        catch (Exception e) when (Trouble.Of(e) is { } trouble)
        {
            await invocation.Error.WriteLineAsync(trouble.Message);
            return trouble.Code;
        }
    }

    private static bool AsksForHelp(string[] args) => args is ["--help" or "-h" or "-?" or "/?" or "--version", ..];
}
