using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.TestBank.People;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Imitation;

/// <summary>Authorization requests of which banks that are imitated are told before their customers come (RFC 9126). Each counts once.</summary>
internal sealed class LikePushes(BankClock clock)
{
    public const int Seconds = 60;
    private const string Prefix = "urn:ietf:params:oauth:request_uri:";

    // Who asks, and no part of the request.
    private static readonly IReadOnlyList<string> Proofs =
    [
        "client_secret",
        "client_assertion",
        "client_assertion_type",
    ];

    private readonly ConcurrentDictionary<
        string,
        (string Bank, Dictionary<string, string?> Said, DateTimeOffset Expires)
    > pushed = new(StringComparer.Ordinal);

    /// <summary>What fields say of the request: themselves, and what stands in a signed object alone.</summary>
    public static Dictionary<string, string?> RequestOf(Dictionary<string, string> fields, Manner manner)
    {
        var said = fields
            .Where(field => !Proofs.Contains(field.Key, StringComparer.Ordinal))
            .ToDictionary(field => field.Key, string? (field) => field.Value, StringComparer.Ordinal);
        said.TryAdd("client_id", manner.Text("client_id"));
        if (said.GetValueOrDefault("request")?.Split('.') is [_, var body, _])
        {
            foreach (var (name, value) in Claims(body))
            {
                said.TryAdd(name, value);
            }
        }

        return said;
    }

    /// <summary>Keeps a request that was looked at; returns its name.</summary>
    public string Keep(Manner manner, Dictionary<string, string?> said)
    {
        foreach (var old in pushed.Where(p => p.Value.Expires <= clock.Now))
        {
            pushed.TryRemove(old);
        }

        var name = Prefix + Visits.NewSecret();
        pushed[name] = (manner.Name, said, clock.Now.AddSeconds(Seconds));
        return name;
    }

    /// <summary>The request of this name; null: it is unknown, over, or was taken before.</summary>
    public Dictionary<string, string?>? Take(Manner manner, string name) =>
        pushed.TryRemove(name, out var found) && found.Bank == manner.Name && found.Expires > clock.Now
            ? found.Said
            : null;

    // Its signature is looked at with the rest of the request.
    private static IEnumerable<(string Name, string Value)> Claims(string body)
    {
        try
        {
            return
            [
                .. (JsonNode.Parse(WebEncoders.Base64UrlDecode(body)) as JsonObject ?? [])
                    .Where(claim => claim.Value?.GetValueKind() == JsonValueKind.String)
                    // Those of every token are none of an authorization.
                    .Where(claim => claim.Key is not ("iss" or "aud" or "sub" or "jti"))
                    .Select(claim => (claim.Key, claim.Value!.GetValue<string>())),
            ];
        }
        catch (Exception e)
            when (e is FormatException or JsonException or ArgumentException or InvalidOperationException)
        {
            return [];
        }
    }
}
