using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>A movement of an account. Dates without a time are midnight in Europe/Paris of the day, in UTC seconds.</summary>
internal sealed record TransactionMessage
{
    /// <summary>Id of the transaction; it does not change when a pending one is booked. Larger means imported later.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>The account.</summary>
    public required AccountId AccountId { get; init; }

    /// <summary>Signed, in units of the currency, exact; negative when money leaves the account.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The bank's text, made readable.</summary>
    public required string Label { get; init; }

    /// <summary>The bank's lines, joined by newlines; absent when they say no more than the label.</summary>
    public string? Notes { get; init; }

    /// <summary>The bank's lines as they came.</summary>
    public required IReadOnlyList<string> RemittanceInformation { get; init; }

    /// <summary>The other side, when the bank names it.</summary>
    public TransactionSourceMessage? Source { get; init; }

    /// <summary>Kind of movement, as far as it can be told.</summary>
    public required TransactionType Type { get; init; }

    /// <summary>TRANSACTION, but for those that were asked for as RECURRING or UPCOMING.</summary>
    public required TransactionOrigin Origin { get; init; }

    /// <summary>PENDING may still change or vanish; EXPIRED was pending and is no longer announced.</summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>Code of a category.</summary>
    public required string CategoryId { get; init; }

    /// <summary>How often a category that was decided in this way is right, in percent; absent while there is none.</summary>
    public int? CategoryConfidence { get; init; }

    /// <summary>What decided the category.</summary>
    public CategoryWhy? CategoryWhy { get; init; }

    /// <summary>The client's rule that decided the category (it may be deleted since); absent when none did.</summary>
    public CategoryRuleId? CategoryRuleId { get; init; }

    /// <summary>The day under which it is listed.</summary>
    public required long Date { get; init; }

    /// <summary>Day on which the bank booked it, or expects to.</summary>
    public long? BookingDate { get; init; }

    /// <summary>Day from which it counts for interest.</summary>
    public long? ValueDate { get; init; }

    /// <summary>Day on which it was made.</summary>
    public long? TransactionDate { get; init; }

    /// <summary>When it was first seen; an exact time in UTC seconds.</summary>
    public required long ImportDate { get; init; }

    /// <summary>When it changed last; an exact time in UTC seconds.</summary>
    public required long LastUpdateDate { get; init; }

    /// <summary>
    /// The transaction of this account that this one gives back (refund, return of a direct debit or check), exactly; absent when there is none,
    /// or more than one that it could be.
    /// </summary>
    public TransactionId? OriginalTrxId { get; init; }

    /// <summary>Number of a check.</summary>
    public string? CheckNumber { get; init; }

    /// <summary>Reference of the mandate of a direct debit.</summary>
    public string? Mandate { get; init; }

    /// <summary>Identifier of the creditor of a direct debit; SEPA creditor identifier in euro countries.</summary>
    public string? CreditorId { get; init; }

    /// <summary>What the payer called the payment (ISO 20022 EndToEndId).</summary>
    public string? EndToEndId { get; init; }

    /// <summary>The trade of the shop: code of ISO 18245.</summary>
    public string? MerchantCategoryCode { get; init; }

    /// <summary>How sure it is that this is the movement it is taken for, in percent; absent when there is no doubt.</summary>
    public int? Confidence { get; init; }

    /// <summary>True when it may be the same movement as another one, from which it is kept apart; else absent.</summary>
    public bool? Ambiguous { get; init; }

    /// <summary>
    /// Since when the bank no longer lists it, though it lists the days around; an exact time in UTC seconds; absent while it does.
    /// <c>status</c> stays as it was last told. It comes back when the bank lists it again.
    /// </summary>
    public long? MissingSince { get; init; }

    /// <summary>How it was told from others; absent when there is no doubt.</summary>
    public MatchMessage? Match { get; init; }

    /// <summary>What the user or client has noted.</summary>
    public string? Note { get; init; }

    /// <summary>What stands behind a label or category that the user or client has changed; absent when nothing was.</summary>
    public OriginalMessage? Original { get; init; }

    /// <summary>The user; only where a client reads the changes of all its users.</summary>
    public UserId? UserId { get; init; }

    /// <summary>What the bank's text names besides; only where one transaction is answered alone.</summary>
    public TransactionDetailsMessage? Details { get; init; }

