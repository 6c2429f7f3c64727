using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Statements about what was said of doubtful transactions.</summary>
internal static class SettlementStore
{
    /// <summary>What was said of an account's transactions.</summary>
    public static async Task<Settled> Of(DbWork db, UserId userId, AccountId accountId) =>
        new(
            await db.Query<SettledPair>(
                """
                select first_id as first, second_id as second from different_transactions
                where user_id = @UserId and account_id = @AccountId
                """,
                new { UserId = userId, AccountId = accountId }
            )
        );

    /// <summary>Remembers that two transactions are two.</summary>
    public static Task KeepApart(DbWork db, TransactionRow one, TransactionRow other) =>
        db.Execute(
            """
            insert into different_transactions (user_id, account_id, first_id, second_id)
            values (@UserId, @AccountId, @First, @Second) on conflict do nothing
            """,
            new
            {
                one.UserId,
                one.AccountId,
                First = Math.Min(one.Id.Value, other.Id.Value),
                Second = Math.Max(one.Id.Value, other.Id.Value),
            }
        );

    /// <summary>A transaction and, behind it, those merged into it; locked for the rest of the transaction.</summary>
    public static Task<IReadOnlyList<TransactionRow>> Locked(
        DbWork db,
        UserId userId,
        IEnumerable<TransactionId> some
    ) =>
        db.Query<TransactionRow>(
            $$"""
            select {{TransactionImports.Columns}}, own_label, own_note from transactions
            where user_id = @UserId and id {in @ids} order by id {for update}
            """,
            new { UserId = userId, ids = db.List(some) }
        );

    /// <summary>Writes what is left of the doubt about a transaction.</summary>
    public static Task SaveDoubt(DbWork db, TransactionRow row, ChangeSetId set, long now) =>
        db.Execute(
            """
            update transactions set confidence = @Confidence, ambiguous = @Ambiguous, candidates = @Candidates,
                changed_in = @ChangeSet, updated_at = @Now
            where user_id = @UserId and id = @Id
            """,
            new
            {
                row.UserId,
                row.Id,
                row.Confidence,
                row.Ambiguous,
                row.Candidates,
                ChangeSet = set,
                Now = now,
            }
        );

    /// <summary>Shows a transaction, and all that was merged into it, as another one from now on.</summary>
    public static async Task Merge(DbWork db, TransactionRow from, TransactionRow into, ChangeSetId set, long now)
    {
        await db.Execute(
            """
            update transactions set merged_into = @Into, changed_in = @ChangeSet, updated_at = @Now
            where user_id = @UserId and (id = @From or merged_into = @From)
            """,
            new
            {
                into.UserId,
                From = from.Id,
                Into = into.Id,
                ChangeSet = set,
                Now = now,
            }
        );
        await db.Execute(
            """
            update transactions set own_category_id = coalesce(own_category_id, @OwnCategoryId),
                own_label = coalesce(own_label, @OwnLabel), own_note = coalesce(own_note, @OwnNote)
            where user_id = @UserId and id = @Id
            """,
            new
            {
                into.UserId,
                into.Id,
                from.OwnCategoryId,
                from.OwnLabel,
                from.OwnNote,
            }
        );
    }
}
