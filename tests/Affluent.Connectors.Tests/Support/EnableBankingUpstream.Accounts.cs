using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Affluent.Connectors.Tests.Support;

/// <summary>What it tells of the application and of banks, and what it gives of accounts.</summary>
internal sealed partial class EnableBankingUpstream
{
    /// <summary>A row of the list.</summary>
    public static JsonObject Row(
        string name,
        string country = Country,
        int days = 180,
        string? bic = null,
        params string[] psuTypes
    )
    {
        string[] kinds = psuTypes is [] ? ["personal"] : psuTypes;
        var row = new JsonObject
        {
            ["name"] = name,
            ["country"] = country,
            ["logo"] = $"https://brands.example/{country}/",
            ["psu_types"] = new JsonArray([.. kinds.Select(kind => JsonValue.Create(kind))]),
            ["auth_methods"] = new JsonArray([
                .. kinds.Select(kind => new JsonObject
                {
                    ["name"] = "MTA",
                    ["psu_type"] = kind,
                    ["approach"] = "REDIRECT",
                    ["hidden_method"] = false,
                }),
            ]),
            ["maximum_consent_validity"] = days * 86400L,
            ["beta"] = false,
        };
        if (bic is not null)
        {
            row["bic"] = bic;
        }
        return row;
    }

    private JsonObject Application() =>
        new()
        {
            ["name"] = "Home",
            ["kid"] = ApplicationId,
            ["environment"] = Environment,
            ["redirect_urls"] = new JsonArray([.. RedirectUrls.Select(url => JsonValue.Create(url))]),
            ["active"] = IsActive,
            ["countries"] = new JsonArray([.. Countries.Select(country => JsonValue.Create(country))]),
            ["services"] = new JsonArray("AIS"),
        };

