using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Statements about what users have said of categories.</summary>
internal static class CorrectionsStore
{
    /// <summary>All that a user has said.</summary>
    public static async Task<Corrections> Of(DbWork db, UserId userId)
    {
        var rows = await db.Query<(string MerchantKey, string CategoryId)>(
            "select merchant_key, category_id from corrections where user_id = @UserId",
            new { UserId = userId }
        );
        return new Corrections(
            rows.ToDictionary(row => row.MerchantKey, row => row.CategoryId, StringComparer.Ordinal)
        );
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

    /// <summary>The user's other transactions with a merchant or person of which nothing was said; locked for the rest of the transaction.</summary>
    public static Task<IReadOnlyList<TransactionRow>> Others(
        DbWork db,
        UserId userId,
        string merchantKey,
        TransactionId but
    ) =>
        db.Query<TransactionRow>(
            $$"""
            select {{TransactionsStore.Shown}} from transactions
            where user_id = @UserId and merchant_key = @MerchantKey and id <> @But and own_category_id is null
                and merged_into is null
            order by id {for update}
            """,
            new
            {
                UserId = userId,
                MerchantKey = merchantKey,
                But = but,
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
                changed_in = @ChangeSet, updated_at = @Now
            where user_id = @UserId and id {in @ids}
            """,
            new
            {
                decision.Id,
                Confidence = decision.Why == CategoryWhy.None ? default(int?) : decision.Confidence,
                decision.Why,
                ChangeSet = set,
                work.Now,
                work.UserId,
                ids = work.Db.List(some),
            }
        );
}
