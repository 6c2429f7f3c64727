using Affluent.Server.Connections;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Accounts;

/// <summary>Reads and deletes accounts. What writes them stands with the synchronization.</summary>
internal static class AccountsStore
{
    private const string Columns = """
        id, connection_id, name, account_number, iban, type, status, usage, currency, balance_minor, balance_at,
        balance_gap_minor, owner_name, details, created_at, last_definition_id
        """;

    private const string Shown = "deleted_at is null";

    /// <summary>The user's accounts that the filter's words and ids let through; its text and order come after.</summary>
    public static Task<IReadOnlyList<AccountRow>> List(DbWork db, long userId, AccountFilter filter) =>
        db.Query<AccountRow>(
            $"""
            select {Columns} from accounts where user_id = @UserId and {Shown}
                {(filter.ConnectionId is null ? "" : "and connection_id = @ConnectionId")}
                {(filter.Type is null ? "" : "and type = @Type")}
                {(filter.Status is null ? "" : "and status = @Status")}
                {(filter.Usage is null ? "" : "and usage = @Usage")}
            order by id
            """,
            new
            {
                UserId = userId,
                filter.ConnectionId,
                filter.Type,
                filter.Status,
                filter.Usage,
            }
        );

    /// <summary>One of the user's accounts; null when the user has no such.</summary>
    public static Task<AccountRow?> Find(DbWork db, long userId, long id) =>
        db.Find<AccountRow>(
            $"select {Columns} from accounts where user_id = @UserId and id = @Id and {Shown}",
            new { UserId = userId, Id = id }
        );

    /// <summary>Whose account it is, among all users; null when there is no such.</summary>
    public static Task<long?> OwnerOf(DbWork db, long id) =>
        db.Scalar<long?>($"select user_id from accounts where id = @Id and {Shown}", new { Id = id });

    /// <summary>The user's accounts by IBAN and by number, for what names an account that way.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> ByNumber(DbWork db, long userId)
    {
        var rows = await db.Query<AccountRow>(
            $"select id, iban, account_number from accounts where user_id = @UserId and {Shown} order by id",
            new { UserId = userId }
        );
        var ids = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.Iban is { } iban)
            {
                ids.TryAdd(iban, row.Id);
            }
            if (row.AccountNumber is { } number)
            {
                ids.TryAdd(number, row.Id);
            }
        }
        return ids;
    }

    /// <summary>
    /// Takes an account out of sight and erases its transactions and what the bank told of it. The row itself stays, so that the
    /// account keeps its id when a later listing brings it back. The last account of a channel takes the channel with it, and
    /// the last channel its connection. Null when the user has no such account.
    /// </summary>
    public static async Task<AccountDeletion?> Delete(DbWork db, long userId, long id, long now)
    {
        if (await Find(db, userId, id) is not { } account)
        {
            return null;
        }
        // A run that writes this account holds the same lock: it is over, or it will find the account deleted.
        await RequestStore.LockClient(db, userId, account.ConnectionId);
        await db.Execute(
            """
            update accounts set deleted_at = @Now, balance_minor = null, balance_at = null, balance_gap_minor = null,
                owner_name = null, details = null, synced_until = null
            where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                Id = id,
                Now = now,
            }
        );
        await db.Execute(
            "delete from transactions where user_id = @UserId and account_id = @Id",
            new { UserId = userId, Id = id }
        );
        var left = await db.Scalar<long>(
            $"""
            select count(*) from accounts where user_id = @UserId and connection_id = @ConnectionId
                and last_definition_id = @LastDefinitionId and {Shown}
            """,
            new
            {
                UserId = userId,
                account.ConnectionId,
                account.LastDefinitionId,
            }
        );
        var connectionGone =
            left == 0
            && await ConnectionsStore.DeleteChannel(db, userId, account.ConnectionId, account.LastDefinitionId);
        return new AccountDeletion(account.ConnectionId, account.LastDefinitionId, connectionGone);
    }
}

/// <summary>What the deletion of an account came to.</summary>
internal sealed record AccountDeletion(long ConnectionId, string DefinitionId, bool ConnectionGone);
