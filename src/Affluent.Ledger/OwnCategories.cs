using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// What a user and the user's client have said of categories. It goes before what <see cref="Categorization"/> decides: first what the user
/// said of another transaction with the same merchant or person, then the client's rules.
/// </summary>
/// <param name="ByMerchant">Codes of categories by <see cref="LabelParts.MerchantKey"/>.</param>
/// <param name="Rules">The client's.</param>
public sealed record OwnCategories(IReadOnlyDictionary<string, string> ByMerchant, ClientRules Rules)
{
    /// <summary>Nothing was said.</summary>
    public static readonly OwnCategories None = new(new Dictionary<string, string>(), ClientRules.None);

    // Two merchants of one name are rare.
    private const int Confidence = 97;

    /// <summary>The rules alone, for a transaction of which something was said itself: it is not to be learned from itself.</summary>
    public OwnCategories RulesAlone => this with { ByMerchant = None.ByMerchant };

    /// <summary>The category of a movement.</summary>
    public CategoryDecision Decide(Movement movement, LabelParts parts, BankAccountType? accountType) =>
        Learned(parts.MerchantKey)
        ?? Rules.Decide(movement, parts, accountType)
        ?? Categorization.Guess(movement, parts);

    /// <summary>What was said of others that are known by this; null: nothing.</summary>
    public CategoryDecision? Learned(string? merchantKey) =>
        merchantKey is not null && ByMerchant.TryGetValue(merchantKey, out var id)
            ? new CategoryDecision(id, Confidence, CategoryWhy.Learned)
            : null;
}
