using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Words of the published API, as the database keeps them.</summary>
internal static class ConnectionWords
{
    public const string Statuses = "RUNNING,SUCCESS,PARTIAL_SUCCESS,FAILED,CLOSED,NONE";
    public const string Modes = "REDIRECT,EMBEDDED";
    public const string ChannelStatuses =
        "EMPTY,RUNNING,SUCCESS,FAILED,AUTH_FAILED,TOKEN_EXPIRED,PASSWORD_CHANGE_REQUIRED,CHALLENGE_REQUIRED,"
        + "USER_ACTION_REQUIRED";
}

/// <summary>A connection as stored.</summary>
internal sealed record ConnectionRow
{
    public long Id { get; init; }
    public long UserId { get; init; }
    public string ProviderId { get; init; } = "";
    public string Name { get; init; } = "";
    public string Status { get; init; } = "";
    public long CreatedAt { get; init; }
    public bool AutoSync { get; init; }
    public bool ConsentPerAccount { get; init; }

    /// <summary>Holder of its first account that has one.</summary>
    public string? OwnerName { get; init; }
}

/// <summary>A channel that a connection uses, as stored.</summary>
internal sealed record ChannelRow
{
    public long ConnectionId { get; init; }
    public string DefinitionId { get; init; } = "";
    public string Mode { get; init; } = "";
    public string Status { get; init; } = "";

    /// <summary>Why it stands so, as a code in snake_case; null when all is well.</summary>
    public string? Reason { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastSuccessAt { get; init; }
    public long? LastEndAt { get; init; }
    public bool? EligibleAccounts { get; init; }

    /// <summary>Whether values of the credentials form are stored.</summary>
    public bool HasCredentials { get; init; }
}

/// <summary>How a connection is shown.</summary>
internal sealed class ConnectionView(Banks banks, Addresses addresses)
{
    /// <summary>One of the user's connections; null when the user has no such.</summary>
    public async Task<ConnectionMessage?> Find(DbWork db, long userId, long id) =>
        await ConnectionsStore.Find(db, userId, id) is { } row
            ? Show(row, await ConnectionsStore.Channels(db, userId, [id]))
            : null;

    /// <summary>The connection with every channel of its bank, the used ones and the others.</summary>
    public ConnectionMessage Show(ConnectionRow row, IEnumerable<ChannelRow> used)
    {
        var byDefinition = used.ToDictionary(c => c.DefinitionId, StringComparer.Ordinal);
        var offered = banks.Provider(row.ProviderId)?.Channels ?? [];
        return new ConnectionMessage
        {
            Id = Ids.Text(row.Id),
            UserId = Ids.Text(row.UserId),
            ProviderId = row.ProviderId,
            Name = row.Name,
            Status = row.Status,
            CreationDate = row.CreatedAt,
            AutoSync = row.AutoSync,
            ConsentPerAccount = row.ConsentPerAccount,
            LogoUrl = ProviderLogo.Address(addresses, row.ProviderId),
            Owner = row.OwnerName is { } name ? new OwnerMessage { Name = name } : null,
            Constraints = new ConstraintsMessage(),
            Channels =
            [
                .. offered.Select(d => byDefinition.Remove(d.Id, out var channel) ? Used(channel, d) : Unused(d)),
                // What the bank no longer offers, but this connection still has.
                .. byDefinition.Values.Select(channel => Used(channel, definition: null)),
            ],
        };
    }

    private static ChannelMessage Used(ChannelRow channel, ChannelDefinition? definition) =>
        new()
        {
            ChannelDefinitionId = channel.DefinitionId,
            Mode = channel.Mode,
            Status = channel.Status,
            Expires = channel.Mode == "REDIRECT" ? channel.ExpiresAt : null,
            LastSuccessDate = channel.LastSuccessAt,
            LastEndDate = channel.LastEndAt,
            Credentials =
                channel.Status == "EMPTY" ? null
                : channel.HasCredentials
                    ? [.. definition?.Credentials.Select(c => new StoredCredentialMessage { Id = c.Id }) ?? []]
                : [],
            AccountTypes = Types(definition),
            EligibleAccounts = channel.EligibleAccounts,
            ChannelDefinitionUnavailable = definition?.Unavailable ?? true,
        };

    private static ChannelMessage Unused(ChannelDefinition definition) =>
        new()
        {
            ChannelDefinitionId = definition.Id,
            Mode = ProviderWords.Of(definition.Mode),
            Status = "EMPTY",
            AccountTypes = Types(definition),
            // Nobody has looked there, so no account is known to be had.
            EligibleAccounts = false,
            ChannelDefinitionUnavailable = definition.Unavailable,
        };

    private static IReadOnlyList<BankAccountType> Types(ChannelDefinition? definition) =>
        definition?.AccountTypes ?? [];
}
