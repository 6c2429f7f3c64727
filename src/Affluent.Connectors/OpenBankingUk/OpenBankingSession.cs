using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>All that this family keeps between two steps: where the user's authorization stands, too.</summary>
internal sealed record OpenBankingSession : OAuthSession<OpenBankingSession>
{
    /// <summary>The bank's id of the consent; null: none was asked for.</summary>
    public string? ConsentId { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <inheritdoc />
    public override OpenBankingSession WithoutAccess() =>
        new() { ClientToken = ClientToken, RenewClientTokenAt = RenewClientTokenAt };

    /// <summary>A string that is none of ours is an empty session.</summary>
    public static OpenBankingSession Read(string session) =>
        Json.Own(session, OpenBankingJson.Default.OpenBankingSession) is { IsWhole: true } read
        && IsSendable(read.ConsentId)
            ? read
            : new OpenBankingSession();

    /// <inheritdoc />
    public override string Write() => JsonSerializer.Serialize(this, OpenBankingJson.Default.OpenBankingSession);
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
