using System.Text.Json.Serialization;
using Affluent.Server.Platform;

namespace Affluent.Server.SimpleFin;

/// <summary>The versions of the protocol that are spoken.</summary>
internal sealed record SimpleFinInfoMessage(IReadOnlyList<string> Versions);

/// <summary>A currency that ISO 4217 does not know.</summary>
internal sealed record SimpleFinCurrencyMessage(string Name, string Abbr);

/// <summary>
/// The answer of <c>/accounts</c>, in the shapes of both versions at once: applications read what they know and take no offence at the rest.
/// </summary>
internal sealed record SimpleFinAccountSetMessage
{
    /// <summary>Version 1: what the user should know, in words.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>Version 2: the same with codes.</summary>
    public required IReadOnlyList<SimpleFinErrorMessage> Errlist { get; init; }

    /// <summary>Version 2: where the accounts come from.</summary>
    public required IReadOnlyList<SimpleFinConnectionMessage> Connections { get; init; }
    public required IReadOnlyList<SimpleFinAccountMessage> Accounts { get; init; }
}

internal sealed record SimpleFinErrorMessage(
    string Code,
    string Msg,
    ConnectionId? ConnId = null,
    AccountId? AccountId = null
);

internal sealed record SimpleFinConnectionMessage
{
    public required ConnectionId ConnId { get; init; }
    public required string Name { get; init; }
    public required string OrgId { get; init; }
    public string? OrgUrl { get; init; }
    public required string SfinUrl { get; init; }
}

/// <summary>Version 1: the bank of an account.</summary>
internal sealed record SimpleFinOrgMessage
{
    public required string Domain { get; init; }
    public required string Name { get; init; }
    public required string Id { get; init; }
    public string? Url { get; init; }

    [JsonPropertyName("sfin-url")]
    public required string SfinUrl { get; init; }
}

internal sealed record SimpleFinAccountMessage
{
    public required SimpleFinOrgMessage Org { get; init; }
    public required ConnectionId ConnId { get; init; }
    public required AccountId Id { get; init; }
    public required string Name { get; init; }
    public required string Currency { get; init; }
    public required string Balance { get; init; }

    [JsonPropertyName("available-balance")]
    public string? AvailableBalance { get; init; }

    [JsonPropertyName("balance-date")]
    public required long BalanceDate { get; init; }
    public required IReadOnlyList<SimpleFinTransactionMessage> Transactions { get; init; }
    public required SimpleFinAccountExtraMessage Extra { get; init; }
}

internal sealed record SimpleFinAccountExtraMessage(string? Type, bool Closed);

internal sealed record SimpleFinTransactionMessage
{
    public required TransactionId Id { get; init; }

    /// <summary>0 while it is pending.</summary>
    public required long Posted { get; init; }
    public required string Amount { get; init; }
    public required string Description { get; init; }
    public required string Payee { get; init; }
    public string? Memo { get; init; }
    public required long TransactedAt { get; init; }
    public required bool Pending { get; init; }
    public string? Mcc { get; init; }
    public SimpleFinTransactionExtraMessage? Extra { get; init; }
}

internal sealed record SimpleFinTransactionExtraMessage(string? Category, string? CheckNumber, string? Notes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SimpleFinInfoMessage))]
[JsonSerializable(typeof(SimpleFinCurrencyMessage))]
[JsonSerializable(typeof(SimpleFinAccountSetMessage))]
internal sealed partial class SimpleFinJson : JsonSerializerContext;
