using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Security;

/// <summary>Whom an event is about, by ids; what is nobody's, or not known, stays out.</summary>
internal sealed record SecuritySubject(
    ClientId? ClientId = null,
    UserId? UserId = null,
    ConnectionId? ConnectionId = null
);

/// <summary>
/// The one stream of what an auditor asks for: who came in, who was kept out, what was changed and by whom. Each event has a name and a
/// number that never change, ids, the address of the request, and the trace id that stands in its answer. Never a secret, a name, an e-mail or an
/// amount.
/// </summary>
internal sealed partial class SecurityLog(ILoggerFactory logs, IHttpContextAccessor? requests = null)
{
    private readonly ILogger _log = logs.CreateLogger(Logs.Security);

    public void SignInSucceeded(SecuritySubject about) => Tell(about, LogSignInSucceeded);

    public void SignInFailed(SecuritySubject about) => Tell(about, LogSignInFailed);

    /// <param name="by">What too many wrong passwords were counted for.</param>
    public void SignInBlocked(SecuritySubject about, ThrottleKind by) =>
        Tell(about, log => LogSignInBlocked(log, by.Word()));

    public void ClientRefused(SecuritySubject about) => Tell(about, LogClientRefused);

    public void TokenRevoked(SecuritySubject about) => Tell(about, LogTokenRevoked);

    public void TokenReplayed(SecuritySubject about) => Tell(about, LogTokenReplayed);

    public void AccessTokenForged() => Tell(new(), LogAccessTokenForged);

    public void PasswordChanged(SecuritySubject about) => Tell(about, LogPasswordChanged);

    public void EmailChanged(SecuritySubject about) => Tell(about, LogEmailChanged);

    public void UserDeleted(SecuritySubject about) => Tell(about, LogUserDeleted);

    public void ClientCreated(SecuritySubject about) => Tell(about, LogClientCreated);

    /// <param name="kind">What was agreed to.</param>
    /// <param name="textHash">Of the words that the user read.</param>
    public void ConsentGiven(SecuritySubject about, string kind, ConsentId consent, string textHash) =>
        Tell(about, log => LogConsentGiven(log, kind, consent, textHash));

    public void BankAccessEnded(SecuritySubject about, ChannelDefinitionId channel) =>
        Tell(about, log => LogBankAccessEnded(log, channel));

    /// <param name="why">Why it could not be ended.</param>
    public void BankAccessLeft(SecuritySubject about, ChannelDefinitionId channel, string why) =>
        Tell(about, log => LogBankAccessLeft(log, channel, why));

    /// <summary>A setup token was made, by which an application may come to an access.</summary>
    public void SimpleFinOffered(SecuritySubject about, SimpleFinAccessId access) =>
        Tell(about, log => LogSimpleFinOffered(log, access));

    public void SimpleFinClaimed(SecuritySubject about, SimpleFinAccessId access) =>
        Tell(about, log => LogSimpleFinClaimed(log, access));

    public void SimpleFinRevoked(SecuritySubject about, SimpleFinAccessId access) =>
        Tell(about, log => LogSimpleFinRevoked(log, access));

    /// <param name="why">Why an application got nothing.</param>
    public void SimpleFinRefused(SecuritySubject about, string why) =>
        Tell(about, log => LogSimpleFinRefused(log, why));

    /// <summary>A client registered an application that speaks Enable Banking.</summary>
    public void FacadeApplicationMade(SecuritySubject about, FacadeApplicationId application) =>
        Tell(about, log => LogFacadeApplicationMade(log, application));

    public void FacadeApplicationDeleted(SecuritySubject about, FacadeApplicationId application) =>
        Tell(about, log => LogFacadeApplicationDeleted(log, application));

    /// <summary>A user let such an application read the accounts of a bank.</summary>
    public void FacadeSessionBegun(SecuritySubject about, FacadeApplicationId application, FacadeSessionId session) =>
        Tell(about, log => LogFacadeSessionBegun(log, application, session));

