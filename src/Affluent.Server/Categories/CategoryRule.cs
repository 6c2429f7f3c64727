using System.Text.Json;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Tree = Affluent.Ledger.Categories;

namespace Affluent.Server.Categories;

/// <summary>A client's rule as stored. Times are UTC seconds.</summary>
internal sealed record CategoryRuleRow
{
    public CategoryRuleId Id { get; init; }

    /// <summary>The smallest decides first; of equal ones the oldest.</summary>
    public int Priority { get; init; }
    public string CategoryId { get; init; } = "";

    /// <summary>JSON, as the client wrote it.</summary>
    public string Conditions { get; init; } = "";

    /// <summary>See <see cref="RuleConditions.Signature"/>.</summary>
    public string Signature { get; init; } = "";
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }

    public RuleConditionsMessage Read() =>
        JsonSerializer.Deserialize(Conditions, CategoriesJson.Default.RuleConditionsMessage)!;
}

/// <summary>What comes of an attempt to write a rule.</summary>
internal enum RuleSaving
{
    Saved,

    /// <summary>Another rule of the client has the same conditions.</summary>
    Exists,

    /// <summary>The client has as many as it may have.</summary>
    TooMany,

    /// <summary>The client has no such rule.</summary>
    NotFound,
}

/// <summary>What a rule must look like.</summary>
internal static class CategoryRuleCheck
{
    public const int LastPriority = 1_000_000;
    private const int LongestText = 100;
    private const int LongestCreditorId = 35;

    /// <summary>What is wrong with a rule; null: it can be used.</summary>
    public static Problem? Of(EditCategoryRuleMessage message) =>
        message.Priority is < 0 or > LastPriority
            ? Problem.BadBody($"'priority' must be a whole number from 0 to {LastPriority}", "priority")
        : message.CategoryId is not { } category ? Problem.BadBody("'category_id' is missing", "category_id")
        : UnknownCategory(category)
            ?? (
                message.Conditions is null || message.Conditions.Rule().IsEmpty
                    ? new Problem(
                        400,
                        "empty_rule",
                        "A rule needs at least one condition: without, it would hold of every transaction.",
                        Parameter: "conditions"
                    )
                    : Of(message.Conditions)
            );

    /// <summary>The problem when a text is no code of a category.</summary>
    public static Problem? UnknownCategory(string category) =>
        Tree.ById.ContainsKey(category)
            ? null
            : new Problem(
                400,
                "unknown_category",
                "'category_id' is no category; GET /categories lists them.",
                Parameter: "category_id"
            );

    private static Problem? Of(RuleConditionsMessage conditions) =>
        Words(conditions.Merchant, "merchant")
        ?? Words(conditions.Label, "label")
        ?? (
            conditions.CreditorId is { } creditor
            && (creditor.Trim().Length == 0 || creditor.Length > LongestCreditorId)
                ? Wrong("creditor_id", $"must have 1 to {LongestCreditorId} characters")
            : conditions.MerchantCategoryCode is { } code && (code.Length != 4 || !code.All(char.IsAsciiDigit))
                ? Wrong("merchant_category_code", "must be four digits")
            : conditions.MinAmount > conditions.MaxAmount ? Wrong("max_amount", "must not be less than 'min_amount'")
            : conditions is { Sign: AmountSign.Negative, MinAmount: >= 0 }
                ? Wrong("min_amount", "must be negative when 'sign' is: amounts are signed")
            : conditions is { Sign: AmountSign.Positive, MaxAmount: <= 0 }
                ? Wrong("max_amount", "must be positive when 'sign' is: amounts are signed")
            : null
        );

    private static Problem? Words(string? text, string field) =>
        text is null || (text.Length <= LongestText && ClientRules.HasWords(text))
            ? null
            : Wrong(field, $"must have a letter or digit, and at most {LongestText} characters");

    private static Problem Wrong(string field, string why) =>
        Problem.BadBody($"'{field}' {why}", $"conditions.{field}");
}
