using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>How a connection stands.</summary>
[JsonConverter(typeof(WordConverter<ConnectionStatus>))]
internal enum ConnectionStatus
{
    /// <summary>A synchronization is under way.</summary>
    Running,

    /// <summary>The last one went well on every channel.</summary>
    Success,

    /// <summary>Some of it went well.</summary>
    PartialSuccess,

    /// <summary>None of it went well.</summary>
    Failed,

    /// <summary>Synchronized no more.</summary>
    Closed,

    /// <summary>Nothing was read so far.</summary>
    None,
}

/// <summary>How a channel of a connection stands.</summary>
[JsonConverter(typeof(WordConverter<ChannelStatus>))]
internal enum ChannelStatus
{
    /// <summary>The connection does not use it.</summary>
    Empty,

    /// <summary>Its first run is under way.</summary>
    Running,

    /// <summary>The last run read it.</summary>
    Success,

    /// <summary>The last run failed for a reason that may go by itself.</summary>
    Failed,

    /// <summary>The credentials are wrong or missing.</summary>
    AuthFailed,

    /// <summary>The user's authorization at the bank is over, or was never given.</summary>
    TokenExpired,

    /// <summary>The bank wants a new password.</summary>
    PasswordChangeRequired,

    /// <summary>The bank wants a code or an approval.</summary>
    ChallengeRequired,

    /// <summary>The bank wants something done on its site.</summary>
    UserActionRequired,
}

/// <summary>Why a channel stands as it does.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<ChannelReason>))]
internal enum ChannelReason
{
    /// <summary>The bank calls the credentials wrong.</summary>
    WrongCredentials,

    /// <summary>Wrong credentials of this login were tried too often, by whomever: the bank is not asked for some time.</summary>
    TooManyAttempts,

    /// <summary>The code was wrong, or the approval was refused.</summary>
    ChallengeFailed,

    /// <summary>The bank wants a new password.</summary>
    PasswordChangeRequired,

    /// <summary>The bank has locked the user out.</summary>
    AccessLocked,

    /// <summary>The login leads to other accounts than before: it is another person's.</summary>
    OtherLogin,

    /// <summary>Something is to be done on the bank's site.</summary>
    SiteActionRequired,

    /// <summary>The user must bring a file.</summary>
    FileRequired,

    /// <summary>The user's authorization is over.</summary>
    ConsentExpired,

    /// <summary>The user did not give it.</summary>
    ConsentDenied,

    /// <summary>The bank refused every account.</summary>
    AccountsRefused,

    /// <summary>Something of the operator's is missing or wrong: a certificate, a registration.</summary>
    OperatorFault,

    /// <summary>The bank's answers could not be read.</summary>
    BankNotUnderstood,

    /// <summary>The bank did not answer.</summary>
    BankUnavailable,

    /// <summary>The bank wants fewer requests.</summary>
    RateLimited,

    /// <summary>The bank had not finished.</summary>
    BankStillWorking,

    /// <summary>The bank cannot use what stands in a field that may be left empty.</summary>
    FieldRefused,

    /// <summary>Nobody was there to give credentials.</summary>
    CredentialsRequired,

    /// <summary>Nobody was there to give a code.</summary>
    CodeRequired,

    /// <summary>Nobody was there to approve.</summary>
    ApprovalRequired,

    /// <summary>Nobody was there to go to the bank.</summary>
    AuthorizationRequired,

    /// <summary>The run failed again and again.</summary>
    InternalError,

    /// <summary>This installation has the channel no longer.</summary>
    ChannelUnknown,

    /// <summary>The channel is out of service for everybody.</summary>
    ChannelUnavailable,
}

/// <summary>A connection as stored. Times are UTC seconds.</summary>
internal sealed record ConnectionRow
{
    public ConnectionId Id { get; init; }
    public UserId UserId { get; init; }
    public ClientId ClientId { get; init; }
    public ProviderId ProviderId { get; init; }
    public string Name { get; init; } = "";
    public ConnectionStatus Status { get; init; }
    public long CreatedAt { get; init; }
    public bool AutoSync { get; init; }
    public bool ConsentPerAccount { get; init; }

    /// <summary>The first accounts wait for the user's choice.</summary>
    public bool SelectAccounts { get; init; }

    /// <summary>Who signed in at the bank, as it writes it; null when it did not say.</summary>
    public string? OwnerName { get; init; }

    /// <summary>Since when every run has failed, in UTC seconds; null: the last one brought something.</summary>
    public long? FailingSince { get; init; }

    /// <summary>Where the browser goes after the bank, for connections made by the API; null for the widget's own.</summary>
    public string? RedirectUrl { get; init; }
}

/// <summary>A channel that a connection has, as stored, without its secrets. Times are UTC seconds.</summary>
internal sealed record ChannelRow
{
    public ConnectionId ConnectionId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }
    public ChannelMode Mode { get; init; }
    public ChannelStatus Status { get; init; }
    public ChannelReason? Reason { get; init; }

    /// <summary>What the bank itself says about it.</summary>
    public string? Message { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastSuccessAt { get; init; }
    public long? LastEndAt { get; init; }
    public bool? EligibleAccounts { get; init; }

    /// <summary>Whether values of the credentials form are stored.</summary>
    public bool HasCredentials { get; init; }

    /// <inheritdoc cref="AccessBudget.Write"/>
    public string? UnattendedReadings { get; init; }
    public long? SparedUntil { get; init; }

    /// <summary>The channel as it is shown while its run waits for the user.</summary>
    public ChannelRow WaitingFor(QuestionKind? question) =>
        question switch
        {
            QuestionKind.Otp or QuestionKind.AppApproval or QuestionKind.Choice => this with
            {
                Status = ChannelStatus.ChallengeRequired,
            },
            QuestionKind.SiteAction or QuestionKind.StatementFile => this with
            {
                Status = ChannelStatus.UserActionRequired,
            },
            QuestionKind.Credentials or QuestionKind.Redirect or null => this,
        };
}

/// <summary>A channel in use of another connection to the same bank.</summary>
internal sealed record TwinChannel
{
    public ConnectionId ConnectionId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }
    public ChannelStatus Status { get; init; }
}

/// <summary>A channel as a run needs it, its secrets sealed. Times are UTC seconds.</summary>
internal sealed record ChannelAccess
{
    public ChannelDefinitionId DefinitionId { get; init; }
    public ChannelMode Mode { get; init; }
    public ChannelStatus Status { get; init; }
    public ChannelReason? Reason { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastSuccessAt { get; init; }

    /// <summary>Grows when the user starts over; a run that began before must not write its session back.</summary>
    public int Epoch { get; init; }
    public byte[]? Session { get; init; }
    public byte[]? Credentials { get; init; }

    /// <inheritdoc cref="AccessBudget.Write"/>
    public string? UnattendedReadings { get; init; }
    public long? SparedUntil { get; init; }

    /// <summary>The session of the authorization that is being renewed, sealed; null: none is.</summary>
    public byte[]? ReplacedSession { get; init; }
    public long? ReplacedExpiresAt { get; init; }

    /// <summary>The way of the same mode that is used no longer once this one has succeeded; null: none.</summary>
    public ChannelDefinitionId? Replaces { get; init; }
}
