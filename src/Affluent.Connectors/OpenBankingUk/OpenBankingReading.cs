using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>From the standard's words to ours: those of 3.1 and the codes of ISO 20022 that 4.0 has in their place. Pure.</summary>
internal static class OpenBankingReading
{
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
            // One that is disabled goes on: what can be read of it, the bank says where it is asked for.
            Closed = string.Equals(row.Text("Status"), "Deleted", StringComparison.OrdinalIgnoreCase),
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
        Signed(row.Item("Amount")?.Decimal("Amount"), row.Text("CreditDebitIndicator")) is { } amount
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

    /// <summary>
    /// Amounts are unsigned by the standard, and the indicator gives the direction; null without one. A bank that writes -12.50 with Debit means 12.50 out.
    /// </summary>
    public static decimal? Signed(decimal? amount, string? indicator) =>
        (amount, indicator?.ToUpperInvariant()) switch
        {
            (null, _) => null,
            (0, _) => 0,
            ({ } value, "CREDIT" or "CRDT") => Math.Abs(value),
            ({ } value, "DEBIT" or "DBIT") => -Math.Abs(value),
            ({ } value and < 0, null) => value,
            _ => null,
        };
}