    public void FacadeSessionEnded(SecuritySubject about, FacadeApplicationId application, FacadeSessionId session) =>
        Tell(about, log => LogFacadeSessionEnded(log, application, session));

    /// <param name="why">Why such an application got nothing.</param>
    public void FacadeRefused(SecuritySubject about, string why) => Tell(about, log => LogFacadeRefused(log, why));

    public void HouseholdSetUp(SecuritySubject about) => Tell(about, LogHouseholdSetUp);

    /// <param name="why">Why no user was made.</param>
    public void SetupRefused(SecuritySubject about, string why) => Tell(about, log => LogSetupRefused(log, why));

    public void RequestLimited(SecuritySubject about, LimitedAction action, LimitedBy by) =>
        Tell(about, log => LogRequestLimited(log, action.Word(), by.Word()));

    public void BankLoginBlocked(SecuritySubject about) => Tell(about, LogBankLoginBlocked);

    /// <summary>Another browser than the one that is on its way wants to leave for the bank, or comes from there.</summary>
    public void OtherBrowserRefused(SecuritySubject about, ChannelDefinitionId channel) =>
        Tell(about, log => LogOtherBrowser(log, channel));

    public void BankReturnUnknown(ReturnPlace place) => Tell(new(), log => LogBankReturnUnknown(log, place));

    /// <param name="about">The id that the command named; null: none.</param>
    /// <param name="exitCode">How it ended.</param>
    public void OperatorCommand(string command, string? about, int exitCode) =>
        Tell(new(), log => LogOperatorCommand(log, command, about ?? "none", exitCode));

    public void RecordingStarted(SecuritySubject about) => Tell(about, LogRecordingStarted);

    public void RecordingExported(SecuritySubject about) => Tell(about, LogRecordingExported);

    public void RecordingDeleted(SecuritySubject about) => Tell(about, LogRecordingDeleted);

    public void MasterKeyOpened() => Tell(new(), LogMasterKeyOpened);

    public void MasterKeyCreated() => Tell(new(), LogMasterKeyCreated);

    public void SigningKeyOpened(string keyId) => Tell(new(), log => LogSigningKeyOpened(log, keyId));

    public void SigningKeyCreated(string keyId) => Tell(new(), log => LogSigningKeyCreated(log, keyId));

    private void Tell(SecuritySubject about, Action<ILogger> write)
    {
        using var scope = _log.BeginScope(
            new LogScope
            {
                ClientId = about.ClientId?.ToString(),
                UserId = about.UserId?.ToString(),
                ConnectionId = about.ConnectionId?.ToString(),
                Address = requests?.HttpContext?.Connection.RemoteIpAddress.Text(),
            }
        );
        write(_log);
    }

    [LoggerMessage(7001, LogLevel.Information, "A user signed in", EventName = "sign_in_succeeded")]
    private static partial void LogSignInSucceeded(ILogger log);

    [LoggerMessage(
        7002,
        LogLevel.Information,
        "A sign-in failed: name and password do not belong together",
        EventName = "sign_in_failed"
    )]
    private static partial void LogSignInFailed(ILogger log);

    [LoggerMessage(
        7003,
        LogLevel.Warning,
        "A sign-in was refused unread: too many failed before, counted as {By}",
        EventName = "sign_in_blocked"
    )]
    private static partial void LogSignInBlocked(ILogger log, string by);

    [LoggerMessage(
        7004,
        LogLevel.Warning,
        "A client was refused: it is unknown or closed, or its secret is wrong or missing",
        EventName = "client_refused"
    )]
    private static partial void LogClientRefused(ILogger log);

    [LoggerMessage(7005, LogLevel.Information, "A client revoked a token", EventName = "token_revoked")]
    private static partial void LogTokenRevoked(ILogger log);

