using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Every statement about connections.</summary>
internal static class ConnectionsStore
{
    private const string Columns = """
        id, user_id, client_id, provider_id, name, status, created_at, auto_sync, consent_per_account, select_accounts, owner_name,
        redirect_url, failing_since
        """;

    /// <summary>The user's connections, oldest first.</summary>
    public static Task<IReadOnlyList<ConnectionRow>> List(DbWork db, UserId userId, Page page) =>
        db.Query<ConnectionRow>(
            $"select {Columns} from connections where user_id = @UserId order by id limit @Limit offset @Skip",
            new
            {
                UserId = userId,
                page.Limit,
                page.Skip,
            }
        );

    /// <summary>The user's connections to a bank that can be used, oldest first.</summary>
    public static Task<IReadOnlyList<ConnectionRow>> OfProvider(
        DbWork db,
        UserId userId,
        IEnumerable<ProviderId> same
    ) =>
        db.Query<ConnectionRow>(
            $$"""
            select {{Columns}} from connections
            where user_id = @UserId and provider_id {in @Same} and status <> 'CLOSED' order by id
            """,
            new { UserId = userId, Same = db.List(same.Select(id => id.Value)) }
        );

    /// <summary>Locks the user's connections to a bank: two runs do not add the same accounts.</summary>
    public static Task LockOfProvider(DbWork db, UserId userId, IEnumerable<ProviderId> same) =>
        db.Query<ConnectionId>(
            "select id from connections where user_id = @UserId and provider_id {in @Same} order by id {for update}",
            new { UserId = userId, Same = db.List(same.Select(id => id.Value)) }
        );

    /// <summary>Connections of a client in one status, or in any, behind <paramref name="after"/>.</summary>
    public static Task<IReadOnlyList<ConnectionRow>> ListOfClient(
        DbWork db,
        ClientId clientId,
        ConnectionStatus? status,
        ConnectionId after,
        int limit
    ) =>
        db.Query<ConnectionRow>(
            $"""
            select {Columns} from connections where client_id = @ClientId and id > @After
                {(status is null ? "" : "and status = @Status")}
            order by id limit @Limit
            """,
            new
            {
                ClientId = clientId,
                Status = status,
                After = after,
                Limit = limit,
            }
        );

    /// <summary>One of the user's connections; null when the user has no such.</summary>
    public static Task<ConnectionRow?> Find(DbWork db, UserId userId, ConnectionId id) =>
        db.Find<ConnectionRow>(
            $"select {Columns} from connections where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>Those that there are of these.</summary>
    public static Task<IReadOnlyList<ConnectionRow>> Find(DbWork db, IReadOnlyCollection<ConnectionKey> keys) =>
        db.Query<ConnectionRow>(
            $$"""select {{Columns}} from {pairs @users @ids} join connections on user_id = a and id = b""",
            new { users = db.List(keys.Select(key => key.UserId)), ids = db.List(keys.Select(key => key.Id)) }
        );

    /// <summary>The connection whose link to the bank this is.</summary>
    /// <param name="authorizeHash">Hash of the link's secret.</param>
    public static Task<ConnectionRow?> FindByAuthorization(DbWork db, string authorizeHash) =>
        db.Find<ConnectionRow>(
            $"select {Columns} from connections where authorize_hash = @Hash",
            new { Hash = authorizeHash }
        );

    /// <summary>The secret of the connection's link to the bank, sealed; null: it has none.</summary>
    public static Task<byte[]?> FindAuthorization(DbWork db, UserId userId, ConnectionId id) =>
        db.Scalar<byte[]?>(
            "select authorize_sealed from connections where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>Gives the connection a link to the bank, or takes it away (null): an older one is dead.</summary>
    public static Task SetAuthorization(
        DbWork db,
        UserId userId,
        ConnectionId id,
        string? hash,
        byte[]? sealedSecret
    ) =>
        db.Execute(
            """
            update connections set authorize_hash = @Hash, authorize_sealed = @SealedSecret
            where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                Id = id,
                Hash = hash,
                SealedSecret = sealedSecret,
            }
        );

    /// <summary>Whose connection it is, among all users; null when there is no such.</summary>
    public static Task<UserId?> OwnerOf(DbWork db, ConnectionId id) =>
        db.Scalar<UserId?>("select user_id from connections where id = @Id", new { Id = id });

    /// <summary>A new connection.</summary>
    public static Task Insert(DbWork db, ConnectionRow connection) =>
        db.Execute(
            """
            insert into connections (user_id, id, client_id, provider_id, name, status, created_at, auto_sync,
                consent_per_account, select_accounts, redirect_url)
            values (@UserId, @Id, @ClientId, @ProviderId, @Name, @Status, @CreatedAt, @AutoSync,
                @ConsentPerAccount, @SelectAccounts, @RedirectUrl)
            """,
            new
            {
                connection.UserId,
                connection.Id,
                connection.ClientId,
                connection.ProviderId,
                connection.Name,
                connection.Status,
                connection.CreatedAt,
                connection.AutoSync,
                connection.ConsentPerAccount,
                connection.SelectAccounts,
                connection.RedirectUrl,
            }
        );

    /// <summary>
    /// Shows the connection as running. False: it is closed, or the user has no such. Its job is locked before, by everybody, so
    /// that no two wait for each other.
    /// </summary>
    public static async Task<bool> SetRunning(DbWork db, UserId userId, ConnectionId id) =>
        await db.Execute(
            "update connections set status = 'RUNNING' where user_id = @UserId and id = @Id and status <> 'CLOSED'",
            new { UserId = userId, Id = id }
        ) == 1;

    /// <summary>Shows all of the user's connections as running, but closed ones; their ids.</summary>
    public static Task<IReadOnlyList<ConnectionId>> SetAllRunning(DbWork db, UserId userId) =>
        db.Query<ConnectionId>(
            "update connections set status = 'RUNNING' where user_id = @UserId and status <> 'CLOSED' returning id",
            new { UserId = userId }
        );

    /// <summary>Shows how a run ended.</summary>
    /// <param name="failingSince">Since when every run has failed, in UTC seconds; null: the last one brought something.</param>
    public static Task SetStatus(
        DbWork db,
        UserId userId,
        ConnectionId id,
        ConnectionStatus status,
        long? failingSince
    ) =>
        db.Execute(
            "update connections set status = @Status, failing_since = @FailingSince where user_id = @UserId and id = @Id",
            new
            {
                UserId = userId,
                Id = id,
                Status = status,
                FailingSince = failingSince,
            }
        );

    /// <summary>Who signed in at the bank.</summary>
    public static Task SetOwner(DbWork db, UserId userId, ConnectionId id, string ownerName) =>
        db.Execute(
            "update connections set owner_name = @OwnerName where user_id = @UserId and id = @Id",
            new
            {
                UserId = userId,
                Id = id,
                OwnerName = ownerName,
            }
        );

    /// <summary>The user has chosen which accounts to share.</summary>
    public static Task SetAccountsChosen(DbWork db, UserId userId, ConnectionId id) =>
        db.Execute(
            "update connections set select_accounts = false where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>Erases a connection with its credentials, accounts and transactions; false when the user has no such.</summary>
    public static async Task<bool> Delete(DbWork db, UserId userId, ConnectionId id)
    {
        db.Erases();
        return await db.Execute(
                "delete from connections where user_id = @UserId and id = @Id",
                new { UserId = userId, Id = id }
            ) == 1;
    }
}
