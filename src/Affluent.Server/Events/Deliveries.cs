using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Where a delivery stands.</summary>
internal enum DeliveryState
{
    /// <summary>To be sent.</summary>
    Ready,

    /// <summary>It failed, and is sent again when its time has come. The first of its lane.</summary>
    Retrying,

    /// <summary>Behind one of its lane that is sent again.</summary>
    Waiting,
}

/// <summary>An event on its way to a webhook.</summary>
internal sealed record Delivery
{
    /// <summary>The event's place in the feed: it names the delivery, too.</summary>
    public FeedPlace Position { get; init; }
    public UserId UserId { get; init; }
    public EventId EventId { get; init; }

    /// <summary>Deliveries of one lane keep their order: the connection, or the user where there is none.</summary>
    public LaneId Lane { get; init; }
    public DeliveryState State { get; init; }

    /// <summary>How often it was sent in vain.</summary>
    public int Attempts { get; init; }
}

/// <summary>A delivery that is sent again.</summary>
/// <param name="DueAt">UTC seconds.</param>
internal sealed record DeliveryRetry(FeedPlace Position, long DueAt);

/// <summary>What became of some deliveries of a webhook.</summary>
/// <param name="Gone">Arrived, given up, or of events that are no more.</param>
/// <param name="Waiting">Stand behind one of their lane that is sent again.</param>
/// <param name="OpenLanes">Lanes in which nothing is sent again any more.</param>
internal sealed record DeliveryChanges(
    IReadOnlyList<FeedPlace> Gone,
    IReadOnlyList<DeliveryRetry> Retries,
    IReadOnlyList<FeedPlace> Waiting,
    IReadOnlyList<LaneId> OpenLanes
);

/// <summary>
/// Events on their way to webhooks. They are made with the event, in its transaction, and belong to the node that is at the webhook until it lets go of it.
/// </summary>
internal static class Deliveries
{
    /// <summary>What <see cref="Signals"/> calls new deliveries.</summary>
    public const string Topic = "deliveries";

    private const string Wanted =
        "(s.words is null or s.words like '%,' || e.name || ',%' or s.words like '%,' || e.type || ',%')";

    // Written out: an index of some rows alone serves a statement that says which.
    private static readonly string Ready = $"state = '{DeliveryState.Ready.Word()}'";
    private static readonly string Retrying = $"state = '{DeliveryState.Retrying.Word()}'";
    private static readonly string Waiting = $"state = '{DeliveryState.Waiting.Word()}'";

    private const string New = "webhook_id, position, user_id, event_id, lane, state";

    /// <summary>Makes those of a user's new events, in the transaction of these.</summary>
    public static async Task Add(DbWork db, UserId userId, EventId first, EventId last)
    {
        var made = await db.Execute(
            $"""
            insert into deliveries ({New})
            select s.webhook_id, e.position, e.user_id, e.id, coalesce(e.connection_id, e.user_id), @Ready
            from events e join subscriptions s on s.client_id = e.client_id
            where e.user_id = @UserId and e.id between @First and @Last and {Wanted}
            """,
            new
            {
                UserId = userId,
                First = first,
                Last = last,
                DeliveryState.Ready,
            }
        );
        if (made > 0)
        {
            db.AfterCommit(() => db.Database.Signals.Raise(Topic));
        }
    }

    /// <summary>Makes those of events once more that a webhook is to get again; what waits to be sent again is sent now. How many, and how far it looked.</summary>
    /// <param name="again">Names what is wanted.</param>
    public static async Task<Repeated> Repeat(DbWork db, WebhookId webhookId, ClientId clientId, RepeatedEvents again)
    {
        var events = await db.Query<RepeatedEvent>(
            $$"""
            select e.position, e.user_id, e.id from events e
            where e.client_id = @ClientId and e.position > @After
                and e.at >= @From and e.at < @Until
                and (@AnyPosition or e.position {in @positions})
                and (@AnyName or e.name {in @names} or e.type {in @types})
            order by e.position limit @AtMost
            """,
            new
            {
                ClientId = clientId,
                again.After,
                again.From,
                again.Until,
                AnyPosition = again.Positions is null,
                positions = db.List(again.Positions ?? []),
                AnyName = again.Filter.IsAll,
                names = db.List(again.Filter.Names.Select(name => name.Word())),
                types = db.List(again.Filter.Types.Select(type => type.Word())),
                again.AtMost,
            }
        );
        var wanted = await again.Choose(events.Select(e => e.Position).ToArray());
        var made = await Insert(db, webhookId, [.. events.Where(e => wanted.Contains(e.Position))], again.Now);
        return new Repeated(made, events.Count == again.AtMost ? events[^1].Position : null);
    }

