using Affluent.Server.Storage;
using Affluent.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Affluent.Server.Platform;

/// <summary>Which form the log has.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum LogForm
{
    /// <summary>To read.</summary>
    Text,

    /// <summary>To collect.</summary>
    Json,
}

/// <summary>
/// What is logged: one line per event, on the standard output. Requests are not logged: their addresses carry tokens and codes.
/// </summary>
internal static class Logs
{
    /// <summary>The category of what concerns security, by which it can be told apart and kept longer.</summary>
    public const string Security = "Affluent.Security";

    /// <param name="level">Instead of what the settings say, for security events too: a command that tells a story of its own.</param>
    public static void Configure(ILoggingBuilder logging, Settings settings, LogLevel? level = null)
    {
        var least = level ?? settings.LogLevel;
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        // These print addresses or forms of requests at the level Information, whatever is asked of ours.
        foreach (var chatty in new[] { "Microsoft", "System.Net.Http", "OpenIddict" })
        {
            logging.AddFilter(chatty, least > LogLevel.Warning ? least : LogLevel.Warning);
        }
        // An auditor's events are there whatever log_level asks for.
        logging.AddFilter(Security, level ?? LogLevel.Information);
        // The host tells why it cannot start with a whole stack; the command says the same in one line. What it tells of a failed
        // background task comes as Critical too.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsoleFormatter<TextLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console => console.FormatterName = FormatterOf(settings.LogForm));
    }

    private static string FormatterOf(LogForm form) =>
        form switch
        {
            LogForm.Text => TextLogFormatter.FormatName,
            LogForm.Json => JsonLogFormatter.FormatName,
        };
}
