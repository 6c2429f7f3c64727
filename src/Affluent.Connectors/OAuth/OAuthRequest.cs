namespace Affluent.Connectors.OAuth;

/// <summary>An authorization for which the user was sent away.</summary>
/// <param name="State">Ties the bank's answer to this connection (RFC 6749 §10.12).</param>
/// <param name="Verifier">PKCE secret (RFC 7636); null as soon as a code is sent with it, whatever comes of that.</param>
/// <param name="RedirectUri">Must be sent again, letter by letter, with the code.</param>
/// <param name="Nonce">What the bank's id_token must repeat (OpenID Connect Core, section 3.1.2.1); null: it was not sent.</param>
/// <param name="RequestId">What the bank calls the request, where it names it in the address of its page; some want it back with the code.</param>
internal sealed record OAuthRequest(
    string State,
    string? Verifier,
    string RedirectUri,
    string? RequestId = null,
    string? Nonce = null
);
