using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>What a third party may ask for in a consent (Account Access Consents, "Permissions"), and how the bank tells it. Pure.</summary>
internal static class PermissionDemands
{
    /// <summary>All that may be asked for.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        "ReadAccountsBasic",
        "ReadAccountsDetail",
        "ReadBalances",
        "ReadPAN",
        "ReadParty",
        "ReadPartyPSU",
        "ReadTransactionsBasic",
        "ReadTransactionsCredits",
        "ReadTransactionsDebits",
        "ReadTransactionsDetail",
    ];

    /// <summary>The demand, or what is wrong.</summary>
    public static (ConsentDemand? Demand, OpenBankingError Error, string? Wrong, string? Path) Read(
        JsonElement body,
        OpenBankingInterface at
    )
    {
        try
        {
            return ReadBody(body, at);
        }
        // JSON may hold texts that are none: half a character, or bytes of no character.
        catch (InvalidOperationException)
        {
            return (null, OpenBankingError.FieldInvalid, "a text cannot be read", "Data");
        }
    }

    private static (ConsentDemand? Demand, OpenBankingError Error, string? Wrong, string? Path) ReadBody(
        JsonElement body,
        OpenBankingInterface at
    )
    {
        if (
            body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("Data", out var data)
            || data.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("Risk", out var risk)
            || risk.ValueKind != JsonValueKind.Object
        )
        {
            return (null, OpenBankingError.FieldMissing, "Data and Risk are due", "Data");
        }

        if (
            !data.TryGetProperty("Permissions", out var list)
            || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() == 0
            || list.EnumerateArray().Any(p => p.ValueKind != JsonValueKind.String)
        )
        {
            return (null, OpenBankingError.FieldMissing, "a list of permissions is due", "Data.Permissions");
        }

        string[] permissions = [.. list.EnumerateArray().Select(p => p.GetString()!).Distinct(StringComparer.Ordinal)];
        if (permissions.FirstOrDefault(p => !Known.Contains(p, StringComparer.Ordinal)) is not null)
        {
            return (null, OpenBankingError.FieldInvalid, "a permission is unknown here", "Data.Permissions");
        }

        bool Has(params ReadOnlySpan<string> any)
        {
            foreach (var permission in any)
            {
                if (permissions.Contains(permission, StringComparer.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }

        if (
            !Has("ReadAccountsBasic", "ReadAccountsDetail")
            || Has("ReadTransactionsBasic", "ReadTransactionsDetail")
                != Has("ReadTransactionsCredits", "ReadTransactionsDebits")
        )
        {
            return (
                null,
                OpenBankingError.FieldInvalid,
                "accounts, and with transactions their detail and their direction, belong together",
                "Data.Permissions"
            );
        }

        DateTimeOffset?[] moments = new DateTimeOffset?[3];
        string[] names = ["ExpirationDateTime", "TransactionFromDateTime", "TransactionToDateTime"];
        foreach (var (i, name) in names.Index())
        {
            if (data.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                if (value.ValueKind != JsonValueKind.String || !value.TryGetDateTimeOffset(out var moment))
                {
                    return (null, OpenBankingError.FieldInvalidDate, "is no date-time", "Data." + name);
                }

                moments[i] = moment;
            }
        }

        return (
            new ConsentDemand(AccessKind.Chosen)
            {
                Api = at.Api,
                Permissions = permissions,
                OwnerName = Has("ReadAccountsDetail"),
                Ends = moments[0],
                TransactionsFrom = moments[1],
                TransactionsTo = moments[2],
            },
            default,
            null,
            null
        );
    }

    /// <summary>A consent as the bank tells it.</summary>
    public static JsonObject Tell(Consent consent, OpenBankingInterface at, DateTimeOffset now, string address)
    {
        var demand = consent.Demand!;
        var data = new JsonObject
        {
            ["ConsentId"] = consent.Id,
            ["CreationDateTime"] = consent.GrantedAt,
            ["Status"] = Status(consent, at, now),
            ["StatusUpdateDateTime"] = consent.GrantedAt,
            ["Permissions"] = new JsonArray([.. demand.Permissions.Select(p => JsonValue.Create(p))]),
        };
        foreach (
            var (name, moment) in new[]
            {
                ("ExpirationDateTime", demand.Ends),
                ("TransactionFromDateTime", demand.TransactionsFrom),
                ("TransactionToDateTime", demand.TransactionsTo),
            }
        )
        {
            if (moment is { } there)
            {
                data[name] = there;
            }
        }

        return new JsonObject
        {
            ["Data"] = data,
            ["Risk"] = new JsonObject(),
            ["Links"] = new JsonObject { ["Self"] = $"{address}{at.Consents}/{consent.Id}" },
            ["Meta"] = new JsonObject(),
        };
    }

    private static string Status(Consent consent, OpenBankingInterface at, DateTimeOffset now) =>
        consent.IsLive(now) ? at.Word("Authorised", "AUTH")
        : consent.IsWaiting(now) ? at.Word("AwaitingAuthorisation", "AWAU")
        : consent.State is ConsentState.Refused or ConsentState.Asked ? at.Word("Rejected", "RJCT")
        : consent.Revoked || consent.State == ConsentState.Ended ? at.Word("Revoked", "CANC")
        // 3.1 has no word for one that has run out.
        : at.Word("Revoked", "EXPD");
}
