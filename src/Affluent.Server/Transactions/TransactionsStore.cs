using System.Data;
using System.Text;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Dapper;

namespace Affluent.Server.Transactions;

/// <summary>Reads and erases transactions. What a synchronization reads and writes is <see cref="TransactionImports"/>.</summary>
internal static class TransactionsStore
{
    /// <summary>What a reader of the API sees of a transaction; the rest is the synchronization's.</summary>
    public const string Shown = """
        id, account_id, amount_minor, amount_rest, currency, label, remittance, counterparty, type, status, category_id, day,
        booking_day, value_day, transaction_day, check_number, mandate, creditor_id, end_to_end_id, merchant_category,
        category_confidence, category_why, category_rule_id, merchant_key, confidence, ambiguous, missing_since, imported_at, updated_at,
        match_tier, match_reason, candidates, merged_into, own_category_id, own_label, own_note,
        original_id
        """;

    /// <summary>
    /// A page of the user's transactions, newest first, and one row more when there is a next page. One statement, once accounts
    /// that the filter does not name by id are found; it walks the index by account or by user, and reads rows only from where the
    /// page begins: after the cursor, or after as many entries of the index as the pages before it hold.
    /// </summary>
    public static async Task<IReadOnlyList<TransactionRow>> List(
        DbWork db,
        UserId userId,
        TransactionFilter filter,
        Page page,
        TransactionCursor? after
    )
    {
        var parameters = new DynamicParameters();
        parameters.Add("UserId", userId.Value, DbType.Int64);
        parameters.Add("Limit", page.Limit + 1, DbType.Int32);
        var where = await Where(db, userId, filter, parameters);
        var start = "";
        if (after is not null)
        {
            start = "and (t.day, t.id) < (@AfterDay, @AfterId)";
            parameters.Add("AfterDay", after.Day, DbType.Int32);
            parameters.Add("AfterId", after.Id.Value, DbType.Int64);
        }
        else if (page.Skip > 0)
        {
            start = $"""
                and (t.day, t.id) <= (select t.day, t.id from transactions t
                    where t.user_id = @UserId {where} order by t.day desc, t.id desc limit 1 offset @Skip)
                """;
            parameters.Add("Skip", page.Skip, DbType.Int64);
        }
        return await db.Query<TransactionRow>(
            $"""
            select {Shown} from transactions t where t.user_id = @UserId {where} {start}
            order by t.day desc, t.id desc limit @Limit
            """,
            parameters
        );
    }

    /// <summary>One of the user's transactions, by its id or by that of one that was found to be the same; null when the user has no such.</summary>
    public static Task<TransactionRow?> Find(DbWork db, UserId userId, TransactionId id) =>
        db.Find<TransactionRow>(
            $"""
            select {Shown} from transactions where user_id = @UserId
            and id = (select coalesce(merged_into, id) from transactions where user_id = @UserId and id = @Id)
            """,
            new { UserId = userId, Id = id }
        );

    /// <summary>Whose transaction it is, among all users; null when there is no such.</summary>
    public static Task<UserId?> OwnerOf(DbWork db, TransactionId id) =>
        db.Scalar<UserId?>("select user_id from transactions where id = @Id", new { Id = UpcomingId.LastOf(id) ?? id });

    /// <summary>What is booked on an account and listed by its bank, day by day.</summary>
    public static Task<IReadOnlyList<DayTotal>> BookedByDay(
        DbWork db,
        UserId userId,
        AccountId accountId,
        string currency
    ) =>
        db.Query<DayTotal>(
            """
            select day,
                cast(sum(case when currency = @Currency then amount_minor / 1000000000 else 0 end) as bigint) as high,
                cast(sum(case when currency = @Currency then amount_minor % 1000000000 else 0 end) as bigint) as low,
                cast(sum(case when currency = @Currency then coalesce(amount_rest, 0) else 0 end) as bigint) as rest,
                cast(sum(case when currency = @Currency then 0 else 1 end) as bigint) as others
            from transactions
            where user_id = @UserId and account_id = @AccountId and status = @Booked and missing_since is null and merged_into is null
            group by day
            """,
            new
            {
                UserId = userId,
                AccountId = accountId,
                Currency = currency,
                TransactionStatus.Booked,
            }
        );

