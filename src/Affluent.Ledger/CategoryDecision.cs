using System.Runtime.InteropServices;

namespace Affluent.Ledger;

/// <summary>What decided a category.</summary>
public enum CategoryWhy
{
    /// <summary>Nothing did: the category is <see cref="Categories.Uncategorized"/>.</summary>
    None,

    /// <summary>The kind of movement: cash, fees, interest, the debit of a deferred card.</summary>
    Kind,

    /// <summary>The SEPA identifier of the creditor.</summary>
    CreditorId,

    /// <summary>The merchant's name, which stands in the directory.</summary>
    Merchant,

    /// <summary>The merchant category code of the card network (ISO 18245).</summary>
    MerchantCategoryCode,

    /// <summary>A word that says what is sold: "BOULANGERIE", "GARAGE", "LOYER".</summary>
    Words,

    /// <summary>The trained model, from the look of the words.</summary>
    Model,

    /// <summary>A rule of the client.</summary>
    ClientRule,

    /// <summary>What was said of another transaction with the same merchant or person.</summary>
    Learned,

    /// <summary>The user, or the client for the user, said so of this very transaction.</summary>
    Corrected,
}

/// <summary>A category with what decided it.</summary>
/// <param name="Id">Code of a category.</param>
/// <param name="Confidence">How often such a decision is right, in percent; 0 when there is none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CategoryDecision(string Id, int Confidence, CategoryWhy Why)
{
    /// <summary>The client's rule that decided; null: none did.</summary>
    public long? RuleId { get; init; }

    /// <summary>Nothing is known.</summary>
    public static CategoryDecision None { get; } = new(Categories.Uncategorized, 0, CategoryWhy.None);
}
