using System.Text.Json;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>An event as it is sent.</summary>
internal sealed record WebhookPayload(EventName Name, WebhookMessageBody Body);

/// <summary>Makes the messages of events. They hold what was true when they were made first, or, in the published form, what is true now.</summary>
internal sealed class WebhookPayloads(ConnectionView connections, Addresses addresses)
{
    private readonly string _api = addresses.ApiOf(ApiVersion.V21);

    /// <summary>Messages by place. None of an event that has been erased, or whose connection has where it is to be shown.</summary>
    public async Task<IReadOnlyDictionary<FeedPlace, WebhookPayload>> Of(
        DbWork db,
        WebhookRow webhook,
        IReadOnlyList<Delivery> deliveries
    )
    {
        var events = await Deliveries.EventsOf(db, deliveries);
        return webhook.Format switch
        {
            WebhookFormat.Event => events.ToDictionary(e => e.Key, e => Of(e.Value)),
            WebhookFormat.Published => await Published(db, events),
        };
    }

    /// <summary>The event as the feed shows it.</summary>
    private WebhookPayload Of(StoredEvent stored) =>
        new(
            stored.Name,
            new(
                NameOf(stored.Position!.Value),
                JsonSerializer.SerializeToUtf8Bytes(
                    EventMessage.Of(stored, _api) with
                    {
                        Cursor = $"{stored.Position}",
                    },
                    QueueJson.Default.EventMessage
                )
            )
        );

    private async Task<IReadOnlyDictionary<FeedPlace, WebhookPayload>> Published(
        DbWork db,
        IReadOnlyDictionary<FeedPlace, StoredEvent> events
    )
    {
        ConnectionKey[] keys =
        [
            .. events
                .Values.Where(e => PublishedNotification.TypeOf(e.Name) is not null && e.ConnectionId is not null)
                .Select(e => new ConnectionKey(e.UserId, e.ConnectionId!.Value))
                .Distinct(),
        ];
        var shown = await connections.Find(db, keys, ApiVersion.V21);
        Dictionary<FeedPlace, WebhookPayload> messages = [];
        foreach (var (position, stored) in events)
        {
            if (
                PublishedNotification.TypeOf(stored.Name) is not { } type
                || stored.ConnectionId is not { } id
                || !shown.TryGetValue(id, out var connection)
            )
            {
                continue;
            }
            var message = new PublishedNotification
            {
                Id = NameOf(position),
                EventType = type,
                CreationDate = stored.At,
                ChannelDefinitionId = stored.DefinitionId,
                Resource = connection,
                NewTransactions = AccountChanges.Read(stored.Changes).Any(changes => changes.New > 0),
            };
            messages.Add(
                position,
                new(
                    stored.Name,
                    new(
                        NameOf(position),
                        JsonSerializer.SerializeToUtf8Bytes(message, PublishedJson.Default.PublishedNotification)
                    )
                )
            );
        }
        return messages;
    }

    /// <summary>A message by which a receiver is tried.</summary>
    public WebhookMessageBody Test(WebhookRow webhook, EventId id, long now) =>
        new(
            $"test_{id}",
            webhook.Format switch
            {
                WebhookFormat.Event => JsonSerializer.SerializeToUtf8Bytes(
                    new EventMessage
                    {
                        Id = id,
                        Date = now,
                        Name = EventName.WebhookTest,
                        Type = EventName.WebhookTest.UsualType(),
                        Resource = _api + Links.Webhook(webhook.Id),
                    },
                    QueueJson.Default.EventMessage
                ),
                WebhookFormat.Published => JsonSerializer.SerializeToUtf8Bytes(
                    PublishedNotification.Example($"test_{id}", now),
                    PublishedJson.Default.PublishedNotification
                ),
            }
        );

    /// <summary>What a message is called, each time that it is sent and to whomever.</summary>
    public static string NameOf(FeedPlace position) => NameOf($"{position}");

    /// <inheritdoc cref="NameOf(FeedPlace)"/>
    public static string NameOf(string cursor) => $"evt_{cursor}";
}
