using System.Globalization;
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

    /// <summary>What was written of transactions, on events that tell it; accounts without any change are left out.</summary>
    public IReadOnlyList<AccountChanges> Changes { get; init; } = [];

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

/// <summary>How many transactions of an account were written. In the log as decimal numbers joined by colons, accounts by commas.</summary>
/// <param name="Removed">Those that the bank no longer has, or never booked.</param>
internal sealed record AccountChanges(AccountId AccountId, int New, int Changed, int Removed)
{
    public bool IsEmpty => New + Changed + Removed == 0;

    public static string? Write(IReadOnlyList<AccountChanges> changes) =>
        changes.Count == 0
            ? null
            : string.Join(
                ',',
                changes.Select(c =>
                    string.Create(CultureInfo.InvariantCulture, $"{c.AccountId.Value}:{c.New}:{c.Changed}:{c.Removed}")
                )
            );

    public static IReadOnlyList<AccountChanges> Read(string? changes) =>
        [
            .. (changes?.Split(',') ?? [])
                .Select(one =>
                    one.Split(':').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray()
                )
                .Select(n => new AccountChanges(new AccountId(n[0]), (int)n[1], (int)n[2], (int)n[3])),
        ];
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
    ConnectionUpdated,
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
    ConsentRenewed,
    ConsentDenied,
    ConsentExpiring,
    ConsentExpired,
    ConsentRevoked,
    AccountSelected,
    AccountDeselected,
    AccountAdded,
    AccountSynchronized,
    AccountFailed,
    AccountNotFound,
    AccountFound,
    AccountClosed,
    AccountDeleted,
    BalanceGap,
    BalanceExplained,
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
            EventName.ConnectionUpdated
            or EventName.ConnectionDeleted
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
            or EventName.ConsentRenewed
            or EventName.ConsentDenied
            or EventName.ConsentExpiring
            or EventName.ConsentExpired
            or EventName.ConsentRevoked
            or EventName.AccountSelected
            or EventName.AccountDeselected => EventType.Consent,
            EventName.AccountAdded
            or EventName.AccountSynchronized
            or EventName.AccountFailed
            or EventName.AccountNotFound
            or EventName.AccountFound
            or EventName.AccountClosed
            or EventName.AccountDeleted
            or EventName.BalanceGap
            or EventName.BalanceExplained => EventType.Account,
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
    public FeedPlace? Position { get; init; }

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

    /// <summary>See <see cref="AccountChanges"/>; null on most events.</summary>
    public string? Changes { get; init; }
}
