namespace Affluent.Server.Events;

/// <summary>
/// Something that happened, to be appended to the user's log. It holds ids and codes only: no amount, name, IBAN or secret.
/// </summary>
/// <param name="Name">One of <see cref="EventNames"/>.</param>
internal sealed record NewEvent(string Name, EventType Type)
{
    /// <summary>How it came out; of the vocabulary of what the event is about (connection, channel or account status).</summary>
    public string? Status { get; init; }

    /// <summary>Why, as a stable code in snake_case.</summary>
    public string? Reason { get; init; }

    public long? ConnectionId { get; init; }

    /// <summary>The channel concerned, on events of one channel.</summary>
    public string? DefinitionId { get; init; }

    /// <summary>Path of what it is about, below the address of the API.</summary>
    public string? Resource { get; init; }

    /// <summary>On <see cref="EventNames.ListAccounts"/>: the accounts that the channel listed.</summary>
    public IReadOnlyList<long> AccountIds { get; init; } = [];
}

/// <summary>Categories of the published API, and two of ours (ACCOUNT, PAYMENT).</summary>
internal enum EventType
{
    Global,
    Login,
    ChooseBank,
    Synchronization,
    Consent,
    Account,
    Payment,
}

/// <summary>Every name an event can have; each is described in docs/reference/events.md.</summary>
internal static class EventNames
{
    public const string ConnectionCreated = "CONNECTION_CREATED";
    public const string ConnectionDeleted = "CONNECTION_DELETED";
    public const string CredentialsUpdated = "CREDENTIALS_UPDATED";
    public const string SynchronizationRequested = "SYNCHRONIZATION_REQUESTED";
    public const string SynchronizationStarted = "SYNCHRONIZATION_STARTED";
    public const string SynchronizationEnded = "SYNCHRONIZATION_ENDED";
    public const string ListAccounts = "LIST_ACCOUNTS";
    public const string ChannelSucceeded = "CHANNEL_SUCCEEDED";
    public const string ChannelFailed = "CHANNEL_FAILED";
    public const string UserInputRequired = "USER_INPUT_REQUIRED";
    public const string UserInputAnswered = "USER_INPUT_ANSWERED";
    public const string UserInputExpired = "USER_INPUT_EXPIRED";
    public const string UserInputCancelled = "USER_INPUT_CANCELLED";
    public const string AuthFailed = "AUTH_FAILED";
    public const string TokenExpired = "TOKEN_EXPIRED";
    public const string PasswordChangeRequired = "PASSWORD_CHANGE_REQUIRED";
    public const string ChallengeRequired = "CHALLENGE_REQUIRED";
    public const string UserActionRequired = "USER_ACTION_REQUIRED";
    public const string ConsentGiven = "CONSENT_GIVEN";
    public const string ConsentDenied = "CONSENT_DENIED";
    public const string ConsentExpired = "CONSENT_EXPIRED";
    public const string AccountAdded = "ACCOUNT_ADDED";
    public const string AccountSynchronized = "ACCOUNT_SYNCHRONIZED";
    public const string AccountFailed = "ACCOUNT_FAILED";
    public const string AccountNotFound = "ACCOUNT_NOT_FOUND";
    public const string AccountSelected = "ACCOUNT_SELECTED";
    public const string AccountDeselected = "ACCOUNT_DESELECTED";
    public const string AccountDeleted = "ACCOUNT_DELETED";

    /// <summary>All of them, in the order of the reference page.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ConnectionCreated,
        ConnectionDeleted,
        CredentialsUpdated,
        SynchronizationRequested,
        SynchronizationStarted,
        SynchronizationEnded,
        ListAccounts,
        ChannelSucceeded,
        ChannelFailed,
        UserInputRequired,
        UserInputAnswered,
        UserInputExpired,
        UserInputCancelled,
        AuthFailed,
        TokenExpired,
        PasswordChangeRequired,
        ChallengeRequired,
        UserActionRequired,
        ConsentGiven,
        ConsentDenied,
        ConsentExpired,
        AccountAdded,
        AccountSynchronized,
        AccountFailed,
        AccountNotFound,
        AccountSelected,
        AccountDeselected,
        AccountDeleted,
    ];
}

/// <summary>An event as it stands in the log.</summary>
internal sealed record StoredEvent
{
    /// <summary>Grows strictly within a user.</summary>
    public long Id { get; init; }
    public long UserId { get; init; }
    public long ClientId { get; init; }

    /// <summary>UTC seconds.</summary>
    public long At { get; init; }
    public string Name { get; init; } = "";

    /// <summary>As on the wire ("CHOOSE_BANK").</summary>
    public string Type { get; init; } = "";
    public string? Status { get; init; }
    public string? Reason { get; init; }
    public long? ConnectionId { get; init; }
    public string? DefinitionId { get; init; }
    public string? Resource { get; init; }

    /// <summary>Decimal ids joined by commas; null on most events.</summary>
    public string? AccountIds { get; init; }
}
