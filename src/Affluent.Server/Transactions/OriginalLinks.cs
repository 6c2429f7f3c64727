using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>Links transactions that come in to those that they give back. What that is, the ledger decides.</summary>
internal static class OriginalLinks
{
    /// <summary>Writes the links of transactions of an account that were just added and give back.</summary>
    public static async Task Save(UserWork work, AccountId accountId, IReadOnlyList<TransactionRow> added)
    {
        var returns = added
            .Select(row => new EarlierMovement(row.Id.Value, TransactionDetailsMessage.MovementOf(row)))
            .OrderBy(row => row.Movement.Day)
            .ToArray();
        if (returns.Length == 0)
        {
            return;
        }
        var since = returns[0].Movement.Day - Originals.DaysByReference;
        var earlier = new EarlierMovements(
            await Possible(work, accountId, since, returns),
            await Taken(work, accountId, since)
        );
        List<(long Id, long Original)> links = [];
        foreach (var row in returns)
        {
            if (earlier.Take(row.Movement) is { } original)
            {
                links.Add((row.Id, original));
            }
        }
        await Link(work, links);
    }

    private static async Task<IEnumerable<EarlierMovement>> Possible(
        UserWork work,
        AccountId accountId,
        int since,
        IEnumerable<EarlierMovement> returns
    )
    {
        var rows = await work.Db.Query<TransactionRow>(
            """
            select id, amount_minor, amount_rest, currency, remittance, counterparty, type, status, day, check_number, bank_code,
                mandate, creditor_id, end_to_end_id, merchant_category
            from transactions
            where user_id = @UserId and account_id = @AccountId and day >= @Since and amount_minor {in @amounts}
                and status = @Booked and merged_into is null
            order by day, id
            """,
            new
            {
                work.UserId,
                AccountId = accountId,
                Since = since,
                TransactionStatus.Booked,
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

    private static Task<int> Link(UserWork work, List<(long Id, long Original)> links) =>
        links.Count == 0
            ? Task.FromResult(0)
            : work.Db.Execute(
                "update transactions set original_id = pairs.b from {pairs @ids @originals} where user_id = @UserId and id = pairs.a",
                new
                {
                    work.UserId,
                    ids = work.Db.List(links.Select(link => link.Id)),
                    originals = work.Db.List(links.Select(link => link.Original)),
                }
            );
}
