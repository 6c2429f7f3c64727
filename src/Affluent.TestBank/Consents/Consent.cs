using Affluent.TestBank.People;

namespace Affluent.TestBank.Consents;

/// <summary>
/// What a customer allows one third party: which accounts, for how long, and the refresh token that keeps it going. Times are UTC.
/// </summary>
public sealed record Consent
{
    public required string Id { get; init; }
    public required string ClientId { get; init; }
    public required Visitor Visitor { get; init; }
    public required string Scope { get; init; }

    /// <summary>The strong authentication that the consent stands on.</summary>
    public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>180 days after the authentication (EU 2018/389 article 10, as amended): no refresh goes beyond it.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The accounts whose balances may be read.</summary>
    public IReadOnlyList<string> Balances { get; init; } = [];

    /// <summary>The accounts whose transactions may be read.</summary>
    public IReadOnlyList<string> Transactions { get; init; } = [];

    public bool PsuIdentity { get; init; } = true;

    /// <summary>SHA-256 of the only refresh token that works; null until the code is exchanged.</summary>
    public string? RefreshTokenHash { get; init; }
    public bool Revoked { get; init; }

    public bool IsLive(DateTimeOffset now) => !Revoked && now < Expires;

    public bool HasScope(string name) => Scope.Split(' ').Contains(name, StringComparer.Ordinal);
}
