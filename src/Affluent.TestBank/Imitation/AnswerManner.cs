using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Affluent.TestBank.Consents;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Imitation;

/// <summary>An answer of the face as this bank gives it.</summary>
internal sealed record LikeAnswer(int Status, byte[] Body)
{
    /// <summary>How many numbered pages there are; null: the bank does not say.</summary>
    public int? Pages { get; init; }
}

/// <summary>Turns answers of the face behind into those of the bank that is imitated. Pure.</summary>
internal static class AnswerManner
{
    public static LikeAnswer Of(LikeRoute route, Manner manner, bool ofParties, int status, byte[] body)
    {
        if (route.IsOfAuthorization)
        {
            var isDead =
                status == StatusCodes.Status400BadRequest && Encoding.UTF8.GetString(body).Contains("invalid_grant");
            return isDead && manner.Is("dead_grant_is_not_found", "true")
                ? new LikeAnswer(StatusCodes.Status404NotFound, [])
                : new LikeAnswer(status, body);
        }

        var text = Encoding.UTF8.GetString(body);
        var isNothing = status == StatusCodes.Status204NoContent && route.Call is not LikeCall.Consents;
        if (ErrorManner.Of(manner, route.Call, status, text, isNothing) is { } own)
        {
            return new LikeAnswer(own.Status, Serialized(new JsonObject { ["error"] = own.Word }));
        }

        if (isNothing)
        {
            return route.Call == LikeCall.Accounts && manner.Text("no_accounts_text") is { } none
                    ? new LikeAnswer(
                        StatusCodes.Status404NotFound,
                        Serialized(new JsonObject { ["status"] = 404, ["error"] = none })
                    )
                : manner.Is("empty_is_none", "true") ? new LikeAnswer(StatusCodes.Status200OK, [])
                : new LikeAnswer(status, body);
        }

        if (status >= StatusCodes.Status300MultipleChoices || Parsed(text) is not { } json)
        {
            return new LikeAnswer(status, body);
        }

        var pages = manner.Text("page_parameter") is null ? null : Numbered(json);
        if (route.Call == LikeCall.Transactions)
        {
            Worded(json, manner);
        }

        if (ofParties && json["Data"] is JsonObject data && data["Party"] is { } party)
        {
            data["Party"] = new JsonArray(party.DeepClone());
        }

        var written = Encoding.UTF8.GetString(Serialized(json));
        return new LikeAnswer(
            status,
            Encoding.UTF8.GetBytes(
                route.Call == LikeCall.Accounts && manner.Is("standard_paths", "true")
                    ? manner.Misled(written)
                    : manner.Linked(written)
            )
        )
        {
            Pages = manner.Text("page_count_header") is null ? null : pages,
        };
    }

    // Who numbers pages links to none.
    private static int? Numbered(JsonObject json)
    {
        int? pages = null;
        foreach (
            var links in new[] { json, json["transactions"] as JsonObject, json["cardTransactions"] as JsonObject }
                .OfType<JsonObject>()
                .SelectMany(holder => new[] { holder["_links"], holder["Links"] })
                .OfType<JsonObject>()
        )
        {
            foreach (var (name, link) in links.ToList())
            {
                if (!name.ToLowerInvariant().TrimStart('_').StartsWithAny("first", "last", "next", "prev"))
                {
                    continue;
                }

                links.Remove(name);
                if (name.Equals("last", StringComparison.OrdinalIgnoreCase))
                {
                    var address = (link as JsonObject)?["href"]?.ToString() ?? link?.ToString() ?? "";
                    pages = int.TryParse(
                        QueryHelpers
                            .ParseQuery(address.Split('?', 2).ElementAtOrDefault(1))
                            .GetValueOrDefault("page")
                            .ToString(),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var number
                    )
                        ? number
                        : 1;
                }
            }
        }

        return pages;
    }

    // The bank's words for the state of a row.
    private static void Worded(JsonObject json, Manner manner)
    {
        var words = manner.Fields("status_words");
        string? Word(string meaning) => words.FirstOrDefault(w => w.Value == meaning)?.Name;
        var (booked, pending) = (
            Word("BOOKED"),
            Word("PENDING") ?? (manner.Is("othr_is_pending", "true") ? "OTHR" : null)
        );
        if (manner.Face == Face.BerlinGroup && json["transactions"] is JsonObject lists)
        {
            foreach (var (word, list) in new[] { (booked, "booked"), (pending, "pending") })
            {
                if (word is not null && lists[list] is { } rows)
                {
                    lists.Remove(list);
                    lists[word] = rows;
                }
            }
        }

        foreach (var row in (json["transactions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            row["status"] = row["status"]?.ToString() switch
            {
                "PDNG" when pending is not null => pending,
                "BOOK" when booked is not null => booked,
                var other => other,
            };
        }
    }

    private static bool StartsWithAny(this string text, params ReadOnlySpan<string> beginnings)
    {
        foreach (var beginning in beginnings)
        {
            if (text.StartsWith(beginning, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static JsonObject? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Serialized(JsonObject json) =>
        JsonSerializer.SerializeToUtf8Bytes(json, ImitationJson.Default.JsonObject);
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ImitationJson : JsonSerializerContext;
