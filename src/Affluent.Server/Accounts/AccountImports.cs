using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>What a synchronization reads and writes of accounts.</summary>
internal static class AccountImports
{
    private static readonly BulkTable<AccountRow> Accounts = new(
        "accounts",
        [
            new("user_id", BulkType.Long, a => a.UserId.Value),
            new("id", BulkType.Long, a => a.Id.Value),
            new("connection_id", BulkType.Long, a => a.ConnectionId.Value),
            new("identity", BulkType.Text, a => a.Identity),
            new("reference", BulkType.Text, a => a.Reference),
            new("name", BulkType.Text, a => a.Name),
            new("account_number", BulkType.Text, a => a.AccountNumber),
            new("iban", BulkType.Text, a => a.Iban),
            new("type", BulkType.Text, a => a.Type?.Word()),
            new("status", BulkType.Text, a => a.Status.Word()),
            new("usage", BulkType.Text, a => a.Usage?.Word()),
            new("currency", BulkType.Text, a => a.Currency),
            new("owner_name", BulkType.Text, a => a.OwnerName),
            new("details", BulkType.Text, a => a.Details),
            new("created_at", BulkType.Long, a => a.CreatedAt),
            new("last_definition_id", BulkType.Text, a => a.LastDefinitionId.Value),
            new("sources", BulkType.Text, a => a.Sources),
            new("candidates", BulkType.Text, a => a.Candidates),
            new("selected", BulkType.Bool, a => a.Selected),
        ]
    );

    /// <summary>The accounts of a connection, deleted ones included.</summary>
    public static Task<IReadOnlyList<AccountRow>> Of(DbWork db, UserId userId, ConnectionId connectionId) =>
        db.Query<AccountRow>(
            $"""
            select {AccountsStore.Columns} from accounts
            where user_id = @UserId and connection_id = @ConnectionId order by id
            """,
            new { UserId = userId, ConnectionId = connectionId }
        );

    /// <summary>The accounts of other connections that an IBAN names, deleted ones not.</summary>
    public static async Task<IReadOnlyList<AccountRow>> OfTwins(
        DbWork db,
        UserId userId,
        IReadOnlyCollection<ConnectionId> connections
    ) =>
        connections.Count == 0
            ? []
            : await db.Query<AccountRow>(
                $$"""
                select {{AccountsStore.Columns}} from accounts
                where user_id = @UserId and connection_id {in @connections} and identity like 'iban:%' and deleted_at is null
                order by id
                """,
                new { UserId = userId, connections = db.List(connections) }
            );

    /// <summary>Writes what a bank's list changed. Accounts are few: a statement for each changed one is well.</summary>
    public static async Task SaveListing(
        DbWork db,
        IReadOnlyCollection<AccountRow> added,
        IEnumerable<AccountRow> changed
    )
    {
        await db.Insert(Accounts, added);
        foreach (var row in changed)
        {
            // The user may have chosen or deleted it since it was read.
            await db.Execute(
                """
                update accounts set connection_id = @ConnectionId, identity = @Identity, reference = @Reference, name = @Name, account_number = @AccountNumber, iban = @Iban, type = @Type,
                    status = case when @Status <> @NotFound and not selected then @PendingConsent else @Status end,
                    usage = @Usage, owner_name = @OwnerName, details = @Details,
                    last_definition_id = @LastDefinitionId, sources = @Sources, candidates = @Candidates, synced_until = @SyncedUntil,
                    selected = case when deleted_at is null then selected else @Selected end,
                    deleted_at = null
                where user_id = @UserId and id = @Id
                """,
                new
                {
                    row.UserId,
                    row.Id,
                    row.ConnectionId,
                    row.Identity,
                    row.Reference,
                    row.Name,
                    row.AccountNumber,
                    row.Iban,
                    row.Type,
                    row.Status,
                    AccountStatus.NotFound,
                    AccountStatus.PendingConsent,
                    row.Usage,
                    row.OwnerName,
                    row.Details,
                    row.LastDefinitionId,
                    row.Sources,
                    row.Candidates,
                    row.SyncedUntil,
                    row.Selected,
                }
            );
        }
    }

    /// <summary>Writes the account's reading; false when the user has deleted the account, taken it back or settled a doubt meanwhile.</summary>
    public static async Task<bool> SaveReading(DbWork db, AccountRow row) =>
        await db.Execute(
            """
            update accounts set status = @Status, balance_minor = @BalanceMinor, balance_rest = @BalanceRest, balance_at = @BalanceAt,
                balances = @Balances, balance_check = @BalanceCheck, booked_since_balance = @BookedSinceBalance,
                booked_since_rest = @BookedSinceRest,
                rows_left_out = @RowsLeftOut, rows_left_out_reasons = @RowsLeftOutReasons, ids_fault = @IdsFault, synced_until = @SyncedUntil, synced_run = @SyncedRun
            where user_id = @UserId and id = @Id and selected and deleted_at is null and settlements = @Settlements
            """,
            new
            {
                row.UserId,
                row.Id,
                row.Status,
                row.BalanceMinor,
                row.BalanceRest,
                row.BalanceAt,
                row.Balances,
                row.BalanceCheck,
                row.BookedSinceBalance,
                row.BookedSinceRest,
                row.RowsLeftOut,
                row.RowsLeftOutReasons,
                row.IdsFault,
                row.SyncedUntil,
                row.SyncedRun,
                row.Settlements,
            }
        ) == 1;
}
