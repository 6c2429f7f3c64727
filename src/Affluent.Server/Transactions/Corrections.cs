using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>
/// What a user has said of categories: said of one transaction, it holds for the others with the same merchant or person, those that are
/// stored and those that come. What is said of a transaction itself goes before it.
/// </summary>
/// <param name="ByMerchant">Codes of categories by <see cref="LabelParts.MerchantKey"/>.</param>
internal sealed record Corrections(IReadOnlyDictionary<string, string> ByMerchant)
{
    /// <summary>Nothing was said, or it is not to count.</summary>
    public static readonly Corrections None = new(new Dictionary<string, string>());

    // Two merchants of one name are rare.
    private const int Confidence = 97;

    /// <summary>The category of a movement, by what its user has said of others or else by the ledger.</summary>
    public CategoryDecision Decide(Movement movement, LabelParts parts) =>
        parts.MerchantKey is { } key && ByMerchant.TryGetValue(key, out var id)
            ? new CategoryDecision(id, Confidence, CategoryWhy.Learned)
            : Categorization.Guess(movement, parts);

    /// <summary>
    /// Learns what was said of a transaction, or that it was taken back, and decides the others with this merchant or person anew. Their
    /// accounts are to be named to the readers of changes.
    /// </summary>
    /// <param name="edited">As it is now.</param>
    /// <param name="set">The change set of its account.</param>
    /// <returns>Change sets of other accounts.</returns>
    public static async Task<IReadOnlyDictionary<AccountId, ChangeSetId>> Learn(
        UserWork work,
        TransactionRow edited,
        ChangeSetId set
    )
    {
        Dictionary<AccountId, ChangeSetId> sets = new() { [edited.AccountId] = set };
        if (edited.MerchantKey is not { } key)
        {
            return sets;
        }
        await CorrectionsStore.Save(work.Db, work.UserId, key, edited.OwnCategoryId);
        var known = await CorrectionsStore.Of(work.Db, work.UserId);
        var others = await CorrectionsStore.Others(work.Db, work.UserId, key, edited.Id);
        var changed =
            from row in others
            let movement = TransactionDetailsMessage.MovementOf(row)
            let decision = known.Decide(movement, LabelParts.Of(movement))
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
