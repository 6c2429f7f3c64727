using System.Diagnostics.Metrics;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Events;

/// <summary>
/// The log of what happened to each user's data: only appended to, and forgotten after a while. Events are appended in the transaction of the change they tell of.
/// Ids grow strictly within a user in the order of commits, so a reader who follows the last id it saw misses nothing.
/// </summary>
internal static class EventLog
{
    /// <summary>The columns of a <see cref="StoredEvent"/>.</summary>
    public const string Shown =
        "user_id, id, client_id, position, at, name, type, status, connection_id, definition_id, resource, reason, account_ids, changes";

    /// <summary>In the place of a user, on events of the client itself.</summary>
    public static readonly UserId NoUser = new(0);

    private static readonly Counter<long> Appended = Metrics.Meter.CreateCounter<long>(
        "affluent.events.appended",
        "{event}",
        "Events that were appended to the log"
    );

    private static readonly BulkTable<Row> Table = new(
        "events",
        [
            new("user_id", BulkType.Long, r => r.UserId.Value),
            new("id", BulkType.Long, r => r.Id.Value),
            new("client_id", BulkType.Long, r => r.ClientId.Value),
            new("at", BulkType.Long, r => r.At),
            new("name", BulkType.Text, r => r.Event.Name.Word()),
            new("type", BulkType.Text, r => r.Event.Type.Word()),
            new("status", BulkType.Text, r => r.Event.Status),
            new("connection_id", BulkType.Long, r => r.Event.ConnectionId?.Value),
            new("definition_id", BulkType.Text, r => r.Event.DefinitionId?.Value),
            new("resource", BulkType.Text, r => r.Event.Resource),
            new("reason", BulkType.Text, r => r.Event.Reason),
            new("account_ids", BulkType.Text, r => Join(r.Event.AccountIds)),
            new("changes", BulkType.Text, r => AccountChanges.Write(r.Event.Changes)),
        ]
    );

    /// <summary>
    /// Appends in the caller's transaction, late in it: the user's head of the log stays locked until the commit.
    /// </summary>
    public static Task Append(UserWork work, params NewEvent[] events) => Append(work, (IReadOnlyList<NewEvent>)events);

    /// <inheritdoc cref="Append(UserWork, NewEvent[])"/>
    public static async Task Append(UserWork work, IReadOnlyList<NewEvent> events)
    {
        var (db, userId) = (work.Db, work.UserId);
        if (events.Count == 0)
        {
            return;
        }
        // The row lock makes writers of one user commit in the order of their ids.
        var head = await db.Find<Head>(
            """
            insert into event_heads (user_id, last_id) values (@UserId, @First + @Count - 1)
            on conflict (user_id) do update set last_id =
                case when event_heads.last_id < @First then @First + @Count - 1 else event_heads.last_id + @Count end
            returning last_id, {hold events.position @ClientId},
                exists (select 1 from subscriptions where client_id = @ClientId) as has_webhooks
            """,
            new
            {
                UserId = userId,
                work.ClientId,
                First = work.Ids.Next<EventId>(),
                Count = (long)events.Count,
            }
        );
        var first = head!.LastId - events.Count + 1;
        var rows = events
            .Select((e, i) => new Row(userId, new EventId(first + i), work.ClientId, work.Now, e))
            .ToArray();
        await db.Insert(Table, rows);
        if (head.HasWebhooks)
        {
            await Deliveries.Add(db, userId, rows[0].Id, rows[^1].Id);
        }
        Tell(db, rows);
    }

    /// <summary>An event of the client itself, in the caller's transaction: of none of its users.</summary>
    public static async Task AppendOfClient(DbWork db, ClientId clientId, Ids ids, NewEvent happened, long now)
    {
        await db.Query<string?>("select {hold events.position @ClientId}", new { ClientId = clientId });
        Row[] rows = [new(NoUser, ids.Next<EventId>(), clientId, now, happened)];
        await db.Insert(Table, rows);
        await Deliveries.Add(db, NoUser, rows[0].Id, rows[0].Id);
        Tell(db, rows);
    }

