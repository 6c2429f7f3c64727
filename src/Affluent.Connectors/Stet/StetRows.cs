using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>The members of a transaction that are read.</summary>
internal enum StetMember
{
    ResourceId,
    EntryReference,
    TransactionAmount,
    CreditDebitIndicator,
    Status,
    BookingDate,
    ExpectedBookingDate,
    ValueDate,
    TransactionDate,
    RelatedParties,
    EndToEndId,
    MerchantCategoryCode,
    BankTransactionCode,
    RemittanceInformation,
    AdditionalTransactionInformation,
}

/// <summary>From the standard's words for a transaction to ours (STET PSD2 API 1.4.0.47 and 1.5.0.43, data model).</summary>
/// <param name="accountCurrency">Null when it is not known.</param>
internal sealed class StetRows(StetSettings settings, string? accountCurrency, DateOnly today)
    : RowReader<StetMember>(JsonNamingPolicy.CamelCase)
{
    // Of one row after the other.
    private readonly List<string> _lines = [];

    public override bool Begin(string? within, string list) =>
        within is null && list.Equals("transactions", StringComparison.OrdinalIgnoreCase);

    protected override RowRead Read(JsonRow<StetMember> row)
    {
        var id = row.Text(StetMember.EntryReference) ?? row.Text(StetMember.ResourceId);
        if (!settings.StatusWords.IsEmpty && settings.StatusWords.Of(row.Text(StetMember.Status)) == RowStatus.Drop)
        {
            return new(null, null, id is not null);
        }
        var (amount, currency) = MoneyRow.Read(row.Item(StetMember.TransactionAmount), accountCurrency);
        if (Signed(amount, row.Text(StetMember.CreditDebitIndicator)) is not { } signed)
        {
            return new(null, UnreadableField.Amount, id is not null);
        }
        var zone = settings.Interface.Zone;
        var booked = row.Day(StetMember.BookingDate, zone);
        var status = Status(row.Text(StetMember.Status), booked is not null);
        var expected = booked ?? row.Day(StetMember.ExpectedBookingDate, zone);
        var value = row.Day(StetMember.ValueDate, zone);
        var made = row.Day(StetMember.TransactionDate, zone);
        if (expected is null && value is null && made is null)
        {
            if (status == BankTransactionStatus.Booked)
            {
                return new(null, UnreadableField.Day, id is not null);
            }
            // Announced without any day: it stands as of the day of reading.
            made = today;
        }
        var (counterparty, creditor) = Parties(row.Item(StetMember.RelatedParties), credit: signed > 0);
        var transaction = new BankTransaction
        {
            Id = id,
            Amount = signed,
            Currency = currency ?? accountCurrency ?? settings.Interface.Currency,
            BookingDay = expected,
            ValueDay = value,
            TransactionDay = made,
            Status = status,
            Remittance = Remittance(row),
            Counterparty = counterparty,
            CreditorId = creditor,
            EndToEndId = row.Text(StetMember.EndToEndId),
            MerchantCategory = row.Text(StetMember.MerchantCategoryCode),
            Code = row.Text(StetMember.BankTransactionCode, Code),
        };
        return new(transaction, null, id is not null);
    }

    // Amounts are unsigned by the standard and the indicator gives the direction. A bank that writes -12.50 with DBIT means 12.50 out.
    private static decimal? Signed(decimal? amount, string? indicator) =>
        (amount, indicator?.ToUpperInvariant()) switch
        {
            (null, _) => null,
            (0, _) => 0,
            ({ } value, "CRDT") => Math.Abs(value),
            ({ } value, "DBIT") => -Math.Abs(value),
            ({ } value and < 0, null) => value,
            _ => null,
        };

    private BankTransactionStatus Status(string? status, bool hasBookingDate) =>
        settings.StatusWords.Of(status) switch
        {
            RowStatus.Booked => BankTransactionStatus.Booked,
            RowStatus.Pending => BankTransactionStatus.Pending,
            RowStatus.Drop or null => StandardStatus(status, hasBookingDate),
        };

    private BankTransactionStatus StandardStatus(string? status, bool hasBookingDate) =>
        status?.ToUpperInvariant() switch
        {
            "BOOK" => BankTransactionStatus.Booked,
            "PDNG" or "FUTR" => BankTransactionStatus.Pending,
            "OTHR" when settings.OthrIsPending => BankTransactionStatus.Pending,
            "RJCT" => BankTransactionStatus.Rejected,
            null when hasBookingDate => BankTransactionStatus.Booked,
            null => BankTransactionStatus.Pending,
            _ => BankTransactionStatus.Other,
        };

    // 1.4: a list of lines; 1.5: { unstructured: [...], structured: [...] }; in the field also a bare text.
    private string[] Remittance(JsonRow<StetMember> row)
    {
        _lines.Clear();
        var said = row.Item(StetMember.RemittanceInformation);
        if (said.Kind == JsonTokenType.StartObject)
        {
            said.Items("unstructured"u8, "structured"u8, out var unstructured, out var structured);
            foreach (var line in unstructured)
            {
                _lines.AddLines(line.AsText());
            }
            foreach (var line in structured)
            {
                _lines.AddLines(
                    line.AsText() ?? line.Item("creditorReferenceInformation"u8).Item("reference"u8).AsText()
                );
            }
        }
        else
        {
            foreach (var line in said)
            {
                _lines.AddLines(line.AsText());
            }
        }
        if (_lines.Count == 0)
        {
            _lines.AddLines(row.Text(StetMember.AdditionalTransactionInformation));
        }
        return [.. _lines];
    }

    private static (string? Counterparty, string? CreditorId) Parties(JsonSlice parties, bool credit)
    {
        if (!parties.IsSaid)
        {
            return default;
        }
        var creditor = parties.Item("creditor"u8);
        return (
            (credit ? parties.Item("debtor"u8) : creditor).Item("name"u8).AsText(),
            CreditorId(creditor.Item("privateId"u8)) ?? CreditorId(creditor.Item("organisationId"u8))
        );
    }

    // The scheme name that ISO 20022 gives to SEPA creditor identifiers; parties carry identifications of other schemes too.
    private static string? CreditorId(JsonSlice identification) =>
        identification.Item("schemeName"u8).AsText()?.ToUpperInvariant() == "SEPA"
            ? identification.Item("identification"u8).AsText()
            : null;

    private static string? Code(JsonSlice code)
    {
        string?[] parts =
        [
            code.Item("domain"u8).AsText(),
            code.Item("family"u8).AsText(),
            code.Item("subFamily"u8).AsText(),
        ];
        var iso = string.Join('-', parts.OfType<string>());
        return iso.Length > 0 ? iso : code.Item("code"u8).AsText() ?? code.AsText();
    }
}
