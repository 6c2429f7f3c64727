using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Some events of a client's users.</summary>
/// <param name="Next">To go on behind.</param>
/// <param name="HasMore">There is more at once.</param>
/// <param name="IsHeld">More was written, or may be, by transactions that are still under way.</param>
internal sealed record FeedPage(IReadOnlyList<StoredEvent> Events, FeedPlace Next, bool HasMore, bool IsHeld);

/// <summary>A place that nobody can go on from.</summary>
internal enum LostPlace
{
    /// <summary>What came behind it is forgotten.</summary>
    TooOld,

    /// <summary>No event has come that far: it is another installation's, or from before a backup was restored.</summary>
    Unknown,
}

/// <summary>
/// The events of all users of a client by one number. Who follows it misses none and sees none twice, also where several nodes write: see
/// <see cref="Database.Numbered"/>.
/// </summary>
internal static class ClientFeed
{
    // What a filter leaves out is looked at, too.
    private const int LookedAt = 5_000;

    /// <summary>The events behind a place, oldest first; without one, from the oldest that is kept.</summary>
    public static async Task<(FeedPage? Page, LostPlace? Lost)> Read(
        DbWork db,
        ClientId clientId,
        UserId? userId,
        EventFilter filter,
        FeedPlace? after,
        int limit
    )
    {
        var oldest = await Oldest(db, clientId);
        if (after?.Value < oldest.Value)
        {
            return (null, LostPlace.TooOld);
        }
        var numbered = await db.Database.Numbered(db, "events", "position", clientId.Value);
        if (after?.Value > numbered.Given)
        {
            return (null, LostPlace.Unknown);
        }
        var isFiltered = !filter.IsAll || userId is not null;
        var range = new
        {
            ClientId = clientId,
            After = after ?? oldest,
            numbered.Settled,
            LookedAt,
        };
        const string Range = "client_id = @ClientId and position > @After and position <= @Settled order by position";
        var events = isFiltered
            ? await db.Query<StoredEvent>(
                $$"""
                select {{EventLog.Shown}} from (select * from events where {{Range}} limit @LookedAt) looked_at
                where (@UserId is null or user_id = @UserId)
                    and (@IsAll or name {in @names} or type {in @types})
                order by position limit @Limit
                """,
                new
                {
                    range.ClientId,
                    range.After,
                    range.Settled,
                    range.LookedAt,
                    UserId = userId,
                    filter.IsAll,
                    names = db.List(filter.Names.Select(name => name.Word())),
                    types = db.List(filter.Types.Select(type => type.Word())),
                    Limit = limit,
                }
            )
            : await db.Query<StoredEvent>(
                $"select {EventLog.Shown} from events where {Range} limit @Limit",
                new
                {
                    range.ClientId,
                    range.After,
                    range.Settled,
                    Limit = limit,
                }
            );
        var isFull = events.Count == limit;
        var end = isFull ? events[^1].Position!.Value : new(Math.Max(range.After.Value, numbered.Settled));
        if (isFiltered && !isFull)
        {
            var looked = await db.Find<Looked>(
                $"""
                select count(*) as rows, coalesce(max(position), 0) as last
                from (select position from events where {Range} limit @LookedAt) looked_at
                """,
                range
            );
            if (looked!.Rows == LookedAt)
            {
                (isFull, end) = (true, looked.Last);
            }
        }
        return (new FeedPage(events, end, isFull, numbered.Given > numbered.Settled), null);
    }

    /// <summary>Whether there is an event of a user in it.</summary>
    public static Task<bool> Has(DbWork db, ClientId clientId, UserId userId) =>
        db.Scalar<bool>(
            "select exists (select 1 from events where user_id = @UserId and client_id = @ClientId)",
            new { UserId = userId, ClientId = clientId }
        );

    /// <summary>The place behind which all is kept.</summary>
    public static Task<FeedPlace> Oldest(DbWork db, ClientId clientId) =>
        db.Scalar<FeedPlace>(
            "select coalesce(max(forgotten_to), 0) from event_feeds where client_id = @ClientId",
            new { ClientId = clientId }
        );

    /// <summary>The place behind which only what comes from now on stands.</summary>
    public static async Task<FeedPlace> Newest(DbWork db, ClientId clientId) =>
        new((await db.Database.Numbered(db, "events", "position", clientId.Value)).Settled);

    /// <summary>Notes that the events up to a place are forgotten.</summary>
    public static Task Forget(DbWork db, ClientId clientId, FeedPlace position) =>
        db.Execute(
            """
            insert into event_feeds (client_id, forgotten_to) values (@ClientId, @Position)
            on conflict (client_id) do update set forgotten_to = excluded.forgotten_to
                where excluded.forgotten_to > event_feeds.forgotten_to
            """,
            new { ClientId = clientId, Position = position }
        );

    /// <summary>Which of these clients have events behind the places given.</summary>
    public static Task<IReadOnlyList<ClientId>> Ahead(
        DbWork db,
        IReadOnlyCollection<KeyValuePair<ClientId, long>> places
    ) =>
        db.Query<ClientId>(
            """
            select a from {pairs @clients @places}
            where exists (select 1 from events where client_id = a and position > b)
            """,
            new { clients = db.List(places.Select(p => p.Key)), places = db.List(places.Select(p => p.Value)) }
        );

    private sealed record Looked
    {
        public long Rows { get; init; }
        public FeedPlace Last { get; init; }
    }
}
