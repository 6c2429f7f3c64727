using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>From the standard's words to ours (NextGenPSD2 1.3.11, data model). Pure.</summary>
internal static class BerlinGroupReading
{
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
            // One that is blocked goes on: what can be read of it, the bank says where it is asked for.
            Closed = string.Equals(row.Text("status"), "deleted", StringComparison.OrdinalIgnoreCase),
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
}
