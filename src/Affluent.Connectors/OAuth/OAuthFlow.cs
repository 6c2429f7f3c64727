using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.OAuth;

/// <summary>
/// The user's authorization: OAuth2 code flow (RFC 6749 §4.1; STET PSD2 API, "OAUTH2 Authorization code grant") with PKCE (RFC 7636).
/// </summary>
internal static partial class OAuthFlow
{
    /// <summary>So much earlier a token is renewed: what is on its way is answered while it is good.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    /// <summary>What a bank is told about an authorization (RFC 6749, section 4.1.1; RFC 7636, section 4.3), as its entry wants it.</summary>
    public static (OAuthRequest Request, IReadOnlyList<Field> Parameters) Parameters(
        OAuthClient client,
        BankCallback callback,
        string scope,
        RequestValues values
    )
    {
        var request = new OAuthRequest(
            callback.State,
            EncodeToString(RandomNumberGenerator.GetBytes(32)),
            callback.RedirectUri.OriginalString
        );
        // What is ours is no text of an entry.
        string Plain(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
        List<Field> usual =
        [
            new("response_type", client.ResponseType),
            new("client_id", Plain(client.Id)),
            new("redirect_uri", Plain(request.RedirectUri)),
            new("scope", Plain(scope)),
            new("state", Plain(request.State)),
        ];
        if (client.SendsNonce)
        {
            usual.Add(new("nonce", EncodeToString(RandomNumberGenerator.GetBytes(16))));
        }
        if (client.Pkce)
        {
            var challenge = SHA256.HashData(Encoding.ASCII.GetBytes(request.Verifier!));
            usual.Add(new("code_challenge", EncodeToString(challenge)));
            usual.Add(new("code_challenge_method", "S256"));
        }
        List<Field> filled =
        [
            .. Field
                .Merge(usual, client.AuthorizeFields)
                .Select(field => (field.Name, Value: values.Fill(field.Value)))
                .Where(field => field.Value is not null)
                .Select(field => new Field(field.Name, field.Value!)),
        ];
        return (request with { Nonce = filled.Find(field => field.Name == "nonce")?.Value }, filled);
    }

    /// <summary>The bank's page with what it is told.</summary>
    public static Uri Address(Uri page, IEnumerable<Field> parameters)
    {
        var added = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        var address = new UriBuilder(page);
        address.Query = address.Query.Length > 1 ? $"{address.Query}&{added}" : added;
        return address.Uri;
    }

    /// <summary>What the address says with which the user came back.</summary>
    public static OAuthReturn Read(Uri address, OAuthClient client, OAuthRequest? request)
    {
        var values = QueryOf(address);
        if (request is null)
        {
            return new OAuthReturn.Invalid("no authorization was under way");
        }
        if (
            !values.TryGetValue("state", out var state)
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(state),
                Encoding.UTF8.GetBytes(request.State)
            )
        )
        {
            return new OAuthReturn.Invalid("the bank's answer does not bear the state of this authorization");
        }
        if (!IsIssuer(client, values.GetValueOrDefault("iss")))
        {
            return new OAuthReturn.Invalid("the answer is not of this bank: iss is missing or another one");
        }
        if (request.Verifier is null)
        {
            return new OAuthReturn.Repeated();
        }
        if (values.TryGetValue("error", out var error))
        {
            return new OAuthReturn.Denied(OAuthCode(error));
        }
        if (!values.TryGetValue("code", out var code) || code == "")
        {
            return new OAuthReturn.Invalid("the bank's answer holds neither a code nor an error");
        }
        return values.TryGetValue("id_token", out var token) || !client.IsHybrid
            ? new OAuthReturn.Authorized(code, token)
            : new OAuthReturn.Invalid("the bank's answer holds a code without an id_token");
    }

    /// <summary>Exchanges the code. The session comes back with tokens, or the result says why not.</summary>
    public static async Task<OAuthTokens> Exchange(
        StepContext context,
        OAuthClient client,
        OAuthRequest request,
        string code,
        CancellationToken cancellation
    )
    {
        var values = client
            .Values(context)
            .Set("code", code)
            .Set("redirect_uri", request.RedirectUri)
            .Set("request_id", request.RequestId)
            .Set("code_verifier", client.Pkce ? request.Verifier : null);
        return Judge(
            await client.Token.Send(context, client.Requests, TokenGrant.Code, values, cancellation),
            client,
            context.Now
        );
    }

    /// <summary>Renews the access token (RFC 6749 §6). Without a scope it is what the user granted, which may be less than we asked for.</summary>
    /// <param name="redirectUri">To which the user came back, where the family keeps it: some banks want to see it again.</param>
    public static async Task<OAuthTokens> Refresh(
        StepContext context,
        OAuthClient client,
        string refreshToken,
        CancellationToken cancellation,
        string? redirectUri = null
    )
    {
        var values = client.Values(context).Set("refresh_token", refreshToken).Set("redirect_uri", redirectUri);
        return Judge(
            await client.Token.Send(context, client.Requests, TokenGrant.Refresh, values, cancellation),
            client,
            context.Now
        );
    }

    /// <summary>A token of our own (RFC 6749 §4.4).</summary>
    public static async Task<OAuthTokens> OfClient(
        StepContext context,
        OAuthClient client,
        CancellationToken cancellation
    ) =>
        Judge(
            await client.Token.Send(context, client.Requests, TokenGrant.Client, client.Values(context), cancellation),
            client,
            context.Now
        );

