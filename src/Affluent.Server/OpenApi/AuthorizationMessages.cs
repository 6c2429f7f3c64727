using Affluent.Server.Authorization;

namespace Affluent.Server.OpenApi;

/// <summary>What the token endpoint takes, as a form or as JSON; which fields, says the grant. Others are ignored.</summary>
internal sealed record TokenRequestMessage
{
    /// <summary>What the token is asked with.</summary>
    public required GrantType GrantType { get; init; }

    /// <summary>The client's id, unless it comes by HTTP Basic.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret, unless it comes by HTTP Basic.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Scopes, separated by blanks; absent: all that the client may have for this grant.</summary>
    public string? Scope { get; init; }

    /// <summary>With <c>password</c>: the user's e-mail.</summary>
    public string? Username { get; init; }

    /// <summary>With <c>password</c>: the user's password.</summary>
    public string? Password { get; init; }

    /// <summary>With <c>authorization_code</c>: the code that came back to the redirect address.</summary>
    public string? Code { get; init; }

    /// <summary>With <c>authorization_code</c>: the redirect address of the sign-in, letter by letter.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>With <c>authorization_code</c>: what the code challenge of the sign-in was made of (PKCE).</summary>
    public string? CodeVerifier { get; init; }

    /// <summary>With <c>refresh_token</c>: the token, good for one use.</summary>
    public string? RefreshToken { get; init; }
}

/// <summary>Tokens.</summary>
internal sealed record TokenMessage
{
    /// <summary>To be sent as <c>Authorization: Bearer …</c>: a JWT signed with ES256.</summary>
    public required string AccessToken { get; init; }

    /// <summary>Always Bearer.</summary>
    public required string TokenType { get; init; }

    /// <summary>Seconds that the access token lives.</summary>
    public required long ExpiresIn { get; init; }

    /// <summary>What was granted, separated by blanks.</summary>
    public string? Scope { get; init; }

    /// <summary>For the next access token; absent where the client may not refresh.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Who signed in (OpenID Connect), with the scope <c>openid</c>.</summary>
    public string? IdToken { get; init; }
}

/// <summary>A token to look at or to end, as a form or as JSON.</summary>
internal sealed record OneTokenMessage
{
    /// <summary>An access token or a refresh token of this client.</summary>
    public required string Token { get; init; }

    /// <summary>What it is: <c>access_token</c> or <c>refresh_token</c>. Only a hint.</summary>
    public string? TokenTypeHint { get; init; }

    /// <summary>The client's id, unless it comes by HTTP Basic.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret, unless it comes by HTTP Basic.</summary>
    public string? ClientSecret { get; init; }
}

/// <summary>What is known of a token (RFC 7662); of one that is not valid only <c>active</c>.</summary>
internal sealed record IntrospectionMessage
{
    /// <summary>Whether it is valid now, and of this client.</summary>
    public required bool Active { get; init; }

    /// <summary>Who made it.</summary>
    public string? Iss { get; init; }

    /// <summary>The user; on a client's own token the client.</summary>
    public string? Sub { get; init; }

    /// <summary>For whom it is: the client.</summary>
    public string? Aud { get; init; }

    /// <summary>The client.</summary>
    public string? ClientId { get; init; }

    /// <summary>Scopes, separated by blanks.</summary>
    public string? Scope { get; init; }

    /// <summary>Its own id.</summary>
    public string? Jti { get; init; }

    /// <summary>Always Bearer; absent on a refresh token.</summary>
    public string? TokenType { get; init; }

    /// <summary>What it is: <c>access_token</c> or <c>refresh_token</c>.</summary>
    public string? TokenUsage { get; init; }

    /// <summary>When it was made, in UTC seconds.</summary>
    public long? Iat { get; init; }

    /// <summary>From when it is valid, in UTC seconds.</summary>
    public long? Nbf { get; init; }

    /// <summary>When it ends, in UTC seconds.</summary>
    public long? Exp { get; init; }
}

/// <summary>Why the authorization server gives nothing (RFC 6749, section 5.2).</summary>
internal sealed record AuthorizationErrorMessage
{
    /// <summary>What happened, for programs.</summary>
    public required string Error { get; init; }

    /// <summary>What happened, for people.</summary>
    public required string ErrorDescription { get; init; }

    /// <summary>Names the request in the log of the platform.</summary>
    public string? TraceId { get; init; }
}

/// <summary>The keys with which tokens are signed (RFC 7517).</summary>
internal sealed record KeySetMessage
{
    /// <summary>Public keys.</summary>
    public required IReadOnlyList<KeyMessage> Keys { get; init; }
}

/// <summary>A public key (RFC 7518, section 6.2).</summary>
internal sealed record KeyMessage
{
    /// <summary>Its name, as the header of a token gives it.</summary>
    public required string Kid { get; init; }

    /// <summary>Always sig.</summary>
    public required string Use { get; init; }

    /// <summary>Always EC.</summary>
    public required string Kty { get; init; }

    /// <summary>Always ES256.</summary>
    public required string Alg { get; init; }

    /// <summary>Always P-256.</summary>
    public required string Crv { get; init; }

    /// <summary>The point, first half, in Base64url.</summary>
    public required string X { get; init; }

    /// <summary>The point, second half, in Base64url.</summary>
    public required string Y { get; init; }
}
