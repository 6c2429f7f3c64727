using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Events;

/// <summary>A queue.</summary>
internal sealed record QueueMessage
{
    /// <summary>Id of the queue.</summary>
    public required QueueId Id { get; init; }

    /// <summary>When it was made, in UTC seconds.</summary>
    public required long CreationDate { get; init; }
}

/// <summary>An event; see docs/reference/events.md.</summary>
internal sealed record EventMessage
{
    /// <summary>Grows within a user; hand the last one back as <c>after</c>.</summary>
    public required EventId Id { get; init; }

    /// <summary>In the feed of a client: its place, to be handed back as <c>after</c>.</summary>
    public string? Cursor { get; init; }

    /// <summary>When it happened, in UTC seconds.</summary>
    public required long Date { get; init; }

    /// <summary>What happened.</summary>
    public required EventName Name { get; init; }

    /// <summary>What it is about.</summary>
    public required EventType Type { get; init; }

    /// <summary>How it came out, in the words of what it is about.</summary>
    public string? Status { get; init; }

    /// <summary>Why, as a stable code.</summary>
    public string? Reason { get; init; }

    /// <summary>Whose event it is; absent on those of the client itself.</summary>
    public UserId? UserId { get; init; }

    /// <summary>The connection concerned.</summary>
    public ConnectionId? ConnectionId { get; init; }

    /// <summary>The channel concerned.</summary>
    public ChannelDefinitionId? ChannelDefinitionId { get; init; }

    /// <summary>Address of what the event is about.</summary>
    public string? Resource { get; init; }

    /// <summary>On LIST_ACCOUNTS: the accounts that the channel listed.</summary>
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>On ACCOUNT_SYNCHRONIZED, CHANNEL_SUCCEEDED and SYNCHRONIZATION_ENDED: the accounts of which transactions were written, and how many.</summary>
    public IReadOnlyList<AccountChangesMessage>? Changes { get; init; }

    public static EventMessage Of(StoredEvent stored, string api) =>
        new()
        {
            Id = stored.Id,
            Date = stored.At,
            Name = stored.Name,
            Type = stored.Type,
            Status = stored.Status,
            Reason = stored.Reason,
            UserId = stored.UserId == EventLog.NoUser ? null : stored.UserId,
            ConnectionId = stored.ConnectionId,
            ChannelDefinitionId = stored.DefinitionId,
            Resource = stored.Resource is { } path ? api + path : null,
            AccountIds =
                stored.AccountIds?.Split(',') ?? (stored.Name == EventName.ListAccounts ? Array.Empty<string>() : null),
            Changes = stored.Name
                is EventName.AccountSynchronized
                    or EventName.ChannelSucceeded
                    or EventName.SynchronizationEnded
                ? [.. AccountChanges.Read(stored.Changes).Select(AccountChangesMessage.Of)]
                : null,
        };
}

/// <summary>How many transactions of an account were written.</summary>
internal sealed record AccountChangesMessage
{
    /// <summary>The account.</summary>
    public required AccountId AccountId { get; init; }

    /// <summary>Those that were not known before.</summary>
    public required int New { get; init; }

    /// <summary>Those of which something is another: a pending one is booked, a label is corrected.</summary>
    public required int Changed { get; init; }

    /// <summary>Those that the bank no longer shows, or that were never booked.</summary>
    public required int Removed { get; init; }

    public static AccountChangesMessage Of(AccountChanges changes) =>
        new()
        {
            AccountId = changes.AccountId,
            New = changes.New,
            Changed = changes.Changed,
            Removed = changes.Removed,
        };
}

/// <summary>Some events of a client's users.</summary>
internal sealed record FeedMessage
{
    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<EventMessage> Events { get; init; }

    /// <summary>To be sent as <c>after</c> next time. Also an empty answer moves it on.</summary>
    public required string Next { get; init; }

    /// <summary>There is more: ask again at once.</summary>
    public required bool HasMore { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(QueueMessage))]
[JsonSerializable(typeof(IReadOnlyList<EventMessage>))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(FeedMessage))]
internal sealed partial class QueueJson : JsonSerializerContext;