    private static OAuthTokens Judge(BankAnswer<JsonBody> answer, OAuthClient client, DateTimeOffset now)
    {
        if (answer.RetryLater("", now) is not null)
        {
            return new OAuthTokens.Unavailable(answer);
        }
        var json = answer.Body?.Parse();
        if (!answer.IsSuccess)
        {
            var error = OAuthCode(json?.Text("error"));
            return IsTheBanksWord(answer, error, client)
                ? new OAuthTokens.Denied(answer.Status, error)
                : new OAuthTokens.Unavailable(answer);
        }
        // RFC 6749 Appendix A.12: anything else could not stand in the header that it is sent in.
        if (json?.Text("access_token") is not { } access || access.Any(c => c is < ' ' or > '~'))
        {
            return new OAuthTokens.Unavailable(answer);
        }
        var life = json.Value.Decimal("expires_in") is { } seconds and > 0 and < 1_000_000_000
            ? TimeSpan.FromSeconds((double)seconds)
            : (TimeSpan?)null;
        return new OAuthTokens.Granted(
            access,
            json.Value.Text("refresh_token"),
            life is { } span ? now + span - (Margin < span / 2 ? Margin : span / 2) : null
        )
        {
            IdToken = json.Value.Text("id_token"),
        };
    }

    /// <summary>
    /// Whether a refusal is proof of anything. RFC 6749 §5.2 knows no pages for people and no error without its code: what is refused without one, by
    /// something in front of the bank or by a bank in trouble, is not refused.
    /// </summary>
    private static bool IsTheBanksWord(BankAnswer<JsonBody> answer, string error, OAuthClient client) =>
        error switch
        {
            "server_error" or "temporarily_unavailable" or "slow_down" => false,
            "" => answer.Body is not { IsMarkup: true }
                && (
                    answer.Status is 401 or 405 or 406 or 415
                    || (answer.Status == 404 && client.DeadGrantIsNotFound && answer.Body is not { IsEmpty: false })
                ),
            _ => true,
        };

    /// <summary>A registered error code; anything else could hold what must not be written down.</summary>
    public static string OAuthCode(string? error) => error is not null && Code().IsMatch(error) ? error : "";

    /// <summary>RFC 9207, section 2.4. A bank whose name for itself we were not told is held to its own addresses.</summary>
    private static bool IsIssuer(OAuthClient client, string? iss) =>
        client.Issuer is { } issuer
            // Where an id_token comes along, that names the bank (RFC 9207, section 2.4).
            ? string.Equals(iss, issuer, StringComparison.Ordinal) || (iss is null && client.IsHybrid)
            : iss is null
                || (
                    Uri.TryCreate(iss, UriKind.Absolute, out var said)
                    && new[] { client.Authorize, client.Token.Address }
                        .OfType<Uri>()
                        .Any(own => IsSameOrigin(said, own))
                );

    private static bool IsSameOrigin(Uri one, Uri other) =>
        one.GetLeftPart(UriPartial.Authority) == other.GetLeftPart(UriPartial.Authority);

    public static Dictionary<string, string> QueryOf(Uri address)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = cut < 0 ? (pair, "") : (pair[..cut], pair[(cut + 1)..]);
            values.TryAdd(Decode(name), Decode(value));
        }
        return values;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    [GeneratedRegex("^[a-z_]{1,40}$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Code();
}

/// <summary>With what the user came back from the bank.</summary>
internal abstract record OAuthReturn
{
    private OAuthReturn() { }

    /// <summary>A code to exchange.</summary>
    /// <param name="IdToken">What came with it.</param>
    public sealed record Authorized(string Code, string? IdToken) : OAuthReturn;

    /// <summary>The same answer a second time (a reloaded page, a step that was broken off): its code has been sent.</summary>
    public sealed record Repeated : OAuthReturn;

    /// <summary>An error of RFC 6749 §4.1.2.1; blank when the bank's word is none of these.</summary>
    public sealed record Denied(string Error) : OAuthReturn;

    /// <summary>Not an answer to what we asked.</summary>
    public sealed record Invalid(string Reason) : OAuthReturn;
}

/// <summary>What the token endpoint says.</summary>
internal abstract record OAuthTokens
{
    private OAuthTokens() { }

    public sealed record Granted(string Access, string? Refresh, DateTimeOffset? RenewAt) : OAuthTokens
    {
        /// <summary>Who agreed, as the bank says it; null: it does not.</summary>
        public string? IdToken { get; init; }
    }

    public sealed record Denied(int Status, string Error) : OAuthTokens
    {
        /// <summary>Whether it is us that the bank refuses, and not the user's authorization.</summary>
        public bool IsOurFault =>
            Error switch
            {
                "invalid_client" or "unauthorized_client" or "unsupported_grant_type" or "invalid_scope" => true,
                "" => Status is 401 or 405 or 406 or 415,
                _ => false,
            };
    }

    /// <summary>Down, limited, or not JSON.</summary>
    public sealed record Unavailable(BankAnswer Answer) : OAuthTokens;

    /// <summary>What a step comes to without tokens; <see cref="Refusal.ConsentExpired"/>: what we hold is worth nothing any more.</summary>
    /// <param name="what">Was handed over.</param>
    public StepResult? Failure(string session, DateTimeOffset now, string what) =>
        this switch
        {
            Granted => null,
            Unavailable { Answer: var answer } => answer.RetryLater(session, now) ?? answer.Unavailable(session, now),
            Denied { IsOurFault: true } denied => new StepResult.Refused(
                Refusal.OperatorFault,
                $"token endpoint refuses us: {denied.Status} {denied.Error}".TrimEnd()
            )
            {
                Session = session,
            },
            Denied denied => new StepResult.Refused(
                Refusal.ConsentExpired,
                $"token endpoint does not accept {what}: {denied.Status} {denied.Error}".TrimEnd()
            )
            {
                Session = session,
            },
            _ => throw new UnreachableException(),
        };
}
