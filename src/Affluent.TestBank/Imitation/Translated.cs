namespace Affluent.TestBank.Imitation;

/// <summary>What a request to a bank that is imitated said in its own manner, for the face of the standard behind it. Who asks was looked at.</summary>
internal sealed record Translated
{
    /// <summary>What the authorization server was sent.</summary>
    public IFormCollection? Form { get; init; }

    /// <summary>What the bank calls the third party.</summary>
    public string? ClientId { get; init; }

    /// <summary>The bank's name for itself, which every return bears (RFC 9207); null: none does.</summary>
    public string? Issuer { get; init; }

    /// <summary>What the bank calls an authorization request, where the third party has to repeat it.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether the third party says afterwards which accounts it reads.</summary>
    public bool AccountsFollow { get; init; }

    /// <summary>Of this request; null: it was asked in the manner of the standard.</summary>
    public static Translated? Of(HttpRequest request) => request.HttpContext.Features.Get<Translated>();
}
