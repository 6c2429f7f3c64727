namespace Affluent.Server.Widget;

/// <summary>A connection as far as the widget looks at it.</summary>
internal sealed record WidgetConnection(
    long Id,
    string ProviderId,
    string Status,
    IReadOnlyList<WidgetChannel> Channels,
    IReadOnlyList<WidgetAccount> Accounts
)
{
    public bool Running => Status == "RUNNING";
}

/// <summary>A channel of it.</summary>
internal sealed record WidgetChannel
{
    public string DefinitionId { get; init; } = "";

    /// <summary>A channel status of the published API.</summary>
    public string Status { get; init; } = "";

    /// <summary>Why it stands so, as a code in snake_case; null when all is well.</summary>
    public string? Reason { get; init; }
}

/// <summary>An account of it, shared or not.</summary>
internal sealed record WidgetAccount
{
    public long Id { get; init; }
    public long ConnectionId { get; init; }
    public string? Name { get; init; }
    public string? AccountNumber { get; init; }
    public string? Iban { get; init; }
    public string? Type { get; init; }
    public string Currency { get; init; } = "";
    public long? BalanceMinor { get; init; }
    public string LastDefinitionId { get; init; } = "";
    public bool Selected { get; init; }
}
