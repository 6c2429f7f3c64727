using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>All that this family keeps between two steps.</summary>
internal sealed record StetSession : OAuthSession<StetSession>
{
    /// <summary>Whether the bank has been told which accounts the user shares (PUT /consents).</summary>
    public bool Scoped { get; init; }

    /// <summary>Who authorized us, as the bank writes it; null when it does not say.</summary>
    public string? Holder { get; init; }

    /// <summary>The accounts last listed, by reference.</summary>
    public IReadOnlyDictionary<string, StetAccountNote> Accounts
    {
        // The JSON reader gives null for a member that is not there.
        get => field ?? new Dictionary<string, StetAccountNote>();
        init;
    }

    /// <inheritdoc />
    public override StetSession WithoutAccess() => new() { Holder = Holder, Accounts = Accounts };

    /// <summary>A string that is none of ours (a bank that changed its connector) is an empty session.</summary>
    public static StetSession Read(string session) =>
        Json.Own(session, StetSessionJson.Default.StetSession) is { IsWhole: true } read ? read : new StetSession();

    /// <inheritdoc />
    public override string Write() => JsonSerializer.Serialize(this, StetSessionJson.Default.StetSession);
}

/// <param name="AccountId">The bank's <c>accountId</c> as it stands: PUT /consents wants it back.</param>
/// <param name="Transactions">
/// The bank's link to the transactions; null = the standard path, which also stands for a link to a host that is the bank's no longer.
/// </param>
internal sealed record StetAccountNote(JsonElement? AccountId, string? Transactions);

/// <summary>Where a list goes on.</summary>
/// <param name="List">What is listed.</param>
/// <param name="Trail">The next page.</param>
/// <param name="Account">Reference of the account whose transactions are read.</param>
/// <param name="Currency">Of that account, for transactions that name none.</param>
/// <param name="CompleteFrom">See <see cref="Contract.StepResult.Page.CompleteFrom"/>.</param>
internal sealed record StetPlace(
    StetList List,
    Trail Trail,
    string? Account = null,
    string? Currency = null,
    DateOnly? CompleteFrom = null
)
{
    /// <summary>Null when the text is no place of ours.</summary>
    public static StetPlace? Read(string place) =>
        Json.Own(place, StetSessionJson.Default.StetPlace) is { Trail.IsWhole: true } read
        && (read.List == StetList.Accounts || read is { List: StetList.Transactions, Account: not null })
            ? read
            : null;

    public string Write() => JsonSerializer.Serialize(this, StetSessionJson.Default.StetPlace);
}

internal enum StetList
{
    Accounts,
    Transactions,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(StetSession))]
[JsonSerializable(typeof(StetPlace))]
internal sealed partial class StetSessionJson : JsonSerializerContext;
