using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Affluent.TestBank.People;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Authorization;

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
