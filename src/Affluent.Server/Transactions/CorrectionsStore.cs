using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Statements about what users have said of categories.</summary>
internal static class CorrectionsStore
{
    /// <summary>All that a user has said: codes of categories by merchant or person.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Of(DbWork db, UserId userId)
    {
        var rows = await db.Query<(string MerchantKey, string CategoryId)>(
            "select merchant_key, category_id from corrections where user_id = @UserId",
            new { UserId = userId }
        );
        return rows.ToDictionary(row => row.MerchantKey, row => row.CategoryId, StringComparer.Ordinal);
    }

    /// <summary>Remembers the category of a merchant or person; null: none any more.</summary>
    public static Task Save(DbWork db, UserId userId, string merchantKey, string? categoryId) =>
        db.Execute(
            categoryId is null
                ? "delete from corrections where user_id = @UserId and merchant_key = @MerchantKey"
                : """
                insert into corrections (user_id, merchant_key, category_id) values (@UserId, @MerchantKey, @CategoryId)
                on conflict (user_id, merchant_key) do update set category_id = excluded.category_id
                """,
            new
            {
                UserId = userId,
                MerchantKey = merchantKey,
                CategoryId = categoryId,
            }
        );

    /// <summary>
    /// Locks a transaction and all with the same merchant or person, in the order in which everybody locks transactions: by id.
    /// </summary>
    public static Task Lock(DbWork db, UserId userId, TransactionRow row) =>
        db.Query<TransactionId>(
            "select id from transactions where user_id = @UserId and (id = @Id or merchant_key = @MerchantKey) order by id {for update}",
            new
            {
                UserId = userId,
                row.Id,
                row.MerchantKey,
            }
        );

    /// <summary>
    /// A transaction and those with the same merchant or person, without those of which something was said; locked for the rest of the
    /// transaction.
    /// </summary>
    public static Task<IReadOnlyList<TransactionRow>> Undecided(DbWork db, UserId userId, TransactionRow row) =>
        db.Query<TransactionRow>(
            $$"""
            select {{TransactionImports.Columns}} from transactions
            where user_id = @UserId and (id = @Id or merchant_key = @MerchantKey) and own_category_id is null
                and merged_into is null
            order by id {for update}
            """,
            new
            {
                UserId = userId,
                row.Id,
                row.MerchantKey,
            }
        );

    /// <summary>Gives transactions of one account another category.</summary>
    public static Task Recategorize(
        UserWork work,
        IReadOnlyList<TransactionId> some,
        CategoryDecision decision,
        ChangeSetId set
    ) =>
        work.Db.Execute(
            """
            update transactions set category_id = @Id, category_confidence = @Confidence, category_why = @Why,
                category_rule_id = @RuleId, changed_in = @ChangeSet, updated_at = @Now
            where user_id = @UserId and id {in @ids}
            """,
            new
            {
                decision.Id,
                Confidence = decision.Why == CategoryWhy.None ? default(int?) : decision.Confidence,
                decision.Why,
                decision.RuleId,
                ChangeSet = set,
                work.Now,
                work.UserId,
                ids = work.Db.List(some),
            }
        );
}
