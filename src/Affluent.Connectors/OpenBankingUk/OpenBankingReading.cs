using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>From the standard's words to ours: those of 3.1 and the codes of ISO 20022 that 4.0 has in their place. Pure.</summary>
internal static class OpenBankingReading
{
    /// <summary>Whether the bank lists an account that was closed.</summary>
    public static bool IsClosed(JsonElement row) =>
        string.Equals(row.Text("Status"), "Deleted", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when nothing in the row names the account.</summary>
    public static BankAccount? Account(JsonElement row, string currency)
    {
        if (row.Text("AccountId") is not { } reference)
        {
            return null;
        }
        var names = row.Items("Account").ToArray();
        var type = (row.Text("AccountSubType") ?? row.Text("AccountTypeCode"))?.ToUpperInvariant() switch
        {
            "CURRENTACCOUNT" or "EMONEY" or "PREPAIDCARD" => BankAccountType.Checkings,
            "CACC" or "CASH" or "TRAN" or "SLRY" or "WALT" or null => BankAccountType.Checkings,
            "SAVINGS" or "SVGS" or "LLSV" or "CISH" or "MOMA" => BankAccountType.Savings,
            "CREDITCARD" or "CHARGECARD" or "CARD" or "CHAR" => BankAccountType.CreditCard,
            "LOAN" or "MORTGAGE" or "MORT" or "MGLD" => BankAccountType.Loan,
            _ => (BankAccountType?)null,
        };
        return new BankAccount
        {
            Reference = reference,
            Iban = Identification(names, "IBAN")?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant(),
            Number =
                Identification(names, "SortCodeAccountNumber")
                ?? Identification(names, "PAN")
                ?? names
                    .Where(name => !Is(name, "IBAN"))
                    .Select(name => name.Text("Identification"))
                    .FirstOrDefault(number => number is not null),
            Name = row.Text("Nickname") ?? row.Text("Description"),
            Type = type,
            Currency = row.Text("Currency") ?? currency,
            OwnerName = names.Select(name => name.Text("Name")).FirstOrDefault(name => name is not null),
            Usage = (row.Text("AccountType") ?? row.Text("AccountCategory"))?.ToUpperInvariant() switch
            {
                "PERSONAL" => BankAccountUsage.Personal,
                "BUSINESS" => BankAccountUsage.Professional,
                _ => null,
            },
            CreditCard = type == BankAccountType.CreditCard ? new BankCreditCard() : null,
        };
    }

    /// <summary>Every balance that can be read.</summary>
    public static IReadOnlyList<BankBalance> Balances(JsonElement json, string accountCurrency, TimeZoneInfo zone) =>
        [.. Rows(json, "Balance").Select(row => Balance(row, accountCurrency, zone)).OfType<BankBalance>()];

    /// <summary>The names of those to whom something belongs, as one; null: the bank tells none.</summary>
    public static string? Parties(JsonElement json)
    {
        string[] names =
        [
            .. Rows(json, "Party")
                .Select(party => party.Text("FullLegalName") ?? party.Text("Name"))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];
        return names.Length == 0 ? null : string.Join(", ", names);
    }

    /// <summary>Null when the row lacks what a transaction cannot do without: an amount with a direction, and a day once it is booked.</summary>
    public static BankTransaction? Transaction(
        JsonElement row,
        string accountCurrency,
        TimeZoneInfo zone,
        DateOnly today
    )
    {
        if (Signed(row) is not { } signed)
        {
            return null;
        }
        var status = Status(row);
        var booked = Dates.Read(row.Text("BookingDateTime"), zone);
        var value = Dates.Read(row.Text("ValueDateTime"), zone);
        if (booked is null && value is null && status == BankTransactionStatus.Booked)
        {
            return null;
        }
        var merchant = row.Item("MerchantDetails");
        return new BankTransaction
        {
            Id = IdOf(row),
            Amount = signed,
            Currency = row.Item("Amount")?.Text("Currency") ?? accountCurrency,
            BookingDay = booked,
            ValueDay = value,
            // Announced without any day: it stands as of the day of reading.
            TransactionDay = booked is null && value is null ? today : null,
            Status = status,
            Remittance = Lines.Clean([
                row.Text("TransactionInformation")
                    ?? merchant?.Text("MerchantName")
                    ?? row.Text("TransactionReference"),
            ]),
            Counterparty =
                merchant?.Text("MerchantName")
                ?? row.Item(signed > 0 ? "DebtorAccount" : "CreditorAccount")?.Text("Name"),
            MerchantCategory = merchant?.Text("MerchantCategoryCode") is { Length: 4 } category ? category : null,
            Code = Code(row.Item("BankTransactionCode")) ?? row.Item("ProprietaryBankTransactionCode")?.Text("Code"),
        };
    }

    /// <summary>What is wrong with a row of which <see cref="Transaction"/> makes nothing.</summary>
    public static UnreadableField Unreadable(JsonElement row) =>
        Signed(row) is null ? UnreadableField.Amount : UnreadableField.Day;

    /// <summary>The bank's id of a transaction; null when it gives none.</summary>
    public static string? IdOf(JsonElement row) => row.Text("TransactionId");

    /// <summary>The rows of an answer: what stands in <c>Data</c> under this name.</summary>
    public static IEnumerable<JsonElement> Rows(JsonElement json, string name) => json.Item("Data")?.Items(name) ?? [];

    private static string? Identification(JsonElement[] names, string scheme) =>
        names
            .Where(name => Is(name, scheme))
            .Select(name => name.Text("Identification"))
            .FirstOrDefault(number => number is not null);

    // UK.OBIE.IBAN, and IBAN alone before it had a name space.
    private static bool Is(JsonElement name, string scheme) =>
        name.Text("SchemeName")?.Split('.')[^1].Equals(scheme, StringComparison.OrdinalIgnoreCase) == true;

    private static BankBalance? Balance(JsonElement row, string accountCurrency, TimeZoneInfo zone) =>
        Signed(row) is { } amount
            ? new BankBalance
            {
                Kind = BalanceKinds.Read(row.Text("Type")),
                Amount = amount,
                Currency = row.Item("Amount")?.Text("Currency") ?? accountCurrency,
                Day = Dates.Read(row.Text("DateTime"), zone),
                CreditLimitIncluded = CreditLimitIncluded(row),
            }
            : null;

    // A line of nothing changes nothing.
    private static bool? CreditLimitIncluded(JsonElement row)
    {
        var lines = row.Items("CreditLine").ToArray();
        return lines.Length == 0
            ? null
            : lines.Any(line =>
                line.Item("Included")?.ValueKind == JsonValueKind.True
                && line.Item("Amount")?.Decimal("Amount") is not 0
            );
    }

    // Amounts are unsigned by the standard, and the indicator gives the direction. A bank that writes -12.50 with Debit means 12.50 out.
    private static decimal? Signed(JsonElement row) =>
        (row.Item("Amount")?.Decimal("Amount"), row.Text("CreditDebitIndicator")?.ToUpperInvariant()) switch
        {
            (null, _) => null,
            (0, _) => 0,
            ({ } value, "CREDIT" or "CRDT") => Math.Abs(value),
            ({ } value, "DEBIT" or "DBIT") => -Math.Abs(value),
            ({ } value and < 0, null) => value,
            _ => null,
        };

    // What a bank says was declined is announced for some days all the same.
    private static BankTransactionStatus Status(JsonElement row) =>
        row.Item("SupplementaryData", "Declined")?.ValueKind == JsonValueKind.True
            ? BankTransactionStatus.Rejected
            : row.Text("Status")?.ToUpperInvariant() switch
            {
                "BOOKED" or "BOOK" or null => BankTransactionStatus.Booked,
                "PENDING" or "PDNG" or "FUTR" => BankTransactionStatus.Pending,
                "REJECTED" or "RJCT" => BankTransactionStatus.Rejected,
                _ => BankTransactionStatus.Other,
            };

    private static string? Code(JsonElement? code)
    {
        string?[] parts = [code?.Text("Code"), code?.Text("SubCode")];
        var both = string.Join('-', parts.Where(part => part is not null));
        return both.Length > 0 ? both : null;
    }
}
