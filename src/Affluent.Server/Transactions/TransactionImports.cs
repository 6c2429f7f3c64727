using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>What a synchronization reads and writes of transactions.</summary>
internal static class TransactionImports
{
    private static readonly IReadOnlyList<BulkColumn<TransactionRow>> All =
    [
        new("user_id", BulkType.Long, t => t.UserId.Value),
        new("id", BulkType.Long, t => t.Id.Value),
        new("account_id", BulkType.Long, t => t.AccountId.Value),
        new("bank_id", BulkType.Text, t => t.BankId),
        new("amount_minor", BulkType.Long, t => t.AmountMinor),
        new("amount_rest", BulkType.Long, t => t.AmountRest),
        new("currency", BulkType.Text, t => t.Currency),
        new("label", BulkType.Text, t => t.Label),
        new("remittance", BulkType.Text, t => t.Remittance),
        new("counterparty", BulkType.Text, t => t.Counterparty),
        new("type", BulkType.Text, t => t.Type.Word()),
        new("status", BulkType.Text, t => t.Status.Word()),
        new("category_id", BulkType.Text, t => t.CategoryId),
        new("day", BulkType.Int, t => t.Day),
        new("booking_day", BulkType.Int, t => t.BookingDay),
        new("value_day", BulkType.Int, t => t.ValueDay),
        new("transaction_day", BulkType.Int, t => t.TransactionDay),
        new("check_number", BulkType.Text, t => t.CheckNumber),
        new("bank_code", BulkType.Text, t => t.BankCode),
        new("mandate", BulkType.Text, t => t.Mandate),
        new("creditor_id", BulkType.Text, t => t.CreditorId),
        new("end_to_end_id", BulkType.Text, t => t.EndToEndId),
        new("merchant_category", BulkType.Text, t => t.MerchantCategory),
        new("category_confidence", BulkType.Int, t => t.CategoryConfidence),
        new("category_why", BulkType.Text, t => t.CategoryWhy?.Word()),
        new("category_rule_id", BulkType.Long, t => t.CategoryRuleId?.Value),
        new("merchant_key", BulkType.Text, t => t.MerchantKey),
        new("confidence", BulkType.Int, t => t.Confidence),
        new("ambiguous", BulkType.Bool, t => t.Ambiguous),
        new("missing_since", BulkType.Long, t => t.MissingSince),
        new("imported_at", BulkType.Long, t => t.ImportedAt),
        new("updated_at", BulkType.Long, t => t.UpdatedAt),
        new("match_tier", BulkType.Text, t => t.MatchTier?.Word()),
        new("match_reason", BulkType.Text, t => t.MatchReason?.Word()),
        new("candidates", BulkType.Text, t => t.Candidates),
        new("added_in", BulkType.Long, t => t.AddedIn.Value),
        new("changed_in", BulkType.Long, t => t.ChangedIn.Value),
    ];

    private static readonly BulkTable<TransactionRow> Transactions = new("transactions", All);

    // Changed rows pass through a staging table, so that one statement updates them all.
    private static readonly BulkTable<TransactionRow> Staged = new("transaction_updates", All);

    /// <summary>What a run sees of a transaction.</summary>
    public static readonly string Columns =
        string.Join(", ", All.Select(c => c.Name)) + ", merged_into, own_category_id";

    private static readonly string SetColumns = string.Join(
        ", ",
        All.Select(c => c.Name)
            .Except(["user_id", "id", "account_id", "imported_at", "added_in"], StringComparer.Ordinal)
            .Select(name => $"{name} = {New(name)}")
    );

    // A category that was not decided anew stays as it is now: somebody may have said something of it since the row was read.
    private static string New(string column) =>
        column.StartsWith("category_", StringComparison.Ordinal)
            ? $"case when u.category_why is null then transactions.{column} else u.{column} end"
            : $"u.{column}";

    /// <summary>Stored transactions of an account from a day on (null: all), missing, expired and merged ones included.</summary>
    public static async Task<HeldTransactions> Held(DbWork db, UserId userId, AccountId accountId, int? from) =>
        new(
            await db.Query<TransactionRow>(
                $"""
                select {Columns} from transactions
                where user_id = @UserId and account_id = @AccountId and day >= @From order by day, id
                """,
                new
                {
                    UserId = userId,
                    AccountId = accountId,
                    From = from ?? int.MinValue,
                }
            ),
            await SettlementStore.Of(db, userId, accountId)
        );

    /// <summary>The day of the oldest transaction that may still book, of each account that has one.</summary>
    public static async Task<IReadOnlyDictionary<AccountId, DateOnly?>> OldestOpen(
        DbWork db,
        UserId userId,
        IReadOnlyCollection<AccountId> accountIds,
        DateOnly since
    )
    {
        var rows =
            accountIds.Count == 0
                ? []
                : await db.Query<(AccountId AccountId, DateOnly Day)>(
                    """
                    select account_id, min(day) from transactions
                    where user_id = @UserId and account_id {in @ids} and day >= @Since and status in (@Pending, @Other)
                    group by account_id
                    """,
                    new
                    {
                        UserId = userId,
                        ids = db.List(accountIds),
                        Since = since,
                        TransactionStatus.Pending,
                        TransactionStatus.Other,
                    }
                );
        return rows.ToDictionary(row => row.AccountId, row => (DateOnly?)row.Day);
    }

    /// <summary>Writes what a reconciliation found, in a handful of statements however many rows it is.</summary>
    public static async Task Save(UserWork work, AccountId accountId, TransactionChanges changes)
    {
        if (changes.IsEmpty)
        {
            return;
        }
        var (db, userId, now) = (work.Db, work.UserId, work.Now);
        List<TransactionRow> returns = [];
        await db.Insert(
            Transactions,
            new OnDemand<TransactionRow>(
                changes.Inserts.Count,
                place =>
                {
                    var row = changes.Inserts[place];
                    if (row.GivesBack)
                    {
                        returns.Add(row);
                    }
                    return row;
                }
            )
        );
        if (changes.Updates.Count > 0)
        {
            await db.Insert(Staged, changes.Updates);
            await TransactionVersions.KeepStaged(db, userId, changes.ChangeSet, now);
            await db.Execute(
                $"""
                update transactions set {SetColumns} from transaction_updates u
                where transactions.user_id = @UserId and u.user_id = @UserId and transactions.id = u.id
                """,
                new { UserId = userId }
            );
            await db.Execute("delete from transaction_updates where user_id = @UserId", new { UserId = userId });
        }
        if (changes.Disappeared.Count > 0)
        {
            await db.Execute(
                """
                update transactions set missing_since = @Now, updated_at = @Now, changed_in = @ChangeSet
                where user_id = @UserId and id {in @ids}
                """,
                new
                {
                    UserId = userId,
                    Now = now,
                    changes.ChangeSet,
                    ids = db.List(changes.Disappeared),
                }
            );
        }
        if (changes.Expired.Count > 0)
        {
            await TransactionVersions.Keep(db, userId, changes.Expired, changes.ChangeSet, now);
            await db.Execute(
                """
                update transactions set status = @Expired, updated_at = @Now, changed_in = @ChangeSet
                where user_id = @UserId and id {in @ids}
                """,
                new
                {
                    UserId = userId,
                    Now = now,
                    changes.ChangeSet,
                    TransactionStatus.Expired,
                    ids = db.List(changes.Expired),
                }
            );
        }
        await OriginalLinks.Save(work, accountId, returns);
        await ChangeLog.Append(work, changes.ChangeSet, accountId);
    }
}
