using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Categories;

/// <summary>A rule of the client, by which the categories of its users' transactions are decided.</summary>
internal sealed record CategoryRuleMessage
{
    /// <summary>Id of the rule.</summary>
    public required CategoryRuleId Id { get; init; }

    /// <summary>Of the rules that hold, the one with the smallest number decides; of equal ones the oldest.</summary>
    public required int Priority { get; init; }

    /// <summary>Code of the category that it gives.</summary>
    public required string CategoryId { get; init; }

    /// <summary>What must hold of a transaction.</summary>
    public required RuleConditionsMessage Conditions { get; init; }

    /// <summary>When it was made; UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>When it was changed last; UTC seconds.</summary>
    public required long LastUpdateDate { get; init; }

    public static CategoryRuleMessage Of(CategoryRuleRow row) =>
        new()
        {
            Id = row.Id,
            Priority = row.Priority,
            CategoryId = row.CategoryId,
            Conditions = row.Read(),
            CreationDate = row.CreatedAt,
            LastUpdateDate = row.UpdatedAt,
        };
}

/// <summary>A rule to be made, or to stand in the place of another.</summary>
internal sealed record EditCategoryRuleMessage
{
    /// <summary>Of the rules that hold, the one with the smallest number decides, from 0; 100 when absent.</summary>
    public int? Priority { get; init; }

    /// <summary>Code of the category that it gives.</summary>
    public string? CategoryId { get; init; }

    /// <summary>What must hold of a transaction: at least one condition.</summary>
    public RuleConditionsMessage? Conditions { get; init; }
}

/// <summary>
/// What must hold of a transaction: all that is given. A field that is not known is refused, for the rule would hold of more than was meant.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RuleConditionsMessage
{
    /// <summary>Words of the merchant's name in the directory, or of the other side that the bank names; compared like those of <c>label</c>.</summary>
    public string? Merchant { get; init; }

    /// <summary>Identifier of the creditor of a direct debit; the three characters that a creditor may choose do not count.</summary>
    public string? CreditorId { get; init; }

    /// <summary>The trade of the shop: code of ISO 18245.</summary>
    public string? MerchantCategoryCode { get; init; }

    /// <summary>Words of the label, or of the bank's lines: whole words, next to each other; case and accents do not count.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the money left the account or came.</summary>
    public AmountSign? Sign { get; init; }

    /// <summary>The least amount, signed, in units of the transaction's currency.</summary>
    public decimal? MinAmount { get; init; }

    /// <summary>The greatest amount, signed, in units of the transaction's currency.</summary>
    public decimal? MaxAmount { get; init; }

    /// <summary>Kind of movement.</summary>
    public TransactionType? Type { get; init; }

    /// <summary>Kind of account.</summary>
    public BankAccountType? AccountType { get; init; }

    public RuleConditions Rule() =>
        new()
        {
            Merchant = Merchant,
            CreditorId = CreditorId,
            MerchantCategory = MerchantCategoryCode,
            Label = Label,
            Sign = Sign,
            MinAmount = MinAmount,
            MaxAmount = MaxAmount,
            Type = Type,
            AccountType = AccountType,
        };
}
