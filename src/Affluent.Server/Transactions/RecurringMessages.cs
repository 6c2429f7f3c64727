using System.Text.Json.Serialization;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Transactions that come again and again. Dates are midnight in Europe/Paris of the day, in UTC seconds.</summary>
internal sealed record RecurringMessage
{
    /// <summary>Id of the first of its transactions.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>The account.</summary>
    public required AccountId AccountId { get; init; }

    /// <summary>What it is.</summary>
    public required RecurringKind Kind { get; init; }

    /// <summary>How often it comes.</summary>
    public required RecurringPeriod Period { get; init; }

    /// <summary>ENDED: the one expected, and the one after it, did not come.</summary>
    public required RecurringStatus Status { get; init; }

    /// <summary>Label of the last one.</summary>
    public required string Label { get; init; }

    /// <summary>Category of the last one.</summary>
    public required string CategoryId { get; init; }

    /// <summary>Amount of the last one, which is also expected of the next; signed, in units of the currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>The smallest that came, signed.</summary>
    public required decimal MinAmount { get; init; }

    /// <summary>The largest that came, signed.</summary>
    public required decimal MaxAmount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Day of the first one that was seen.</summary>
    public required long FirstDate { get; init; }

    /// <summary>Day of the last one.</summary>
    public required long LastDate { get; init; }

    /// <summary>The likeliest day of the next one; absent on ENDED.</summary>
    public long? NextDate { get; init; }

    /// <summary>The first day on which the next one may come.</summary>
    public long? NextDateFrom { get; init; }

    /// <summary>The last day on which the next one may come.</summary>
    public long? NextDateUntil { get; init; }

    /// <summary>
    /// The next one: an expected transaction (see <c>origin=UPCOMING</c>), or the pending one that the bank has announced.
    /// </summary>
    public TransactionId? NextTransactionId { get; init; }

    /// <summary>How sure it is that this is a series, in percent.</summary>
    public required int Confidence { get; init; }

    /// <summary>What speaks for it.</summary>
    public required IReadOnlyList<RecurringReason> Reasons { get; init; }

    /// <summary>Its transactions, the latest first.</summary>
    public required IReadOnlyList<TransactionId> TransactionIds { get; init; }

    public static RecurringMessage Of(StoredSeries stored)
    {
        var (series, last) = (stored.Series, stored.Last);
        decimal Units(decimal amount) => Money.ToDecimal(amount, last.Currency);
        return new()
        {
            Id = stored.Rows[0].Id,
            AccountId = last.AccountId,
            Kind = series.Kind,
            Period = series.Period,
            Status = series.Status,
            Label = last.Label,
            CategoryId = last.CategoryId,
            Amount = Units(last.Amount),
            MinAmount = Units(stored.Rows.Min(row => row.Amount)),
            MaxAmount = Units(stored.Rows.Max(row => row.Amount)),
            Currency = last.Currency,
            FirstDate = ParisDay.Start(stored.Rows[0].Day),
            LastDate = ParisDay.Start(last.Day),
            NextDate = series.Next is { } next ? ParisDay.Start(next.Day) : null,
            NextDateFrom = series.Next is { } early ? ParisDay.Start(early.From) : null,
            NextDateUntil = series.Next is { } late ? ParisDay.Start(late.Until) : null,
            NextTransactionId = series.Next switch
            {
                null => null,
                { AnnouncedBy: { } pending } => new TransactionId(pending),
                { AnnouncedBy: null } => UpcomingId.After(last.Id),
            },
            Confidence = series.Confidence,
            Reasons = series.Reasons,
            TransactionIds = [.. stored.Rows.Reverse().Select(row => row.Id)],
        };
    }
}

/// <summary>What recurs, in v3.</summary>
/// <param name="Recurring">The page of the list.</param>
internal sealed record RecurringV3Message(IReadOnlyList<RecurringSeriesV3Message> Recurring)
{
    public static RecurringV3Message Of(IReadOnlyList<RecurringMessage> series) =>
        new([.. series.Select(RecurringSeriesV3Message.Of)]);
}

/// <summary>Transactions that come again and again, in v3. Dates are midnight in Europe/Paris of the day, in ISO 8601.</summary>
internal sealed record RecurringSeriesV3Message
{
    /// <summary>Id of the first of its transactions.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>The account.</summary>
    public required AccountId AccountId { get; init; }

    /// <summary>What it is.</summary>
    public required RecurringKind Kind { get; init; }

    /// <summary>How often it comes.</summary>
    public required RecurringPeriod Period { get; init; }

    /// <summary>ENDED: the one expected, and the one after it, did not come.</summary>
    public required RecurringStatus Status { get; init; }

    /// <summary>Label of the last one.</summary>
    public required string Label { get; init; }

    /// <summary>Amount of the last one, which is also expected of the next.</summary>
    public required AmountV3Message Amount { get; init; }

    /// <summary>The smallest that came, signed.</summary>
    public required AmountV3Message MinAmount { get; init; }

    /// <summary>The largest that came, signed.</summary>
    public required AmountV3Message MaxAmount { get; init; }

    /// <summary>Day of the first one that was seen.</summary>
    public required DateTimeOffset FirstDate { get; init; }

    /// <summary>Day of the last one.</summary>
    public required DateTimeOffset LastDate { get; init; }

    /// <summary>The likeliest day of the next one; absent on ENDED.</summary>
    public DateTimeOffset? NextDate { get; init; }

    /// <summary>The first day on which the next one may come.</summary>
    public DateTimeOffset? NextDateFrom { get; init; }

    /// <summary>The last day on which the next one may come.</summary>
    public DateTimeOffset? NextDateUntil { get; init; }

    /// <summary>The next one: an expected transaction, or the pending one that the bank has announced.</summary>
    public TransactionId? NextTransactionId { get; init; }

    /// <summary>How sure it is that this is a series, in percent.</summary>
    public required int Confidence { get; init; }

    /// <summary>What speaks for it.</summary>
    public required IReadOnlyList<RecurringReason> Reasons { get; init; }

    /// <summary>Its transactions, the latest first.</summary>
    public required IReadOnlyList<TransactionId> TransactionIds { get; init; }

    public static RecurringSeriesV3Message Of(RecurringMessage series) =>
        new()
        {
            Id = series.Id,
            AccountId = series.AccountId,
            Kind = series.Kind,
            Period = series.Period,
            Status = series.Status,
            Label = series.Label,
            Amount = AmountV3Message.Of(series.Amount, series.Currency),
            MinAmount = AmountV3Message.Of(series.MinAmount, series.Currency),
            MaxAmount = AmountV3Message.Of(series.MaxAmount, series.Currency),
            FirstDate = ParisDay.Time(series.FirstDate),
            LastDate = ParisDay.Time(series.LastDate),
            NextDate = Time(series.NextDate),
            NextDateFrom = Time(series.NextDateFrom),
            NextDateUntil = Time(series.NextDateUntil),
            NextTransactionId = series.NextTransactionId,
            Confidence = series.Confidence,
            Reasons = series.Reasons,
            TransactionIds = series.TransactionIds,
        };

    private static DateTimeOffset? Time(long? seconds) => seconds is { } given ? ParisDay.Time(given) : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<RecurringKind>),
        typeof(WordConverter<RecurringPeriod>),
        typeof(WordConverter<RecurringStatus>),
        typeof(WordConverter<RecurringReason>),
    ]
)]
[JsonSerializable(typeof(RecurringMessage))]
[JsonSerializable(typeof(IReadOnlyList<RecurringMessage>))]
[JsonSerializable(typeof(RecurringV3Message))]
internal sealed partial class RecurringJson : JsonSerializerContext;
