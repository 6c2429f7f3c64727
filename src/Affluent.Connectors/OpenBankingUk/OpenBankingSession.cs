using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>All that this family keeps between two steps: where the user's authorization stands, too. Written as JSON; holds tokens.</summary>
internal sealed record OpenBankingSession
{
    /// <summary>The authorization that the user was sent away for, or has just brought back.</summary>
    public OAuthRequest? Request { get; init; }
    public string? AccessToken { get; init; }

    /// <summary>From when the access token is renewed before it is used; null when the bank does not say.</summary>
    public DateTimeOffset? RenewAccessAt { get; init; }
    public string? RefreshToken { get; init; }

    /// <summary>To which the user came back: some banks want to see it again when a token is renewed.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? AuthorizedAt { get; init; }

    /// <summary>Our own, for consents.</summary>
    public string? ClientToken { get; init; }
    public DateTimeOffset? RenewClientTokenAt { get; init; }

    /// <summary>The bank's id of the consent; null: none was asked for.</summary>
    public string? ConsentId { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    [JsonIgnore]
    public bool HasTokens => AccessToken is not null || RefreshToken is not null;

    /// <summary>The session without what the bank no longer honours.</summary>
    public OpenBankingSession WithoutAccess() =>
        new() { ClientToken = ClientToken, RenewClientTokenAt = RenewClientTokenAt };

    /// <summary>A string that is none of ours is an empty session.</summary>
    public static OpenBankingSession Read(string session) =>
        Json.Own(session, OpenBankingJson.Default.OpenBankingSession)
            is { Request: null or { State: not null, RedirectUri: not null } } read
        && new[] { read.AccessToken, read.ClientToken, read.ConsentId }.All(IsSendable)
            ? read
            : new OpenBankingSession();

    public string Write() => JsonSerializer.Serialize(this, OpenBankingJson.Default.OpenBankingSession);

    // They go into headers.
    private static bool IsSendable(string? text) => text is null || !text.Any(char.IsControl);
}

/// <summary>Where a list goes on.</summary>
/// <param name="Trail">The next page.</param>
/// <param name="Account">Reference of the account whose transactions these are; null: the list of accounts.</param>
/// <param name="Currency">Of that account, for transactions that name none.</param>
/// <param name="CompleteFrom">See <see cref="Contract.StepResult.Page.CompleteFrom"/>.</param>
internal sealed record OpenBankingPlace(Trail Trail, string? Account, string? Currency, DateOnly? CompleteFrom)
{
    /// <summary>Null when the text is no place of ours.</summary>
    public static OpenBankingPlace? Read(string place) =>
        Json.Own(place, OpenBankingJson.Default.OpenBankingPlace) is { Trail.IsWhole: true } read ? read : null;

    public string Write() => JsonSerializer.Serialize(this, OpenBankingJson.Default.OpenBankingPlace);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(OpenBankingSession))]
[JsonSerializable(typeof(OpenBankingPlace))]
internal sealed partial class OpenBankingJson : JsonSerializerContext;
