using System.Text;
using Affluent.TestBank.Imitation;
using Affluent.TestBank.People;

namespace Affluent.TestBank.Authorization;

/// <summary>What the third party sends to the authorization server: a form, with the proof of who it is (RFC 6749 sections 2.3.1 and 3.2).</summary>
internal sealed class ClientRequests(TestBankOptions options, ClientAssertions assertions)
{
    /// <summary>The form, or the answer that refuses it.</summary>
    public async Task<(IFormCollection? Form, IResult? Refused)> Read(
        AuthorizationServer server,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        http.Response.Headers.Pragma = "no-cache";
        if (Translated.Of(http.Request)?.Form is { } said)
        {
            return (said, null);
        }

        if (!http.Request.HasFormContentType)
        {
            return (null, Error("invalid_request", "the body must be a form"));
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        if (form.Any(field => field.Value.Count > 1))
        {
            return (null, Error("invalid_request", "a parameter is repeated"));
        }

        if (FaultOf(server, http.Request, form) is { } fault)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"test bank\"";
            return (null, Error("invalid_client", fault, StatusCodes.Status401Unauthorized));
        }

        return (form, null);
    }

    /// <summary>An error of RFC 6749, section 5.2.</summary>
    public static IResult Error(string error, string description, int status = StatusCodes.Status400BadRequest) =>
        Results.Json(new TokenError(error, description), TokenJson.Default.TokenError, statusCode: status);

    // A third party proves itself in one way (RFC 6749, section 2.3); who shares no secret cannot lose one (FAPI 1.0 Advanced, section 5.2.2).
    private string? FaultOf(AuthorizationServer server, HttpRequest request, IFormCollection form)
    {
        if (options.Strictness != Strictness.Off && form["client_assertion_type"] == ClientAssertions.Type)
        {
            var address = options.AddressOf(request);
            return assertions.FaultOf(
                form["client_assertion"].ToString(),
                options.ClientPublicKey,
                options.ClientId,
                [address, address + server.Root, address + server.Token, address + request.Path]
            );
        }

        // The certificate itself was looked at before.
        if (request.HttpContext.Connection.ClientCertificate is not null && IsNamedAlone(request, form))
        {
            return form["client_id"] == options.ClientId ? null : "unknown client";
        }

        return server.IsFapi && options.Strictness == Strictness.Strict ? "use private_key_jwt or tls_client_auth"
            : IsTheClient(request, form) ? null
            : "unknown client or wrong secret";
    }

    // tls_client_auth (RFC 8705, section 2).
    private static bool IsNamedAlone(HttpRequest request, IFormCollection form) =>
        request.Headers.Authorization.Count == 0 && form.ContainsKey("client_id") && !form.ContainsKey("client_secret");

    // client_secret_basic carries form-encoded values (RFC 6749 section 2.3.1); client_secret_post plain fields.
    private bool IsTheClient(HttpRequest request, IFormCollection form)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return IsTheClient(form["client_id"].ToString(), form["client_secret"].ToString());
        }

        return BasicPair(header) is var (id, secret) && IsTheClient(id, secret);
    }

    /// <summary>Who says so by <c>client_secret_basic</c>, and the secret; null: nobody does.</summary>
    public static (string Id, string Secret)? BasicPair(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = header["Basic ".Length..].Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var count))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2);
        return pair.Length == 2 ? (Decoded(pair[0]), Decoded(pair[1])) : null;
    }

    private bool IsTheClient(string id, string secret) =>
        Secrets.AreEqual(id, options.ClientId) & Secrets.AreEqual(secret, options.ClientSecret);

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
