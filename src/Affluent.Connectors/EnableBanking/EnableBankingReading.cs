using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>From the interface's words for accounts and balances to ours (API reference 1.0.0, "AccountResource", "BalanceResource"). Pure.</summary>
internal static class EnableBankingReading
{
    /// <summary>The accounts of a session, but for those that cannot be told from others, or have no currency.</summary>
    public static IReadOnlyList<EnableBankingAccount> Accounts(JsonElement listed)
    {
        List<EnableBankingAccount> accounts = [];
        foreach (var row in listed.EnumerateArray())
        {
            if (Account(row) is not { } account)
            {
                continue;
            }
            accounts.Add(account with { Bank = account.Bank with { Reference = Reference(account.Bank, accounts) } });
        }
        return accounts;
    }

    // The hash is of the account's number, under which some banks have an account for each currency.
    private static string Reference(BankAccount account, List<EnableBankingAccount> before)
    {
        var reference = account.Reference;
        for (var place = 1; before.Exists(other => other.Bank.Reference == reference); place++)
        {
            reference =
                place == 1
                    ? $"{account.Reference} {account.Currency}"
                    : $"{account.Reference} {account.Currency} {place}";
        }
        return reference;
    }

    private static EnableBankingAccount? Account(JsonElement row)
    {
        if (row.Text("identification_hash") is not { } hash || row.Text("currency") is not { } currency)
        {
            return null;
        }
        var uid = row.Text("uid");
        var type = Type(row.Text("cash_account_type"));
        var ids = row.Items("all_account_ids").Prepend(row.Item("account_id", "other") ?? default).ToArray();
        string? Id(params string[] schemes) =>
            ids.Where(id => schemes.Contains(id.Text("scheme_name")))
                .Select(id => id.Text("identification"))
                .FirstOrDefault(id => id is not null);
        var isCard = type == BankAccountType.CreditCard;
        var bank = new BankAccount
        {
            Reference = hash,
            // Beside a card's number stands the IBAN of the account that pays it.
            Iban = (row.Item("account_id")?.Text("iban") ?? (isCard ? null : Id("IBAN")))
                ?.Replace(" ", "", StringComparison.Ordinal)
                .ToUpperInvariant(),
            Number = isCard ? Id("CPAN") ?? Other(row) : Other(row) ?? Id("BBAN", "MIBN", "BGNR", "PGNR"),
            Name = row.Text("details") ?? row.Text("product"),
            Type = type,
            Currency = currency,
            OwnerName = row.Text("name"),
            Usage = row.Text("usage") switch
            {
                "PRIV" => BankAccountUsage.Personal,
                "ORGA" => BankAccountUsage.Professional,
                _ => null,
            },
            CreditCard = isCard ? new BankCreditCard() : null,
            Closed = uid is null,
        };
        return new EnableBankingAccount(bank, uid);
    }

    // A token is no number, and must not be kept as one.
    private static string? Other(JsonElement row) =>
        row.Item("account_id", "other") is { } other && other.Text("scheme_name") is not ("IBAN" or "OAUT")
            ? other.Text("identification")
            : null;

    private static BankAccountType? Type(string? type) =>
        type switch
        {
            "CACC" or "CASH" => BankAccountType.Checkings,
            "CARD" => BankAccountType.CreditCard,
            "LOAN" => BankAccountType.Loan,
            "SVGS" => BankAccountType.Savings,
            _ => null,
        };

    /// <summary>Every balance that can be read.</summary>
    public static IReadOnlyList<BankBalance> Balances(JsonElement json, string accountCurrency) =>
        [.. json.Items("balances").Select(row => Balance(row, accountCurrency)).OfType<BankBalance>()];

    private static BankBalance? Balance(JsonElement row, string accountCurrency) =>
        row.Item("balance_amount")?.Decimal("amount") is { } amount
            ? new BankBalance
            {
                Kind = BalanceKinds.Read(row.Text("balance_type")),
                Amount = amount,
                Currency = row.Item("balance_amount")?.Text("currency") ?? accountCurrency,
                Day = Dates.Read(row.Text("reference_date"), TimeZoneInfo.Utc),
                ChangedAt = Dates.ReadMoment(row.Text("last_change_date_time"), TimeZoneInfo.Utc),
                LastCommittedTransaction = row.Text("last_committed_transaction"),
            }
            : null;
}
