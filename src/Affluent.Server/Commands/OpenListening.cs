using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary>Says where other machines can reach what is for this one, or for the house around it.</summary>
internal static partial class OpenListening
{
    public static void Tell(ILogger log, Settings settings)
    {
        foreach (var open in ListenAddresses.Of(settings.Listen).Where(address => !address.IsLocal()).Take(1))
        {
            switch (settings.Environment)
            {
                case InstallationKind.Sandbox:
                    LogOpenSandbox(log, open.ToString());
                    break;
                case InstallationKind.Home when open.Scheme == Uri.UriSchemeHttp:
                    LogOpenHome(log, open.ToString());
                    break;
                case InstallationKind.Home or InstallationKind.Production:
                    break;
            }
        }
    }

    [LoggerMessage(
        1008,
        LogLevel.Warning,
        "A sandbox listens at {Address}, which other machines can reach: it is for invented money only, in plain text and with keys that it made itself"
    )]
    private static partial void LogOpenSandbox(ILogger log, string address);

    [LoggerMessage(
        1010,
        LogLevel.Warning,
        "Plain http is spoken at {Address}, which other machines of your network can reach: who listens in there sees passwords and accounts. Outside of it nobody is answered"
    )]
    private static partial void LogOpenHome(ILogger log, string address);
}
