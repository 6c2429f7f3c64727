using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Queues: a user's events, followed by polling.</summary>
internal static class QueueEndpoints
{
    private const int MostEvents = 500;
    private const int LongestWait = 60;

    private static readonly Parameter<long?> After = Parameter.WholeNumber(
        "after",
        "Id of the last event that you saw; absent: from the creation of the queue.",
        least: 0,
        most: long.MaxValue
    );
    private static readonly Parameter<long?> Limit = Parameter.WholeNumber(
        "limit",
        $"How many events at most; 100 when absent, {MostEvents} at most.",
        least: 1,
        most: MostEvents
    );
    private static readonly Parameter<long?> Wait = Parameter.WholeNumber(
        "wait",
        $"How many seconds to wait for an event when there is none; 0 when absent, {LongestWait} at most.",
        least: 0,
        most: LongestWait
    );

    public static IServiceCollection AddEvents(this IServiceCollection services) =>
        services
            .AddPeriodicTask("events", TimeSpan.FromHours(1), EventLog.Prune)
            .AddPeriodicTask("queues", TimeSpan.FromHours(1), QueueStore.Prune);

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
            .Takes(After, Limit, Wait)
            .Describe(
                "getQueueEvents",
                "Read the events of a queue",
                """
                The events after the one that you saw last, oldest first. With `wait` the answer comes as soon as there is one, or empty when
                the time is over. Following the last id, you miss none.
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
        HttpRequest request,
        ActingUser user,
        Database database,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellation
    )
    {
        if (await Find(id, user, database, cancellation) is not { } queue)
        {
            return Problem.NotFound("queue");
        }
        var parameters = new ParameterSource(request);
        var after = parameters.Read(After) ?? 0;
        var limit = parameters.Read(Limit) ?? 100;
        var wait = parameters.Read(Wait) ?? 0;
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if (time.Seconds() is var now && now - queue.UsedAt >= Queue.UseNotedEvery)
        {
            await database.Write(db => QueueStore.Use(db, user.UserId, queue.Id, now), cancellation);
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var events = await QueueWait.Read(
            database,
            user.UserId,
            new EventId(Math.Max(after, queue.AfterId.Value)),
            (int)limit,
            TimeSpan.FromSeconds(wait),
            time,
            either.Token
        );
        return TypedResults.Json(
            [.. events.Select(e => EventMessage.Of(e, addresses.ApiOf(version)))],
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

/// <summary>Waiting for events without a thread and without a database connection.</summary>
internal static class QueueWait
{
    /// <summary>How often to look for what other nodes have written; this process's own events wake the waiter at once.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The events after an id, as soon as there are any; empty when the time is over, the caller has gone or the program ends.
    /// </summary>
    public static async Task<IReadOnlyList<StoredEvent>> Read(
        Database database,
        UserId userId,
        EventId after,
        int limit,
        TimeSpan wait,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var until = time.GetUtcNow() + wait;
        using var watch = database.Signals.For(EventLog.Topic(userId));
        try
        {
            while (true)
            {
                var events = await database.Read(db => EventLog.Read(db, userId, after, limit), cancellation);
                var left = until - time.GetUtcNow();
                if (events.Count > 0 || left <= TimeSpan.Zero)
                {
                    return events;
                }
                await watch.Wait(left < Look ? left : Look, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return [];
        }
    }
}