    public static TransactionMessage Of(TransactionRow row) =>
        new()
        {
            Id = row.Id,
            AccountId = row.AccountId,
            Amount = Money.ToDecimal(row.Amount, row.Currency),
            Currency = row.Currency,
            Label = row.OwnLabel ?? row.Label,
            Notes = row.Remittance.Length == 0 || row.Remittance == row.Label ? null : row.Remittance,
            RemittanceInformation = row.Remittance.Length == 0 ? [] : row.Remittance.Split('\n'),
            Source = row.Counterparty is { } label ? new TransactionSourceMessage { Label = label } : null,
            Type = row.Type,
            Origin = row.Origin,
            Status = row.Status,
            CategoryId = row.OwnCategoryId ?? row.CategoryId,
            CategoryConfidence = row.OwnCategoryId is null ? row.CategoryConfidence : 100,
            CategoryWhy = row.OwnCategoryId is null ? row.CategoryWhy : Ledger.CategoryWhy.Corrected,
            CategoryRuleId = row.OwnCategoryId is null ? row.CategoryRuleId : null,
            Date = ParisDay.Start(row.Day),
            BookingDate = Start(row.BookingDay),
            ValueDate = Start(row.ValueDay),
            TransactionDate = Start(row.TransactionDay),
            ImportDate = row.ImportedAt,
            LastUpdateDate = row.UpdatedAt,
            OriginalTrxId = row.OriginalId,
            CheckNumber = row.CheckNumber,
            Mandate = row.Mandate,
            CreditorId = row.CreditorId,
            EndToEndId = row.EndToEndId,
            MerchantCategoryCode = row.MerchantCategory,
            Confidence = row.Confidence is { } sure and < 100 ? sure : null,
            Ambiguous = row.Ambiguous ? true : null,
            MissingSince = row.MissingSince,
            Match = MatchMessage.Of(row),
            Note = row.OwnNote,
            Original = row is { OwnLabel: null, OwnCategoryId: null }
                ? null
                : new OriginalMessage
                {
                    Label = row.OwnLabel is null ? null : row.Label,
                    CategoryId = row.OwnCategoryId is null ? null : row.CategoryId,
                },
        };

    /// <summary>One that is answered alone: with its details, when a bank's text stands behind it.</summary>
    public static TransactionMessage OfOne(TransactionRow row) =>
        Of(row) with
        {
            Details = row.Origin == TransactionOrigin.Transaction ? TransactionDetailsMessage.Of(row) : null,
        };

    private static long? Start(int? day) => day is { } given ? ParisDay.Start(given) : null;
}

/// <summary>How a transaction was told from others.</summary>
internal sealed record MatchMessage
{
    /// <summary>By what it was recognised last; NEW: by nothing, it is one of its own.</summary>
    public required MatchTier Tier { get; init; }

    /// <summary>What decided that, or left it open.</summary>
    public MatchReason? Reason { get; init; }

    /// <summary>How sure it is, in percent.</summary>
    public required int Confidence { get; init; }

    /// <summary>It may be the same movement as one of the candidates, from which it is kept apart.</summary>
    public required bool Ambiguous { get; init; }

    /// <summary>Ids of the transactions that it may be, the likeliest first. <c>POST /transactions/{id}/settle</c> says which is right.</summary>
    public required IReadOnlyList<TransactionId> Candidates { get; init; }

    public static MatchMessage? Of(TransactionRow row) =>
        row is { Ambiguous: false, Confidence: null or 100 }
            ? null
            : new MatchMessage
            {
                Tier = row.MatchTier ?? MatchTier.New,
                Reason = row.MatchReason,
                Confidence = row.Confidence ?? 100,
                Ambiguous = row.Ambiguous,
                Candidates = CandidateList.Read(row.Candidates),
            };
}

/// <summary>What stands behind the changes of a user or client.</summary>
internal sealed record OriginalMessage
{
    /// <summary>Our label; absent when it was not changed.</summary>
    public string? Label { get; init; }

    /// <summary>Our category; absent when it was not changed.</summary>
    public string? CategoryId { get; init; }
}

/// <summary>The other side of a movement.</summary>
internal sealed record TransactionSourceMessage
{
    /// <summary>As the bank names it.</summary>
    public required string Label { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<TransactionType>),
        typeof(WordConverter<TransactionStatus>),
        typeof(WordConverter<MatchTier>),
        typeof(WordConverter<MatchReason>),
        typeof(WordConverter<Verdict>),
        typeof(WordConverter<CategoryWhy>),
        typeof(WordConverter<RecategorizationState>),
        typeof(WordConverter<PaymentMeans>),
    ]
)]
[JsonSerializable(typeof(ChangesMessage))]
[JsonSerializable(typeof(EditTransactionMessage))]
[JsonSerializable(typeof(SettleMessage))]
[JsonSerializable(typeof(RecategorizationMessage))]
[JsonSerializable(typeof(IReadOnlyList<TransactionVersionMessage>))]
[JsonSerializable(typeof(TransactionMessage))]
[JsonSerializable(typeof(IReadOnlyList<TransactionMessage>))]
internal sealed partial class TransactionsJson : JsonSerializerContext;