    /// <summary>
    /// The webhooks that have something to be sent now: one look into the index for each that has anything new, however many there are, and however much they have.
    /// </summary>
    public static Task<IReadOnlyList<WebhookId>> Due(DbWork db, long now) =>
        db.Query<WebhookId>(
            $"""
            with recursive with_new (id) as (
                select * from (select webhook_id from deliveries where {Ready} order by webhook_id limit 1) first
                union all
                select (select webhook_id from deliveries where {Ready} and webhook_id > w.id order by webhook_id limit 1)
                from with_new w where w.id is not null
            )
            select id from with_new where id is not null
            union
            select webhook_id from deliveries where {Retrying} and due_at <= @Now
            """,
            new { Now = now }
        );

    /// <summary>The lanes of a webhook in which one is sent again.</summary>
    public static Task<IReadOnlyList<LaneId>> HeldLanes(DbWork db, WebhookId webhookId) =>
        db.Query<LaneId>(
            $"select lane from deliveries where webhook_id = @WebhookId and {Retrying}",
            new { WebhookId = webhookId }
        );

    /// <summary>Some that are to be sent now: first what is sent again, then what is new, each in the order of the feed.</summary>
    public static async Task<IReadOnlyList<Delivery>> Next(DbWork db, WebhookId webhookId, long now, int limit)
    {
        const string Columns = "position, user_id, event_id, lane, state, attempts";
        var parameters = new
        {
            WebhookId = webhookId,
            Now = now,
            Limit = limit,
        };
        var again = await db.Query<Delivery>(
            $"""
            select {Columns} from deliveries where webhook_id = @WebhookId and {Retrying} and due_at <= @Now
            order by due_at limit @Limit
            """,
            parameters
        );
        var ready = await db.Query<Delivery>(
            $"select {Columns} from deliveries where webhook_id = @WebhookId and {Ready} order by position limit @Limit",
            parameters
        );
        return [.. again.OrderBy(d => d.Position.Value), .. ready];
    }

    /// <summary>Their events, by place; none of those that have been erased since.</summary>
    public static async Task<IReadOnlyDictionary<FeedPlace, StoredEvent>> EventsOf(
        DbWork db,
        IReadOnlyList<Delivery> deliveries
    )
    {
        var events = await db.Query<StoredEvent>(
            $$"""
            select {{EventLog.Shown}} from {pairs @users @events} join events on user_id = a and id = b
            """,
            new
            {
                users = db.List(deliveries.Select(d => d.UserId)),
                events = db.List(deliveries.Select(d => d.EventId)),
            }
        );
        return events.Where(e => e.Position is not null).ToDictionary(e => e.Position!.Value);
    }

