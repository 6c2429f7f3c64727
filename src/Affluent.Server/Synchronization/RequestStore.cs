using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>The statements that ask for a run.</summary>
internal static class RequestStore
{
    /// <summary>SyncType as stored.</summary>
    public static string Text(SyncType type) => type == SyncType.All ? "ALL" : "LIST_ACCOUNTS";

    /// <summary>Whose connection it is; null when there is none.</summary>
    public static Task<long?> OwnerOf(DbWork db, long connectionId) =>
        db.Scalar<long?>("select user_id from connections where id = @Id", new { Id = connectionId });

    /// <summary>The ids of the user's connections that can be synchronized, oldest first.</summary>
    public static Task<IReadOnlyList<long>> ConnectionsOf(DbWork db, long userId) =>
        db.Query<long>(
            "select id from connections where user_id = @UserId and status <> 'CLOSED' order by id {for update}",
            new { UserId = userId }
        );

    /// <summary>Locks the connection and gives its client; 0 when the user has no such connection.</summary>
    public static Task<long> LockClient(DbWork db, long userId, long connectionId) =>
        db.Scalar<long>(
            "select client_id from connections where user_id = @UserId and id = @Id {for update}",
            new { UserId = userId, Id = connectionId }
        );

    public static async Task<bool> Request(
        DbWork db,
        long userId,
        long connectionId,
        SyncType type,
        byte[]? presentUser,
        long? presentUntil,
        long now,
        bool followUp
    ) =>
        await db.Execute(
            """
            update connections set
                status = 'RUNNING',
                request = case
                    when run_id is null or run_type <> @Type and @Type = 'LIST_ACCOUNTS' or @FollowUp
                        then case when request = 'LIST_ACCOUNTS' then request else @Type end
                    else request end,
                due_at = case when job in ('running', 'waiting_user') then due_at else @Now end,
                job = case when job = 'stopped' then 'idle' else job end,
                attended = attended or @Attended,
                present_user = case when @Attended then @PresentUser else present_user end,
                present_until = case when @Attended then @PresentUntil else present_until end
            where user_id = @UserId and id = @Id and status <> 'CLOSED'
            """,
            new
            {
                UserId = userId,
                Id = connectionId,
                Type = Text(type),
                FollowUp = followUp,
                Attended = presentUser is not null,
                PresentUser = presentUser,
                PresentUntil = presentUntil,
                Now = now,
            }
        ) == 1;
}
