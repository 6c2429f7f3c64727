using Affluent.Ledger;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>A transaction as a run reads and writes it.</summary>
internal sealed record TransactionRow
{
    public long UserId { get; init; }
    public long Id { get; init; }
    public long AccountId { get; init; }
    public string? BankId { get; init; }
    public long AmountMinor { get; init; }
    public string Currency { get; init; } = "";
    public string Label { get; init; } = "";
    public string Remittance { get; init; } = "";
    public string? Counterparty { get; init; }
    public string Type { get; init; } = "";
    public string Status { get; init; } = "";
    public string CategoryId { get; init; } = "";

    /// <summary>Days since 1970-01-01, as the ledger counts them.</summary>
    public int Day { get; init; }
    public int? BookingDay { get; init; }
    public int? ValueDay { get; init; }
    public int? TransactionDay { get; init; }
    public string? CheckNumber { get; init; }
    public string? BankCode { get; init; }
    public int? Confidence { get; init; }
    public bool Ambiguous { get; init; }
    public long? MissingSince { get; init; }
    public long ImportedAt { get; init; }
    public long UpdatedAt { get; init; }
}

/// <summary>Every statement by which runs read and write accounts and transactions.</summary>
internal static class ImportStore
{
    private static readonly IReadOnlyList<BulkColumn<TransactionRow>> TransactionColumns =
    [
        new("user_id", BulkType.Long, t => t.UserId),
        new("id", BulkType.Long, t => t.Id),
        new("account_id", BulkType.Long, t => t.AccountId),
        new("bank_id", BulkType.Text, t => t.BankId),
        new("amount_minor", BulkType.Long, t => t.AmountMinor),
        new("currency", BulkType.Text, t => t.Currency),
        new("label", BulkType.Text, t => t.Label),
        new("remittance", BulkType.Text, t => t.Remittance),
        new("counterparty", BulkType.Text, t => t.Counterparty),
        new("type", BulkType.Text, t => t.Type),
        new("status", BulkType.Text, t => t.Status),
        new("category_id", BulkType.Text, t => t.CategoryId),
        new("day", BulkType.Int, t => t.Day),
        new("booking_day", BulkType.Int, t => t.BookingDay),
        new("value_day", BulkType.Int, t => t.ValueDay),
        new("transaction_day", BulkType.Int, t => t.TransactionDay),
        new("check_number", BulkType.Text, t => t.CheckNumber),
        new("bank_code", BulkType.Text, t => t.BankCode),
        new("confidence", BulkType.Int, t => t.Confidence),
        new("ambiguous", BulkType.Bool, t => t.Ambiguous),
        new("missing_since", BulkType.Long, t => t.MissingSince),
        new("imported_at", BulkType.Long, t => t.ImportedAt),
        new("updated_at", BulkType.Long, t => t.UpdatedAt),
    ];

    private static readonly BulkTable<TransactionRow> Transactions = new("transactions", TransactionColumns);

    // Changed rows pass through a staging table, so that one statement updates them all.
    private static readonly BulkTable<TransactionRow> Staged = new("transaction_updates", TransactionColumns);

    private static readonly string ReadColumns = string.Join(", ", TransactionColumns.Select(c => c.Name));

    private static readonly string SetColumns = string.Join(
        ", ",
        TransactionColumns
            .Select(c => c.Name)
            .Except(["user_id", "id", "account_id", "imported_at"], StringComparer.Ordinal)
            .Select(name => $"{name} = u.{name}")
    );

    private static readonly BulkTable<(long UserId, long ConnectionId, AccountRow Row)> Accounts = new(
        "accounts",
        [
            new("user_id", BulkType.Long, a => a.UserId),
            new("id", BulkType.Long, a => a.Row.Id),
            new("connection_id", BulkType.Long, a => a.ConnectionId),
            new("identity", BulkType.Text, a => a.Row.Identity),
            new("name", BulkType.Text, a => a.Row.Name),
            new("account_number", BulkType.Text, a => a.Row.AccountNumber),
            new("iban", BulkType.Text, a => a.Row.Iban),
            new("type", BulkType.Text, a => a.Row.Type),
            new("status", BulkType.Text, a => a.Row.Status),
            new("usage", BulkType.Text, a => a.Row.Usage),
            new("currency", BulkType.Text, a => a.Row.Currency),
            new("owner_name", BulkType.Text, a => a.Row.OwnerName),
            new("details", BulkType.Text, a => a.Row.Details),
            new("created_at", BulkType.Long, a => a.Row.CreatedAt),
            new("last_definition_id", BulkType.Text, a => a.Row.LastDefinitionId),
            new("selected", BulkType.Bool, a => a.Row.Selected),
        ]
    );

    /// <summary>The accounts of a connection, deleted ones included.</summary>
    public static Task<IReadOnlyList<AccountRow>> AccountsOf(DbWork db, ClaimedConnection claim) =>
        db.Query<AccountRow>(
            """
            select id, identity, name, account_number, iban, type, status, usage, currency, balance_minor, balance_at,
                balance_gap_minor, owner_name, details, created_at, last_definition_id, synced_until, synced_run, selected,
                deleted_at
            from accounts where user_id = @UserId and connection_id = @Id order by id
            """,
            new { claim.UserId, claim.Id }
        );

