using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>The statements that make and change connections and their channels.</summary>
internal static class ConnectionEditStore
{
    public static Task Insert(DbWork db, long id, ConnectionWish wish, string? authorizeHash, long now) =>
        db.Execute(
            """
            insert into connections (user_id, id, client_id, provider_id, name, status, created_at, auto_sync,
                consent_per_account, select_accounts, redirect_url, authorize_hash, job)
            values (@UserId, @Id, @ClientId, @ProviderId, @Name, 'NONE', @Now, @AutoSync,
                @ConsentPerAccount, @SelectAccounts, @RedirectUrl, @AuthorizeHash, 'idle')
            """,
            new
            {
                wish.UserId,
                Id = id,
                wish.ClientId,
                ProviderId = wish.Provider.Id.Value,
                wish.Provider.Name,
                Now = now,
                wish.AutoSync,
                wish.ConsentPerAccount,
                wish.SelectAccounts,
                RedirectUrl = wish.RedirectUrl?.AbsoluteUri,
                AuthorizeHash = authorizeHash,
            }
        );

    public static Task InsertChannel(
        DbWork db,
        long userId,
        long connectionId,
        ChannelDefinition channel,
        bool used,
        byte[]? sealedCredentials
    ) =>
        db.Execute(
            """
            insert into channels (user_id, connection_id, definition_id, mode, status, eligible_accounts, credentials)
            values (@UserId, @ConnectionId, @DefinitionId, @Mode, @Status, @Eligible, @Credentials)
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                DefinitionId = channel.Id.Value,
                Mode = channel.Mode == ChannelMode.Redirect ? "REDIRECT" : "EMBEDDED",
                Status = used ? "RUNNING" : "EMPTY",
                Eligible = used ? (bool?)null : true,
                Credentials = sealedCredentials,
            }
        );

    /// <summary>Forgets session and fault; the epoch keeps a run under way from writing its old session back.</summary>
    public static async Task<bool> ResetChannel(
        DbWork db,
        long userId,
        long connectionId,
        string definitionId,
        byte[]? sealedCredentials
    ) =>
        await db.Execute(
            """
            update channels set status = 'RUNNING', reason = null, session = null, credentials = @Credentials,
                expires_at = null, eligible_accounts = null, epoch = epoch + 1
            where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                DefinitionId = definitionId,
                Credentials = sealedCredentials,
            }
        ) == 1;

    /// <summary>Ends a run that waits for an answer which has become pointless; a run that works is left to end by itself.</summary>
    public static async Task AbandonWaitingRun(DbWork db, long userId, long connectionId)
    {
        var key = new { UserId = userId, Id = connectionId };
        var abandoned = await db.Execute(
            """
            update connections set job = 'idle', run_id = null, run_type = null, progress = null, attempt = 0,
                fence = fence + 1
            where user_id = @UserId and id = @Id and job = 'waiting_user'
            """,
            key
        );
        if (abandoned == 1)
        {
            await db.Execute("delete from questions where user_id = @UserId and connection_id = @Id", key);
        }
    }
}
