using Affluent.TestBank.People;

namespace Affluent.TestBank.Consents;

/// <summary>The faces of the bank towards third parties.</summary>
public enum Face
{
    Stet,
    BerlinGroup,
    OpenBankingUk,
}

/// <summary>How far a consent has come.</summary>
public enum ConsentState
{
    /// <summary>The customer has agreed.</summary>
    Agreed,

    /// <summary>The third party has asked for it, and no customer has answered.</summary>
    Asked,

    /// <summary>The customer has refused it.</summary>
    Refused,

    /// <summary>The third party has ended it.</summary>
    Ended,
}

/// <summary>
/// What a customer allows one third party: which accounts, for how long, and the refresh token that keeps it going. Times are UTC.
/// </summary>
public sealed record Consent
{
    public required string Id { get; init; }
    public required string ClientId { get; init; }
    public Face Face { get; init; }
    public ConsentState State { get; init; }

    /// <summary>Null until a customer has agreed.</summary>
    public required Visitor? Visitor { get; init; }
    public required string Scope { get; init; }

    /// <summary>The strong authentication that the consent stands on; until then, when it was asked for.</summary>
    public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>
    /// 180 days after the authentication (EU 2018/389 article 10, as amended), or earlier where less was asked for: no refresh goes beyond it.
    /// </summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The accounts whose balances may be read.</summary>
    public IReadOnlyList<string> Balances { get; init; } = [];

    /// <summary>The accounts whose transactions may be read.</summary>
    public IReadOnlyList<string> Transactions { get; init; } = [];

    /// <summary>The accounts of which nothing else may be read than that they are there.</summary>
    public IReadOnlyList<string> Listed { get; init; } = [];

    public bool PsuIdentity { get; init; } = true;

    /// <summary>Whether the third party says afterwards which accounts it reads.</summary>
    public bool Mixed { get; init; }

    /// <summary>What was asked for before a customer was there; null: the customer said all.</summary>
    public ConsentDemand? Demand { get; init; }

    /// <summary>SHA-256 of the only refresh token that works; null until the code is exchanged.</summary>
    public string? RefreshTokenHash { get; init; }

    /// <summary>Taken back by the customer, or with its tokens.</summary>
    public bool Revoked { get; init; }

    public bool IsLive(DateTimeOffset now) => !Revoked && State == ConsentState.Agreed && now < Expires;

    public bool IsWaiting(DateTimeOffset now) => !Revoked && State == ConsentState.Asked && now < Expires;

    /// <summary>Whether the account is among those that may be listed.</summary>
    public bool Shows(string accountId) =>
        Listed.Concat(Balances).Concat(Transactions).Contains(accountId, StringComparer.Ordinal);

    /// <summary>
    /// What waits for a customer, as this one agrees to it; null when it is another's, or names an account that is not the customer's.
    /// </summary>
    internal Consent? AgreedBy(Customer customer, IReadOnlyList<string> chosen, BankClock clock) =>
        Visitor is not null && Visitor != customer.Visitor
            ? null
            : Demand?.For(
                customer,
                chosen,
                this with
                {
                    GrantedAt = clock.Now,
                    Expires = Earlier(
                        Demand.Ends,
                        clock.Now + (Demand.Recurring ? customer.Person.ConsentLife : ConsentDemand.OneOff)
                    ),
                }
            );

    private static DateTimeOffset Earlier(DateTimeOffset? wanted, DateTimeOffset most) =>
        wanted is { } earlier && earlier < most ? earlier : most;

    public bool HasScope(string name) => Scope.Split(' ').Contains(name, StringComparer.Ordinal);
}
