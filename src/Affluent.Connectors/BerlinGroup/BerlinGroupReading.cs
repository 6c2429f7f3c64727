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
    public static IEnumerable<(JsonElement Row, BankTransactionStatus Status)> Rows(
        JsonElement lists,
        StatusWords words
    )
    {
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
                var status = words.Of(row.Text("status") ?? row.Text("transactionStatus")) ?? ofList;
                if (status != RowStatus.Drop)
                {
                    yield return (
                        row,
                        status == RowStatus.Booked ? BankTransactionStatus.Booked : BankTransactionStatus.Pending
                    );
                }
            }
        }
    }

    /// <summary>Null when the row lacks what a transaction cannot do without: an amount, and a day once it is booked.</summary>
    public static BankTransaction? Transaction(
        JsonElement row,
        BankTransactionStatus status,
        BerlinGroupSettings settings,
        string? accountCurrency,
        DateOnly today
    )
    {
        var zone = settings.Interface.Zone;
        var amount = row.Item("transactionAmount");
        if (amount?.Decimal("amount") is not { } signed)
        {
            return null;
        }
        var booked = Dates.Read(row.Text("bookingDate"), zone);
        var value = Dates.Read(row.Text("valueDate"), zone);
        var made = Dates.Read(row.Text("transactionDate"), zone);
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
            Currency = amount?.Text("currency") ?? accountCurrency ?? settings.Interface.Currency,
            BookingDay = booked,
            ValueDay = value,
            TransactionDay = made,
            Status = status,
            Remittance = Remittance(row),
            Counterparty = signed > 0 ? row.Text("debtorName") : row.Text("creditorName"),
            CheckNumber = row.Text("checkId"),
            Mandate = row.Text("mandateId"),
            CreditorId = row.Text("creditorId"),
            EndToEndId = row.Text("endToEndId") is { } id and not "NOTPROVIDED" ? id : null,
            MerchantCategory = row.Text("merchantCategoryCode"),
            Code = row.Text("bankTransactionCode") ?? row.Text("proprietaryBankTransactionCode"),
        };
    }

    /// <summary>What is wrong with a row of which <see cref="Transaction"/> makes nothing.</summary>
    public static UnreadableField Unreadable(JsonElement row) =>
        row.Item("transactionAmount")?.Decimal("amount") is null ? UnreadableField.Amount : UnreadableField.Day;

    /// <summary>The bank's id of a transaction; null when it gives none.</summary>
    public static string? IdOf(JsonElement row, BerlinGroupSettings settings) =>
        settings.EntryReferenceCounts
            ? row.Text("entryReference") ?? row.Text("transactionId")
            : row.Text("transactionId") ?? row.Text("entryReference") ?? row.Text("cardTransactionId");

    // The same words mostly stand in several members.
    private static string[] Remittance(JsonElement row)
    {
        IEnumerable<string?> lines =
        [
            .. row.Items("remittanceInformationUnstructuredArray").Select(l => l.AsText()),
            row.Text("remittanceInformationUnstructured"),
            .. row.Items("remittanceInformationStructured").Select(s => s.AsText() ?? s.Text("reference")),
            .. row.Items("remittanceInformationStructuredArray").Select(s => s.AsText() ?? s.Text("reference")),
        ];
        string[] clean = [.. Lines.Clean(lines).Distinct(StringComparer.Ordinal)];
        return clean.Length > 0
            ? clean
            : Lines.Clean([row.Text("additionalInformation") ?? row.Text("transactionDetails") ?? row.Text("details")]);
    }
}
