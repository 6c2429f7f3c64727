using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>All that this family keeps between two steps.</summary>
internal sealed record EnableBankingSession
{
    /// <summary>The authorization that the user was sent away for, or has just brought back; null: none.</summary>
    public EnableBankingRequest? Request { get; init; }

    /// <summary>The session to which the user agreed; null: there is none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether the session cannot be used, for what came with it cannot be read: it is only to be ended.</summary>
    public bool IsUnusable { get; init; }

    /// <summary>How many of its accounts are left out: nothing tells them from others, or they have no currency.</summary>
    public int LeftOut { get; init; }

    /// <summary>What the session shares. The bank's list is told once, when it begins.</summary>
    public IReadOnlyList<EnableBankingAccount> Accounts
    {
        get => field ?? [];
        init;
    }

    /// <summary>A string that is none of ours is an empty session.</summary>
    public static EnableBankingSession Read(string session) =>
        Json.Own(session, EnableBankingJson.Default.EnableBankingSession) is { IsWhole: true } read
            ? read
            : new EnableBankingSession();

    /// <summary>As the engine keeps it.</summary>
    public string Write() => JsonSerializer.Serialize(this, EnableBankingJson.Default.EnableBankingSession);

    [JsonIgnore]
    private bool IsWhole =>
        Request is null or { State: not null }
        && SessionId != ""
        && Accounts.All(account => account is { Bank: { Reference.Length: > 0, Currency.Length: > 0 } });
}

/// <summary>An authorization under way.</summary>
/// <param name="State">By which the answer is recognised.</param>
/// <param name="Page">Where the user signs in and agrees.</param>
/// <param name="AskedAt">When it was asked for.</param>
/// <param name="IsSpent">Its code has been sent: it counts once.</param>
internal sealed record EnableBankingRequest(string State, Uri? Page, DateTimeOffset AskedAt, bool IsSpent = false);

/// <summary>An account of a session.</summary>
/// <param name="Bank">As it is listed; its reference outlives the session.</param>
/// <param name="Uid">By what it is asked for, in this session alone; null: it is blocked or closed at the bank.</param>
internal sealed record EnableBankingAccount(BankAccount Bank, string? Uid);

/// <summary>Where a list of transactions goes on.</summary>
/// <param name="Trail">The next page.</param>
/// <param name="Currency">Of the account, for transactions that name none.</param>
/// <param name="CompleteFrom">See <see cref="StepResult.Page.CompleteFrom"/>.</param>
internal sealed record EnableBankingPlace(Trail Trail, string? Currency, DateOnly? CompleteFrom)
{
    /// <summary>Null when the text is no place of ours.</summary>
    public static EnableBankingPlace? Read(string place) =>
        Json.Own(place, EnableBankingJson.Default.EnableBankingPlace) is { Trail.IsWhole: true } read ? read : null;

    public string Write() => JsonSerializer.Serialize(this, EnableBankingJson.Default.EnableBankingPlace);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(EnableBankingSession))]
[JsonSerializable(typeof(EnableBankingPlace))]
internal sealed partial class EnableBankingJson : JsonSerializerContext;
