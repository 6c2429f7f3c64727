using System.Text.Json.Serialization;

namespace Affluent.Connectors.OAuth;

/// <summary>What families keep of OAuth2 between two steps; a family adds what is its own. Written as JSON; holds tokens.</summary>
internal abstract record OAuthSession<TSelf>
    where TSelf : OAuthSession<TSelf>
{
    /// <summary>The authorization that the user was sent away for, or has just brought back.</summary>
    public OAuthRequest? Request { get; init; }
    public string? AccessToken { get; init; }

    /// <summary>From when the access token is renewed before it is used, a little before its end; null when the bank does not say.</summary>
    public DateTimeOffset? RenewAccessAt { get; init; }
    public string? RefreshToken { get; init; }

    /// <summary>To which the user came back: some banks want to see it again when a token is renewed.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? AuthorizedAt { get; init; }

    /// <summary>Our own.</summary>
    public string? ClientToken { get; init; }
    public DateTimeOffset? RenewClientTokenAt { get; init; }

    /// <summary>Whether there is any token of the user's.</summary>
    [JsonIgnore]
    public bool HasTokens => AccessToken is not null || RefreshToken is not null;

    /// <summary>Whether what was read can be gone on with.</summary>
    [JsonIgnore]
    public bool IsWhole =>
        Request is null or { State: not null, RedirectUri: not null }
        && IsSendable(AccessToken)
        && IsSendable(ClientToken);

    /// <summary>The session without what the bank no longer honours.</summary>
    public abstract TSelf WithoutAccess();

    /// <summary>As the engine keeps it.</summary>
    public abstract string Write();

    // It goes into a header.
    protected static bool IsSendable(string? text) => text is null || !text.Any(char.IsControl);
}
