using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>The members of a transaction that are read.</summary>
internal enum OpenBankingMember
{
    TransactionId,
    Amount,
    CreditDebitIndicator,
    Status,
    BookingDateTime,
    ValueDateTime,
    TransactionInformation,
    TransactionReference,
    MerchantDetails,
    DebtorAccount,
    CreditorAccount,
    BankTransactionCode,
    ProprietaryBankTransactionCode,
    SupplementaryData,
}

/// <summary>From the standard's words for a transaction to ours: those of 3.1 and the codes of ISO 20022 that 4.0 has in their place.</summary>
internal sealed class OpenBankingRows(string accountCurrency, TimeZoneInfo zone, DateOnly today)
    : RowReader<OpenBankingMember>(naming: null)
{
    public override bool Begin(string? within, string list) =>
        string.Equals(within, "Data", StringComparison.OrdinalIgnoreCase)
        && list.Equals("Transaction", StringComparison.OrdinalIgnoreCase);

    protected override RowRead Read(JsonRow<OpenBankingMember> row)
    {
        var id = row.Text(OpenBankingMember.TransactionId);
        var (amount, currency) = MoneyRow.Read(
            row.Item(OpenBankingMember.Amount),
            "Amount"u8,
            "Currency"u8,
            accountCurrency
        );
        if (OpenBankingReading.Signed(amount, row.Text(OpenBankingMember.CreditDebitIndicator)) is not { } signed)
        {
            return new(null, UnreadableField.Amount, id is not null);
        }
        var status = Status(row);
        var booked = row.Day(OpenBankingMember.BookingDateTime, zone);
        var value = row.Day(OpenBankingMember.ValueDateTime, zone);
        if (booked is null && value is null && status == BankTransactionStatus.Booked)
        {
            return new(null, UnreadableField.Day, id is not null);
        }
        var merchant = row.Item(OpenBankingMember.MerchantDetails);
        var name = merchant.Item("MerchantName"u8).AsText();
        var party = row.Item(signed > 0 ? OpenBankingMember.DebtorAccount : OpenBankingMember.CreditorAccount);
        var transaction = new BankTransaction
        {
            Id = id,
            Amount = signed,
            Currency = currency ?? accountCurrency,
            BookingDay = booked,
            ValueDay = value,
            // Announced without any day: it stands as of the day of reading.
            TransactionDay = booked is null && value is null ? today : null,
            Status = status,
            Remittance = Lines.Clean(
                row.Text(OpenBankingMember.TransactionInformation)
                    ?? name
                    ?? row.Text(OpenBankingMember.TransactionReference)
            ),
            Counterparty = name ?? party.Item("Name"u8).AsText(),
            MerchantCategory = merchant.Item("MerchantCategoryCode"u8).AsText() is { Length: 4 } category
                ? category
                : null,
            Code =
                row.Text(OpenBankingMember.BankTransactionCode, Code)
                ?? row.Text(OpenBankingMember.ProprietaryBankTransactionCode, own => own.Item("Code"u8).AsText()),
        };
        return new(transaction, null, id is not null);
    }

    // What a bank says was declined is announced for some days all the same.
    private static BankTransactionStatus Status(JsonRow<OpenBankingMember> row) =>
        row.Item(OpenBankingMember.SupplementaryData).Item("Declined"u8).Kind == JsonTokenType.True
            ? BankTransactionStatus.Rejected
            : row.Text(OpenBankingMember.Status)?.ToUpperInvariant() switch
            {
                "BOOKED" or "BOOK" or null => BankTransactionStatus.Booked,
                "PENDING" or "PDNG" or "FUTR" => BankTransactionStatus.Pending,
                "REJECTED" or "RJCT" => BankTransactionStatus.Rejected,
                _ => BankTransactionStatus.Other,
            };

    private static string? Code(JsonSlice code)
    {
        string?[] parts = [code.Item("Code"u8).AsText(), code.Item("SubCode"u8).AsText()];
        var both = string.Join('-', parts.OfType<string>());
        return both.Length > 0 ? both : null;
    }
}