    /// <summary>Writes what the user or client put in the place of ours.</summary>
    public static Task SaveEdits(DbWork db, UserId userId, TransactionRow row, ChangeSetId set, long now) =>
        db.Execute(
            """
            update transactions set own_category_id = @OwnCategoryId, own_label = @OwnLabel, own_note = @OwnNote,
                changed_in = @ChangeSet, updated_at = @Now
            where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                row.Id,
                row.OwnCategoryId,
                row.OwnLabel,
                row.OwnNote,
                ChangeSet = set,
                Now = now,
            }
        );

    /// <summary>Erases the transactions of an account.</summary>
    public static Task EraseOf(DbWork db, UserId userId, AccountId accountId)
    {
        db.Erases();
        return db.Execute(
            "delete from transactions where user_id = @UserId and account_id = @AccountId",
            new { UserId = userId, AccountId = accountId }
        );
    }

    /// <summary>Erases at most so many transactions of a user, and says how many.</summary>
    public static Task<int> EraseSome(DbWork db, UserId userId, int atMost) =>
        db.Execute(
            """
            delete from transactions where user_id = @UserId and id in
                (select id from transactions where user_id = @UserId order by id limit @AtMost)
            """,
            new { UserId = userId, AtMost = atMost }
        );

    // Each clause has one text: what callers send are parameters only, so that statements and their plans stay few.
    private static async Task<string> Where(
        DbWork db,
        UserId userId,
        TransactionFilter filter,
        DynamicParameters parameters
    )
    {
        var where = new StringBuilder(" and t.merged_into is null");
        if (filter.AccountId is { } accountId)
        {
            And("t.account_id = @AccountId");
            parameters.Add("AccountId", accountId.Value, DbType.Int64);
        }
        if (filter.AccountIds is { } named)
        {
            And("t.account_id {in @named}");
            parameters.Add("named", db.List(named));
        }
        if (filter is { ConnectionId: not null } or { AccountType: not null })
        {
            And("t.account_id {in @accounts}");
            var accounts = await AccountsStore.IdsOf(db, userId, filter.ConnectionId, filter.AccountType);
            parameters.Add("accounts", db.List(accounts));
        }
        if (filter.Ids is { } ids)
        {
            And("t.id {in @ids}");
            parameters.Add("ids", db.List(ids));
        }
        if (filter.IncludedStatuses is { } included)
        {
            And("t.status {in @included}");
            parameters.Add("included", db.List(included.Select(status => status.Word())));
        }
        if (filter.ExcludedStatuses is { } excluded)
        {
            And("not (t.status {in @excluded})");
            parameters.Add("excluded", db.List(excluded.Select(status => status.Word())));
        }
        Bound(AmountBound.AtLeast, filter.MinAmount);
        Bound(AmountBound.AtMost, filter.MaxAmount);
        Bound(AmountBound.Exactly, filter.Amount);
        if (filter.FirstDay is { } first)
        {
            And("t.day >= @FirstDay");
            parameters.Add("FirstDay", first, DbType.Int32);
        }
        if (filter.LastDay is { } last)
        {
            And("t.day <= @LastDay");
            parameters.Add("LastDay", last, DbType.Int32);
        }
        if (filter.CategoryId is { } category)
        {
            And("coalesce(t.own_category_id, t.category_id) {in @categories}");
            parameters.Add("categories", db.List(WithChildren(category)));
        }
        if (filter.ImportedFrom is { } imported)
        {
            And("t.imported_at >= @ImportedFrom");
            parameters.Add("ImportedFrom", imported, DbType.Int64);
        }
        if (filter.Ambiguous is { } doubt)
        {
            And(doubt ? "t.ambiguous" : "not t.ambiguous");
        }
        if (filter.Missing is { } missing)
        {
            And(missing ? "t.missing_since is not null" : "t.missing_since is null");
        }
        return where.ToString();

        void And(string clause) => where.Append(" and ").Append(clause);

        void Bound(AmountBound bound, decimal? amount)
        {
            if (amount is { } given)
            {
                And(bound.Clause);
                bound.Add(parameters, given);
            }
        }
    }

    /// <summary>A category and those under it.</summary>
    public static IEnumerable<string> WithChildren(string category) =>
        Ledger.Categories.All.Where(c => c.Id == category || c.ParentId == category).Select(c => c.Id);
}
