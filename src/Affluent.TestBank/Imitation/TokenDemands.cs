using System.Text;
using System.Text.Json;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.People;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Affluent.TestBank.Imitation;

/// <summary>How a bank wants to be asked for tokens: which fields, how they travel, and how third parties prove who they are.</summary>
internal sealed class TokenDemands(Manner manner, TestBankOptions options, BankClock clock)
{
    private const string Basic = "client_secret_basic";
    private const string PrivateKeyJwt = "private_key_jwt";

    private readonly ClientAssertions assertions = new(clock);

    private string Authentication => manner.Text("token_auth") ?? Basic;

    /// <summary>The fields, or what is wrong with how they travel.</summary>
    public (Dictionary<string, string>? Fields, LikeFault? Fault) Read(HttpRequest request, byte[] body) =>
        manner.Text("token_request") switch
        {
            "query" => body.Length == 0
                ? (Plain(request.Query), null)
                : (null, LikeFault.Malformed("fields travel in the address, and the body is empty")),
            "json" => request.HasJsonContentType() && Json(body) is { } json
                ? (json, null)
                : (null, LikeFault.Malformed("the body is a JSON object of texts")),
            _ => request.HasFormContentType
                ? (Plain(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body))), null)
                : (null, LikeFault.Malformed("the body is a form")),
        };

    /// <summary>What is wrong with the fields, and with who says them; null: nothing.</summary>
    public LikeFault? FaultOf(
        HttpRequest request,
        LikeRoute route,
        Dictionary<string, string> fields,
        SaidValues values
    )
    {
        foreach (var (name, wanted) in Fields(route, fields.GetValueOrDefault("grant_type")))
        {
            var given = fields.GetValueOrDefault(name) ?? "";
            if (wanted.Length == 0 && given.Length > 0)
            {
                return LikeFault.Malformed($"{name} is not wanted");
            }

            if (wanted.Length > 0 && given.Length == 0)
            {
                return name.StartsWith("client_", StringComparison.Ordinal)
                    ? new LikeFault(LikeBlame.Client, $"{name} is missing")
                    : LikeFault.Malformed($"{name} is missing");
            }

            if (wanted.Length > 0 && values.Fault(wanted, given) is { } fault)
            {
                return name is "client_id" or "client_secret"
                    ? new LikeFault(LikeBlame.Client, "unknown client or wrong secret")
                    : LikeFault.Malformed($"{name} {fault}");
            }
        }

        return Authentication switch
        {
            Basic when !Replaces("Authorization") => IsBasic(request.Headers.Authorization.ToString())
                ? null
                : new LikeFault(LikeBlame.Client, "unknown client or wrong secret, by client_secret_basic"),
            PrivateKeyJwt => FaultOfAssertion(request, route, fields.GetValueOrDefault("client_assertion") ?? ""),
            _ => null,
        };
    }

    private IReadOnlyList<Said> Fields(LikeRoute route, string? grant)
    {
        Said[] client =
        [
            new("client_id", Authentication is Basic or PrivateKeyJwt ? "" : "$client_id"),
            new("client_secret", Authentication == "client_secret_post" ? "$client_secret" : ""),
            .. Authentication == PrivateKeyJwt
                ? (Said[])
                    [new("client_assertion_type", ClientAssertions.Type), new("client_assertion", "$client_assertion")]
                : [],
        ];
        // RFC 6749 does not mind a client that says its name beside its secret; a bank that does says so itself.
        client = [.. client.Where(field => field.Value.Length > 0)];
        return (route.Call, grant) switch
        {
            (LikeCall.Push, _) => client,
            (LikeCall.Revocation, _) => Said.Instead(
                [new("token", "$token"), .. client],
                manner.Fields("revocation_fields")
            ),
            (_, "authorization_code") => Said.Instead(
                [
                    new("code", "$code"),
                    new("redirect_uri", "$redirect_uri"),
                    new("code_verifier", manner.Is("pkce", "false") ? "" : "$code_verifier"),
                    .. client,
                ],
                manner.Fields("code_fields")
            ),
            (_, "refresh_token") => Said.Instead(
                [new("refresh_token", "$refresh_token"), .. client],
                manner.Fields("refresh_fields")
            ),
            (_, "client_credentials") => Said.Instead(client, manner.Fields("client_token_fields")),
            _ => [new("grant_type", "authorization_code")],
        };
    }

    private bool Replaces(string header) =>
        manner.Fields("token_headers").Any(h => h.Name.Equals(header, StringComparison.OrdinalIgnoreCase));

    private bool IsBasic(string header) =>
        ClientRequests.BasicPair(header) is var (id, secret)
        && Secrets.AreEqual(id, manner.Text("client_id") ?? "")
            & Secrets.AreEqual(secret, manner.Text("client_secret") ?? "");

    private LikeFault? FaultOfAssertion(HttpRequest request, LikeRoute route, string assertion)
    {
        var client = manner.Text("client_id") ?? "";
        // Both addresses of the endpoint are its own (RFC 7523, section 3).
        IReadOnlyList<string> audiences = manner.Text("assertion_audience") is { } said
            ? [said.TrimEnd('/')]
            : [options.AddressOf(request) + manner.PathOf("token_url"), options.AddressOf(request) + request.Path];
        return
            assertions.FaultOf(
                assertion,
                manner.Key,
                client,
                audiences,
                manner.Text("jwt_algorithm") ?? "PS256",
                manner.Text("jwt_key_id")
            )
                is { } fault
            ? new LikeFault(LikeBlame.Client, $"{route.Call}: {fault}")
            : null;
    }

    private static Dictionary<string, string> Plain(IEnumerable<KeyValuePair<string, StringValues>> fields) =>
        fields.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);

    private static Dictionary<string, string>? Json(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.EnumerateObject().All(m => m.Value.ValueKind == JsonValueKind.String)
                ? json
                    .RootElement.EnumerateObject()
                    .DistinctBy(m => m.Name)
                    .ToDictionary(m => m.Name, m => m.Value.GetString()!, StringComparer.Ordinal)
                : null;
        }
        // The latter: half a character.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
