using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Categories;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>
/// What a user has said of categories: said of one transaction, it holds for the others with the same merchant or person, those that are
/// stored and those that come. What is said of a transaction itself goes before it.
/// </summary>
internal static class Corrections
{
    /// <summary>What a user and the user's client have said.</summary>
    public static async Task<OwnCategories> Of(DbWork db, ClientId clientId, UserId userId) =>
        new(await CorrectionsStore.Of(db, userId), await CategoryRuleStore.Of(db, clientId));

    /// <summary>
    /// Learns what was said of a transaction, or that it was taken back, and decides those anew for which it holds: the others with this
    /// merchant or person and, when it was taken back, the transaction itself. Their accounts are to be named to the readers of changes.
    /// </summary>
    /// <param name="edited">As it is now.</param>
    /// <param name="set">The change set of its account.</param>
    /// <returns>Change sets by account.</returns>
    public static async Task<IReadOnlyDictionary<AccountId, ChangeSetId>> Learn(
        UserWork work,
        TransactionRow edited,
        ChangeSetId set
    )
    {
        Dictionary<AccountId, ChangeSetId> sets = new() { [edited.AccountId] = set };
        if (edited.MerchantKey is { } key)
        {
            await CorrectionsStore.Save(work.Db, work.UserId, key, edited.OwnCategoryId);
        }
        var rows = await CorrectionsStore.Undecided(work.Db, work.UserId, edited);
        if (rows.Count == 0)
        {
            return sets;
        }
        var own = await Of(work.Db, work.ClientId, work.UserId);
        var types = await AccountsStore.TypesOf(work.Db, work.UserId);
        var changed =
            from row in rows
            let movement = TransactionDetailsMessage.MovementOf(row)
            let decision = own.Decide(movement, LabelParts.Of(movement), types.GetValueOrDefault(row.AccountId))
            where (decision.Id, decision.Why) != (row.CategoryId, row.CategoryWhy)
            group row by (row.AccountId, Decision: decision);
        foreach (var group in changed)
        {
            if (!sets.TryGetValue(group.Key.AccountId, out var its))
            {
                its = sets[group.Key.AccountId] = work.Ids.Next<ChangeSetId>();
            }
            await CorrectionsStore.Recategorize(work, [.. group.Select(row => row.Id)], group.Key.Decision, its);
        }
        return sets;
    }
}
