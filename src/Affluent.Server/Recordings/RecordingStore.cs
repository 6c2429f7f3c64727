using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Recordings;

/// <summary>Readings that are kept to be decided again.</summary>
internal static class RecordingStore
{
    /// <summary>Begins a recording; false: the connection has one.</summary>
    public static async Task<bool> Start(DbWork db, RecordingRow recording) =>
        await db.Execute(
            """
            insert into recordings (user_id, connection_id, started_at, expires_at, readings_left)
            values (@UserId, @ConnectionId, @StartedAt, @ExpiresAt, @ReadingsLeft)
            on conflict (user_id, connection_id) do nothing
            """,
            recording
        ) > 0;

    /// <summary>Whether the next reading of the connection is to be kept.</summary>
    public static async Task<bool> IsOpen(DbWork db, UserId userId, ConnectionId connectionId, long now) =>
        await db.Scalar<long>(
            """
            select count(*) from recordings
            where user_id = @UserId and connection_id = @ConnectionId and readings_left > 0 and expires_at > @Now
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                Now = now,
            }
        ) > 0;

    /// <summary>Keeps a reading, where one is still wanted.</summary>
    public static async Task Add(DbWork db, RecordedReadingRow reading)
    {
        if (await CountDown(db, reading.Key, reading.RecordedAt, leftOut: 0))
        {
            await db.Execute(
                """
                insert into recorded_readings (user_id, connection_id, run_id, account_id, recorded_at, content)
                values (@UserId, @ConnectionId, @RunId, @AccountId, @RecordedAt, @Content)
                on conflict (user_id, connection_id, run_id, account_id) do nothing
                """,
                new
                {
                    reading.Key.UserId,
                    reading.Key.ConnectionId,
                    reading.Key.RunId,
                    reading.Key.AccountId,
                    reading.RecordedAt,
                    reading.Content,
                }
            );
        }
    }

    /// <summary>Counts a reading that is too large to be kept.</summary>
    public static Task LeaveOut(DbWork db, ReadingKey key, long now) => CountDown(db, key, now, leftOut: 1);

    private static async Task<bool> CountDown(DbWork db, ReadingKey key, long now, int leftOut) =>
        await db.Execute(
            """
            update recordings set readings_left = readings_left - 1, left_out = left_out + @LeftOut
            where user_id = @UserId and connection_id = @ConnectionId and readings_left > 0 and expires_at > @Now
            """,
            new
            {
                key.UserId,
                key.ConnectionId,
                Now = now,
                LeftOut = leftOut,
            }
        ) > 0;

    /// <summary>Recordings, the oldest first.</summary>
    public static Task<IReadOnlyList<RecordingRow>> List(DbWork db, int limit) =>
        db.Query<RecordingRow>(
            $"{Recorded} order by r.started_at, r.user_id, r.connection_id limit @Limit",
            new { Limit = limit }
        );

    /// <summary>The recording of a connection.</summary>
    public static Task<RecordingRow?> Find(DbWork db, UserId userId, ConnectionId connectionId) =>
        db.Find<RecordingRow>(
            $"{Recorded} where r.user_id = @UserId and r.connection_id = @ConnectionId",
            new { UserId = userId, ConnectionId = connectionId }
        );

    private const string Recorded = """
        select r.user_id, r.connection_id, r.started_at, r.expires_at, r.readings_left, r.left_out,
            (select count(*) from recorded_readings c
                where c.user_id = r.user_id and c.connection_id = r.connection_id) as recorded
        from recordings r
        """;

    /// <summary>What is kept of a connection, in the order of time.</summary>
    public static async Task<IReadOnlyList<RecordedReadingRow>> Readings(
        DbWork db,
        UserId userId,
        ConnectionId connectionId
    ) =>
        [
            .. (
                await db.Query<ContentRow>(
                    """
                    select run_id, account_id, recorded_at, content from recorded_readings
                    where user_id = @UserId and connection_id = @ConnectionId order by recorded_at, run_id, account_id
                    """,
                    new { UserId = userId, ConnectionId = connectionId }
                )
            ).Select(row => new RecordedReadingRow
            {
                Key = new(userId, connectionId, row.RunId, row.AccountId),
                RecordedAt = row.RecordedAt,
                Content = row.Content,
            }),
        ];

    /// <summary>Ends a recording and erases what it kept; false: there is none.</summary>
    public static async Task<bool> Delete(DbWork db, UserId userId, ConnectionId connectionId)
    {
        db.Erases();
        return await db.Execute(
                "delete from recordings where user_id = @UserId and connection_id = @ConnectionId",
                new { UserId = userId, ConnectionId = connectionId }
            ) > 0;
    }

    /// <summary>Erases what is kept of an account.</summary>
    public static Task EraseOf(DbWork db, UserId userId, AccountId accountId) =>
        db.Execute(
            "delete from recorded_readings where user_id = @UserId and account_id = @AccountId",
            new { UserId = userId, AccountId = accountId }
        );

    /// <summary>Erases at most so many recordings whose time is over, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost)
    {
        db.Erases();
        return db.Execute(
            """
            delete from recordings where (user_id, connection_id) in
                (select user_id, connection_id from recordings where expires_at <= @Now order by expires_at limit @AtMost)
            """,
            new { Now = now, AtMost = atMost }
        );
    }

    private sealed record ContentRow
    {
        public RunId RunId { get; init; }
        public AccountId AccountId { get; init; }
        public long RecordedAt { get; init; }
        public byte[] Content { get; init; } = [];
    }
}
