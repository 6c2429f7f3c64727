using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>Why an application got nothing.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum FacadeFault
{
    /// <summary>Not in the form of a token, or signed in another way than RS256.</summary>
    MalformedToken,

    /// <summary>Its times, its issuer or whom it is for are not as they must be.</summary>
    WrongClaims,
    UnknownApplication,

    /// <summary>Another key signed it, or nobody.</summary>
    WrongSignature,

    /// <summary>The client is closed, or may no longer read accounts and transactions.</summary>
    ClientRefused,
    TooManyRequests,
}

/// <summary>
/// A token by which an application says who it is (API reference 1.0.0, "JWT format and signature"): a JWT that its own key signed by RS256. Whatever could be read in
/// two ways is refused. Pure.
/// </summary>
/// <param name="ApplicationId">The <c>kid</c>.</param>
/// <param name="IssuedAt">UTC seconds.</param>
/// <param name="ExpiresAt">UTC seconds.</param>
internal sealed record FacadeToken(FacadeApplicationId ApplicationId, long IssuedAt, long ExpiresAt)
{
    /// <summary>Seconds that a token may live.</summary>
    public const long LongestLife = 86_400;

    /// <summary>Seconds that the clock of an application may be ahead.</summary>
    public const long Skew = 60;

    private const string Issuer = "enablebanking.com";
    private const string Audience = "api.enablebanking.com";
    private const int Longest = 8192;

    private static readonly JsonDocumentOptions Strictly = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>UTC seconds.</summary>
    public long NotBefore { get; private init; }

    /// <summary>What was signed.</summary>
    public byte[] Signed { get; private init; } = [];

    public byte[] Signature { get; private init; } = [];

    /// <summary>Reads a token whose signature is still to be looked at, or says what is wrong.</summary>
    public static (FacadeToken? Token, FacadeFault? Fault) Read(string text)
    {
        if (
            text.Length > Longest
            || text.Split('.') is not [var header, var claims, var signature]
            || Decoded(signature) is not { Length: > 0 } signed
            || ReadObject(header) is not { } head
            || ReadObject(claims) is not { } said
        )
        {
            return (null, FacadeFault.MalformedToken);
        }
        using (head)
        using (said)
        {
            var (first, second) = (head.RootElement, said.RootElement);
            // RFC 8725, section 3.1: the algorithm is ours to say. RFC 7515, section 4.1.11: what must be understood is not. RFC 7797: nor is another thing signed than what is read.
            if (
                Text(first, "alg") != "RS256"
                || (first.TryGetProperty("typ", out _) && Text(first, "typ") != "JWT")
                || first.TryGetProperty("crit", out _)
                || first.TryGetProperty("b64", out _)
            )
            {
                return (null, FacadeFault.MalformedToken);
            }
            if (!FacadeUuid.TryRead<FacadeApplicationId>(Text(first, "kid"), out var id))
            {
                return (null, FacadeFault.UnknownApplication);
            }
            if (
                Text(second, "iss") != Issuer
                || Text(second, "aud") != Audience
                || Time(second, "iat") is not { } issued
                || Time(second, "exp") is not { } ends
                || (second.TryGetProperty("nbf", out _) && Time(second, "nbf") is null)
            )
            {
                return (null, FacadeFault.WrongClaims);
            }
            return (
                new FacadeToken(id, issued, ends)
                {
                    NotBefore = Time(second, "nbf") ?? 0,
                    Signed = Encoding.ASCII.GetBytes($"{header}.{claims}"),
                    Signature = signed,
                },
                null
            );
        }
    }

    /// <summary>Whether it holds at a time.</summary>
    public bool HoldsAt(long now) =>
        IssuedAt <= now + Skew
        && NotBefore <= now + Skew
        && ExpiresAt > now
        && ExpiresAt - IssuedAt is > 0 and <= LongestLife;

    private static JsonDocument? ReadObject(string part)
    {
        if (Decoded(part) is not { } bytes)
        {
            return null;
        }
        try
        {
            var read = JsonDocument.Parse(bytes, Strictly);
            if (read.RootElement.ValueKind == JsonValueKind.Object)
            {
                return read;
            }
            read.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decoded(string part)
    {
        // RFC 7515, section 2: without padding, blanks or line ends, which the runtime would pass over.
        if (part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return null;
        }
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.IsValid(part) && Base64Url.TryDecodeFromChars(part, bytes, out var length)
            ? bytes[..length]
            : null;
    }

    private static string? Text(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return null;
        }
    }

    // Year 9999, so that no difference of two overflows.
    private static long? Time(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and <= 253_402_300_799
            ? seconds
            : null;
}
