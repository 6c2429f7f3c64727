using System.Text.Json.Nodes;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.Imitation;

/// <summary>What a bank wants to be told on the way to the page on which its customer agrees.</summary>
internal sealed class PageDemands(
    Manner manner,
    SaidValues values,
    ConsentBook consents,
    TestBankOptions options,
    BankClock clock
)
{
    private static readonly IReadOnlyList<string> Scopes = ["aisp", "extended_transaction_history", "offline_access"];

    private static readonly IReadOnlyList<string> Kept =
    [
        "response_type",
        "redirect_uri",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    ];

    /// <summary>The same request in the words of the face behind, or what is wrong with it.</summary>
    public (Dictionary<string, string?>? Query, string? Fault) Read(HttpRequest request)
    {
        string Given(string name) => request.Query[name].ToString();
        var wanted = Said.Instead(Usual(), manner.Fields("authorize_fields"));
        string? consent = null;
        foreach (var (name, text) in wanted)
        {
            var given = Given(name);
            if (text.Length == 0 ? given.Length > 0 : given.Length == 0)
            {
                return (null, text.Length == 0 ? $"{name} is not wanted" : $"{name} is missing");
            }

            if (text.Length > 0)
            {
                if (values.Parts(text, given) is not { } parts)
                {
                    return (null, $"{name} is not like {text}");
                }

                consent = parts.GetValueOrDefault("consent_id") ?? consent;
            }
        }

        var claims = Given("claims");
        if (manner.Face == Face.OpenBankingUk && !manner.Is("request_object", "false"))
        {
            consent = ConsentOfRequest(request);
            claims = new JsonObject
            {
                ["id_token"] = new JsonObject { ["openbanking_intent_id"] = new JsonObject { ["value"] = consent } },
            }.ToJsonString();
            if (consent is null)
            {
                return (null, "request is missing, or not signed for this bank by the key of this third party");
            }
        }

        var query = Kept.Where(name => Given(name).Length > 0)
            .ToDictionary(name => name, string? (name) => Given(name), StringComparer.Ordinal);
        query["client_id"] = options.ClientId;
        query["scope"] = manner.Face switch
        {
            Face.Stet => string.Join(
                ' ',
                Given("scope")
                    .Split(' ')
                    .Where(s => Scopes.Contains(s, StringComparer.Ordinal))
                    .Prepend("aisp")
                    .Distinct()
            ),
            // A bank that is not told which consent is meant has but one that waits.
            Face.BerlinGroup => $"AIS:{consent ?? consents.NewestWaiting(manner.Face, manner.Api)?.Id}",
            Face.OpenBankingUk => "openid accounts",
        };
        if (claims.Length > 0)
        {
            query["claims"] = claims;
        }

        return (query, null);
    }

    private List<Said> Usual()
    {
        var isPkce = !manner.Is("pkce", "false");
        List<Said> usual =
        [
            new("response_type", manner.Text("response_type") ?? "code"),
            new("client_id", "$client_id"),
            new("redirect_uri", "$redirect_uri"),
            new("scope", manner.Text("scope") ?? Scope),
            new("state", "$state"),
            new("code_challenge", isPkce ? "$code_challenge" : ""),
            new("code_challenge_method", isPkce ? "S256" : ""),
        ];
        if (manner.Face == Face.OpenBankingUk)
        {
            usual.Add(new("nonce", "$nonce"));
        }

        return usual;
    }

    private string Scope =>
        manner.Face switch
        {
            Face.Stet => "aisp",
            Face.BerlinGroup => "AIS:$consent_id",
            Face.OpenBankingUk => "openid accounts",
        };

    private string? ConsentOfRequest(HttpRequest request)
    {
        var audience = manner.Text("request_audience") ?? manner.Text("issuer") ?? options.AddressOf(request);
        return
            manner.Key is { } key
            && SignedRequest.Read(
                request.Query["request"].ToString(),
                key,
                manner.Text("client_id") ?? "",
                [audience.TrimEnd('/')],
                clock.Now,
                manner.Text("jwt_algorithm") ?? "PS256",
                manner.Text("jwt_key_id")
            )
                is { } claims
            && request
                .Query.Where(q => q.Key != "request")
                .All(q => SignedRequest.Text(claims, q.Key) == q.Value.ToString())
            && Demanded(JsonNode.Parse(claims.GetRawText())) is { } wanted
            && Expected()
                .All(claim => values.Parts(claim.Value, wanted.GetValueOrDefault(claim.Name) ?? "") is not null)
            ? wanted.GetValueOrDefault("openbanking_intent_id")
            : null;
    }

    private IReadOnlyList<Said> Expected() =>
        [
            .. Said.Instead([new("openbanking_intent_id", "$consent_id")], manner.Fields("id_token_claims"))
                .Where(claim => claim.Value.Length > 0),
        ];

    private static Dictionary<string, string>? Demanded(JsonNode? claims) =>
        ((claims?["claims"] as JsonObject)?["id_token"] as JsonObject)
            ?.Where(claim =>
                (claim.Value as JsonObject)?["value"]?.GetValueKind() == System.Text.Json.JsonValueKind.String
            )
            .ToDictionary(
                claim => claim.Key,
                claim => claim.Value!["value"]!.GetValue<string>(),
                StringComparer.Ordinal
            );
}