    /// <summary>
    /// The last event of a user, whose row has gone in this transaction: only the client can still read it. What others have appended meanwhile goes.
    /// </summary>
    public static async Task AppendEnd(DbWork db, UserId userId, ClientId clientId, long now)
    {
        var last = await db.Scalar<long>(
            "select coalesce(max(id), 0) from events where user_id = @UserId",
            new { UserId = userId }
        );
        await db.Execute("delete from events where user_id = @UserId", new { UserId = userId });
        await db.Query<string?>("select {hold events.position @ClientId}", new { ClientId = clientId });
        Row[] rows =
        [
            new(userId, new EventId(last + 1), clientId, now, NewEvent.OfUser(EventName.UserDeleted, userId)),
        ];
        await db.Insert(Table, rows);
        await Deliveries.Add(db, userId, rows[0].Id, rows[0].Id);
        Tell(db, rows);
    }

    private static void Tell(DbWork db, IReadOnlyList<Row> rows) =>
        db.AfterCommit(() =>
        {
            db.Database.Signals.Raise(Topic(rows[0].UserId));
            db.Database.Signals.Raise(Topic(rows[0].ClientId));
            foreach (var row in rows)
            {
                Appended.Add(1, new KeyValuePair<string, object?>("name", row.Event.Name.Word()));
            }
        });

    /// <summary>The user's events after an id, oldest first.</summary>
    public static Task<IReadOnlyList<StoredEvent>> Read(DbWork db, UserId userId, EventId after, int limit) =>
        db.Query<StoredEvent>(
            $"select {Shown} from events where user_id = @UserId and id > @After order by id limit @Limit",
            new
            {
                UserId = userId,
                After = after,
                Limit = limit,
            }
        );

    /// <summary>What <see cref="Signals"/> calls the user's log.</summary>
    public static string Topic(UserId userId) => $"events:{userId}";

    /// <summary>What <see cref="Signals"/> calls the client's feed.</summary>
    public static string Topic(ClientId clientId) => $"feed:{clientId}";

    /// <summary>The last event of each of these users that has one.</summary>
    public static Task<IReadOnlyList<UserHead>> HeadsOf(DbWork db, IEnumerable<UserId> users) =>
        db.Query<UserHead>(
            "select user_id, last_id from event_heads where user_id {in @users}",
            new { users = db.List(users) }
        );

    /// <summary>Forgets at most so many events whose time is over, and says how many.</summary>
    public static async Task<int> Prune(DbWork db, long now, int atMost, int days)
    {
        var gone = await db.Query<StoredEvent>(
            $"""
            delete from events where (user_id, id) in
                (select user_id, id from events where at < @Before order by at limit @AtMost)
            returning {Shown}
            """,
            new { Before = now - (days * 86_400L), AtMost = atMost }
        );
        foreach (var client in gone.Where(e => e.Position is not null).GroupBy(e => e.ClientId))
        {
            await ClientFeed.Forget(db, client.Key, client.MaxBy(e => e.Position!.Value.Value)!.Position!.Value);
        }
        return gone.Count;
    }

    /// <summary>Erases at most so many events of a client whose users have gone, and says how many.</summary>
    public static Task<int> EraseSome(DbWork db, ClientId clientId, int atMost) =>
        db.Execute(
            """
            delete from events where (user_id, id) in
                (select user_id, id from events where client_id = @ClientId and position is not null limit @AtMost)
            """,
            new { ClientId = clientId, AtMost = atMost }
        );

    /// <summary>Erases at most so many events of a user, and says how many.</summary>
    public static Task<int> EraseSome(DbWork db, UserId userId, int atMost) =>
        db.Execute(
            """
            delete from events where user_id = @UserId and id in
                (select id from events where user_id = @UserId order by id limit @AtMost)
            """,
            new { UserId = userId, AtMost = atMost }
        );

    private static string? Join(IReadOnlyList<AccountId> ids) => ids.Count == 0 ? null : string.Join(',', ids);

    private sealed record Head
    {
        public long LastId { get; init; }
        public bool HasWebhooks { get; init; }
    }

    /// <summary>How far a user's log has come.</summary>
    internal sealed record UserHead
    {
        public UserId UserId { get; init; }
        public EventId LastId { get; init; }
    }

    private sealed record Row(UserId UserId, EventId Id, ClientId ClientId, long At, NewEvent Event);
}
