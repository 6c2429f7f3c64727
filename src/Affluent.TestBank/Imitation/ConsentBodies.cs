using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.TestBank.Consents;
using Affluent.TestBank.OpenBankingUk;

namespace Affluent.TestBank.Imitation;

/// <summary>How a bank wants to be asked for consents, and the same in the words of the face behind. Pure.</summary>
internal static class ConsentBodies
{
    private static readonly IReadOnlyList<string> Lists = ["accounts", "balances", "transactions"];

    /// <summary>The body for the face, or what is wrong with the one that came; neither: it is for the face to say.</summary>
    public static (byte[]? Body, string? Fault) Read(byte[] body, Manner manner)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject json
                ? manner.Face switch
                {
                    Face.Stet => Stet(json, manner),
                    Face.BerlinGroup => BerlinGroup(json, manner),
                    Face.OpenBankingUk => OpenBanking(json, manner),
                }
                : (null, null);
        }
        // The others: a member twice, half a character.
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return (null, null);
        }
    }

    private static (byte[]? Body, string? Fault) Stet(JsonObject json, Manner manner) =>
        manner.Is("consent_owners", "true") && json["owners"] is not JsonArray
            ? (null, "owners is missing")
            : (null, null);

    private static (byte[]? Body, string? Fault) OpenBanking(JsonObject json, Manner manner)
    {
        var data = json["Data"] as JsonObject;
        var asked = (data?["Permissions"] as JsonArray)?.Select(p => p?.ToString() ?? "").ToList();
        var wanted = manner.Words("permissions");
        var fault =
            wanted.Count > 0 && asked?.SequenceEqual(wanted) != true ? $"Permissions are {string.Join(' ', wanted)}"
            : manner.Is("consent_expires", "true") && data?["ExpirationDateTime"] is null
                ? "ExpirationDateTime is missing"
            : manner.Text("consent_history_days") is not null && data?["TransactionFromDateTime"] is null
                ? "TransactionFromDateTime is missing"
            : null;
        if (fault is not null || wanted.Count == 0)
        {
            return (null, fault);
        }

        // The bank has more to be read than the face behind.
        data!["Permissions"] = new JsonArray([
            .. asked!
                .Where(p => PermissionDemands.Known.Contains(p, StringComparer.Ordinal))
                .Select(p => JsonValue.Create(p)),
        ]);
        return (JsonSerializer.SerializeToUtf8Bytes(json, ImitationJson.Default.JsonObject), null);
    }

    private static (byte[]? Body, string? Fault) BerlinGroup(JsonObject json, Manner manner)
    {
        var usual = new JsonObject
        {
            ["recurringIndicator"] = true,
            ["validUntil"] = "9999-12-31",
            ["frequencyPerDay"] = 4,
            ["combinedServiceIndicator"] = false,
        };
        var access = json["access"] as JsonObject ?? [];
        // Once it has seen which accounts there are, the third party asks for each by itself.
        var isOfAccount = manner.Is("account_consents", "true") && Lists.Any(access.ContainsKey);
        foreach (var (name, wanted) in manner.Fields(isOfAccount ? "account_consent_fields" : "consent_fields"))
        {
            if (wanted.Length == 0 ? json.ContainsKey(name) : !JsonNode.DeepEquals(json[name], JsonNode.Parse(wanted)))
            {
                return (null, wanted.Length == 0 ? $"{name} is not wanted" : $"{name} is {wanted}");
            }

            // As the face has it: a text for a truth value, at some.
            json.Remove(name);
            if (usual[name] is { } member)
            {
                json[name] = member.DeepClone();
            }
        }

        var kind = isOfAccount ? "dedicated" : manner.Text("consent_access") ?? "all_accounts";
        if ((FaultOfAccess(access, kind, manner) ?? (isOfAccount ? FaultOfAccount(access, manner) : null)) is { } fault)
        {
            return (null, fault);
        }

        if (kind == "available_accounts" && !manner.Is("account_consents", "true"))
        {
            // Where banks have no other word, it means all that there is.
            json["access"] = new JsonObject { ["allPsd2"] = "allAccounts" };
        }

        return (JsonSerializer.SerializeToUtf8Bytes(json, ImitationJson.Default.JsonObject), null);
    }

    private static string? FaultOfAccount(JsonObject access, Manner manner)
    {
        var named = access.SelectMany(list => list.Value as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (access.Any(list => list.Value is JsonArray { Count: > 1 }))
        {
            return "access names more than one account";
        }

        var isWanted = manner.Is("consent_account_id", "true");
        if (named.Any(account => isWanted ? account["accountId"] is null : account.ContainsKey("accountId")))
        {
            return isWanted ? "an account of access has no accountId" : "accountId is not wanted";
        }

        // The face behind knows it by its number.
        named.ForEach(account => account.Remove("accountId"));
        return null;
    }

    private static string? FaultOfAccess(JsonObject access, string kind, Manner manner)
    {
        var lists = manner.Words("consent_lists") is { Count: > 0 } said ? said : Lists;
        bool Only(params ReadOnlySpan<string> names)
        {
            var has = access.Count == names.Length;
            foreach (var name in names)
            {
                has &= access.ContainsKey(name);
            }

            return has;
        }

        bool Said(string name, string value) => Only(name) && access[name]?.ToString() == value;
        var isGood = kind switch
        {
            "all_accounts" => Said("allPsd2", "allAccounts"),
            "all_accounts_with_owner_name" => Said("allPsd2", "allAccountsWithOwnerName"),
            "available_accounts" => Said("availableAccounts", "allAccounts"),
            "bank_offered" => Only([.. Lists]) && Lists.All(list => access[list] is JsonArray { Count: 0 }),
            "dedicated" => Only([.. lists]) && lists.All(list => access[list] is JsonArray { Count: > 0 }),
            _ => false,
        };
        return !isGood
                ? $"access is not {kind}: {string.Join(", ", kind is "dedicated" ? lists : [])}".TrimEnd(' ', ':')
            : kind == "dedicated"
            && manner.Is("consent_currency", "true")
            && lists.Any(list => ((JsonArray)access[list]!).Any(account => account?["currency"] is null))
                ? "an account of access has no currency"
            : null;
    }
}
