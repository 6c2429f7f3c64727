using System.Data;
using System.Text;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Dapper;

namespace Affluent.Server.Transactions;

/// <summary>Reads transactions. What writes them stands with the synchronization.</summary>
internal static class TransactionsStore
{
    private const string Columns = """
        t.id, t.account_id, t.amount_minor, t.currency, t.label, t.remittance, t.counterparty, t.type, t.status, t.category_id,
        t.day, t.booking_day, t.value_day, t.transaction_day, t.check_number, t.confidence, t.ambiguous, t.imported_at,
        t.updated_at
        """;

    /// <summary>
    /// A page of the user's transactions, newest first, and one row more when there is a next page. One statement; it walks the
    /// index by account or by user, and reads rows only from where the page begins: after the cursor, or after as many entries of
    /// the index as the pages before it hold.
    /// </summary>
    public static Task<IReadOnlyList<TransactionRow>> List(
        DbWork db,
        long userId,
        TransactionFilter filter,
        Page page,
        TransactionCursor? after
    )
    {
        var parameters = new DynamicParameters();
        parameters.Add("UserId", userId, DbType.Int64);
        parameters.Add("Limit", page.Limit + 1, DbType.Int32);
        var where = Where(db, filter, parameters);
        var start = "";
        if (after is not null)
        {
            start = "and (t.day, t.id) < (@AfterDay, @AfterId)";
            parameters.Add("AfterDay", after.Day, DbType.Int32);
            parameters.Add("AfterId", after.Id, DbType.Int64);
        }
        else if (page.Skip > 0)
        {
            start = $"""
                and (t.day, t.id) <= (select t.day, t.id from transactions t
                    where t.user_id = @UserId {where} order by t.day desc, t.id desc limit 1 offset @Skip)
                """;
            parameters.Add("Skip", page.Skip, DbType.Int64);
        }
        return db.Query<TransactionRow>(
            $"""
            select {Columns} from transactions t where t.user_id = @UserId {where} {start}
            order by t.day desc, t.id desc limit @Limit
            """,
            parameters
        );
    }

    /// <summary>One of the user's transactions; null when the user has no such.</summary>
    public static Task<TransactionRow?> Find(DbWork db, long userId, long id) =>
        db.Find<TransactionRow>(
            $"select {Columns} from transactions t where t.user_id = @UserId and t.id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>Whose transaction it is, among all users; null when there is no such.</summary>
    public static Task<long?> OwnerOf(DbWork db, long id) =>
        db.Scalar<long?>("select user_id from transactions where id = @Id", new { Id = id });

    // Each clause has one text: what callers send are parameters only, so that statements and their plans stay few.
    private static string Where(DbWork db, TransactionFilter filter, DynamicParameters parameters)
    {
        var where = new StringBuilder();
        if (filter.AccountId is { } accountId)
        {
            And("t.account_id = @AccountId");
            parameters.Add("AccountId", accountId, DbType.Int64);
        }
        if (filter.ConnectionId is { } connectionId)
        {
            And("t.account_id in (select id from accounts where user_id = @UserId and connection_id = @ConnectionId)");
            parameters.Add("ConnectionId", connectionId, DbType.Int64);
        }
        if (filter.AccountType is { } type)
        {
            And("t.account_id in (select id from accounts where user_id = @UserId and type = @AccountType)");
            parameters.Add("AccountType", type, DbType.String);
        }
        if (filter.Origin is not null and not TransactionWords.FromTheBank)
        {
            And("1 = 0");
        }
        if (filter.IncludedStatuses is { } included)
        {
            And("t.status {in @included}");
            parameters.Add("included", db.List(included));
        }
        if (filter.ExcludedStatuses is { } excluded)
        {
            And("not (t.status {in @excluded})");
            parameters.Add("excluded", db.List(excluded));
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
            And("t.category_id {in @categories}");
            parameters.Add("categories", db.List(WithChildren(category)));
        }
        if (filter.ImportedFrom is { } imported)
        {
            And("t.imported_at >= @ImportedFrom");
            parameters.Add("ImportedFrom", imported, DbType.Int64);
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

    private static IEnumerable<string> WithChildren(string category) =>
        Ledger.Categories.All.Where(c => c.Id == category || c.ParentId == category).Select(c => c.Id);
}
