using Affluent.Server.Platform;

namespace Affluent.Server.Security;

internal sealed partial class SecurityLog
{
    /// <summary>A user took back what such an application had been given.</summary>
    public void FacadeSessionRevoked(SecuritySubject about, FacadeSessionId session) =>
        Tell(about, log => LogFacadeSessionRevoked(log, session));

    [LoggerMessage(
        7125,
        LogLevel.Information,
        "A user took back what an application that speaks Enable Banking had been given: session {Session}",
        EventName = "enable_banking_session_revoked"
    )]
    private static partial void LogFacadeSessionRevoked(ILogger log, FacadeSessionId session);
}
