using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Affluent.TestBank.People;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Stet;

/// <summary>What a third party asks of a customer (RFC 6749 section 4.1.1, RFC 7636).</summary>
internal sealed record AuthorizationRequest(string RedirectUri, string Scope, string? State, string? CodeChallenge)
{
    public static readonly IReadOnlyList<string> Scopes = ["aisp", "extended_transaction_history", "offline_access"];

    /// <summary>Where the browser goes with the answer.</summary>
    public string Answer(string name, string value)
    {
        var url = QueryHelpers.AddQueryString(RedirectUri, name, value);
        return State is null ? url : QueryHelpers.AddQueryString(url, "state", State);
    }
}

/// <summary>The outcome of looking at an authorization request.</summary>
internal abstract record RequestCheck
{
    private RequestCheck() { }

    public sealed record Good(AuthorizationRequest Request) : RequestCheck;

    /// <summary>Told to the third party over the redirect.</summary>
    public sealed record Bad(AuthorizationRequest Request, string Error) : RequestCheck;

    /// <summary>Told to the person in front of the page: nobody may be sent to an address that is not registered.</summary>
    public sealed record Untrusted(string Reason) : RequestCheck;

    public static RequestCheck Of(IQueryCollection query, TestBankOptions options)
    {
        if (!string.Equals(query["client_id"], options.ClientId, StringComparison.Ordinal))
        {
            return new Untrusted("client_id is not registered at this bank");
        }

        var redirectUri = query["redirect_uri"].ToString();
        if (!IsRegistered(redirectUri, options.RedirectUris))
        {
            return new Untrusted("redirect_uri is not registered for this client");
        }

        var challenge = query["code_challenge"].ToString();
        var scope = query["scope"].ToString();
        var request = new AuthorizationRequest(
            redirectUri,
            scope,
            query.ContainsKey("state") ? query["state"].ToString() : null,
            challenge.Length > 0 ? challenge : null
        );
        if (query.Any(parameter => parameter.Value.Count > 1))
        {
            return new Bad(request, "invalid_request");
        }

        if (!string.Equals(query["response_type"], "code", StringComparison.Ordinal))
        {
            return new Bad(request, "unsupported_response_type");
        }

        // Without a method the challenge would be plain, which protects nothing.
        if (challenge.Length > 0 && !string.Equals(query["code_challenge_method"], "S256", StringComparison.Ordinal))
        {
            return new Bad(request, "invalid_request");
        }

        var scopes = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
            scopes.Contains("aisp", StringComparer.Ordinal)
            && scopes.All(s => AuthorizationRequest.Scopes.Contains(s, StringComparer.Ordinal))
            ? new Good(request)
            : new Bad(request, "invalid_scope");
    }

    private static bool IsRegistered(string text, IReadOnlyList<string> registered)
    {
        if (
            // RFC 3986: anything else could not stand in the header that it comes back in.
            text.Any(c => c is <= ' ' or > '~' or '\\')
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Fragment.Length > 0
            || uri.UserInfo.Length > 0
            || uri.Scheme is not ("http" or "https")
        )
        {
            return false;
        }

        // Origins are compared as origins: "https://a.example" must not open "https://a.example.evil".
        return registered.Count == 0
            ? uri.IsLoopback
            : registered.Any(r =>
                Uri.TryCreate(r, UriKind.Absolute, out var known)
                && Uri.Compare(
                    known,
                    uri,
                    UriComponents.SchemeAndServer,
                    UriFormat.SafeUnescaped,
                    StringComparison.OrdinalIgnoreCase
                ) == 0
                && IsAtOrBelow(uri.AbsolutePath, known.AbsolutePath.TrimEnd('/'))
            );
    }

    // An encoded dot or slash, or a backslash, could mean another place to whoever follows it.
    private static bool IsAtOrBelow(string path, string known) =>
        !path.Contains('%', StringComparison.Ordinal)
        && path.StartsWith(known, StringComparison.Ordinal)
        && (path.Length == known.Length || path[known.Length] == '/');
}

/// <summary>A code that the third party trades once, within a minute.</summary>
internal sealed record AuthorizationCode(string ConsentId, AuthorizationRequest Request, DateTimeOffset Expires)
{
    /// <summary>True when the verifier belongs to the challenge of the request (RFC 7636 section 4.6), or neither is there.</summary>
    public bool Proves(string? verifier) =>
        Request.CodeChallenge is null
            ? string.IsNullOrEmpty(verifier)
            : verifier is not null
                && string.Equals(
                    WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
                    Request.CodeChallenge,
                    StringComparison.Ordinal
                );
}

/// <summary>Authorizations under way and codes not yet traded. A restart ends them.</summary>
internal sealed class Authorizations(Visits visits, BankClock clock)
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, AuthorizationRequest> requests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AuthorizationCode> codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AuthorizationCode> traded = new(StringComparer.Ordinal);

    public Visit Begin(AuthorizationRequest request)
    {
        foreach (var id in requests.Keys.Where(id => !visits.IsOpen(id)))
        {
            requests.TryRemove(id, out _);
        }

        var visit = visits.Begin();
        requests[visit.Id] = request;
        return visit;
    }

    public (Visit Visit, AuthorizationRequest Request)? Find(string id) =>
        requests.TryGetValue(id, out var request) && visits.Find(id) is { } visit ? (visit, request) : null;

    /// <summary>Ends the pages of this authorization; false when another request has just done so.</summary>
    public bool End(string id)
    {
        visits.End(id);
        return requests.TryRemove(id, out _);
    }

    public string IssueCode(string consentId, AuthorizationRequest request)
    {
        var code = Visits.NewSecret();
        codes[code] = new AuthorizationCode(consentId, request, clock.Now + CodeLife);
        return code;
    }

    /// <summary>
    /// The code, once. A second try returns null and names the consent that the first one opened: who has the code may be a thief, so the consent
    /// ends (RFC 6749 section 4.1.2).
    /// </summary>
    public AuthorizationCode? Trade(string code, out string? stolenConsent)
    {
        stolenConsent = null;
        foreach (var old in traded.Where(t => t.Value.Expires + CodeLife <= clock.Now))
        {
            traded.TryRemove(old);
        }

        if (codes.TryRemove(code, out var found))
        {
            traded[code] = found;
            return found.Expires > clock.Now ? found : null;
        }

        stolenConsent = traded.TryGetValue(code, out var again) ? again.ConsentId : null;
        return null;
    }
}