    /// <summary>Writes what became of some, in the transaction in which the caller proves to be at the webhook.</summary>
    public static async Task Save(DbWork db, WebhookId webhookId, DeliveryChanges changes)
    {
        if (changes.Gone.Count > 0)
        {
            await db.Execute(
                "delete from deliveries where webhook_id = @WebhookId and position {in @gone}",
                new { WebhookId = webhookId, gone = db.List(changes.Gone) }
            );
        }
        if (changes.Retries.Count > 0)
        {
            await db.Execute(
                $$"""
                update deliveries set {{Retrying}}, attempts = attempts + 1, due_at = b from {pairs @positions @dues}
                where webhook_id = @WebhookId and position = a
                """,
                new
                {
                    WebhookId = webhookId,
                    positions = db.List(changes.Retries.Select(r => r.Position)),
                    dues = db.List(changes.Retries.Select(r => r.DueAt)),
                }
            );
        }
        if (changes.Waiting.Count > 0)
        {
            await db.Execute(
                $$"""
                update deliveries set {{Waiting}}
                where webhook_id = @WebhookId and position {in @behind} and {{Ready}}
                """,
                new { WebhookId = webhookId, behind = db.List(changes.Waiting) }
            );
        }
        if (changes.OpenLanes.Count > 0)
        {
            await db.Execute(
                $$"""
                update deliveries set {{Ready}}
                where webhook_id = @WebhookId and lane {in @lanes} and {{Waiting}}
                """,
                new { WebhookId = webhookId, lanes = db.List(changes.OpenLanes) }
            );
        }
    }

    /// <summary>
    /// Begins anew with what is left from before a webhook was switched off: of what others stand behind, some may be erased. Those that do stand behind one that is
    /// sent again are found so when their turn comes.
    /// </summary>
    public static Task Open(DbWork db, WebhookId webhookId) =>
        db.Execute(
            $"update deliveries set {Ready} where webhook_id = @WebhookId and {Waiting}",
            new { WebhookId = webhookId }
        );

    /// <summary>How many are on their way, counted up to a bound.</summary>
    public static Task<int> Count(DbWork db, WebhookId webhookId, int atMost) =>
        db.Scalar<int>(
            "select count(*) from (select 1 from deliveries where webhook_id = @WebhookId limit @AtMost) counted",
            new { WebhookId = webhookId, AtMost = atMost }
        );

    /// <summary>Erases at most so many that nobody wants any more, and says how many.</summary>
    public static Task<int> EraseUnwanted(DbWork db, int atMost) =>
        db.Execute(
            """
            delete from deliveries where (webhook_id, position) in (
                select d.webhook_id, d.position from deliveries d
                where not exists (select 1 from subscriptions s where s.webhook_id = d.webhook_id) limit @AtMost
            )
            """,
            new { AtMost = atMost }
        );

    private static async Task<int> Insert(DbWork db, WebhookId webhookId, IReadOnlyList<RepeatedEvent> events, long now)
    {
        var made = await db.Execute(
            $$"""
            insert into deliveries ({{New}})
            select @WebhookId, e.position, e.user_id, e.id, coalesce(e.connection_id, e.user_id), @Ready
            from {pairs @users @events} join events e on e.user_id = a and e.id = b
            where e.position is not null
            on conflict (webhook_id, position) do update set due_at = @Now where deliveries.state = @Retrying
            """,
            new
            {
                WebhookId = webhookId,
                Now = now,
                DeliveryState.Ready,
                DeliveryState.Retrying,
                users = db.List(events.Select(e => e.UserId)),
                events = db.List(events.Select(e => e.Id)),
            }
        );
        if (made > 0)
        {
            db.AfterCommit(() => db.Database.Signals.Raise(Topic));
        }
        return made;
    }

    private sealed record RepeatedEvent
    {
        public FeedPlace Position { get; init; }
        public UserId UserId { get; init; }
        public EventId Id { get; init; }
    }
}

/// <summary>Which events a webhook is to get once more.</summary>
/// <param name="Positions">Null: any.</param>
/// <param name="From">UTC seconds, inclusive.</param>
/// <param name="Until">UTC seconds, exclusive.</param>
/// <param name="After">Only those behind this place.</param>
/// <param name="Now">UTC seconds.</param>
/// <param name="Choose">Of the places found, those that are wanted.</param>
internal sealed record RepeatedEvents(
    IReadOnlyList<FeedPlace>? Positions,
    EventFilter Filter,
    long From,
    long Until,
    FeedPlace After,
    long Now,
    int AtMost,
    Func<IReadOnlyList<FeedPlace>, Task<IReadOnlySet<FeedPlace>>> Choose
);

/// <summary>How many deliveries were made, and behind which place there may be more; null: nowhere.</summary>
internal sealed record Repeated(int Count, FeedPlace? Next);
