using System.Text.Json;
using Affluent.TestBank.Consents;
using Affluent.TestBank.Imitation;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Affluent.TestBank.Authorization;

/// <summary>Why a customer is on the bank's pages, and where the browser goes from there.</summary>
internal sealed record AuthorizationRequest(AuthorizationServer Server, string RedirectUri)
{
    /// <summary>What the third party asks for (RFC 6749 section 4.1.1); empty where the consent says it all.</summary>
    public string Scope { get; init; } = "";
    public string? State { get; init; }

    /// <summary>Who asks, as that third party is called there.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>What the bank calls itself there.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>What the id_token repeats (OpenID Connect Core, section 3.1.2.1).</summary>
    public string? Nonce { get; init; }

    /// <summary>Whether an id_token comes with the code (section 3.3), and all of the answer in the fragment, so that no server sees it on the way.</summary>
    public bool IsHybrid { get; init; }

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
    /// <param name="idToken">What comes with the code; null: nothing does.</param>
    public string Granted(string code, string? idToken = null) =>
        WantsCode ? Answer(("code", code), ("id_token", idToken)) : RedirectUri;

    /// <summary>Where the browser goes when nothing came of it.</summary>
    public string Refused(string error) => WantsCode ? Answer(("error", error)) : RefusedUri ?? RedirectUri;

    private string Answer(params IEnumerable<(string Name, string? Value)> said)
    {
        IEnumerable<KeyValuePair<string, string?>> parameters =
        [
            .. ((IEnumerable<(string Name, string? Value)>)[.. said, ("iss", Translated?.Issuer), ("state", State)])
                .Where(p => p.Value is not null)
                .Select(p => KeyValuePair.Create(p.Name, p.Value)),
        ];
        return IsHybrid
            ? $"{RedirectUri}#{QueryString.Create(parameters).ToUriComponent()[1..]}"
            : QueryHelpers.AddQueryString(RedirectUri, parameters);
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

    // What is signed counts; what stands beside it says the same.
    private static readonly IReadOnlyList<string> Signed =
    [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    ];

    /// <param name="given">The parameters: of the page's address, or as they were pushed before.</param>
    public static RequestCheck Of(
        AuthorizationServer server,
        HttpRequest asked,
        IEnumerable<KeyValuePair<string, StringValues>> given,
        TestBankOptions options,
        DateTimeOffset now
    )
    {
        var said = given.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        string Text(string name) => said.GetValueOrDefault(name).ToString();

        if (!string.Equals(Text("client_id"), options.ClientId, StringComparison.Ordinal))
        {
            return new Untrusted("client_id is not registered at this bank");
        }

        var translated = Translated.Of(asked);
        var isSigned =
            server.IsFapi
            && translated is null
            && (said.ContainsKey("request") || options.Strictness == Strictness.Strict);
        var (signed, unsigned) = isSigned ? SignedOf(server, asked, said, options, now) : (null, null);
        foreach (var name in Signed.Where(name => signed is not null && !said.ContainsKey(name)))
        {
            if (SignedRequest.Text(signed!.Value, name) is { } value)
            {
                said[name] = value;
            }
        }

        var redirectUri = Text("redirect_uri");
        if (!ReturnAddress.IsRegistered(redirectUri, options.RedirectUris))
        {
            return new Untrusted("redirect_uri is not registered for this client");
        }

        var challenge = Text("code_challenge");
        var request = new AuthorizationRequest(server, redirectUri)
        {
            Scope = Text("scope"),
            State = said.ContainsKey("state") ? Text("state") : null,
            Nonce = Text("nonce") is { Length: > 0 } nonce ? nonce : null,
            ClientId = translated?.ClientId ?? options.ClientId,
            Issuer = translated?.Issuer ?? options.AddressOf(asked) + server.Root,
            IsHybrid = Text("response_type") == "code id_token" && (server.IsFapi || translated is not null),
            CodeChallenge = challenge.Length > 0 ? challenge : null,
            Translated = translated,
        };
        if (said.Any(parameter => parameter.Value.Count > 1))
        {
            return new Bad(request, "invalid_request");
        }

        if (unsigned is not null)
        {
            return new Bad(request, unsigned);
        }

        if (!request.IsHybrid && Text("response_type") != "code")
        {
            return new Bad(request, "unsupported_response_type");
        }

        // What comes through the browser is tied to one request (OpenID Connect Core, section 3.3.2.11).
        if (request is { IsHybrid: true, Nonce: null })
        {
            return new Bad(request, "invalid_request");
        }

        // Without a method the challenge would be plain, which protects nothing.
        if (challenge.Length > 0 && Text("code_challenge_method") != "S256")
        {
            return new Bad(request, "invalid_request");
        }

        var claims =
            signed is not { } inside ? Text("claims")
            : inside.TryGetProperty("claims", out var there) ? there.GetRawText()
            : "";
        return server.MeaningOf(request.Scope, claims) switch
        {
            ScopeMeaning.New(var demand) => new Good(request with { Demand = demand }),
            ScopeMeaning.Waiting(var consent) => new Good(request with { ConsentId = consent }),
            ScopeMeaning.Unknown => new Bad(request, "invalid_scope"),
            var other => throw new InvalidOperationException($"Unknown meaning {other}."),
        };
    }

    // Or the error, when it is not signed by this third party for here and now.
    private static (JsonElement? Signed, string? Error) SignedOf(
        AuthorizationServer server,
        HttpRequest asked,
        Dictionary<string, StringValues> said,
        TestBankOptions options,
        DateTimeOffset now
    )
    {
        if (options is not { Strictness: not Strictness.Off, ClientPublicKey: { } key })
        {
            return (null, "request_not_supported");
        }

        var address = options.AddressOf(asked);
        return
            SignedRequest.Read(
                said.GetValueOrDefault("request").ToString(),
                key,
                options.ClientId,
                [address, address + server.Root],
                now
            )
                is { } signed
            && Signed.All(name =>
                !said.TryGetValue(name, out var beside) || SignedRequest.Text(signed, name) == beside.ToString()
            )
            ? (signed, null)
            : (null, "invalid_request_object");
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
