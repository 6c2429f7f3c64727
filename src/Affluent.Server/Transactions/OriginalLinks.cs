using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>Links transactions that come in to those that they give back. What that is, the ledger decides.</summary>
internal static class OriginalLinks
{
    /// <summary>Writes the links of transactions of an account that were just added. Few are any that give back: the others cost nothing.</summary>
    public static async Task Save(UserWork work, AccountId accountId, IReadOnlyList<TransactionRow> added)
    {
        var returns = added
            .Select(row => new EarlierMovement(row.Id.Value, TransactionDetailsMessage.MovementOf(row)))
            .Where(row => Originals.IsReturn(row.Movement))
            .OrderBy(row => row.Movement.Day)
            .ToArray();
        if (returns.Length == 0)
        {
            return;
        }
        var since = returns[0].Movement.Day - Originals.DaysByReference;
        var earlier = (await Possible(work, accountId, since, returns)).ToLookup(row => row.Movement.Amount);
        var taken = (await Taken(work, accountId, since)).ToHashSet();
        foreach (var row in returns)
        {
            if (Originals.Find(row.Movement, earlier[-row.Movement.Amount], taken) is { } original)
            {
                taken.Add(original);
                await Link(work, new TransactionId(row.Id), new TransactionId(original));
            }
        }
    }

    private static async Task<IEnumerable<EarlierMovement>> Possible(
        UserWork work,
        AccountId accountId,
        int since,
        IEnumerable<EarlierMovement> returns
    )
    {
        var rows = await work.Db.Query<TransactionRow>(
            $$"""
            select {{TransactionImports.Columns}} from transactions
            where user_id = @UserId and account_id = @AccountId and day >= @Since and amount_minor {in @amounts}
                and merged_into is null
            order by day, id
            """,
            new
            {
                work.UserId,
                AccountId = accountId,
                Since = since,
                amounts = work.Db.List(returns.Select(row => Money.Split(-row.Movement.Amount).Minor).Distinct()),
            }
        );
        return rows.Select(row => new EarlierMovement(row.Id.Value, TransactionDetailsMessage.MovementOf(row)));
    }

    private static Task<IReadOnlyList<long>> Taken(UserWork work, AccountId accountId, int since) =>
        work.Db.Query<long>(
            """
            select original_id from transactions
            where user_id = @UserId and account_id = @AccountId and day >= @Since and original_id is not null
            """,
            new
            {
                work.UserId,
                AccountId = accountId,
                Since = since,
            }
        );

    private static Task<int> Link(UserWork work, TransactionId id, TransactionId original) =>
        work.Db.Execute(
            "update transactions set original_id = @Original where user_id = @UserId and id = @Id",
            new
            {
                work.UserId,
                Id = id,
                Original = original,
            }
        );
}
