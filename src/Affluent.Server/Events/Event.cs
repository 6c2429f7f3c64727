using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>
/// Something that happened, to be appended to the user's log. It holds ids and codes only: no amount, name, IBAN or secret.
/// </summary>
internal sealed record NewEvent
{
    private NewEvent(EventName name) => (Name, Type) = (name, name.UsualType());

    public EventName Name { get; }

    /// <summary>The one that the name usually has; set where it is another.</summary>
    public EventType Type { get; init; }

    /// <summary>How it came out; a word of what the event is about (status of a connection, channel or account, kind of question).</summary>
    public string? Status { get; init; }

    /// <summary>Why, as a stable code in snake_case.</summary>
    public string? Reason { get; init; }

    public ConnectionId? ConnectionId { get; private init; }

    /// <summary>The channel concerned, on events of one channel.</summary>
    public ChannelDefinitionId? DefinitionId { get; private init; }

    /// <summary>Path of what it is about, below the address of a version of the API.</summary>
    public string? Resource { get; private init; }

    /// <summary>On <see cref="EventName.ListAccounts"/>: the accounts that the channel listed.</summary>
    public IReadOnlyList<AccountId> AccountIds { get; private init; } = [];

    /// <summary>About the user.</summary>
    public static NewEvent OfUser(EventName name, UserId user) => new(name) { Resource = Links.User(user) };

    /// <summary>About a webhook of the client.</summary>
    public static NewEvent OfWebhook(EventName name, WebhookId webhook, string reason) =>
        new(name) { Resource = Links.Webhook(webhook), Reason = reason };

    /// <summary>About a connection, or about one channel of it.</summary>
    public static NewEvent OfConnection(EventName name, ConnectionId connection, ChannelDefinitionId? channel = null) =>
        new(name)
        {
            ConnectionId = connection,
            DefinitionId = channel,
            Resource = Links.Connection(connection),
        };

    /// <summary>About what a channel asks of the user.</summary>
    public static NewEvent OfUserInput(EventName name, ConnectionId connection, ChannelDefinitionId channel) =>
        new(name)
        {
            ConnectionId = connection,
            DefinitionId = channel,
            Resource = Links.UserInput(connection),
        };

    /// <summary>About an account; the channel is named where the event is about one.</summary>
    public static NewEvent OfAccount(
        EventName name,
        ConnectionId connection,
        AccountId account,
        ChannelDefinitionId? channel = null
    ) =>
        new(name)
        {
            ConnectionId = connection,
            DefinitionId = channel,
            Resource = Links.Account(account),
        };

    /// <summary>About the accounts that a channel listed.</summary>
    public static NewEvent OfAccountList(
        ConnectionId connection,
        ChannelDefinitionId channel,
        IReadOnlyList<AccountId> accounts
    ) =>
        new(EventName.ListAccounts)
        {
            ConnectionId = connection,
            DefinitionId = channel,
            Resource = Links.AccountsOf(connection),
            AccountIds = accounts,
        };
}

/// <summary>Categories of the published API, and two of ours (ACCOUNT, PAYMENT).</summary>
[JsonConverter(typeof(WordConverter<EventType>))]
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

/// <summary>Every name an event can have; each is described in docs/reference/events.md, in this order.</summary>
[JsonConverter(typeof(WordConverter<EventName>))]
internal enum EventName
{
    ConnectionCreated,
    ConnectionDeleted,
    CredentialsUpdated,
    SynchronizationRequested,
    SynchronizationStarted,
    SynchronizationEnded,
    ListAccounts,
    ChannelSucceeded,
    ChannelFailed,
    AuthFailed,
    TokenExpired,
    PasswordChangeRequired,
    ChallengeRequired,
    UserActionRequired,
    UserInputRequired,
    UserInputAnswered,
    UserInputCancelled,
    UserInputExpired,
    ConsentGiven,
    ConsentDenied,
    ConsentExpiring,
    ConsentExpired,
    AccountSelected,
    AccountDeselected,
    AccountAdded,
    AccountSynchronized,
    AccountFailed,
    AccountNotFound,
    AccountDeleted,
    UserCreated,
    UserDeleted,
    WebhookFailing,
    WebhookDisabled,
    WebhookTest,
}

internal static class EventNames
{
    /// <summary>The category of an event of this name, unless it says otherwise.</summary>
    public static EventType UsualType(this EventName name) =>
        name switch
        {
            EventName.ConnectionCreated => EventType.ChooseBank,
            EventName.ConnectionDeleted
            or EventName.UserCreated
            or EventName.UserDeleted
            or EventName.WebhookFailing
            or EventName.WebhookDisabled
            or EventName.WebhookTest => EventType.Global,
            EventName.CredentialsUpdated
            or EventName.AuthFailed
            or EventName.TokenExpired
            or EventName.PasswordChangeRequired
            or EventName.ChallengeRequired
            or EventName.UserActionRequired
            or EventName.UserInputRequired
            or EventName.UserInputAnswered
            or EventName.UserInputCancelled
            or EventName.UserInputExpired => EventType.Login,
            EventName.SynchronizationRequested
            or EventName.SynchronizationStarted
            or EventName.SynchronizationEnded
            or EventName.ListAccounts
            or EventName.ChannelSucceeded
            or EventName.ChannelFailed => EventType.Synchronization,
            EventName.ConsentGiven
            or EventName.ConsentDenied
            or EventName.ConsentExpiring
            or EventName.ConsentExpired
            or EventName.AccountSelected
            or EventName.AccountDeselected => EventType.Consent,
            EventName.AccountAdded
            or EventName.AccountSynchronized
            or EventName.AccountFailed
            or EventName.AccountNotFound
            or EventName.AccountDeleted => EventType.Account,
        };
}

/// <summary>An event as it stands in the log.</summary>
internal sealed record StoredEvent
{
    /// <summary>Grows strictly within a user.</summary>
    public EventId Id { get; init; }
    public UserId UserId { get; init; }
    public ClientId ClientId { get; init; }

    /// <summary>Its place among the events of all users; null on those from before there were any.</summary>
    public long? Position { get; init; }

    /// <summary>UTC seconds.</summary>
    public long At { get; init; }
    public EventName Name { get; init; }
    public EventType Type { get; init; }
    public string? Status { get; init; }
    public string? Reason { get; init; }
    public ConnectionId? ConnectionId { get; init; }
    public ChannelDefinitionId? DefinitionId { get; init; }
    public string? Resource { get; init; }

    /// <summary>Decimal ids joined by commas; null on most events.</summary>
    public string? AccountIds { get; init; }
}
