using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>From the standard's words to ours (NextGenPSD2 1.3.11, data model). Pure.</summary>
internal static class BerlinGroupReading
{
    /// <summary>Whether the bank lists an account that was closed.</summary>
    public static bool IsClosed(JsonElement row) =>
        string.Equals(row.Text("status"), "deleted", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when nothing in the row names the account.</summary>
    public static BankAccount? Account(JsonElement row, BerlinGroupSettings settings)
    {
        var iban = row.Text("iban")?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var number = row.Text("bban") ?? row.Text("maskedPan") ?? row.Text("pan") ?? row.Text("msisdn");
        var balances = row.Items("balances").ToArray();
        // XXX: several currencies under one number.
        var currency =
            new[] { row.Text("currency") }
                .Concat(balances.Select(b => b.Item("balanceAmount")?.Text("currency")))
                .FirstOrDefault(c => c is not (null or "XXX"))
            ?? settings.Interface.Currency;
        if ((row.Text("resourceId") ?? iban ?? number) is not { } reference)
        {
            return null;
        }
        var type = row.Text("cashAccountType")?.ToUpperInvariant() switch
        {
            "CACC" or "CASH" or "TRAN" or null => BankAccountType.Checkings,
            "SVGS" => BankAccountType.Savings,
            "CARD" => BankAccountType.CreditCard,
            "LOAN" or "MGLD" => BankAccountType.Loan,
            _ => (BankAccountType?)null,
        };
        return new BankAccount
        {
            Reference = reference,
            Iban = iban,
            Number = number,
            Name = row.Text("name") ?? row.Text("displayName") ?? row.Text("product") ?? row.Text("details"),
            Type = type,
            Currency = currency,
            OwnerName = row.Text("ownerName"),
            Usage = row.Text("usage")?.ToUpperInvariant() switch
            {
                "PRIV" => BankAccountUsage.Personal,
                "ORGA" => BankAccountUsage.Professional,
                _ => null,
            },
            CreditCard =
                type == BankAccountType.CreditCard
                    ? new BankCreditCard(PayableAccount: row.Text("linkedAccounts"))
                    : null,
            Balances = Balances(balances, currency, settings.Interface.Zone),
        };
    }

    /// <summary>Every balance that can be read.</summary>
    public static IReadOnlyList<BankBalance> Balances(
        IEnumerable<JsonElement> rows,
        string accountCurrency,
        TimeZoneInfo zone
    ) => [.. rows.Select(row => BalanceRows.Read(row, accountCurrency, zone)).OfType<BankBalance>()];

    /// <summary>The rows of all lists, with what they are: the bank's word for a row counts before that for its list.</summary>
    public static IReadOnlyList<(JsonElement Row, BankTransactionStatus Status)> Rows(
        JsonElement lists,
        StatusWords words
    )
    {
        List<(JsonElement, BankTransactionStatus)> rows = [];
        foreach (var list in lists.EnumerateObject())
        {
            var ofList =
                words.Of(list.Name)
                ?? list.Name.ToUpperInvariant() switch
                {
                    "BOOKED" => RowStatus.Booked,
                    "PENDING" => RowStatus.Pending,
                    _ => (RowStatus?)null,
                };
            foreach (var row in ofList is null ? [] : lists.Items(list.Name))
            {
                var status = words.IsEmpty
                    ? ofList
                    : words.Of(row.Text("status") ?? row.Text("transactionStatus")) ?? ofList;
                if (status != RowStatus.Drop)
                {
                    rows.Add(
                        (row, status == RowStatus.Booked ? BankTransactionStatus.Booked : BankTransactionStatus.Pending)
                    );
                }
            }
        }
        return rows;
    }

    /// <summary>Null when the row lacks what a transaction cannot do without: an amount, and a day once it is booked.</summary>
    public static BankTransaction? Transaction(
        JsonRow<BerlinGroupMember> row,
        BankTransactionStatus status,
        BerlinGroupSettings settings,
        string? accountCurrency,
        DateOnly today
    )
    {
        var zone = settings.Interface.Zone;
        var (amount, currency) = MoneyRow.Read(row.Item(BerlinGroupMember.TransactionAmount), accountCurrency);
        if (amount is not { } signed)
        {
            return null;
        }
        var booked = row.Day(BerlinGroupMember.BookingDate, zone);
        var value = row.Day(BerlinGroupMember.ValueDate, zone);
        var made = row.Day(BerlinGroupMember.TransactionDate, zone);
        if (booked is null && value is null && made is null)
        {
            if (status == BankTransactionStatus.Booked)
            {
                return null;
            }
            // Announced without any day: it stands as of the day of reading.
            made = today;
        }
        return new BankTransaction
        {
            Id = IdOf(row, settings),
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
            EndToEndId = row.Text(BerlinGroupMember.EndToEndId) is { } id and not "NOTPROVIDED" ? id : null,
            MerchantCategory = row.Text(BerlinGroupMember.MerchantCategoryCode),
            Code =
                row.Text(BerlinGroupMember.BankTransactionCode)
                ?? row.Text(BerlinGroupMember.ProprietaryBankTransactionCode),
        };
    }

    /// <summary>What is wrong with a row of which <see cref="Transaction"/> makes nothing.</summary>
    public static UnreadableField Unreadable(JsonRow<BerlinGroupMember> row) =>
        MoneyRow.Read(row.Item(BerlinGroupMember.TransactionAmount), null).Amount is null
            ? UnreadableField.Amount
            : UnreadableField.Day;

    /// <summary>The bank's id of a transaction; null when it gives none.</summary>
    public static string? IdOf(JsonRow<BerlinGroupMember> row, BerlinGroupSettings settings) =>
        settings.EntryReferenceCounts
            ? row.Text(BerlinGroupMember.EntryReference) ?? row.Text(BerlinGroupMember.TransactionId)
            : row.Text(BerlinGroupMember.TransactionId)
                ?? row.Text(BerlinGroupMember.EntryReference)
                ?? row.Text(BerlinGroupMember.CardTransactionId);

    // The same words mostly stand in several members.
    private static string[] Remittance(JsonRow<BerlinGroupMember> row)
    {
        var text = row.Text(BerlinGroupMember.RemittanceInformationUnstructured);
        if (
            text is not null
            && row.Item(BerlinGroupMember.RemittanceInformationUnstructuredArray) is null
            && row.Item(BerlinGroupMember.RemittanceInformationStructured) is null
            && row.Item(BerlinGroupMember.RemittanceInformationStructuredArray) is null
        )
        {
            return Lines.Clean(text);
        }
        List<string?> lines = [];
        Add(BerlinGroupMember.RemittanceInformationUnstructuredArray);
        lines.Add(text);
        Add(BerlinGroupMember.RemittanceInformationStructured);
        Add(BerlinGroupMember.RemittanceInformationStructuredArray);
        var clean = Lines.Clean(lines);
        return clean.Length switch
        {
            0 => Lines.Clean([
                row.Text(BerlinGroupMember.AdditionalInformation)
                    ?? row.Text(BerlinGroupMember.TransactionDetails)
                    ?? row.Text(BerlinGroupMember.Details),
            ]),
            1 => clean,
            _ => [.. clean.Distinct(StringComparer.Ordinal)],
        };

        void Add(BerlinGroupMember member)
        {
            foreach (var line in row.Items(member))
            {
                lines.Add(line.AsText() ?? line.Text("reference"));
            }
        }
    }
}

/// <summary>The members of a transaction that are read.</summary>
internal enum BerlinGroupMember
{
    TransactionAmount,
    BookingDate,
    ValueDate,
    TransactionDate,
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
