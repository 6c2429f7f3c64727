using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>A user's way through sign-in and bank, as stored. Times are UTC seconds.</summary>
internal sealed record FacadeAuthorization
{
    /// <summary>For how long the user may be on the way: to sign in, and through a session of the widget.</summary>
    public const long Lifetime = 7_200;

    /// <summary>For how long the code counts that the application gets.</summary>
    public const long CodeLifetime = 600;

    public FacadeAuthorizationId Id { get; init; }
    public FacadeApplicationId ApplicationId { get; init; }
    public ClientId ClientId { get; init; }
    public ProviderId ProviderId { get; init; }
    public PsuType PsuType { get; init; }

    /// <summary>The application's own, given back to it.</summary>
    public string State { get; init; } = "";
    public string RedirectUrl { get; init; } = "";

    /// <summary>Until when the application wants to read.</summary>
    public long ValidUntil { get; init; }
    public string PageHash { get; init; } = "";
    public long ExpiresAt { get; init; }

    /// <inheritdoc cref="FacadeSession.PsuIdHash"/>
    public string PsuIdHash { get; init; } = "";

    /// <summary>Who has signed in; null: nobody yet.</summary>
    public UserId? UserId { get; init; }
    public string? ReturnHash { get; init; }

    /// <summary>The connection that the user has linked, or renewed.</summary>
    public ConnectionId? ConnectionId { get; init; }
    public string? CodeHash { get; init; }
    public long? CodeExpiresAt { get; init; }

    /// <summary>The session that came of it.</summary>
    public FacadeSessionId? SessionId { get; init; }

    /// <summary>Whether the page is still to be shown: the application got no answer yet.</summary>
    public bool IsUnanswered(long now) => CodeHash is null && IsOpen(now);

    /// <summary>Whether the user can still go on.</summary>
    public bool IsOpen(long now) => SessionId is null && ExpiresAt > now;
}

/// <summary>What a user has given an application, as stored. Times are UTC seconds.</summary>
internal sealed record FacadeSession
{
    /// <summary>For how long one that is over is still told of.</summary>
    public const long Memory = 30 * 86_400;

    public FacadeSessionId Id { get; init; }
    public UserId UserId { get; init; }
    public FacadeApplicationId ApplicationId { get; init; }

    /// <summary>As the application is called now.</summary>
    public string ApplicationName { get; init; } = "";
    public ClientId ClientId { get; init; }
    public ConnectionId ConnectionId { get; init; }
    public string AspspName { get; init; } = "";

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string AspspCountry { get; init; } = "";
    public PsuType PsuType { get; init; }
    public long ValidUntil { get; init; }
    public long CreatedAt { get; init; }

    /// <summary>By which the application tells its users apart (<see cref="FacadeMapping.HashOf(FacadeApplicationId, string)"/>).</summary>
    public string PsuIdHash { get; init; } = "";
    public long? ClosedAt { get; init; }

    /// <summary>When the user took it back.</summary>
    public long? RevokedAt { get; init; }
    public long? UsedAt { get; init; }

    /// <summary>The day of <see cref="Requests"/>, counted from 1970-01-01.</summary>
    public int RequestsDay { get; init; }

    /// <summary>How many requests of that day are written down.</summary>
    public int Requests { get; init; }
}

/// <summary>How a session stands (API reference 1.0.0, "SessionStatus"); those of authorizations under way are told nowhere.</summary>
internal enum FacadeSessionStatus
{
    Authorized,

    /// <summary>Its time is over, or the bank's consent.</summary>
    Expired,

    /// <summary>The application ended it.</summary>
    Closed,

    /// <summary>The user has taken the bank off, or this session back.</summary>
    Revoked,
}

/// <summary>An account within a session, as stored. Its uid is made of the account's id, and so the same in each session.</summary>
internal sealed record FacadeAccount
{
    public UserId UserId { get; init; }
    public FacadeSessionId SessionId { get; init; }
    public AccountId AccountId { get; init; }
}
