using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>What a person recognises in a bank's text.</summary>
internal sealed record TransactionDetailsMessage
{
    /// <summary>How it was paid.</summary>
    public required PaymentMeans Means { get; init; }

    /// <summary>The merchant, when the directory of merchants has it; upper case, without accents.</summary>
    public string? Merchant { get; init; }

    /// <summary>The town of a card payment.</summary>
    public string? Place { get; init; }

    /// <summary>The last four digits of the card.</summary>
    public string? Card { get; init; }

    /// <summary>The day on which it was made, when the text names one: midnight in Europe/Paris, in UTC seconds.</summary>
    public long? MadeOn { get; init; }

    public static TransactionDetailsMessage Of(TransactionRow row)
    {
        var parts = LabelParts.Of(MovementOf(row));
        return new TransactionDetailsMessage
        {
            Means = parts.Means,
            Merchant = parts.Merchant,
            Place = parts.Place,
            Card = parts.Card,
            MadeOn = parts.MadeOn is { } day ? ParisDay.Start(DayNumbers.From(day)) : null,
        };
    }

    /// <summary>What of a stored transaction speaks for its parts and its category.</summary>
    public static Movement MovementOf(TransactionRow row) =>
        new()
        {
            Amount = row.Amount,
            Currency = row.Currency,
            Day = row.Day,
            Status = row.Status,
            Text = row.Remittance,
            Counterparty = row.Counterparty,
            CheckNumber = row.CheckNumber,
            Code = row.BankCode,
            Mandate = row.Mandate,
            CreditorId = row.CreditorId,
            EndToEndId = row.EndToEndId,
            MerchantCategory = row.MerchantCategory,
        };
}
