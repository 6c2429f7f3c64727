using System.Text.Json.Serialization;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Transactions in v3.</summary>
/// <param name="Transactions">The page of the list.</param>
internal sealed record TransactionsV3Message(IReadOnlyList<TransactionV3Message> Transactions)
{
    public static TransactionsV3Message Of(IReadOnlyList<TransactionMessage> transactions) =>
        new([.. transactions.Select(TransactionV3Message.Of)]);
}

/// <summary>A movement of an account in v3.</summary>
internal sealed record TransactionV3Message
{
    /// <summary>Id of the transaction; it does not change when a pending one is booked. Larger means imported later.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>The account.</summary>
    public required AccountId AccountId { get; init; }

    /// <summary>Negative when money leaves the account.</summary>
    public required AmountV3Message Amount { get; init; }

    /// <summary>What is made of what the bank tells.</summary>
    public required EnrichmentsV3Message Enrichments { get; init; }

    /// <summary>The bank's lines, joined by newlines; absent when they say no more than the label.</summary>
    public string? Notes { get; init; }

    /// <summary>Kind of movement, as far as it can be told.</summary>
    public required TransactionType Type { get; init; }

    /// <summary>TRANSACTION, but for those that were asked for as RECURRING or UPCOMING.</summary>
    public required TransactionOrigin Origin { get; init; }

    /// <summary>PENDING may still change or vanish; EXPIRED was pending and is no longer announced.</summary>
    public required TransactionStatus Status { get; init; }

    public static TransactionV3Message Of(TransactionMessage transaction) =>
        new()
        {
            Id = transaction.Id,
            AccountId = transaction.AccountId,
            Amount = AmountV3Message.Of(transaction.Amount, transaction.Currency),
            Enrichments = new()
            {
                DisplayLabel = transaction.Label,
                Date = ParisDay.Time(transaction.Date),
                CategoryId = transaction.CategoryId,
                CategoryConfidence = transaction.CategoryConfidence,
                CategoryWhy = transaction.CategoryWhy,
                CategoryRuleId = transaction.CategoryRuleId,
            },
            Notes = transaction.Notes,
            Type = transaction.Type,
            Origin = transaction.Origin,
            Status = transaction.Status,
        };
}

/// <summary>What is made of a movement in v3.</summary>
internal sealed record EnrichmentsV3Message
{
    /// <summary>The bank's text, made readable.</summary>
    public required string DisplayLabel { get; init; }

    /// <summary>The day under which it is listed: its midnight in Europe/Paris, in ISO 8601 with the offset of that day.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>Code of a category.</summary>
    public required string CategoryId { get; init; }

    /// <summary>How often a category that was decided in this way is right, in percent; absent while there is none.</summary>
    public int? CategoryConfidence { get; init; }

    /// <summary>What decided the category.</summary>
    public CategoryWhy? CategoryWhy { get; init; }

    /// <summary>The client's rule that decided the category (it may be deleted since); absent when none did.</summary>
    public CategoryRuleId? CategoryRuleId { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<TransactionType>),
        typeof(WordConverter<TransactionStatus>),
        typeof(WordConverter<CategoryWhy>),
    ]
)]
[JsonSerializable(typeof(TransactionsV3Message))]
internal sealed partial class TransactionsV3Json : JsonSerializerContext;
