using System.Globalization;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests.Examples;

/// <summary>The bank's words as ours. Pure.</summary>
internal static class PebbleReading
{
    /// <summary>Null: what names the account, or its currency, is not there.</summary>
    public static BankAccount? Account(JsonElement row) =>
        row.Text("id") is { } id && row.Text("currency") is { Length: 3 } currency
            ? new BankAccount
            {
                Reference = id,
                Iban = row.Text("iban"),
                Name = row.Text("title"),
                Type = row.Text("kind") switch
                {
                    "current" => BankAccountType.Checkings,
                    "savings" => BankAccountType.Savings,
                    _ => null,
                },
                Currency = currency,
                Balances = row.Decimal("balance") is { } balance
                    ?
                    [
                        new BankBalance
                        {
                            Kind = BankBalanceKind.InterimBooked,
                            Amount = balance,
                            Currency = currency,
                        },
                    ]
                    : [],
            }
            : null;

    public static ReportEntry Movement(JsonElement row, string currency) =>
        row.Decimal("amount") is not { } amount ? ReportEntry.Unreadable(UnreadableField.Amount)
        : !DateOnly.TryParseExact(
            row.Text("day"),
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
            ? ReportEntry.Unreadable(UnreadableField.Day)
        : ReportEntry.Of(
            new BankTransaction
            {
                Id = row.Text("id"),
                Amount = amount,
                Currency = currency,
                BookingDay = day,
                Status =
                    row.Text("state") == "announced" ? BankTransactionStatus.Pending : BankTransactionStatus.Booked,
                Remittance = Lines.Clean([row.Text("text")]),
            }
        );
}
