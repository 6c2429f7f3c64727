using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>A reader's place in its user's log.</summary>
internal sealed record Queue
{
    /// <summary>Seconds.</summary>
    public const long UseNotedEvery = 86_400;

    public QueueId Id { get; init; }

    /// <summary>The queue begins behind this event.</summary>
    public EventId AfterId { get; init; }

    /// <summary>UTC seconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When it was last read, to the day; UTC seconds.</summary>
    public long UsedAt { get; init; }
}

/// <summary>Every statement about queues.</summary>
internal static class QueueStore
{
    /// <summary>Makes a queue that begins behind everything that has happened so far.</summary>
    public static Task Insert(DbWork db, UserId userId, QueueId id, long now) =>
        db.Execute(
            """
            insert into queues (user_id, id, after_id, created_at, used_at)
            values (@UserId, @Id, coalesce((select last_id from event_heads where user_id = @UserId), 0), @Now, @Now)
            """,
            new
            {
                UserId = userId,
                Id = id,
                Now = now,
            }
        );

    public static Task<Queue?> Find(DbWork db, UserId userId, QueueId id) =>
        db.Find<Queue>(
            "select id, after_id, created_at, used_at from queues where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>Whose queue it is; null when there is none.</summary>
    public static Task<UserId?> OwnerOf(DbWork db, QueueId id) =>
        db.Scalar<UserId?>("select user_id from queues where id = @Id", new { Id = id });

    public static async Task<bool> Delete(DbWork db, UserId userId, QueueId id) =>
        await db.Execute("delete from queues where user_id = @UserId and id = @Id", new { UserId = userId, Id = id })
        == 1;

    /// <summary>Notes that the queue is read. Once a day is enough: it need not be written at every reading.</summary>
    public static async Task Use(DbWork db, UserId userId, QueueId id, long now) =>
        await db.Execute(
            "update queues set used_at = @Now where user_id = @UserId and id = @Id",
            new
            {
                UserId = userId,
                Id = id,
                Now = now,
            }
        );

    /// <summary>Forgets at most so many queues that nobody has read for as long as events are kept, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost, int days) =>
        db.Execute(
            """
            delete from queues where (user_id, id) in
                (select user_id, id from queues where used_at < @Before order by used_at limit @AtMost)
            """,
            new { Before = now - (days * 86_400L), AtMost = atMost }
        );
}
