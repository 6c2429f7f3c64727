using Microsoft.Extensions.Logging.Console;

namespace Affluent.Server.Platform;

/// <summary>
/// What is logged, and in which form: one line per event, to read in a sandbox, JSON in production. Requests are not logged: their
/// addresses carry tokens and codes.
/// </summary>
internal static class Logs
{
    public static void Configure(ILoggingBuilder logging, InstallationKind environment)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Information);
        // These print addresses or forms of requests at the level Information.
        foreach (var chatty in new[] { "Microsoft", "System.Net.Http", "OpenIddict" })
        {
            logging.AddFilter(chatty, LogLevel.Warning);
        }
        // The host tells why it cannot start with a whole stack; the command says the same in one line. What it tells of a failed
        // background task comes as Critical too.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (environment == InstallationKind.Production)
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(simple =>
            {
                simple.SingleLine = true;
                simple.TimestampFormat = "HH:mm:ss ";
                simple.ColorBehavior = LoggerColorBehavior.Default;
            });
        }
    }
}
