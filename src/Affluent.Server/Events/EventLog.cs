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
    /// <summary>How long events and queues are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

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
        var last = await db.Scalar<long>(
            """
            insert into event_heads (user_id, last_id) values (@UserId, @First + @Count - 1)
            on conflict (user_id) do update set last_id =
                case when event_heads.last_id < @First then @First + @Count - 1 else event_heads.last_id + @Count end
            returning last_id
            """,
            new
            {
                UserId = userId,
                First = work.Ids.Next<EventId>(),
                Count = (long)events.Count,
            }
        );
        var first = last - events.Count + 1;
        var rows = events
            .Select((e, i) => new Row(userId, new EventId(first + i), work.ClientId, work.Now, e))
            .ToArray();
        await db.Insert(Table, rows);
        db.AfterCommit(() =>
        {
            db.Database.Signals.Raise(Topic(userId));
            foreach (var appended in events)
            {
                Appended.Add(1, new KeyValuePair<string, object?>("name", appended.Name.Word()));
            }
        });
    }

    /// <summary>The user's events after an id, oldest first.</summary>
    public static Task<IReadOnlyList<StoredEvent>> Read(DbWork db, UserId userId, EventId after, int limit) =>
        db.Query<StoredEvent>(
            """
            select user_id, id, client_id, at, name, type, status, connection_id, definition_id, resource, reason, account_ids
            from events where user_id = @UserId and id > @After order by id limit @Limit
            """,
            new
            {
                UserId = userId,
                After = after,
                Limit = limit,
            }
        );

    /// <summary>What <see cref="Signals"/> calls the user's log.</summary>
    public static string Topic(UserId userId) => $"events:{userId}";

    /// <summary>Forgets at most so many events whose time is over, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from events where (user_id, id) in
                (select user_id, id from events where at < @Before order by at limit @AtMost)
            """,
            new { Before = now - (long)Kept.TotalSeconds, AtMost = atMost }
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

    private sealed record Row(UserId UserId, EventId Id, ClientId ClientId, long At, NewEvent Event);
}
