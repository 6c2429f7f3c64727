using System.Diagnostics;
using System.Text.Json.Serialization;
using Affluent.Server.Connections;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>How a session ended, as the message to the client says it.</summary>
[JsonDerivedType(typeof(Success), nameof(Success))]
[JsonDerivedType(typeof(Error), nameof(Error))]
[JsonDerivedType(typeof(Cancelled), nameof(Cancelled))]
internal abstract record WidgetOutcome
{
    private WidgetOutcome() { }

    [JsonIgnore]
    public MessageStatus Status =>
        this switch
        {
            Success => MessageStatus.Success,
            Error => MessageStatus.Error,
            Cancelled => MessageStatus.Cancelled,
            _ => throw new UnreachableException(),
        };

    /// <summary>What came of it, or why nothing did.</summary>
    [JsonIgnore]
    public string Result =>
        this switch
        {
            Success success => success.What.Word(),
            Error error => error.Failure.Word(),
            Cancelled => MessageStatus.Cancelled.Word(),
            _ => throw new UnreachableException(),
        };

    /// <param name="Partial">Something could not be read yet.</param>
    public sealed record Success(SuccessResult What, bool Partial = false) : WidgetOutcome;

    public sealed record Error(LinkFailure Failure) : WidgetOutcome;

    public sealed record Cancelled : WidgetOutcome;
}

/// <summary>The field <c>status</c> of the message.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<MessageStatus>))]
internal enum MessageStatus
{
    /// <summary>It is not over yet.</summary>
    Running,
    Success,
    Error,
    Cancelled,
}

/// <summary>The field <c>result</c> of a success.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<SuccessResult>))]
internal enum SuccessResult
{
    /// <summary>There is a new connection.</summary>
    Created,

    /// <summary>The connection works again, or the choice of accounts is saved.</summary>
    Updated,

    /// <summary>The terms are accepted.</summary>
    Accepted,

    /// <summary>The bank asks nothing.</summary>
    NothingToAnswer,
}

/// <summary>What a page shows; the field <c>result</c> of a step.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<PageStep>))]
internal enum PageStep
{
    BankList,
    AlreadyLinked,
    Consent,
    Channel,
    Credentials,

    /// <summary>The button that leads to the bank's own site.</summary>
    BankSite,

    /// <summary>A code that the bank sent.</summary>
    Code,

    /// <summary>A choice that the bank gives.</summary>
    Method,

    /// <summary>Something to approve in the bank's app.</summary>
    Approval,

    /// <summary>Something to settle on the bank's site.</summary>
    SiteAction,

    /// <summary>A statement is to be uploaded.</summary>
    File,

    /// <summary>The bank is being read.</summary>
    Working,
    Accounts,

    /// <summary>The second channel is offered.</summary>
    OtherAccounts,
    NothingToAnswer,

    /// <summary>Something went wrong, and the user says how to go on.</summary>
    Failed,

    End,
}

/// <summary>Why linking a bank did not work, as far as it changes what the user can do about it; the field <c>result</c> of an error.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<LinkFailure>))]
internal enum LinkFailure
{
    /// <summary>Name or password wrong.</summary>
    WrongCredentials,

    /// <summary>The bank cannot use what stands in a field that may be left empty.</summary>
    FieldRefused,

    /// <summary>Wrong ones were tried too often: the bank is not asked for some time.</summary>
    TooManyAttempts,

    /// <summary>The code was wrong too often, or came too late.</summary>
    ChallengeFailed,

    /// <summary>The bank wants a new password first.</summary>
    PasswordChangeRequired,

    /// <summary>The bank has locked the access.</summary>
    AccessLocked,

    /// <summary>Something is to be settled on the bank's site.</summary>
    UserActionRequired,

    /// <summary>The user said no at the bank, or the authorization ended.</summary>
    ConsentRefused,

    /// <summary>The user did not answer in time.</summary>
    QuestionExpired,

    /// <summary>The bank does not answer, or not now.</summary>
    BankUnavailable,

    /// <summary>The bank, or what leads to it, has been asked as often as it may be, for now.</summary>
    RateLimited,

    /// <summary>The bank let the user in, and shows no account.</summary>
    NoAccounts,

    /// <summary>Our own fault, or an answer that nobody understands.</summary>
    InternalError,

    /// <summary>The page is about a connection that the user does not have, or of a bank that is no longer here.</summary>
    UnknownConnection,
}

/// <summary>What the status of a channel means for the user.</summary>
internal static class LinkFailures
{
    /// <summary>The failure behind a channel's status and its reason; null when the channel works.</summary>
    public static LinkFailure? Of(WidgetChannel channel) =>
        (channel.Status, channel.Reason) switch
        {
            (ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success, _) => null,
            (_, ChannelReason.AccessLocked) => LinkFailure.AccessLocked,
            (_, ChannelReason.ConsentDenied or ChannelReason.ConsentExpired or ChannelReason.AuthorizationRequired) =>
                LinkFailure.ConsentRefused,
            (_, ChannelReason.OtherLogin) => LinkFailure.WrongCredentials,
            (_, ChannelReason.CredentialsRequired or ChannelReason.FileRequired) => LinkFailure.QuestionExpired,
            (_, ChannelReason.ChallengeFailed) => LinkFailure.ChallengeFailed,
            (_, ChannelReason.FieldRefused) => LinkFailure.FieldRefused,
            (_, ChannelReason.TooManyAttempts) => LinkFailure.TooManyAttempts,
            (_, ChannelReason.RateLimited) => LinkFailure.RateLimited,
            (ChannelStatus.AuthFailed, _) => LinkFailure.WrongCredentials,
            (ChannelStatus.TokenExpired, _) => LinkFailure.ConsentRefused,
            (ChannelStatus.PasswordChangeRequired, _) => LinkFailure.PasswordChangeRequired,
            (ChannelStatus.ChallengeRequired, _) => LinkFailure.QuestionExpired,
            (ChannelStatus.UserActionRequired, _) => LinkFailure.UserActionRequired,
            (ChannelStatus.Failed, ChannelReason.OperatorFault or ChannelReason.BankNotUnderstood) =>
                LinkFailure.InternalError,
            (ChannelStatus.Failed, _) => LinkFailure.BankUnavailable,
        };
}
