using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>From the standard's words to ours (STET PSD2 API 1.4.0.47 and 1.5.0.43, data model). Pure.</summary>
internal static class StetReading
{
    /// <summary>True when the list names the account but shows no way to its data: the user's consent is wanted first.</summary>
    public static bool HidesData(JsonElement row, bool mixed) =>
        row.Text("resourceId") is null
        || (mixed && BankLinks.Href(row, "balances") is null && BankLinks.Href(row, "transactions") is null);

    /// <summary>Null when nothing in the row names the account.</summary>
    public static BankAccount? Account(JsonElement row, StetSettings settings, bool consentMissing)
    {
        var id = row.Item("accountId");
        var iban = (id?.Text("iban") ?? row.Text("iban"))
            ?.Replace(" ", "", StringComparison.Ordinal)
            .ToUpperInvariant();
        var number = id?.Item("other")?.Text("identification");
        var balances = row.Items("balances").ToArray();
        var currency =
            row.Text("currency")
            ?? id?.Text("currency")
            ?? balances.Select(b => b.Item("balanceAmount")?.Text("currency")).FirstOrDefault(c => c is not null)
            ?? settings.Interface.Currency;
        // Before consent some banks hide the resource id; IBAN and currency then name the account.
        if ((row.Text("resourceId") ?? (iban is null ? number : $"{iban}-{currency}")) is not { } reference)
        {
            return null;
        }
        var type = row.Text("cashAccountType")?.ToUpperInvariant() switch
        {
            "CACC" or null => BankAccountType.Checkings,
            "CARD" => BankAccountType.CreditCard,
            _ => (BankAccountType?)null,
        };
        var account = new BankAccount
        {
            Reference = reference,
            Iban = iban,
            Number = number,
            Name = row.Text("name") ?? row.Text("product") ?? row.Text("details"),
            Type = type,
            Currency = currency,
            Usage = row.Text("usage")?.ToUpperInvariant() switch
            {
                "PRIV" => BankAccountUsage.Personal,
                "ORGA" => BankAccountUsage.Professional,
                _ => null,
            },
            ConsentMissing = consentMissing,
            CreditCard =
                type == BankAccountType.CreditCard
                    ? new BankCreditCard(PayableAccount: row.Text("linkedAccount"))
                    : null,
        };
        return account with { Balances = Balances(balances, currency, settings.Interface.Zone) };
    }

    /// <summary>Every balance that can be read.</summary>
    public static IReadOnlyList<BankBalance> Balances(
        IEnumerable<JsonElement> rows,
        string accountCurrency,
        TimeZoneInfo zone
    ) => [.. rows.Select(row => BalanceRows.Read(row, accountCurrency, zone)).OfType<BankBalance>()];

    /// <summary>How PUT /consents names an account: the bank's own words where we have them.</summary>
    public static JsonNode Identification(BankAccount account, StetAccountNote? note)
    {
        var id = note?.AccountId is { ValueKind: JsonValueKind.Object } own
            ? Members(own)
            : new JsonObject
            {
                ["iban"] = account.Iban,
                ["other"] = account.Number is null
                    ? null
                    : new JsonObject { ["identification"] = account.Number, ["schemeName"] = "CPAN" },
            };
        foreach (var empty in id.Where(p => p.Value is null).Select(p => p.Key).ToArray())
        {
            id.Remove(empty);
        }
        id.TryAdd("currency", account.Currency);
        return id;
    }

    // Of a member that stands twice the last counts, as everywhere.
    private static JsonObject Members(JsonElement element)
    {
        var members = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            members[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }
        return members;
    }
}