    [LoggerMessage(
        7006,
        LogLevel.Warning,
        "A code or refresh token came back after its use: all tokens of its sign-in ended",
        EventName = "token_replayed"
    )]
    private static partial void LogTokenReplayed(ILogger log);

    [LoggerMessage(
        7007,
        LogLevel.Warning,
        "An access token was refused: this installation did not issue it",
        EventName = "access_token_forged"
    )]
    private static partial void LogAccessTokenForged(ILogger log);

    [LoggerMessage(7101, LogLevel.Information, "A user's password was changed", EventName = "password_changed")]
    private static partial void LogPasswordChanged(ILogger log);

    [LoggerMessage(7102, LogLevel.Information, "A user's e-mail was changed", EventName = "email_changed")]
    private static partial void LogEmailChanged(ILogger log);

    [LoggerMessage(7103, LogLevel.Information, "A user was erased", EventName = "user_deleted")]
    private static partial void LogUserDeleted(ILogger log);

    [LoggerMessage(
        7104,
        LogLevel.Information,
        "A user agreed, {Kind}: consent {Consent}, text {TextHash}",
        EventName = "consent_given"
    )]
    private static partial void LogConsentGiven(ILogger log, string kind, ConsentId consent, string textHash);

    [LoggerMessage(7105, LogLevel.Information, "A client was made", EventName = "client_created")]
    private static partial void LogClientCreated(ILogger log);

    [LoggerMessage(
        7106,
        LogLevel.Information,
        "Channel {Channel}: an authorization that nothing uses any more is over at the bank; its tokens are destroyed",
        EventName = "bank_access_ended"
    )]
    private static partial void LogBankAccessEnded(ILogger log, ChannelDefinitionId channel);

    [LoggerMessage(
        7107,
        LogLevel.Warning,
        "Channel {Channel}: an authorization that nothing uses any more could not be ended at the bank, {Why}; its tokens are destroyed",
        EventName = "bank_access_left"
    )]
    private static partial void LogBankAccessLeft(ILogger log, ChannelDefinitionId channel, string why);

    [LoggerMessage(
        7108,
        LogLevel.Information,
        "A setup token for SimpleFIN was made: access {Access}",
        EventName = "simplefin_offered"
    )]
    private static partial void LogSimpleFinOffered(ILogger log, SimpleFinAccessId access);

    [LoggerMessage(
        7109,
        LogLevel.Information,
        "An application claimed its access over SimpleFIN: access {Access}",
        EventName = "simplefin_claimed"
    )]
    private static partial void LogSimpleFinClaimed(ILogger log, SimpleFinAccessId access);

    [LoggerMessage(
        7110,
        LogLevel.Information,
        "An access over SimpleFIN was revoked: access {Access}",
        EventName = "simplefin_revoked"
    )]
    private static partial void LogSimpleFinRevoked(ILogger log, SimpleFinAccessId access);

    [LoggerMessage(
        7121,
        LogLevel.Information,
        "An application that speaks Enable Banking was registered: application {Application}",
        EventName = "enable_banking_application_created"
    )]
    private static partial void LogFacadeApplicationMade(ILogger log, FacadeApplicationId application);

    [LoggerMessage(
        7122,
        LogLevel.Information,
        "An application that speaks Enable Banking was deleted: application {Application}",
        EventName = "enable_banking_application_deleted"
    )]
    private static partial void LogFacadeApplicationDeleted(ILogger log, FacadeApplicationId application);

    [LoggerMessage(
        7123,
        LogLevel.Information,
        "A user let an application that speaks Enable Banking read a bank: application {Application}, session {Session}",
        EventName = "enable_banking_session_begun"
    )]
    private static partial void LogFacadeSessionBegun(
        ILogger log,
        FacadeApplicationId application,
        FacadeSessionId session
    );

    [LoggerMessage(
        7124,
        LogLevel.Information,
        "An application that speaks Enable Banking ended what a user had given it: application {Application}, session {Session}",
        EventName = "enable_banking_session_ended"
    )]
    private static partial void LogFacadeSessionEnded(
        ILogger log,
        FacadeApplicationId application,
        FacadeSessionId session
    );

