using System.Text.Json.Nodes;
using Affluent.TestBank.Authorization;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>What the authorization server of the face tells of itself (OpenID Connect Discovery 1.0, section 4; RFC 8414), and its keys.</summary>
internal static class OpenBankingServer
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var server = OpenBankingPaths.Server;
        app.MapGet(server.Keys, (BankKey key) => Json(key.Jwks()));
        app.MapGet(
            server.Root + "/.well-known/openid-configuration",
            (HttpContext http, TestBankOptions options) =>
                Json(Metadata(server, options.AddressOf(http.Request), options))
        );
    }

    private static JsonObject Metadata(AuthorizationServer server, string origin, TestBankOptions options)
    {
        var isShown = options is { Strictness: not Strictness.Off, ClientCertificateKey: not null };
        string[] proofs =
        [
            .. options.Strictness == Strictness.Strict ? [] : (string[])["client_secret_basic", "client_secret_post"],
            .. options.Strictness == Strictness.Off ? [] : (string[])["private_key_jwt"],
            .. isShown ? (string[])["tls_client_auth"] : [],
        ];
        return new JsonObject
        {
            ["issuer"] = origin + server.Root,
            ["authorization_endpoint"] = origin + server.Authorize,
            ["token_endpoint"] = origin + server.Token,
            ["revocation_endpoint"] = origin + server.Revoke,
            ["pushed_authorization_request_endpoint"] = origin + server.Push,
            ["jwks_uri"] = origin + server.Keys,
            ["scopes_supported"] = List("openid", "accounts", "offline_access"),
            ["response_types_supported"] = List("code", "code id_token"),
            ["grant_types_supported"] = List("authorization_code", "refresh_token", "client_credentials"),
            ["code_challenge_methods_supported"] = List("S256"),
            ["token_endpoint_auth_methods_supported"] = List(proofs),
            ["token_endpoint_auth_signing_alg_values_supported"] = List("PS256"),
            ["request_object_signing_alg_values_supported"] = List("PS256"),
            ["request_parameter_supported"] = options.Strictness != Strictness.Off,
            ["require_signed_request_object"] = options.Strictness == Strictness.Strict,
            ["claims_parameter_supported"] = true,
            ["claims_supported"] = List("sub", "acr", "openbanking_intent_id"),
            ["acr_values_supported"] = List("urn:openbanking:psd2:sca"),
            ["subject_types_supported"] = List("public"),
            ["id_token_signing_alg_values_supported"] = List("PS256"),
            ["tls_client_certificate_bound_access_tokens"] = isShown,
        };
    }

    private static JsonArray List(params string[] words) => [.. words.Select(word => JsonValue.Create(word))];

    private static IResult Json(JsonObject json) => Results.Text(json.ToJsonString(), "application/json");
}