    /// <summary>Writes what a list changed. Accounts are few: a statement each is well.</summary>
    public static async Task SaveListing(DbWork db, ClaimedConnection claim, AccountListing listing)
    {
        await db.Insert(Accounts, [.. listing.Added.Select(row => (claim.UserId, claim.Id, row))]);
        foreach (var row in listing.Changed.Concat(listing.NotFound))
        {
            await db.Execute(
                """
                update accounts set name = @Name, account_number = @AccountNumber, iban = @Iban, type = @Type,
                    status = case when @Status <> 'NOT_FOUND' and not selected then 'PENDING_CONSENT' else @Status end,
                    usage = @Usage, owner_name = @OwnerName, details = @Details,
                    last_definition_id = @LastDefinitionId, synced_until = @SyncedUntil,
                    selected = case when deleted_at is null then selected else @Selected end,
                    deleted_at = null
                where user_id = @UserId and id = @Id
                """,
                new
                {
                    claim.UserId,
                    row.Id,
                    row.Name,
                    row.AccountNumber,
                    row.Iban,
                    row.Type,
                    row.Status,
                    row.Usage,
                    row.OwnerName,
                    row.Details,
                    row.LastDefinitionId,
                    SyncedUntil = row.SyncedUntil is { } day ? DapperMapping.ToDays(day) : (int?)null,
                    row.Selected,
                }
            );
        }
    }

    /// <summary>Stored transactions of an account from a day on (null: all), missing and expired ones included.</summary>
    public static Task<IReadOnlyList<TransactionRow>> TransactionsOf(
        DbWork db,
        long userId,
        long accountId,
        int? from
    ) =>
        db.Query<TransactionRow>(
            $"""
            select {ReadColumns} from transactions
            where user_id = @UserId and account_id = @AccountId and day >= @From order by day, id
            """,
            new
            {
                UserId = userId,
                AccountId = accountId,
                From = from ?? int.MinValue,
            }
        );

    /// <summary>The day of the oldest transaction that may still book; null: none.</summary>
    public static Task<int?> OldestOpen(DbWork db, long userId, long accountId, int since) =>
        db.Scalar<int?>(
            """
            select min(day) from transactions
            where user_id = @UserId and account_id = @AccountId and day >= @Since and status in ('PENDING', 'OTHER')
            """,
            new
            {
                UserId = userId,
                AccountId = accountId,
                Since = since,
            }
        );

    /// <summary>Writes the account's reading; false when the user has deleted the account or taken it back meanwhile.</summary>
    public static async Task<bool> SaveReading(DbWork db, ClaimedConnection claim, AccountRow row) =>
        await db.Execute(
            """
            update accounts set status = @Status, balance_minor = @BalanceMinor, balance_at = @BalanceAt,
                balance_gap_minor = @BalanceGapMinor, synced_until = @SyncedUntil, synced_run = @SyncedRun
            where user_id = @UserId and id = @Id and selected and deleted_at is null
            """,
            new
            {
                claim.UserId,
                row.Id,
                row.Status,
                row.BalanceMinor,
                row.BalanceAt,
                row.BalanceGapMinor,
                SyncedUntil = row.SyncedUntil is { } day ? DapperMapping.ToDays(day) : (int?)null,
                row.SyncedRun,
            }
        ) == 1;

    /// <summary>Writes what a reconciliation found, in a handful of statements however many rows it is.</summary>
    public static async Task SaveChanges(
        DbWork db,
        ClaimedConnection claim,
        IReadOnlyCollection<TransactionRow> inserts,
        IReadOnlyCollection<TransactionRow> updates,
        Changes changes,
        long now
    )
    {
        await db.Insert(Transactions, inserts);
        if (updates.Count > 0)
        {
            await db.Insert(Staged, updates);
            await db.Execute(
                $"""
                update transactions set {SetColumns} from transaction_updates u
                where transactions.user_id = @UserId and u.user_id = @UserId and transactions.id = u.id
                """,
                new { claim.UserId }
            );
            await db.Execute("delete from transaction_updates where user_id = @UserId", new { claim.UserId });
        }
        if (changes.Disappeared.Count > 0)
        {
            await db.Execute(
                "update transactions set missing_since = @Now, updated_at = @Now where user_id = @UserId and id {in @ids}",
                new
                {
                    claim.UserId,
                    Now = now,
                    ids = db.List(changes.Disappeared),
                }
            );
        }
        if (changes.Expired.Count > 0)
        {
            await db.Execute(
                "update transactions set status = 'EXPIRED', updated_at = @Now where user_id = @UserId and id {in @ids}",
                new
                {
                    claim.UserId,
                    Now = now,
                    ids = db.List(changes.Expired),
                }
            );
        }
    }
}
