using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>What the log says of what clients tell the widget.</summary>
internal static partial class WidgetLog
{
    /// <summary>Tells of parameters that were left out; what stood in them may be anything, and is not told.</summary>
    public static void LookIgnored(ILogger log, ClientId client, IReadOnlyList<WidgetParameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            LogIgnored(log, client, parameter.Word());
        }
    }

    [LoggerMessage(
        6010,
        LogLevel.Information,
        "Client {Client}: the parameter {Parameter} of the widget cannot be read as a look, and is ignored"
    )]
    private static partial void LogIgnored(ILogger log, ClientId client, string parameter);
}
