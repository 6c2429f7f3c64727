namespace Affluent.Ledger.Tests;

/// <summary>Rows of a bank in few words. Amounts in cents, days as numbers.</summary>
internal static class Rows
{
    public static Movement Booked(decimal amount, int day, string text, string? id = null) =>
        new()
        {
            BankId = id,
            Amount = amount,
            Currency = "EUR",
            Day = day,
            BookingDay = day,
            Status = TransactionStatus.Booked,
            Text = text,
        };

    public static Movement Pending(decimal amount, int day, string text, string? id = null) =>
        new()
        {
            BankId = id,
            Amount = amount,
            Currency = "EUR",
            Day = day,
            TransactionDay = day,
            Status = TransactionStatus.Pending,
            Text = text,
        };

    /// <summary>A day of the corpus: counted from 2026-01-01.</summary>
    public static int Days(int number) => DayNumbers.From(new DateOnly(2026, 1, 1)) + number;
}
