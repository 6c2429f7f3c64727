using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>What has happened to the resource of a published notification.</summary>
[JsonConverter(typeof(WordConverter<NotifiedChange>))]
internal enum NotifiedChange
{
    Created,
    Updated,
    Deleted,
}

/// <summary>What a published notification is about.</summary>
[JsonConverter(typeof(WordConverter<NotifiedResource>))]
internal enum NotifiedResource
{
    Connections,
}

/// <summary>The published notification: a connection as it is now, told when one of its channels has been read.</summary>
internal sealed record PublishedNotification
{
    /// <summary>Id of the notification, the same each time that it is sent.</summary>
    public required string Id { get; init; }

    /// <summary>What has happened: a connection was made, or a channel of it has been read.</summary>
    public required NotifiedChange EventType { get; init; }

    /// <summary>Always CONNECTIONS.</summary>
    public NotifiedResource ResourceType { get; init; } = NotifiedResource.Connections;

    /// <summary>When it happened, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>The channel that has been read.</summary>
    public ChannelDefinitionId? ChannelDefinitionId { get; init; }

    /// <summary>The connection, as `GET /connections/{id}` shows it.</summary>
    public required ConnectionMessage Resource { get; init; }

    /// <summary>The reading brought transactions that were not known.</summary>
    public required bool NewTransactions { get; init; }

    /// <summary>The events that it tells of.</summary>
    public static EventFilter Filter { get; } =
        new([EventName.ConnectionCreated, EventName.ChannelSucceeded, EventName.ChannelFailed], []);

    /// <summary>One that is of nobody, to try a receiver.</summary>
    public static PublishedNotification Example(string id, long now) =>
        new()
        {
            Id = id,
            EventType = NotifiedChange.Updated,
            CreationDate = now,
            Resource = new ConnectionMessage
            {
                Id = new ConnectionId(0),
                UserId = new UserId(0),
                ProviderId = new ProviderId("0"),
                Name = "Test",
                Status = ConnectionStatus.Success,
                CreationDate = now,
                AutoSync = false,
                ConsentPerAccount = false,
                LogoUrl = "",
                Constraints = new ConstraintsMessage(),
                Channels = [],
            },
            NewTransactions = false,
        };

    /// <summary>What an event is called in it; null: it is not told.</summary>
    public static NotifiedChange? TypeOf(EventName name) =>
        name == EventName.ConnectionCreated ? NotifiedChange.Created
        : Filter.Names.Contains(name) ? NotifiedChange.Updated
        : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(PublishedNotification))]
internal sealed partial class PublishedJson : JsonSerializerContext;
