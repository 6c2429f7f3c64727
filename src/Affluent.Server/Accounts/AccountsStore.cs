using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>
/// Reads accounts, shares and erases them. What a synchronization reads and writes is <see cref="AccountImports"/>.
/// </summary>
internal static class AccountsStore
{
    internal const string Columns = """
        user_id, id, connection_id, identity, reference, name, account_number, iban, type, status, usage, currency, balance_minor,
        balance_rest, balance_at, balances, balance_check, booked_since_balance, booked_since_rest, rows_left_out, rows_left_out_reasons, ids_fault, owner_name, details, created_at, last_definition_id, sources, candidates, synced_until, synced_run,
        selected, deleted_at, settlements
        """;

    // The row of a deleted account stays, so that it keeps its id when a later listing brings it back.
    private const string Shown = "deleted_at is null";

    /// <summary>
    /// Notes that something was said of the account's transactions: what a run has compared with them before is not written.
    /// </summary>
    public static Task CountSettlement(DbWork db, UserId userId, AccountId id) =>
        db.Execute(
            "update accounts set settlements = settlements + 1 where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>What was booked since the balance up to which everything is explained, once something between two readings changed it.</summary>
    public static Task SetBookedSince(DbWork db, UserId userId, AccountId id, decimal booked)
    {
        var (minor, rest) = Money.Split(booked);
        return db.Execute(
            """
            update accounts set booked_since_balance = @Minor, booked_since_rest = @Rest where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                Id = id,
                Minor = minor,
                Rest = rest,
            }
        );
    }

    /// <summary>The user's accounts that the filter's words and ids let through; its text and order come after.</summary>
    public static Task<IReadOnlyList<AccountRow>> List(DbWork db, UserId userId, AccountFilter filter) =>
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
    public static Task<AccountRow?> Find(DbWork db, UserId userId, AccountId id) =>
        db.Find<AccountRow>(
            $"select {Columns} from accounts where user_id = @UserId and id = @Id and {Shown}",
            new { UserId = userId, Id = id }
        );

    /// <summary>Whose account it is, among all users; null when there is no such.</summary>
    public static Task<UserId?> OwnerOf(DbWork db, AccountId id) =>
        db.Scalar<UserId?>($"select user_id from accounts where id = @Id and {Shown}", new { Id = id });

    /// <summary>The ids of the user's accounts of a connection, or of a type; for what belongs to accounts.</summary>
    public static Task<IReadOnlyList<AccountId>> IdsOf(
        DbWork db,
        UserId userId,
        ConnectionId? connectionId,
        BankAccountType? type
    ) =>
        db.Query<AccountId>(
            $"""
            select id from accounts where user_id = @UserId and {Shown}
                {(connectionId is null ? "" : "and connection_id = @ConnectionId")}
                {(type is null ? "" : "and type = @Type")}
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                Type = type,
            }
        );

    /// <summary>The kinds of the user's accounts.</summary>
    public static async Task<IReadOnlyDictionary<AccountId, BankAccountType?>> TypesOf(DbWork db, UserId userId) =>
        (
            await db.Query<AccountKind>(
                $"select id, type from accounts where user_id = @UserId and {Shown}",
                new { UserId = userId }
            )
        ).ToDictionary(row => row.Id, row => row.Type);

    /// <summary>The user's accounts by IBAN and by number, for what names an account that way.</summary>
    public static async Task<IReadOnlyDictionary<string, AccountId>> ByNumber(DbWork db, UserId userId)
    {
        var rows = await db.Query<(AccountId Id, string? Iban, string? Number)>(
            $"select id, iban, account_number from accounts where user_id = @UserId and {Shown} order by id",
            new { UserId = userId }
        );
        var ids = new Dictionary<string, AccountId>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.Iban is { } iban)
            {
                ids.TryAdd(iban, row.Id);
            }
            if (row.Number is { } number)
            {
                ids.TryAdd(number, row.Id);
            }
        }
        return ids;
    }

    /// <summary>Who holds these connections: of each, the holder of its first account that has one.</summary>
    public static async Task<IReadOnlyDictionary<ConnectionId, string>> OwnerNames(
        DbWork db,
        IReadOnlyCollection<ConnectionKey> connections
    )
    {
        var rows = await db.Query<(ConnectionId ConnectionId, string OwnerName)>(
            $$"""
            select connection_id, owner_name
            from {pairs @users @ids} join accounts on user_id = a and connection_id = b
            where owner_name is not null and {{Shown}} order by id
            """,
            new { users = db.List(connections.Select(c => c.UserId)), ids = db.List(connections.Select(c => c.Id)) }
        );
        return rows.DistinctBy(row => row.ConnectionId).ToDictionary(row => row.ConnectionId, row => row.OwnerName);
    }

    /// <summary>Whether a connection ever brought an account, deleted ones included.</summary>
    public static Task<bool> AnyOf(DbWork db, UserId userId, ConnectionId connectionId) =>
        db.Scalar<bool>(
            "select exists (select 1 from accounts where user_id = @UserId and connection_id = @ConnectionId)",
            new { UserId = userId, ConnectionId = connectionId }
        );

    /// <summary>Whether a channel of a connection refreshed an account of the user last.</summary>
    public static Task<bool> AnyOf(
        DbWork db,
        UserId userId,
        ConnectionId connectionId,
        ChannelDefinitionId definitionId
    ) =>
        db.Scalar<bool>(
            $"""
            select exists (select 1 from accounts where user_id = @UserId and connection_id = @ConnectionId
                and last_definition_id = @DefinitionId and {Shown})
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                DefinitionId = definitionId,
            }
        );

    /// <summary>Shares exactly these accounts of the connection; the others wait for consent and are not read.</summary>
    public static Task Select(
        DbWork db,
        UserId userId,
        ConnectionId connectionId,
        IReadOnlyCollection<AccountId> accountIds
    ) =>
        db.Execute(
            $$"""
            update accounts set selected = not selected,
                status = case when selected then @PendingConsent when status = @PendingConsent then @Active else status end
            where user_id = @UserId and connection_id = @ConnectionId and {{Shown}}
                and selected <> (id {in @ids})
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                AccountStatus.PendingConsent,
                AccountStatus.Active,
                ids = db.List(accountIds),
            }
        );

    /// <summary>Takes an account out of sight and erases what the bank told of it; its transactions are erased with it by the caller.</summary>
    public static Task Erase(DbWork db, UserId userId, AccountId id, long now)
    {
        db.Erases();
        return db.Execute(
            """
            update accounts set deleted_at = @Now, balance_minor = null, balance_rest = null, balance_at = null, balances = null, balance_check = null, booked_since_balance = 0, booked_since_rest = null,
                owner_name = null, details = null, synced_until = null, name = null, account_number = null, iban = null, sources = null, candidates = null
            where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                Id = id,
                Now = now,
            }
        );
    }
}

/// <summary>What kind of account one is.</summary>
internal sealed record AccountKind
{
    public AccountId Id { get; init; }
    public BankAccountType? Type { get; init; }
}
