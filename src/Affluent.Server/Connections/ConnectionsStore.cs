using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Reads and deletes connections. What writes them stands with the synchronization.</summary>
internal static class ConnectionsStore
{
    private const string Columns = """
        c.id, c.user_id, c.provider_id, c.name, c.status, c.created_at, c.auto_sync, c.consent_per_account,
        (select a.owner_name from accounts a where a.user_id = c.user_id and a.connection_id = c.id
            and a.owner_name is not null and a.deleted_at is null order by a.id limit 1) as owner_name
        """;

    /// <summary>The user's connections, oldest first.</summary>
    public static Task<IReadOnlyList<ConnectionRow>> List(DbWork db, long userId, Page page) =>
        db.Query<ConnectionRow>(
            $"select {Columns} from connections c where c.user_id = @UserId order by c.id limit @Limit offset @Skip",
            new
            {
                UserId = userId,
                page.Limit,
                page.Skip,
            }
        );

    /// <summary>One of the user's connections; null when the user has no such.</summary>
    public static Task<ConnectionRow?> Find(DbWork db, long userId, long id) =>
        db.Find<ConnectionRow>(
            $"select {Columns} from connections c where c.user_id = @UserId and c.id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>Whose connection it is, among all users; null when there is no such.</summary>
    public static Task<long?> OwnerOf(DbWork db, long id) =>
        db.Scalar<long?>("select user_id from connections where id = @Id", new { Id = id });

    /// <summary>The channels that these connections use. One that waits for a code or an action says so while its run goes on.</summary>
    public static Task<IReadOnlyList<ChannelRow>> Channels(DbWork db, long userId, IEnumerable<long> connectionIds) =>
        db.Query<ChannelRow>(
            """
            select c.connection_id, c.definition_id, c.mode,
                case
                    when q.kind in ('OTP', 'APP_APPROVAL') then 'CHALLENGE_REQUIRED'
                    when q.kind = 'SITE_ACTION' then 'USER_ACTION_REQUIRED'
                    else c.status
                end as status,
                c.reason, c.expires_at, c.last_success_at, c.last_end_at, c.eligible_accounts, c.credentials is not null as has_credentials
            from channels c
            left join questions q on q.user_id = c.user_id and q.connection_id = c.connection_id
                and q.definition_id = c.definition_id and q.answered_at is null
            where c.user_id = @UserId and c.connection_id {in @ConnectionIds} order by c.definition_id
            """,
            new { UserId = userId, ConnectionIds = db.List(connectionIds) }
        );

    /// <summary>Keeps every run off the user's connections until the transaction ends.</summary>
    public static Task LockOf(DbWork db, UserId userId) =>
        db.Query<long>(
            "select id from connections where user_id = @UserId order by id {for update}",
            new { UserId = userId }
        );

    /// <summary>Erases a connection with its credentials, accounts and transactions; false when the user has no such.</summary>
    public static async Task<bool> Delete(DbWork db, long userId, long id) =>
        await db.Execute(
            "delete from connections where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        ) == 1;

    /// <summary>
    /// Takes a channel off a connection, with its stored credentials and session, and the connection itself when that was its
    /// last one in use: access that nothing uses is not to be kept (reference, section c.3). True when the connection is gone.
    /// </summary>
    public static async Task<bool> DeleteChannel(DbWork db, long userId, long connectionId, string definitionId)
    {
        var key = new
        {
            UserId = userId,
            ConnectionId = connectionId,
            DefinitionId = definitionId,
        };
        await db.Execute(
            """
            delete from channels
            where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId
            """,
            key
        );
        return await db.Execute(
                """
                delete from connections where user_id = @UserId and id = @ConnectionId and not exists
                    (select 1 from channels
                    where user_id = @UserId and connection_id = @ConnectionId and status <> 'EMPTY')
                """,
                key
            ) == 1;
    }
}
