using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>Where a transaction stands; the values of the published API. <see cref="Expired"/> is ours to give: a pending one that vanished.</summary>
public enum TransactionStatus
{
    /// <summary>BOOKED.</summary>
    Booked,

    /// <summary>PENDING.</summary>
    Pending,

    /// <summary>OTHER.</summary>
    Other,

    /// <summary>EXPIRED.</summary>
    Expired,

    /// <summary>REJECTED.</summary>
    Rejected,

    /// <summary>CANCELLED.</summary>
    Cancelled,

    /// <summary>REFUNDED.</summary>
    Refunded,
}

/// <summary>What is known of a transaction from the bank, normalised: exact money, whole days, trimmed text.</summary>
public sealed record Movement
{
    /// <summary>The bank's id, never blank; null when the bank gives none.</summary>
    public string? BankId { get; init; }

    /// <summary>Signed minor units of <see cref="Currency"/>; a fraction where the bank counts finer.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>
    /// The day under which it is listed (see <see cref="DayNumbers"/>): of a booked one the booking day, else the day it was made,
    /// else the value day; of any other the day it was made first.
    /// </summary>
    public required int Day { get; init; }

    /// <summary>Null when the bank did not say.</summary>
    public int? BookingDay { get; init; }

    /// <summary>Null when the bank did not say.</summary>
    public int? ValueDay { get; init; }

    /// <summary>Null when the bank did not say.</summary>
    public int? TransactionDay { get; init; }

    /// <summary>Where it stands.</summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>The bank's lines as they came, joined by a newline; may be empty.</summary>
    public required string Text { get; init; }

    /// <summary>The other side, when the bank names it apart from the text.</summary>
    public string? Counterparty { get; init; }

    /// <summary>Number of a check.</summary>
    public string? CheckNumber { get; init; }

    /// <summary>Reference of the mandate of a direct debit.</summary>
    public string? Mandate { get; init; }

    /// <summary>Identifier of the creditor of a direct debit.</summary>
    public string? CreditorId { get; init; }

    /// <summary>What the payer called the payment, unchanged from end to end.</summary>
    public string? EndToEndId { get; init; }

    /// <summary>The trade of the shop: four digits of ISO 18245.</summary>
    public string? MerchantCategory { get; init; }

    /// <summary>The bank's code of the kind of movement. Serves to guess a type; a change of it alone is no change.</summary>
    public string? Code { get; init; }

    /// <summary>May still change or vanish. Some banks announce as "other" what they book later.</summary>
    public bool IsOpen => Status is TransactionStatus.Pending or TransactionStatus.Other or TransactionStatus.Expired;

    /// <summary>What a connector handed over, normalised, or why it cannot be kept.</summary>
    public static Reading Read(BankTransaction transaction)
    {
        if (Money.Read(transaction.Amount, transaction.Currency, out var amount) is { } fault)
        {
            return new Reading.Unusable(
                fault switch
                {
                    MoneyFault.UnknownCurrency => RowFault.UnknownCurrency,
                    MoneyFault.TooManyDecimals => RowFault.TooManyDecimals,
                    MoneyFault.TooLarge => RowFault.AmountTooLarge,
                }
            );
        }
        var booked = transaction.Status == BankTransactionStatus.Booked;
        var (first, second) = booked
            ? (transaction.BookingDay, transaction.TransactionDay)
            : (transaction.TransactionDay, transaction.BookingDay);
        if ((first ?? second ?? transaction.ValueDay) is not { } day)
        {
            return new Reading.Unusable(RowFault.NoDay);
        }
        return new Reading.Row(
            new Movement
            {
                BankId = Given(transaction.Id),
                Amount = amount,
                Currency = transaction.Currency.Trim().ToUpperInvariant(),
                Day = DayNumbers.From(day),
                BookingDay = Number(transaction.BookingDay),
                ValueDay = Number(transaction.ValueDay),
                TransactionDay = Number(transaction.TransactionDay),
                Status = transaction.Status switch
                {
                    BankTransactionStatus.Booked => TransactionStatus.Booked,
                    BankTransactionStatus.Pending => TransactionStatus.Pending,
                    BankTransactionStatus.Rejected => TransactionStatus.Rejected,
                    BankTransactionStatus.Other => TransactionStatus.Other,
                },
                Text = string.Join(
                    '\n',
                    transaction.Remittance.Select(line => BankText.Clean(line).Trim()).Where(line => line != "")
                ),
                Counterparty = Given(transaction.Counterparty),
                CheckNumber = Given(transaction.CheckNumber),
                Mandate = Given(transaction.Mandate),
                CreditorId = Given(transaction.CreditorId),
                EndToEndId = Given(transaction.EndToEndId),
                MerchantCategory =
                    transaction.MerchantCategory is [_, _, _, _] code && code.All(char.IsAsciiDigit) ? code : null,
                Code = Given(transaction.Code),
            }
        );
    }

    // Banks send blanks and "NOTPROVIDED" (ISO 20022 usage guidelines) where they have nothing to say.
    private static string? Given(string? text) =>
        BankText.Clean(text)?.Trim() is { Length: > 0 } given && !IsPlaceholder(given) ? given : null;

    private static bool IsPlaceholder(string text) =>
        text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()
            is "NOTPROVIDED"
                or "NOTAVAILABLE"
                or "NONREF";

    private static int? Number(DateOnly? day) => day is { } given ? DayNumbers.From(given) : null;
}

/// <summary>What <see cref="Movement.Read"/> comes to.</summary>
public abstract record Reading
{
    private Reading() { }

    /// <summary>Usable.</summary>
    public sealed record Row(Movement Movement) : Reading;

    /// <summary>Cannot be kept without inventing something.</summary>
    public sealed record Unusable(RowFault Fault) : Reading;
}

/// <summary>Why a bank's row cannot be kept.</summary>
public enum RowFault
{
    /// <summary>Nothing that names a currency.</summary>
    UnknownCurrency,

    /// <summary>More decimals than are kept; rounding would invent money.</summary>
    TooManyDecimals,

    /// <summary>Does not fit 63 bits.</summary>
    AmountTooLarge,

    /// <summary>None of the three days is given, or none that can be read.</summary>
    NoDay,

    /// <summary>No amount, no direction, or none that can be read.</summary>
    NoAmount,
}
