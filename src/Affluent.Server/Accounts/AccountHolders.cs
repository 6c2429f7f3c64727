using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>Who holds the accounts of connections.</summary>
internal static class AccountHolders
{
    /// <summary>By connection: the holder of its first account that has one.</summary>
    public static async Task<IReadOnlyDictionary<ConnectionId, string>> Of(
        DbWork db,
        UserId userId,
        IReadOnlyCollection<ConnectionId> connectionIds
    )
    {
        var rows = await db.Query<HolderRow>(
            """
            select connection_id, owner_name from accounts
            where user_id = @UserId and connection_id {in @ConnectionIds} and owner_name is not null and deleted_at is null
            order by id
            """,
            new { UserId = userId, ConnectionIds = db.List(connectionIds) }
        );
        return rows.DistinctBy(row => row.ConnectionId).ToDictionary(row => row.ConnectionId, row => row.OwnerName);
    }

    private sealed record HolderRow
    {
        public ConnectionId ConnectionId { get; init; }
        public string OwnerName { get; init; } = "";
    }
}
