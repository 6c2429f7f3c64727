using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.Authorization;

/// <summary>Trades codes and refresh tokens for access tokens (RFC 6749 sections 4.1.3, 5 and 6).</summary>
internal sealed class TokenEndpoint(
    Authorizations authorizations,
    ConsentBook consents,
    AccessTokens tokens,
    ClientRequests clients,
    IdTokens idTokens,
    TestBankOptions options
)
{
    public static void Map(IEndpointRouteBuilder app, AuthorizationServer server)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<TokenEndpoint>();
        app.MapPost(
            server.Token,
            (HttpContext http, CancellationToken cancellation) => endpoint.Trade(server, http, cancellation)
        );
    }

    private async Task<IResult> Trade(AuthorizationServer server, HttpContext http, CancellationToken cancellation)
    {
        var (form, refused) = await clients.Read(server, http, cancellation);
        if (form is null)
        {
            return refused!;
        }

        var shown = http.Connection.ClientCertificate;
        return form["grant_type"].ToString() switch
        {
            "authorization_code" => FromCode(server, form, shown),
            "refresh_token" => FromRefreshToken(server, form, shown),
            "client_credentials" when server.KnowsClients => OfClient(form, shown),
            "" => ClientRequests.Error("invalid_request", "grant_type is missing"),
            _ => ClientRequests.Error("unsupported_grant_type", "use authorization_code or refresh_token"),
        };
    }

    private IResult FromCode(AuthorizationServer server, IFormCollection form, X509Certificate2? shown)
    {
        if (form["code"].ToString() is not { Length: > 0 } text)
        {
            return ClientRequests.Error("invalid_request", "code is missing");
        }

        var code = authorizations.Trade(text, out var stolenConsent);
        if (stolenConsent is not null)
        {
            consents.Revoke(stolenConsent);
        }

        if (
            code is null
            || code.Request.Server != server
            || !string.Equals(code.Request.RedirectUri, form["redirect_uri"], StringComparison.Ordinal)
            || !code.Proves(form["code_verifier"])
            || (code.Request.Translated?.RequestId is { } id && id != form["request_id"])
            || consents.Live(code.ConsentId, server.Face) is not { } consent
        )
        {
            return ClientRequests.Error("invalid_grant", "the code is not valid for this request");
        }

        return Tokens(consent, consents.IssueRefreshToken(consent.Id), shown, code.Request);
    }

    private IResult FromRefreshToken(AuthorizationServer server, IFormCollection form, X509Certificate2? shown)
    {
        if (form["refresh_token"].ToString() is not { Length: > 0 } token)
        {
            return ClientRequests.Error("invalid_request", "refresh_token is missing");
        }

        var wanted = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (
            consents.ByRefreshToken(token, options.ClientId) is { } known
            && (known.Face != server.Face || !wanted.All(known.HasScope))
        )
        {
            return ClientRequests.Error("invalid_scope", "more than was granted, or not here");
        }

        return consents.Rotate(token, options.ClientId) is var (consent, next)
            ? Tokens(consent, next, shown)
            : ClientRequests.Error("invalid_grant", "the refresh token is not valid any more");
    }

    private IResult OfClient(IFormCollection form, X509Certificate2? shown) =>
        form["scope"].ToString() is "" or "accounts"
            ? Results.Json(
                new TokenAnswer(
                    tokens.Issue(AuthorizationServer.ThirdParty + options.ClientId, shown),
                    "Bearer",
                    AccessTokens.Seconds,
                    null,
                    "accounts"
                ),
                TokenJson.Default.TokenAnswer
            )
            : ClientRequests.Error("invalid_scope", "accounts is all that there is");

    private IResult Tokens(
        Consent consent,
        string refreshToken,
        X509Certificate2? shown,
        AuthorizationRequest? request = null
    )
    {
        var access = tokens.Issue(consent.Id, shown);
        var isOpenId = request is { IsHybrid: true } || request?.Scope.Split(' ').Contains("openid") == true;
        return Results.Json(
            new TokenAnswer(access, "Bearer", AccessTokens.Seconds, refreshToken, consent.Scope)
            {
                IdToken = isOpenId ? idTokens.WithToken(request!, consent.Id, access) : null,
            },
            TokenJson.Default.TokenAnswer
        );
    }
}

/// <summary>RFC 6749 section 5.1. <c>expires_in</c> in seconds.</summary>
internal sealed record TokenAnswer(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    string? RefreshToken,
    string Scope
)
{
    /// <summary>Of who agreed, where the scope was openid.</summary>
    public string? IdToken { get; init; }
}

/// <summary>RFC 6749 section 5.2.</summary>
internal sealed record TokenError(string Error, string ErrorDescription);

[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenError))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
internal sealed partial class TokenJson : JsonSerializerContext;
