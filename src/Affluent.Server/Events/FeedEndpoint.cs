using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Where a reader of a feed begins.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum FeedStart
{
    Oldest,
    Newest,
}

/// <summary>The feed: the events of all users of a client under one cursor.</summary>
internal static class FeedEndpoint
{
    private static readonly Parameter<long?> After = Parameter.Cursor(
        "after",
        "The value of `next` from the answer before, or of an event's `cursor`; absent: from the oldest event that is kept."
    );
    private static readonly Parameter<UserId?> User = Parameter.Id<UserId>(
        "user_id",
        "Only events of this user, the last one too: that the user was deleted."
    );

    private static readonly Parameter<FeedStart?> Start = Parameter.OneOf<FeedStart>(
        "start",
        "Where to begin when `after` is absent: with the oldest event that is kept, as when it is absent too, or with what comes from now on."
    );

    public static void MapFeed(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v2.1/events")
            .WithTags("Events")
            .MapGet("", Read)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .ForClients()
            .Takes(After, Start, EventParameters.Limit, EventParameters.Wait, EventFilter.Parameter, User)
            .Describe(
                "listEvents",
                "Follow the events of all users",
                """
                With a client's own token: the events of all of its users behind `after`, oldest first. With `wait` the answer comes as soon as
                there is one, or empty when the time is over. Keep `next` and hand it back as `after`: none is missed, none comes twice, and those of a
                user come in their order. With `Accept: text/event-stream` they come one by one as they happen, each under its cursor,
                and `Last-Event-ID` says where to go on. A place that is no longer kept is answered with 410 and the oldest one in `oldest`.
                """
            )
            .Answers<FeedMessage>(400, 404, 410);

    private static async Task<IResult> Read(
        HttpContext context,
        Caller caller,
        Database database,
        UserDirectory users,
        EventReader reader,
        Addresses addresses,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(context.Request);
        var given = EventStream.LastOf(context.Request, After, parameters) ?? parameters.Read(After);
        var limit = (int)(parameters.Read(EventParameters.Limit) ?? EventParameters.Usual);
        var wait = TimeSpan.FromSeconds(parameters.Read(EventParameters.Wait) ?? 0);
        var filter = parameters.Read(EventFilter.Parameter) ?? EventFilter.All;
        var user = parameters.Read(User);
        var start = parameters.Read(Start);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if (user is not null && !await database.Read(IsKnown, cancellation))
        {
            return Problem.NotFound("user");
        }
        var after = given is { } number ? new FeedPlace(number) : default(FeedPlace?);
        if (after is null && start == FeedStart.Newest)
        {
            after = await database.Read(db => ClientFeed.Newest(db, caller.ClientId), cancellation);
        }
        var api = addresses.ApiOf(version);
        var isStream = EventStream.IsAsked(context.Request);
        // A stream begins with what is there: only its continuation waits.
        var (page, lost) = await reader.OfClient(
            caller.ClientId,
            user,
            filter,
            after,
            isStream ? 1 : limit,
            isStream ? TimeSpan.Zero : wait,
            cancellation
        );
        if (lost is { } why)
        {
            var oldest = await database.Read(db => ClientFeed.Oldest(db, caller.ClientId), cancellation);
            return Gone(why, oldest);
        }
        if (isStream)
        {
            var from = after ?? await database.Read(db => ClientFeed.Oldest(db, caller.ClientId), cancellation);
            return new EventStream(from.Value, Stream);
        }
        return TypedResults.Json(
            new FeedMessage
            {
                Events = [.. page!.Events.Select(Show)],
                Next = $"{page.Next}",
                HasMore = page.HasMore,
            },
            QueueJson.Default.FeedMessage
        );

        // Also one who was erased, for as long as the feed tells of it.
        async Task<bool> IsKnown(DbWork db) =>
            await users.ClientOf(db, user.Value) is { } owner
                ? owner == caller.ClientId
                : await ClientFeed.Has(db, caller.ClientId, user.Value);

        EventMessage Show(StoredEvent e) => EventMessage.Of(e, api) with { Cursor = $"{e.Position}" };

        async Task<EventBatch> Stream(long from, TimeSpan most, CancellationToken cancellation)
        {
            var (next, gone) = await reader.OfClient(
                caller.ClientId,
                user,
                filter,
                new(from),
                EventParameters.Most,
                most,
                cancellation
            );
            // So slow a reader that what it reads is being forgotten: it comes again, and is told.
            return gone is null
                ? new EventBatch(
                    [.. next!.Events.Select(e => new StreamedEvent(e.Position!.Value.Value, Show(e)))],
                    next.Next.Value
                )
                : throw new OperationCanceledException();
        }
    }

    private static Problem Gone(LostPlace why, FeedPlace oldest) =>
        why switch
        {
            LostPlace.TooOld => new(
                410,
                "cursor_too_old",
                $"What came behind this cursor is no longer kept: read what you store of your users anew, and go on with after={oldest}.",
                Parameter: After.Name
            )
            {
                Oldest = $"{oldest}",
            },
            LostPlace.Unknown => new(
                410,
                "cursor_unknown",
                $"No event has this cursor: it is from another installation, or from before a backup was restored. Read what you store of your users anew, and go on with after={oldest}.",
                Parameter: After.Name
            )
            {
                Oldest = $"{oldest}",
            },
        };
}