    private JsonObject Banks(HttpRequest request)
    {
        OnlyQuery(request, ["country", "psu_type", "service", "payment_type"]);
        var (country, kind) = (request.Query["country"].ToString(), request.Query["psu_type"].ToString());
        if (
            country is not ("" or [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
            || kind is not ("" or "personal" or "business")
            || request.Query["service"].ToString() is not ("" or "AIS" or "PIS")
        )
        {
            throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
        }
        return new JsonObject
        {
            ["aspsps"] = new JsonArray([
                .. from row in Rows
                where country == "" || $"{row["country"]}" == country
                where kind == "" || Has(row["psu_types"], kind)
                select row.DeepClone(),
            ]),
        };
    }

    private IEnumerable<JsonObject> Rows => Listed.Count > 0 ? Listed : [Only()];

    private JsonObject Only()
    {
        var row = Row(Bank);
        row["maximum_consent_validity"] = (long)LongestConsent.TotalSeconds;
        row["required_psu_headers"] = new JsonArray([.. RequiredPsuHeaders.Select(name => JsonValue.Create(name))]);
        return row;
    }

    private static bool Has(JsonNode? list, string text) => list!.AsArray().Any(item => $"{item}" == text);

    private EnableBankingUpstreamAccount Reach(HttpRequest request, string uid, string resource)
    {
        if (!Guid.TryParseExact(uid, "D", out _))
        {
            throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
        }
        if (!_uids.TryGetValue(uid, out var known))
        {
            throw new UpstreamError(404, "ACCOUNT_DOES_NOT_EXIST");
        }
        if (Find(known.Session).Status is not "AUTHORIZED" and var status)
        {
            throw new UpstreamError(401, $"{status}_SESSION");
        }
        var told = request
            .Headers.Keys.Where(name => name.StartsWith("Psu-", StringComparison.OrdinalIgnoreCase))
            .ToArray();
        if (told.Any(name => !PsuHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            throw new UpstreamError(422, "PSU_HEADER_INVALID");
        }
        if (told.Length > 0 && !RequiredPsuHeaders.All(name => told.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            throw new UpstreamError(422, "PSU_HEADER_NOT_PROVIDED");
        }
        if (told.Contains("Psu-Ip-Address") && !IPAddress.TryParse(request.Headers["Psu-Ip-Address"], out _))
        {
            throw new UpstreamError(422, "PSU_HEADER_INVALID");
        }
        // One list is one call, however many pages it has.
        if (told.Length == 0 && !request.Query.ContainsKey("continuation_key"))
        {
            var counted = $"{known.Account.Row["identification_hash"]} {resource} {_now():yyyy-MM-dd}";
            _unattended[counted] = _unattended.GetValueOrDefault(counted) + 1;
            if (_unattended[counted] > UnattendedCallsADay)
            {
                throw new UpstreamError(429, "ASPSP_RATE_LIMIT_EXCEEDED");
            }
        }
        return known.Account;
    }

    private JsonObject Balances(HttpRequest request, string uid)
    {
        OnlyQuery(request, []);
        return new JsonObject { ["balances"] = Reach(request, uid, "balances").Balances.DeepClone() };
    }

    private JsonObject Transactions(HttpRequest request, string uid)
    {
        OnlyQuery(request, ["date_from", "date_to", "continuation_key", "transaction_status", "strategy"]);
        var account = Reach(request, uid, "transactions");
        var today = DateOnly.FromDateTime(_now().UtcDateTime);
        var strategy = request.Query["strategy"].ToString();
        if (strategy is not ("" or "default" or "longest"))
        {
            throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
        }
        var from = today.AddDays(-30);
        if (request.Query["date_from"].ToString() is { Length: > 0 } said)
        {
            if (
                !DateOnly.TryParseExact(said, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out from)
            )
            {
                throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
            }
            if (from > today)
            {
                throw new UpstreamError(422, "DATE_FROM_IN_FUTURE");
            }
        }
        else if (strategy == "longest")
        {
            from = today.AddDays(-HistoryDays);
        }
        if (from < today.AddDays(-HistoryDays) && strategy != "longest")
        {
            throw new UpstreamError(422, "WRONG_TRANSACTIONS_PERIOD")
            {
                Detail = new JsonObject { ["date_from"] = $"{today.AddDays(-HistoryDays):yyyy-MM-dd}" },
            };
        }
        var begin = 0;
        var query = $"{from} {strategy} {uid}";
        if (request.Query["continuation_key"].ToString() is { Length: > 0 } key)
        {
            var parts = key.Split('|');
            if (
                parts.Length != 2
                || parts[1] != query
                || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out begin)
            )
            {
                throw new UpstreamError(422, "WRONG_CONTINUATION_KEY");
            }
        }
        var rows = account
            .Transactions.Where(row =>
                row["booking_date"] is not { } day || DateOnly.Parse($"{day}", CultureInfo.InvariantCulture) >= from
            )
            .ToArray();
        var page = rows.Skip(begin)
            .Take(PageSize)
            .Select(row =>
            {
                var copy = row.DeepClone().AsObject();
                copy["transaction_id"] = Guid.NewGuid().ToString();
                return copy;
            });
        return new JsonObject
        {
            ["transactions"] = new JsonArray([.. page]),
            ["continuation_key"] = begin + PageSize < rows.Length ? $"{begin + PageSize}|{query}" : null,
        };
    }
}

/// <summary>An account at the bank behind it.</summary>
internal sealed record EnableBankingUpstreamAccount(JsonObject Row, JsonArray Balances)
{
    public List<JsonObject> Transactions { get; } = [];

    public bool IsClosed { get; set; }

    public static EnableBankingUpstreamAccount Of(string number, string? iban, string details, string type = "CACC") =>
        new(
            new JsonObject
            {
                ["account_id"] = iban is null
                    ? new JsonObject
                    {
                        ["other"] = new JsonObject { ["identification"] = number, ["scheme_name"] = "BBAN" },
                    }
                    : new JsonObject { ["iban"] = iban },
                ["name"] = "Aino Virtanen",
                ["details"] = details,
                ["cash_account_type"] = type,
                ["currency"] = "EUR",
                ["usage"] = "PRIV",
                ["identification_hash"] = $"hash-of-{number}=",
                ["identification_hashes"] = new JsonArray($"hash-of-{number}="),
            },
            (JsonArray)
                JsonNode.Parse(
                    """[{ "name": "Booked", "balance_amount": { "currency": "EUR", "amount": "100.00" }, "balance_type": "CLBD", "reference_date": "2026-03-01" }]"""
                )!
        );

    public EnableBankingUpstreamAccount With(
        string? reference,
        string amount,
        string day,
        string text,
        string status = "BOOK"
    )
    {
        Transactions.Add(
            new JsonObject
            {
                ["entry_reference"] = reference,
                ["transaction_amount"] = new JsonObject { ["currency"] = "EUR", ["amount"] = amount },
                ["credit_debit_indicator"] = amount.StartsWith('-') ? "DBIT" : "CRDT",
                ["status"] = status,
                ["booking_date"] = day,
                ["remittance_information"] = new JsonArray(text),
            }
        );
        return this;
    }
}
