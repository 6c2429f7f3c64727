using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>What was sent to a webhook, and sending it once more.</summary>
internal static class WebhookDeliveryEndpoints
{
    // Of one request.
    private const int MostCursors = 500;
    private const int MostEvents = 1_000;

    private static readonly Parameter<WebhookAttemptId?> Before = Parameter.Id<WebhookAttemptId>(
        "before",
        "Only attempts older than this one: the last of the page before."
    );
    private static readonly Parameter<long?> Cursor = Parameter.WholeNumber(
        "event_cursor",
        "Only attempts to send this event.",
        least: 1,
        most: long.MaxValue
    );
    private static readonly Parameter<AttemptOutcome?> Outcome = Parameter.OneOf<AttemptOutcome>(
        "outcome",
        "Only attempts that came out so."
    );

    public static void MapWebhookDeliveries(this RouteGroupBuilder webhooks)
    {
        webhooks
            .MapGet("/{id}/attempts", Attempts)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Takes(Before, Cursor, Outcome, EventParameters.Limit)
            .Describe(
                "listWebhookAttempts",
                "List what was sent to a webhook",
                "Attempts, newest first, each with what the receiver answered. They are kept as long as events are."
            )
            .Answers<IReadOnlyList<WebhookAttemptMessage>>(400, 404);
        webhooks
            .MapPost("/{id}/redeliveries", Redeliver)
            .Needs(Scope.ConnectionsManage)
            .Describe(
                "redeliverToWebhook",
                "Send events once more",
                $"""
                Events that are still kept, by their cursors, their time, their types, or only what has not arrived: up to {MostEvents} at a time,
                each with the `webhook-id` of before.
                """
            )
            .Accepts<RedeliveryMessage>("application/json")
            .Produces<RedeliveredMessage>(202)
            .Answers(400, 404, 409, 415);
    }

    private static async Task<IResult> Attempts(
        string id,
        HttpRequest request,
        Caller caller,
        Database database,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var before = parameters.Read(Before);
        var cursor = parameters.Read(Cursor);
        var outcome = parameters.Read(Outcome);
        var limit = (int)(parameters.Read(EventParameters.Limit) ?? EventParameters.Usual);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if (!Ids.TryRead<WebhookId>(id, out var key))
        {
            return Problem.NotFound("webhook");
        }
        var rows = await database.Read(
            async db =>
                await WebhookStore.Find(db, caller.ClientId, key) is null
                    ? null
                    : await WebhookAttemptStore.List(
                        db,
                        key,
                        before,
                        cursor is { } place ? new FeedPlace(place) : null,
                        outcome,
                        limit
                    ),
            cancellation
        );
        return rows is null
            ? Problem.NotFound("webhook")
            : TypedResults.Json(
                [.. rows.Select(WebhookAttemptMessage.Of)],
                WebhooksJson.Default.IReadOnlyListWebhookAttemptMessage
            );
    }

    private static async Task<IResult> Redeliver(
        string id,
        HttpRequest request,
        Caller caller,
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, WebhooksJson.Default.RedeliveryMessage);
        if (problem is not null)
        {
            return problem;
        }
        var (positions, wrongCursor) = Positions(message!.EventCursors);
        var after = 0L;
        var unknown = "";
        var types = message.Types is { } given ? EventFilter.Read(given, out unknown) : null;
        var wrong =
            wrongCursor
            ?? (
                types is null && message.Types is not null
                    ? new Problem(
                        400,
                        "unknown_event_type",
                        $"'{unknown}' is neither a type nor a name of events.",
                        Parameter: "types"
                    )
                : message.After is { } place && !Ids.TryRead(place, out after)
                    ? Problem.BadBody("'after' must be a cursor: a decimal number", "after")
                : message.From > message.Until ? Problem.BadBody("'from' must not lie behind 'until'", "from")
                : null
            );
        if (wrong is not null)
        {
            return wrong;
        }
        if (!Ids.TryRead<WebhookId>(id, out var key))
        {
            return Problem.NotFound("webhook");
        }
        var result = await database.Write<IResult>(
            async db =>
            {
                if (await WebhookStore.Lock(db, caller.ClientId, key) is not { } row)
                {
                    return Problem.NotFound("webhook");
                }
                if (row.Status == WebhookStatus.Disabled)
                {
                    return Problem.Conflict(
                        "webhook_disabled",
                        "Nothing is sent to a webhook that is disabled: switch it on first, with status ACTIVE."
                    );
                }
                var repeated = await Deliveries.Repeat(
                    db,
                    key,
                    caller.ClientId,
                    new RepeatedEvents(
                        positions,
                        row.Format == WebhookFormat.Published ? PublishedNotification.Filter : types ?? row.Filter(),
                        message.From ?? 0,
                        message.Until ?? long.MaxValue,
                        new FeedPlace(after),
                        time.Seconds(),
                        MostEvents,
                        async found =>
                            message.Undelivered == true
                                ? found.Except(await WebhookAttemptStore.Delivered(db, key, found)).ToHashSet()
                                : found.ToHashSet()
                    )
                );
                return TypedResults.Json(
                    new RedeliveredMessage { Count = repeated.Count, Next = repeated.Next?.ToString() },
                    WebhooksJson.Default.RedeliveredMessage,
                    statusCode: 202
                );
            },
            cancellation
        );
        return result;
    }

    private static (IReadOnlyList<FeedPlace>? Positions, Problem? Problem) Positions(IReadOnlyList<string>? cursors)
    {
        if (cursors is null)
        {
            return (null, null);
        }
        if (cursors.Count is 0 or > MostCursors)
        {
            return (null, Problem.BadBody($"'event_cursors' must name 1 to {MostCursors} events", "event_cursors"));
        }
        List<FeedPlace> positions = [];
        foreach (var cursor in cursors)
        {
            if (!Ids.TryRead<FeedPlace>(cursor, out var position))
            {
                return (
                    null,
                    Problem.BadBody("'event_cursors' must hold cursors of events: decimal numbers", "event_cursors")
                );
            }
            positions.Add(position);
        }
        return (positions, null);
    }
}
