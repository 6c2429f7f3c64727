using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>The members of a transaction that are read.</summary>
internal enum BerlinGroupMember
{
    TransactionAmount,
    BookingDate,
    ValueDate,
    TransactionDate,
    Status,
    TransactionStatus,
    DebtorName,
    CreditorName,
    CheckId,
    MandateId,
    CreditorId,
    EndToEndId,
    MerchantCategoryCode,
    BankTransactionCode,
    ProprietaryBankTransactionCode,
    EntryReference,
    TransactionId,
    CardTransactionId,
    RemittanceInformationUnstructuredArray,
    RemittanceInformationUnstructured,
    RemittanceInformationStructured,
    RemittanceInformationStructuredArray,
    AdditionalInformation,
    TransactionDetails,
    Details,
}

/// <summary>From the standard's words for a transaction to ours (NextGenPSD2 1.3.11, data model).</summary>
/// <param name="accountCurrency">Null when it is not known.</param>
internal sealed class BerlinGroupRows(BerlinGroupSettings settings, string? accountCurrency, DateOnly today)
    : RowReader<BerlinGroupMember>(JsonNamingPolicy.CamelCase)
{
    private RowStatus _ofList;

    // Of one row after the other.
    private readonly List<string> _lines = [];

    public override bool Begin(string? within, string list)
    {
        if (!IsOf(within, "transactions") && !IsOf(within, "cardTransactions"))
        {
            return false;
        }
        var status = StatusOf(list, settings.StatusWords);
        _ofList = status ?? RowStatus.Drop;
        return status is not null;
    }

    /// <summary>What the rows of a list are, unless they say it themselves; null: it is none of rows.</summary>
    public static RowStatus? StatusOf(string list, StatusWords words) =>
        words.Of(list)
        ?? list.ToUpperInvariant() switch
        {
            "BOOKED" => RowStatus.Booked,
            "PENDING" => RowStatus.Pending,
            _ => null,
        };

    protected override RowRead Read(JsonRow<BerlinGroupMember> row)
    {
        var id = Id(row);
        // The bank's word for a row counts before that for its list.
        var said = settings.StatusWords.IsEmpty
            ? _ofList
            : settings.StatusWords.Of(
                row.Text(BerlinGroupMember.Status) ?? row.Text(BerlinGroupMember.TransactionStatus)
            ) ?? _ofList;
        if (said == RowStatus.Drop)
        {
            return new(null, null, id is not null);
        }
        var status = said == RowStatus.Booked ? BankTransactionStatus.Booked : BankTransactionStatus.Pending;
        var (amount, currency) = MoneyRow.Read(row.Item(BerlinGroupMember.TransactionAmount), accountCurrency);
        if (amount is not { } signed)
        {
            return new(null, UnreadableField.Amount, id is not null);
        }
        var zone = settings.Interface.Zone;
        var booked = row.Day(BerlinGroupMember.BookingDate, zone);
        var value = row.Day(BerlinGroupMember.ValueDate, zone);
        var made = row.Day(BerlinGroupMember.TransactionDate, zone);
        if (booked is null && value is null && made is null)
        {
            if (status == BankTransactionStatus.Booked)
            {
                return new(null, UnreadableField.Day, id is not null);
            }
            // Announced without any day: it stands as of the day of reading.
            made = today;
        }
        var transaction = new BankTransaction
        {
            Id = id,
            Amount = signed,
            Currency = currency ?? accountCurrency ?? settings.Interface.Currency,
            BookingDay = booked,
            ValueDay = value,
            TransactionDay = made,
            Status = status,
            Remittance = Remittance(row),
            Counterparty =
                signed > 0 ? row.Text(BerlinGroupMember.DebtorName) : row.Text(BerlinGroupMember.CreditorName),
            CheckNumber = row.Text(BerlinGroupMember.CheckId),
            Mandate = row.Text(BerlinGroupMember.MandateId),
            CreditorId = row.Text(BerlinGroupMember.CreditorId),
            EndToEndId = row.Text(BerlinGroupMember.EndToEndId) is { } end and not "NOTPROVIDED" ? end : null,
            MerchantCategory = row.Text(BerlinGroupMember.MerchantCategoryCode),
            Code =
                row.Text(BerlinGroupMember.BankTransactionCode)
                ?? row.Text(BerlinGroupMember.ProprietaryBankTransactionCode),
        };
        return new(transaction, null, id is not null);
    }

    private string? Id(JsonRow<BerlinGroupMember> row) =>
        settings.EntryReferenceCounts
            ? row.Text(BerlinGroupMember.EntryReference) ?? row.Text(BerlinGroupMember.TransactionId)
            : row.Text(BerlinGroupMember.TransactionId)
                ?? row.Text(BerlinGroupMember.EntryReference)
                ?? row.Text(BerlinGroupMember.CardTransactionId);

    // The same words mostly stand in several members.
    private string[] Remittance(JsonRow<BerlinGroupMember> row)
    {
        _lines.Clear();
        Add(BerlinGroupMember.RemittanceInformationUnstructuredArray);
        _lines.AddLines(row.Text(BerlinGroupMember.RemittanceInformationUnstructured));
        Add(BerlinGroupMember.RemittanceInformationStructured);
        Add(BerlinGroupMember.RemittanceInformationStructuredArray);
        if (_lines.Count == 0)
        {
            _lines.AddLines(
                row.Text(BerlinGroupMember.AdditionalInformation)
                    ?? row.Text(BerlinGroupMember.TransactionDetails)
                    ?? row.Text(BerlinGroupMember.Details)
            );
            return [.. _lines];
        }
        return _lines.Count == 1 ? [_lines[0]] : [.. _lines.Distinct(StringComparer.Ordinal)];

        void Add(BerlinGroupMember member)
        {
            foreach (var line in row.Item(member))
            {
                _lines.AddLines(line.AsText() ?? line.Item("reference"u8).AsText());
            }
        }
    }

    private static bool IsOf(string? within, string name) =>
        string.Equals(within, name, StringComparison.OrdinalIgnoreCase);
}
