using System.CommandLine;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Commands;

/// <summary>Tells the security log what operators do by command, on the standard error: the standard output is the command's.</summary>
internal static class OperatorLog
{
    /// <summary>They run the platform, which has a log of its own, or look at nobody's data.</summary>
    private static readonly string[] Untold =
    [
        "serve",
        "demo",
        "test-bank",
        "signer",
        "health",
        "check-config",
        "replay",
    ];

    public static void Tell(ParseResult asked, ExitCode code)
    {
        var command = asked.CommandResult.Command;
        // Help is an action of its own: nothing was run.
        if (asked.Action != command.Action || command is RootCommand || Untold.Contains(command.Name))
        {
            return;
        }
        Tell(asked, log => log.OperatorCommand(PathOf(command), SubjectOf(asked), (int)code));
    }

    /// <summary>Tells what a command did besides, in the middle of it.</summary>
    public static void Tell(ParseResult asked, Action<SecurityLog> what)
    {
        using var output = new LogWriter(FormatterOf(asked), asked.InvocationConfiguration.Error);
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(output));
        what(new SecurityLog(logs));
    }

    private static LogFormatter FormatterOf(ParseResult asked)
    {
        var file = asked
            .CommandResult.Command.Options.OfType<Option<string>>()
            .FirstOrDefault(o => o.Name == "--config");
        var settings = SettingsReader.Read(
            file is null ? null : asked.GetValue(file),
            SettingOptions.Variables,
            new Dictionary<string, string>()
        );
        return settings.Settings.LogForm switch
        {
            LogForm.Text => new TextLogFormatter(TimeProvider.System),
            LogForm.Json => new JsonLogFormatter(TimeProvider.System),
        };
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
            ? $"{PathOf(parent)} {command.Name}"
            : command.Name;

    // An id of a client or a user, by argument or option; nothing else that is typed belongs in a log.
    private static string? SubjectOf(ParseResult asked) =>
        asked
            .CommandResult.Children.SelectMany(given => given.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(text => Guid.TryParse(text, out _) || Ids.TryRead<UserId>(text, out _));
}
