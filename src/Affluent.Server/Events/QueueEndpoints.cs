using System.Globalization;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Queues: a user's events, followed by polling.</summary>
internal static class QueueEndpoints
{
    private const int MostEvents = 500;
    private const int LongestWait = 60;

    public static IServiceCollection AddEvents(this IServiceCollection services) =>
        services.AddHostedService<EventRetention>();

    public static void MapQueues(this IEndpointRouteBuilder app)
    {
        var queues = app.MapGroup("/api/v2.1/queues").WithTags("Queues");
        queues.MapPost("", Create).Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage);
        queues
            .MapGet("/{id}", Show)
            .Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage)
            .OwnedBy("id", QueueStore.OwnerOf);
        queues
            .MapGet("/{id}/events", Events)
            .Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage)
            .OwnedBy("id", QueueStore.OwnerOf);
        queues
            .MapDelete("/{id}", Delete)
            .Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage)
            .OwnedBy("id", QueueStore.OwnerOf);
    }

    private static async Task<IResult> Create(
        ActingUser user,
        Database database,
        Ids ids,
        Addresses addresses,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (id, now) = (ids.Next(), time.Seconds());
        await database.Write(db => QueueStore.Insert(db, user.UserId, id, now), cancellation);
        return TypedResults.Created(
            $"{addresses.Api}/v2.1/queues/{Ids.Text(id)}",
            new QueueMessage { Id = Ids.Text(id), CreationDate = now }
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
                new QueueMessage { Id = Ids.Text(queue.Id), CreationDate = queue.CreatedAt },
                QueueJson.Default.QueueMessage
            )
            : Problem.NotFound("queue");

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead(id, out var queueId)
        && await database.Write(db => QueueStore.Delete(db, user.UserId, queueId), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("queue");

    private static async Task<IResult> Events(
        string id,
        HttpRequest request,
        ActingUser user,
        Database database,
        Addresses addresses,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellation
    )
    {
        if (await Find(id, user, database, cancellation) is not { } queue)
        {
            return Problem.NotFound("queue");
        }
        if (!TryReadNumber(request, "after", queue.AfterId, long.MaxValue, out var after))
        {
            return Problem.BadParameter("after", "must be the id of an event");
        }
        if (!TryReadNumber(request, "limit", 100, MostEvents, out var limit) || limit == 0)
        {
            return Problem.BadParameter("limit", $"must be a whole number from 1 to {MostEvents}");
        }
        if (!TryReadNumber(request, "wait", 0, LongestWait, out var wait))
        {
            return Problem.BadParameter("wait", $"must be a number of seconds from 0 to {LongestWait}");
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var events = await QueueWait.Read(
            database,
            user.UserId,
            Math.Max(after, queue.AfterId),
            (int)limit,
            TimeSpan.FromSeconds(wait),
            time,
            either.Token
        );
        return TypedResults.Json(
            [.. events.Select(e => EventMessage.Of(e, addresses.Api))],
            QueueJson.Default.IReadOnlyListEventMessage
        );
    }

    private static async Task<Queue?> Find(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead(id, out var queueId)
            ? await database.Read(db => QueueStore.Find(db, user.UserId, queueId), cancellation)
            : null;

    private static bool TryReadNumber(HttpRequest request, string name, long standard, long most, out long number)
    {
        number = standard;
        return request.Query[name] is not [{ } text, ..]
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most);
    }
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
        long userId,
        long after,
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
