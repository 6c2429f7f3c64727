using Affluent.TestBank.Consents;
using Affluent.TestBank.Imitation;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Authorization;

/// <summary>Why a customer is on the bank's pages, and where the browser goes from there.</summary>
internal sealed record AuthorizationRequest(AuthorizationServer Server, string RedirectUri)
{
    /// <summary>What the third party asks for (RFC 6749 section 4.1.1); empty where the consent says it all.</summary>
    public string Scope { get; init; } = "";
    public string? State { get; init; }

    /// <summary>RFC 7636.</summary>
    public string? CodeChallenge { get; init; }

    /// <summary>The consent that waits for the customer; null: one is made.</summary>
    public string? ConsentId { get; init; }

    /// <summary>What a consent is for that is made when the customer agrees; null: the face knows no such demands.</summary>
    public ConsentDemand? Demand { get; init; }

    /// <summary>What the request said in the manner of a bank that is imitated; null: it was none.</summary>
    public Translated? Translated { get; init; }

    /// <summary>Whether the third party gets a code, or the customer alone comes back.</summary>
    public bool WantsCode { get; init; } = true;

    /// <summary>Where the browser goes without a code when the customer has not agreed; null: to the same place.</summary>
    public string? RefusedUri { get; init; }

    /// <summary>Where the browser goes when the customer has agreed.</summary>
    public string Granted(string code) => WantsCode ? Answer("code", code) : RedirectUri;

    /// <summary>Where the browser goes when nothing came of it.</summary>
    public string Refused(string error) => WantsCode ? Answer("error", error) : RefusedUri ?? RedirectUri;

    private string Answer(string name, string value)
    {
        var url = QueryHelpers.AddQueryString(RedirectUri, name, value);
        if (Translated?.Issuer is { } issuer)
        {
            url = QueryHelpers.AddQueryString(url, "iss", issuer);
        }

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

    // What is signed and what stands beside it say the same.
    private static readonly IReadOnlyList<string> Signed =
    [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
    ];

    public static RequestCheck Of(
        AuthorizationServer server,
        HttpRequest asked,
        TestBankOptions options,
        DateTimeOffset now
    )
    {
        var query = asked.Query;
        if (!string.Equals(query["client_id"], options.ClientId, StringComparison.Ordinal))
        {
            return new Untrusted("client_id is not registered at this bank");
        }

        var redirectUri = query["redirect_uri"].ToString();
        if (!ReturnAddress.IsRegistered(redirectUri, options.RedirectUris))
        {
            return new Untrusted("redirect_uri is not registered for this client");
        }

        var challenge = query["code_challenge"].ToString();
        var request = new AuthorizationRequest(server, redirectUri)
        {
            Scope = query["scope"].ToString(),
            State = query.ContainsKey("state") ? query["state"].ToString() : null,
            CodeChallenge = challenge.Length > 0 ? challenge : null,
            Translated = Translated.Of(asked),
        };
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

        var claims = query["claims"].ToString();
        if (
            server.IsFapi
            && request.Translated is null
            && (query.ContainsKey("request") || options.Strictness == Strictness.Strict)
        )
        {
            if (options is not { Strictness: not Strictness.Off, ClientPublicKey: { } key })
            {
                return new Bad(request, "request_not_supported");
            }

            var address = options.AddressOf(asked);
            if (
                SignedRequest.Read(
                    query["request"].ToString(),
                    key,
                    options.ClientId,
                    [address, address + server.Root],
                    now
                )
                    is not { } signed
                || !Signed.All(name => (SignedRequest.Text(signed, name) ?? "") == query[name].ToString())
            )
            {
                return new Bad(request, "invalid_request_object");
            }

            claims = signed.TryGetProperty("claims", out var there) ? there.GetRawText() : "";
        }

        return server.MeaningOf(request.Scope, claims) switch
        {
            ScopeMeaning.New(var demand) => new Good(request with { Demand = demand }),
            ScopeMeaning.Waiting(var consent) => new Good(request with { ConsentId = consent }),
            ScopeMeaning.Unknown => new Bad(request, "invalid_scope"),
            var other => throw new InvalidOperationException($"Unknown meaning {other}."),
        };
    }
}

/// <summary>The addresses to which browsers may be sent.</summary>
internal static class ReturnAddress
{
    public static bool IsRegistered(string text, IReadOnlyList<string> registered)
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