    [LoggerMessage(
        7111,
        LogLevel.Warning,
        "The first user of the household was made by the setup code",
        EventName = "household_set_up"
    )]
    private static partial void LogHouseholdSetUp(ILogger log);

    [LoggerMessage(
        7201,
        LogLevel.Warning,
        "A request was one too many: limit {Limit}, counted by {By}",
        EventName = "request_limited"
    )]
    private static partial void LogRequestLimited(ILogger log, string limit, string by);

    [LoggerMessage(
        7202,
        LogLevel.Warning,
        "Credentials of a bank were not tried: too many wrong ones for this login before",
        EventName = "bank_login_blocked"
    )]
    private static partial void LogBankLoginBlocked(ILogger log);

    [LoggerMessage(
        7203,
        LogLevel.Warning,
        "Channel {Channel}: on the way to the bank or back came another browser than the one that began, and was refused",
        EventName = "other_browser_refused"
    )]
    private static partial void LogOtherBrowser(ILogger log, ChannelDefinitionId channel);

    [LoggerMessage(
        7204,
        LogLevel.Warning,
        "Return address {Place}: a return from the bank that nobody awaits: made up, used before, or too late",
        EventName = "bank_return_unknown"
    )]
    private static partial void LogBankReturnUnknown(ILogger log, ReturnPlace place);

    [LoggerMessage(
        7205,
        LogLevel.Warning,
        "An application was refused over SimpleFIN: {Why}",
        EventName = "simplefin_refused"
    )]
    private static partial void LogSimpleFinRefused(ILogger log, string why);

    [LoggerMessage(
        7221,
        LogLevel.Warning,
        "An application that speaks Enable Banking was refused: {Why}",
        EventName = "enable_banking_refused"
    )]
    private static partial void LogFacadeRefused(ILogger log, string why);

    [LoggerMessage(
        7206,
        LogLevel.Warning,
        "The set-up of the household was refused: {Why}",
        EventName = "setup_refused"
    )]
    private static partial void LogSetupRefused(ILogger log, string why);

    [LoggerMessage(
        7301,
        LogLevel.Information,
        "An operator ran '{Command}' (id: {About}); it ended with {ExitCode}",
        EventName = "operator_command"
    )]
    private static partial void LogOperatorCommand(ILogger log, string command, string about, int exitCode);

    [LoggerMessage(7302, LogLevel.Information, "The master key was opened", EventName = "master_key_opened")]
    private static partial void LogMasterKeyOpened(ILogger log);

    [LoggerMessage(7303, LogLevel.Warning, "A master key was made", EventName = "master_key_created")]
    private static partial void LogMasterKeyCreated(ILogger log);

    [LoggerMessage(7304, LogLevel.Information, "The signing key {KeyId} was opened", EventName = "signing_key_opened")]
    private static partial void LogSigningKeyOpened(ILogger log, string keyId);

    [LoggerMessage(7305, LogLevel.Warning, "The signing key {KeyId} was made", EventName = "signing_key_created")]
    private static partial void LogSigningKeyCreated(ILogger log, string keyId);

    [LoggerMessage(
        7306,
        LogLevel.Warning,
        "An operator has the next readings of a connection recorded",
        EventName = "recording_started"
    )]
    private static partial void LogRecordingStarted(ILogger log);

    [LoggerMessage(
        7307,
        LogLevel.Warning,
        "An operator took out the recording of a connection, made anonymous",
        EventName = "recording_exported"
    )]
    private static partial void LogRecordingExported(ILogger log);

    [LoggerMessage(
        7308,
        LogLevel.Information,
        "An operator deleted the recording of a connection",
        EventName = "recording_deleted"
    )]
    private static partial void LogRecordingDeleted(ILogger log);
}
