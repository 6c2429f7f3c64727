using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Stet;

/// <summary>
/// The user's authorization: OAuth2 code flow (STET PSD2 API, "OAUTH2 Authorization code grant"; RFC 6749 §4.1) with PKCE (RFC 7636).
/// </summary>
internal static partial class StetAuthorization
{
    /// <summary>So much earlier a token is renewed: what is on its way is answered while it is good.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    /// <summary>Sends the user to the bank; the secret half of the PKCE pair stays in the session.</summary>
    public static (StetSession Session, Uri Address) Begin(
        StetSettings settings,
        StetSession session,
        BankCallback callback
    )
    {
        var request = new StetAuthorizationRequest(
            callback.State,
            EncodeToString(RandomNumberGenerator.GetBytes(32)),
            callback.RedirectUri.OriginalString
        );
        List<KeyValuePair<string, string>> query =
        [
            new("response_type", "code"),
            new("client_id", settings.ClientId),
            new("redirect_uri", request.RedirectUri),
            new("scope", settings.Scope),
            new("state", request.State),
        ];
        if (settings.Pkce)
        {
            var challenge = SHA256.HashData(Encoding.ASCII.GetBytes(request.Verifier!));
            query.Add(new("code_challenge", EncodeToString(challenge)));
            query.Add(new("code_challenge_method", "S256"));
        }
        var added = string.Join('&', query.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var address = new UriBuilder(settings.Authorize);
        address.Query = address.Query.Length > 1 ? $"{address.Query}&{added}" : added;
        return (session with { Request = request }, address.Uri);
    }

    /// <summary>What the address says with which the user came back.</summary>
    public static StetReturn Read(Uri address, StetSettings settings, StetAuthorizationRequest? request)
    {
        var values = QueryOf(address);
        if (request is null)
        {
            return new StetReturn.Invalid("no authorization was under way");
        }
        if (
            !values.TryGetValue("state", out var state)
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(state),
                Encoding.UTF8.GetBytes(request.State)
            )
        )
        {
            return new StetReturn.Invalid("the bank's answer does not bear the state of this authorization");
        }
        if (!IsIssuer(settings, values.GetValueOrDefault("iss")))
        {
            return new StetReturn.Invalid("the answer is not of this bank: iss is missing or another one");
        }
        if (request.Verifier is null)
        {
            return new StetReturn.Repeated();
        }
        if (values.TryGetValue("error", out var error))
        {
            return new StetReturn.Denied(OAuthCode(error));
        }
        return values.TryGetValue("code", out var code) && code != ""
            ? new StetReturn.Authorized(code)
            : new StetReturn.Invalid("the bank's answer holds neither a code nor an error");
    }

    /// <summary>Exchanges the code. The session comes back with tokens, or the result says why not.</summary>
    public static async Task<StetTokens> Exchange(
        StepContext context,
        StetSettings settings,
        StetAuthorizationRequest request,
        string code,
        CancellationToken cancellation
    )
    {
        var values = settings
            .Values(context)
            .Set("code", code)
            .Set("redirect_uri", request.RedirectUri)
            .Set("code_verifier", settings.Pkce ? request.Verifier : null);
        return Judge(
            await settings.Token.Send(context, settings.Requests, TokenGrant.Code, values, cancellation),
            settings,
            context.Now
        );
    }

    /// <summary>Renews the access token (RFC 6749 §6). Without a scope it is what the user granted, which may be less than we asked for.</summary>
    public static async Task<StetTokens> Refresh(
        StepContext context,
        StetSettings settings,
        string refreshToken,
        CancellationToken cancellation
    )
    {
        var values = settings.Values(context).Set("refresh_token", refreshToken);
        return Judge(
            await settings.Token.Send(context, settings.Requests, TokenGrant.Refresh, values, cancellation),
            settings,
            context.Now
        );
    }

    private static StetTokens Judge(BankAnswer<JsonBody> answer, StetSettings settings, DateTimeOffset now)
    {
        if (answer.RetryLater("", now) is not null)
        {
            return new StetTokens.Unavailable(answer);
        }
        var json = answer.Body?.Parse();
        if (!answer.IsSuccess)
        {
            var error = OAuthCode(json?.Text("error"));
            return IsTheBanksWord(answer, error, settings)
                ? new StetTokens.Denied(answer.Status, error)
                : new StetTokens.Unavailable(answer);
        }
        // RFC 6749 Appendix A.12: anything else could not stand in the header that it is sent in.
        if (json?.Text("access_token") is not { } access || access.Any(c => c is < ' ' or > '~'))
        {
            return new StetTokens.Unavailable(answer);
        }
        var life = json.Value.Decimal("expires_in") is { } seconds and > 0 and < 1_000_000_000
            ? TimeSpan.FromSeconds((double)seconds)
            : (TimeSpan?)null;
        return new StetTokens.Granted(
            access,
            json.Value.Text("refresh_token"),
            life is { } span ? now + span - (Margin < span / 2 ? Margin : span / 2) : null
        );
    }

    /// <summary>
    /// Whether a refusal is proof of anything. RFC 6749 §5.2 knows no pages for people and no error without its code: what is refused without one, by
    /// something in front of the bank or by a bank in trouble, is not refused.
    /// </summary>
    private static bool IsTheBanksWord(BankAnswer<JsonBody> answer, string error, StetSettings settings) =>
        error switch
        {
            "server_error" or "temporarily_unavailable" or "slow_down" => false,
            "" => answer.Body is not { IsMarkup: true }
                && (
                    answer.Status is 401 or 405 or 406 or 415
                    || (answer.Status == 404 && settings.DeadGrantIsNotFound && answer.Body is not { IsEmpty: false })
                ),
            _ => true,
        };

    /// <summary>A registered error code; anything else could hold what must not be written down.</summary>
    public static string OAuthCode(string? error) => error is not null && Code().IsMatch(error) ? error : "";

    /// <summary>RFC 9207, section 2.4. A bank whose name for itself we were not told is held to its own addresses.</summary>
    private static bool IsIssuer(StetSettings settings, string? iss) =>
        settings.Issuer is { } issuer
            ? string.Equals(iss, issuer, StringComparison.Ordinal)
            : iss is null
                || (
                    Uri.TryCreate(iss, UriKind.Absolute, out var said)
                    && (IsSameOrigin(said, settings.Authorize) || IsSameOrigin(said, settings.Token.Address))
                );

    private static bool IsSameOrigin(Uri one, Uri other) =>
        one.GetLeftPart(UriPartial.Authority) == other.GetLeftPart(UriPartial.Authority);

    private static Dictionary<string, string> QueryOf(Uri address)
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
internal abstract record StetReturn
{
    private StetReturn() { }

    /// <summary>A code to exchange.</summary>
    public sealed record Authorized(string Code) : StetReturn;

    /// <summary>The same answer a second time (a reloaded page, a step that was broken off): its code has been sent.</summary>
    public sealed record Repeated : StetReturn;

    /// <summary>An error of RFC 6749 §4.1.2.1; blank when the bank's word is none of these.</summary>
    public sealed record Denied(string Error) : StetReturn;

    /// <summary>Not an answer to what we asked.</summary>
    public sealed record Invalid(string Reason) : StetReturn;
}

/// <summary>What the token endpoint says.</summary>
internal abstract record StetTokens
{
    private StetTokens() { }

    public sealed record Granted(string Access, string? Refresh, DateTimeOffset? RenewAt) : StetTokens;

    public sealed record Denied(int Status, string Error) : StetTokens;

    /// <summary>Down, limited, or not JSON.</summary>
    public sealed record Unavailable(BankAnswer Answer) : StetTokens;
}
