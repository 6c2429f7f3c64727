using System.Text.Json.Serialization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>In which form a webhook gets an event.</summary>
[JsonConverter(typeof(WordConverter<WebhookFormat>))]
internal enum WebhookFormat
{
    /// <summary>The event, as the feed shows it.</summary>
    Event,

    /// <summary>The published notification of a connection.</summary>
    Published,
}

/// <summary>How a webhook's messages are signed (Standard Webhooks).</summary>
[JsonConverter(typeof(WordConverter<WebhookSignature>))]
internal enum WebhookSignature
{
    /// <summary>By a secret that both know.</summary>
    HmacSha256,

    /// <summary>By a key of which the receiver knows the public half.</summary>
    Ed25519,
}

/// <summary>Whether events are sent.</summary>
[JsonConverter(typeof(WordConverter<WebhookStatus>))]
internal enum WebhookStatus
{
    Active,
    Disabled,
}

/// <summary>Why a webhook is disabled.</summary>
[JsonConverter(typeof(WordConverter<WebhookStatusReason>))]
[WordCase(WordCase.LowerSnake)]
internal enum WebhookStatusReason
{
    /// <summary>The client, or the operator, said so.</summary>
    Asked,

    /// <summary>The receiver answered 410.</summary>
    Gone,

    /// <summary>Nothing has arrived for days.</summary>
    Failing,
}

/// <summary>What came of an attempt.</summary>
[JsonConverter(typeof(WordConverter<AttemptOutcome>))]
internal enum AttemptOutcome
{
    Delivered,

    /// <summary>It is sent again.</summary>
    Failed,

    /// <summary>It failed, and was the last.</summary>
    GivenUp,
}

/// <summary>A webhook as stored. Times are UTC seconds.</summary>
internal sealed record WebhookRow
{
    public WebhookId Id { get; init; }
    public ClientId ClientId { get; init; }
    public string Url { get; init; } = "";
    public string? Description { get; init; }

    /// <summary>Types and names of events, separated by commas; null: all.</summary>
    public string? Types { get; init; }
    public WebhookFormat Format { get; init; }
    public WebhookSignature Signature { get; init; }

    /// <summary>The secret, sealed; see <see cref="WebhookSecrets"/>.</summary>
    public byte[] WrappedKey { get; init; } = [];
    public byte[] Secret { get; init; } = [];

    /// <summary>The secret of before, which signs beside the new one until <see cref="OldUntil"/>.</summary>
    public byte[]? OldWrappedKey { get; init; }
    public byte[]? OldSecret { get; init; }
    public long? OldUntil { get; init; }
    public WebhookStatus Status { get; init; }
    public WebhookStatusReason? StatusReason { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }

    /// <summary>Since when nothing has arrived; null: the last attempt did.</summary>
    public long? FailingSince { get; init; }

    /// <summary>Looks in a row that ended without anything that arrived.</summary>
    public int Failures { get; init; }

    /// <summary>When the client was told that it fails; null: it was not, since it began to.</summary>
    public long? WarnedAt { get; init; }

    /// <summary>Not before this is anything sent.</summary>
    public long NextAt { get; init; }

    /// <summary>Proves who is at it.</summary>
    public long Fence { get; init; }

    /// <summary>Which events it gets: the published form knows few.</summary>
    public EventFilter Filter() =>
        Format switch
        {
            WebhookFormat.Event => Types is null ? EventFilter.All : EventFilter.Read(Types.Split(','), out _)!,
            WebhookFormat.Published => PublishedNotification.Filter,
        };
}
