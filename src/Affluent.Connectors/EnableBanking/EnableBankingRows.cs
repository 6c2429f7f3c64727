using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>The members of a transaction that are read.</summary>
internal enum EnableBankingMember
{
    EntryReference,
    TransactionAmount,
    CreditDebitIndicator,
    Status,
    BookingDate,
    ValueDate,
    TransactionDate,
    RemittanceInformation,
    ReferenceNumber,
    Creditor,
    Debtor,
    BankTransactionCode,
    MerchantCategoryCode,
}

/// <summary>From the interface's words for a transaction to ours (API reference 1.0.0, "Transaction"). <c>transaction_id</c> may be another in each list, and is not read.</summary>
internal sealed class EnableBankingRows(string? accountCurrency, DateOnly today)
    : RowReader<EnableBankingMember>(JsonNamingPolicy.SnakeCaseLower)
{
    public override bool Begin(string? within, string list) =>
        within is null && list.Equals("transactions", StringComparison.OrdinalIgnoreCase);

    protected override RowRead Read(JsonRow<EnableBankingMember> row)
    {
        var id = row.Text(EnableBankingMember.EntryReference);
        if (Status(row.Text(EnableBankingMember.Status)) is not { } status)
        {
            return new(null, null, id is not null);
        }
        var (amount, currency) = MoneyRow.Read(row.Item(EnableBankingMember.TransactionAmount), accountCurrency);
        if (
            Signed(amount, row.Text(EnableBankingMember.CreditDebitIndicator)) is not { } signed
            || (currency ?? accountCurrency) is not { } known
        )
        {
            return new(null, UnreadableField.Amount, id is not null);
        }
        var booked = row.Day(EnableBankingMember.BookingDate, TimeZoneInfo.Utc);
        var value = row.Day(EnableBankingMember.ValueDate, TimeZoneInfo.Utc);
        var made = row.Day(EnableBankingMember.TransactionDate, TimeZoneInfo.Utc);
        if (booked is null && value is null && made is null)
        {
            if (status == BankTransactionStatus.Booked)
            {
                return new(null, UnreadableField.Day, id is not null);
            }
            // Announced without any day: it stands as of the day of reading.
            made = today;
        }
        var party = row.Item(signed > 0 ? EnableBankingMember.Debtor : EnableBankingMember.Creditor);
        var transaction = new BankTransaction
        {
            Id = id,
            Amount = signed,
            Currency = known,
            BookingDay = booked,
            ValueDay = value,
            TransactionDay = made,
            Status = status,
            Remittance = Remittance(row),
            Counterparty = party.Item("name"u8).AsText(),
            MerchantCategory = row.Text(EnableBankingMember.MerchantCategoryCode) is { Length: 4 } category
                ? category
                : null,
            Code = row.Text(EnableBankingMember.BankTransactionCode, Code),
        };
        return new(transaction, null, id is not null);
    }

    // The sign is the indicator's, whatever stands before the digits.
    private static decimal? Signed(decimal? amount, string? indicator) =>
        (amount, indicator) switch
        {
            ({ } value, "CRDT") => Math.Abs(value),
            ({ } value, "DBIT") => -Math.Abs(value),
            _ => null,
        };

    /// <summary>Null: no movement of the account yet, an order for a day to come.</summary>
    private static BankTransactionStatus? Status(string? status) =>
        status switch
        {
            "BOOK" => BankTransactionStatus.Booked,
            "PDNG" or "HOLD" => BankTransactionStatus.Pending,
            "CNCL" or "RJCT" => BankTransactionStatus.Rejected,
            "SCHD" => null,
            _ => BankTransactionStatus.Other,
        };

    private static string[] Remittance(JsonRow<EnableBankingMember> row)
    {
        List<string> lines = [];
        foreach (var line in row.Item(EnableBankingMember.RemittanceInformation))
        {
            lines.AddLines(line.AsText());
        }
        if (lines.Count > 0)
        {
            return [.. lines];
        }
        return Lines.Clean(
            row.Text(EnableBankingMember.ReferenceNumber)
                ?? row.Item(EnableBankingMember.BankTransactionCode).Item("description"u8).AsText()
        );
    }

    private static string? Code(JsonSlice code)
    {
        string?[] parts = [code.Item("code"u8).AsText(), code.Item("sub_code"u8).AsText()];
        var both = string.Join('-', parts.OfType<string>());
        return both.Length > 0 ? both : null;
    }
}
