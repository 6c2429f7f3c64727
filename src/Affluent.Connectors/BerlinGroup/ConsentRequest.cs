using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>The consent that is asked for (NextGenPSD2 1.3, section 6.3.1 "Account Information Consent Request"). Pure.</summary>
internal static class ConsentRequest
{
    /// <summary>What a dedicated consent may name accounts for.</summary>
    public static readonly IReadOnlyList<string> Lists = ["accounts", "balances", "transactions"];

    /// <summary>Null: the consent is to name accounts, and the user was asked for none.</summary>
    /// <param name="account">The one that the consent is for; null: what the bank's entry says.</param>
    public static string? Body(
        StepContext context,
        BerlinGroupSettings settings,
        LoginFields fields,
        BankAccount? account
    )
    {
        var access = new JsonObject();
        switch (settings.Access)
        {
            case var _ when account is not null:
                foreach (var list in settings.ConsentLists)
                {
                    access[list] = new JsonArray(Account(account, settings));
                }
                break;
            case ConsentAccess.AllAccounts:
                access["allPsd2"] = "allAccounts";
                break;
            case ConsentAccess.AllAccountsWithOwnerName:
                access["allPsd2"] = "allAccountsWithOwnerName";
                break;
            case ConsentAccess.BankOffered:
                foreach (var list in Lists)
                {
                    access[list] = new JsonArray();
                }
                break;
            case ConsentAccess.AvailableAccounts:
                access["availableAccounts"] = "allAccounts";
                break;
            case ConsentAccess.Dedicated when fields.Ibans.Count == 0:
                return null;
            case ConsentAccess.Dedicated:
                foreach (var list in settings.ConsentLists)
                {
                    access[list] = new JsonArray([.. fields.Ibans.Select(iban => Account(iban, settings))]);
                }
                break;
        }
        var until = Dates.Of(context.Now, settings.Interface.Zone).AddDays(context.Channel.ConsentDays);
        var body = new JsonObject
        {
            ["access"] = access,
            ["recurringIndicator"] = true,
            ["validUntil"] = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["frequencyPerDay"] = Math.Min(context.Channel.UnattendedReadings ?? 4, 4),
            ["combinedServiceIndicator"] = false,
        };
        foreach (var field in account is null ? settings.ConsentFields : settings.AccountConsentFields)
        {
            if (field.Value == "")
            {
                body.Remove(field.Name);
            }
            else
            {
                body[field.Name] = JsonNode.Parse(field.Value);
            }
        }
        return body.ToJsonString();
    }

    /// <summary>Whether the text is a value of JSON.</summary>
    public static bool IsJson(string text) => Json.Parse(Encoding.UTF8.GetBytes(text)) is not null;

    private static JsonObject Account(string iban, BerlinGroupSettings settings) =>
        WithCurrency(new JsonObject { ["iban"] = iban }, settings.Interface.Currency, settings);

    private static JsonObject Account(BankAccount account, BerlinGroupSettings settings)
    {
        var named = new JsonObject();
        if (settings.ConsentNamesId)
        {
            named["accountId"] = BerlinGroupAccounts.IdOf(account.Reference);
        }
        if (BerlinGroupAccounts.IsCard(account.Reference))
        {
            named["maskedPan"] = account.Number;
        }
        else if (account.Iban is { } iban)
        {
            named["iban"] = iban;
        }
        else if (account.Number is { } number)
        {
            named["bban"] = number;
        }
        return WithCurrency(named, account.Currency, settings);
    }

    private static JsonObject WithCurrency(JsonObject account, string currency, BerlinGroupSettings settings)
    {
        if (settings.ConsentNamesCurrency)
        {
            account["currency"] = currency;
        }
        return account;
    }
}
