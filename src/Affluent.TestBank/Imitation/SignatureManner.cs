using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Affluent.TestBank.Authorization;

namespace Affluent.TestBank.Imitation;

/// <summary>How one bank wants requests signed (draft-cavage-http-signatures, with what banks make of it), and whether one is.</summary>
internal sealed class SignatureManner
{
    private readonly Manner manner;
    private readonly IReadOnlyList<string> headers;
    private readonly IReadOnlyList<string> scopes;
    private readonly string algorithm;
    private readonly string word;
    private readonly Regex form;

    private SignatureManner(Manner manner, IReadOnlyList<string> headers)
    {
        (this.manner, this.headers) = (manner, headers);
        scopes = manner.Words("signature_calls") is { Count: > 0 } said ? said : ["consent", "data"];
        algorithm = manner.Text("signature_algorithm") ?? "rsa-sha256";
        word = manner.Text("signature_word") ?? (algorithm == "rsa-pss-sha256" ? "hs2019" : algorithm);
        var then = manner.Is("signature_separator", "comma_blank") ? ", " : ",";
        string Moment(string name) =>
            !headers.Contains($"({name})", StringComparer.Ordinal) ? ""
            : manner.Is("signature_parentheses", "true") ? $"{then}\\({name}\\)=(?<{name}>[0-9]+)"
            : $"{then}{name}=(?<{name}>[0-9]+)";
        form = new Regex(
            $"^keyId=\"(?<keyId>[^\"]+)\"{then}algorithm=\"(?<algorithm>[^\"]+)\"{Moment("created")}{Moment("expires")}{then}headers=\"(?<headers>[^\"]+)\"{then}signature=\"(?<signature>[^\"]+)\"$",
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
    }

    /// <summary>Null: the bank wants no request signed.</summary>
    public static SignatureManner? Of(Manner manner) =>
        manner.Words("signature_headers") is { Count: > 0 } said
            ? new SignatureManner(manner, [.. said.Select(name => name.ToLowerInvariant())])
            : null;

    /// <summary>What is wrong with how a request is signed; null: nothing.</summary>
    public string? FaultOf(HttpRequest request, byte[] body, LikeRoute route, SaidValues values, DateTimeOffset now)
    {
        if (!scopes.Contains(route.Scope, StringComparer.Ordinal))
        {
            return null;
        }

        if (manner.Key is not { } key)
        {
            return "the bank knows no key of this third party";
        }

        var (text, place) = Place(request);
        if (text.Length == 0)
        {
            return $"there is no signature in {place}";
        }

        var match = form.Match(text);
        if (!match.Success)
        {
            return "its parameters, their order or what stands between them are others";
        }

        if (match.Groups["algorithm"].Value != word)
        {
            return $"the algorithm is called {word}";
        }

        if (values.Fault(manner.Text("signature_key_id") ?? "$client_id", match.Groups["keyId"].Value) is { } fault)
        {
            return $"keyId {fault}";
        }

        var names = match.Groups["headers"].Value.Split(' ');
        var due = headers.Where(name => MessageSignature.Has(request, name)).ToList();
        if (!names.SequenceEqual(due, StringComparer.Ordinal))
        {
            return $"signed are, in this order: {string.Join(' ', due)}";
        }

        var parameters = form.GetGroupNames().ToDictionary(name => name, name => match.Groups[name].Value);
        return MessageSignature.IsOfNow(parameters, now) is false ? "it is not of now"
            : MessageSignature.IsSigned(request, names, parameters, algorithm, key) ? null
            : "it is not by the key of this third party";
    }

    /// <summary>What is wrong with the digest of the body; null: nothing.</summary>
    public static string? FaultOfDigest(HttpRequest request, byte[] body, Manner manner, LikeRoute route)
    {
        var when = manner.Text("digest") ?? (manner.Words("signature_headers").Contains("digest") ? "always" : "never");
        if (
            route.IsOfAuthorization && route.Scope.Length == 0
            || when == "never"
            || (when == "with_body" && body.Length == 0)
        )
        {
            return null;
        }

        var name = manner.Text("digest_algorithm") ?? "SHA-256";
        var hash = name.EndsWith("512", StringComparison.Ordinal) ? SHA512.HashData(body) : SHA256.HashData(body);
        return request.Headers["Digest"].ToString() == $"{name}={Convert.ToBase64String(hash)}"
            ? null
            : $"the header Digest is not that of the body, as {name}=";
    }

    private (string Text, string Place) Place(HttpRequest request)
    {
        const string Scheme = "Signature ";
        var authorization = request.Headers.Authorization.ToString();
        var isThere = manner.Text("signature_place") switch
        {
            "Authorization" => true,
            "Authorization_if_free" => authorization.Length == 0
                || authorization.StartsWith(Scheme, StringComparison.Ordinal),
            _ => false,
        };
        return !isThere ? (request.Headers["Signature"].ToString(), "Signature")
            : authorization.StartsWith(Scheme, StringComparison.Ordinal)
                ? (authorization[Scheme.Length..], "Authorization")
            : ("", "Authorization");
    }
}
