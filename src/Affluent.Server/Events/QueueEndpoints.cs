using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Queues: a user's events, followed by polling.</summary>
internal static class QueueEndpoints
{
    private static readonly Parameter<long?> After = Parameter.Cursor(
        "after",
        "Id of the last event that you saw; absent: from the creation of the queue."
    );

    public static void MapQueues(this IEndpointRouteBuilder app)
    {
        var queues = app.MapGroup("/api/v2.1/queues").WithTags("Queues");
        queues
            .MapPost("", Create)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Limited(LimitedAction.Queue)
            .Describe("createQueue", "Create a queue", "A queue follows the user's events from now on.")
            .Produces<QueueMessage>(201)
            .Gives(201, AnswerHeader.Location);
        queues
            .MapGet("/{id}", Show)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .OwnedBy<QueueId>("id", QueueStore.OwnerOf)
            .Describe("getQueue", "Read a queue", "One queue.")
            .Answers<QueueMessage>(404);
        queues
            .MapGet("/{id}/events", Events)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .OwnedBy<QueueId>("id", QueueStore.OwnerOf)
            .Takes(After, EventParameters.Limit, EventParameters.Wait)
            .Describe(
                "getQueueEvents",
                "Read the events of a queue",
                """
                The events after the one that you saw last, oldest first. With `wait` the answer comes as soon as there is one, or empty when
                the time is over. Following the last id, you miss none. With `Accept: text/event-stream` they come one by one as they happen, each under
                its id, and `Last-Event-ID` says where to go on.
                """
            )
            .Answers<IReadOnlyList<EventMessage>>(400, 404);
        queues
            .MapDelete("/{id}", Delete)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .OwnedBy<QueueId>("id", QueueStore.OwnerOf)
            .Describe("deleteQueue", "Delete a queue", "The events stay in the log; other queues still show them.")
            .Answers(204, 404);
    }

    private static async Task<IResult> Create(
        ActingUser user,
        Database database,
        Ids ids,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (id, now) = (ids.Next<QueueId>(), time.Seconds());
        await database.Write(db => QueueStore.Insert(db, user.UserId, id, now), cancellation);
        return TypedResults.Created(
            addresses.ApiOf(version) + Links.Queue(id),
            new QueueMessage { Id = id, CreationDate = now }
        );
    }

    private static async Task<IResult> Show(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        await Find(id, user, database, cancellation) is { } queue
            ? TypedResults.Json(
                new QueueMessage { Id = queue.Id, CreationDate = queue.CreatedAt },
                QueueJson.Default.QueueMessage
            )
            : Problem.NotFound("queue");

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<QueueId>(id, out var queueId)
        && await database.Write(db => QueueStore.Delete(db, user.UserId, queueId), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("queue");

    private static async Task<IResult> Events(
        string id,
        HttpContext context,
        ActingUser user,
        Database database,
        EventReader reader,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (await Find(id, user, database, cancellation) is not { } queue)
        {
            return Problem.NotFound("queue");
        }
        var parameters = new ParameterSource(context.Request);
        var after = EventStream.LastOf(context.Request, After, parameters) ?? parameters.Read(After) ?? 0;
        var limit = (int)(parameters.Read(EventParameters.Limit) ?? EventParameters.Usual);
        var wait = TimeSpan.FromSeconds(parameters.Read(EventParameters.Wait) ?? 0);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if (time.Seconds() is var now && now - queue.UsedAt >= Queue.UseNotedEvery)
        {
            await database.Write(db => QueueStore.Use(db, user.UserId, queue.Id, now), cancellation);
        }
        var api = addresses.ApiOf(version);
        var place = Math.Max(after, queue.AfterId.Value);
        if (EventStream.IsAsked(context.Request))
        {
            return new EventStream(
                place,
                async (from, most, cancellation) =>
                {
                    var page = await reader.OfUser(
                        user.UserId,
                        new EventId(from),
                        EventParameters.Most,
                        most,
                        cancellation
                    );
                    return new EventBatch(
                        [.. page.Select(e => new StreamedEvent(e.Id.Value, EventMessage.Of(e, api)))],
                        page.Count > 0 ? page[^1].Id.Value : from
                    );
                }
            );
        }
        var events = await reader.OfUser(user.UserId, new EventId(place), limit, wait, cancellation);
        return TypedResults.Json(
            [.. events.Select(e => EventMessage.Of(e, api))],
            QueueJson.Default.IReadOnlyListEventMessage
        );
    }

    private static async Task<Queue?> Find(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<QueueId>(id, out var queueId)
            ? await database.Read(db => QueueStore.Find(db, user.UserId, queueId), cancellation)
            : null;
}
