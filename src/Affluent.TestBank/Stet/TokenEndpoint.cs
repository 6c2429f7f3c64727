using System.Text;
using System.Text.Json.Serialization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;

namespace Affluent.TestBank.Stet;

/// <summary>Trades codes and refresh tokens for access tokens (RFC 6749 sections 4.1.3, 5 and 6).</summary>
internal sealed class TokenEndpoint(
    Authorizations authorizations,
    ConsentBook consents,
    AccessTokens tokens,
    TestBankOptions options
)
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost(StetPaths.Token, app.ServiceProvider.GetRequiredService<TokenEndpoint>().Trade);

    private async Task<IResult> Trade(HttpContext http, CancellationToken cancellation)
    {
        http.Response.Headers.Pragma = "no-cache";
        if (!http.Request.HasFormContentType)
        {
            return Error("invalid_request", "the body must be a form");
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        if (form.Any(field => field.Value.Count > 1))
        {
            return Error("invalid_request", "a parameter is repeated");
        }

        if (!IsTheClient(http, form))
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"stettestbank\"";
            return Error("invalid_client", "unknown client or wrong secret", StatusCodes.Status401Unauthorized);
        }

        return form["grant_type"].ToString() switch
        {
            "authorization_code" => FromCode(form),
            "refresh_token" => FromRefreshToken(form),
            "" => Error("invalid_request", "grant_type is missing"),
            _ => Error("unsupported_grant_type", "use authorization_code or refresh_token"),
        };
    }

    private IResult FromCode(IFormCollection form)
    {
        if (form["code"].ToString() is not { Length: > 0 } text)
        {
            return Error("invalid_request", "code is missing");
        }

        var code = authorizations.Trade(text, out var stolenConsent);
        if (stolenConsent is not null)
        {
            consents.Revoke(stolenConsent);
        }

        if (
            code is null
            || !string.Equals(code.Request.RedirectUri, form["redirect_uri"], StringComparison.Ordinal)
            || !code.Proves(form["code_verifier"])
            || consents.Live(code.ConsentId) is not { } consent
        )
        {
            return Error("invalid_grant", "the code is not valid for this request");
        }

        return Tokens(consent, consents.IssueRefreshToken(consent.Id));
    }

    private IResult FromRefreshToken(IFormCollection form)
    {
        if (form["refresh_token"].ToString() is not { Length: > 0 } token)
        {
            return Error("invalid_request", "refresh_token is missing");
        }

        var wanted = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!wanted.All(s => AuthorizationRequest.Scopes.Contains(s, StringComparer.Ordinal)))
        {
            return Error("invalid_scope", "unknown scope");
        }

        return consents.Rotate(token, options.ClientId) is var (consent, next)
            ? Tokens(consent, next)
            : Error("invalid_grant", "the refresh token is not valid any more");
    }

    private IResult Tokens(Consent consent, string refreshToken) =>
        Results.Json(
            new TokenAnswer(tokens.Issue(consent.Id), "Bearer", AccessTokens.Seconds, refreshToken, consent.Scope),
            TokenJson.Default.TokenAnswer
        );

    // client_secret_basic carries form-encoded values (RFC 6749 section 2.3.1); client_secret_post plain fields.
    private bool IsTheClient(HttpContext http, IFormCollection form)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return IsTheClient(form["client_id"].ToString(), form["client_secret"].ToString());
        }

        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var encoded = header["Basic ".Length..].Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var count))
        {
            return false;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2);
        return pair.Length == 2 && IsTheClient(Decoded(pair[0]), Decoded(pair[1]));
    }

    private bool IsTheClient(string id, string secret) =>
        Secrets.AreEqual(id, options.ClientId) & Secrets.AreEqual(secret, options.ClientSecret);

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static IResult Error(string error, string description, int status = StatusCodes.Status400BadRequest) =>
        Results.Json(new TokenError(error, description), TokenJson.Default.TokenError, statusCode: status);
}

/// <summary>RFC 6749 section 5.1. <c>expires_in</c> in seconds.</summary>
internal sealed record TokenAnswer(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    string RefreshToken,
    string Scope
);

/// <summary>RFC 6749 section 5.2.</summary>
internal sealed record TokenError(string Error, string ErrorDescription);

[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenError))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class TokenJson : JsonSerializerContext;
