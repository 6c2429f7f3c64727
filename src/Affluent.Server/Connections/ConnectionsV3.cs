using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Connections in v3.</summary>
/// <param name="Connections">The page of the list.</param>
internal sealed record ConnectionsV3Message(IReadOnlyList<ConnectionV3Message> Connections)
{
    public static ConnectionsV3Message Of(IReadOnlyList<ConnectionMessage> connections) =>
        new([.. connections.Select(ConnectionV3Message.Of)]);
}

/// <summary>A user's access to one bank in v3. Times are UTC seconds, as before.</summary>
internal sealed record ConnectionV3Message
{
    /// <summary>Id of the connection.</summary>
    public required ConnectionId Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required UserId UserId { get; init; }

    /// <summary>The bank.</summary>
    public required ProviderId ProviderId { get; init; }

    /// <summary>Name of the bank, unless the client gave another.</summary>
    public required string Name { get; init; }

    /// <summary>RUNNING while a synchronization is under way; afterwards how the last one ended; NONE before the first.</summary>
    public required ConnectionStatus Status { get; init; }

    /// <summary>When it was made, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>Whether it is synchronized every day by itself.</summary>
    public required bool AutoSync { get; init; }

    /// <summary>Whether the user chose account by account which to share.</summary>
    public required bool ConsentPerAccount { get; init; }

    /// <summary>Address of the bank's logo.</summary>
    public required string ProviderLogoUrl { get; init; }

    /// <summary>The holder, as the bank names it; absent while unknown.</summary>
    public OwnerMessage? Owner { get; init; }

    /// <summary>Limits that the bank sets to this connection. An object without members when there are none.</summary>
    public required ConstraintsMessage Constraints { get; init; }

    /// <summary>Each channel that the bank offers; one that this connection does not use has the status EMPTY.</summary>
    public required IReadOnlyList<ChannelV3Message> Channels { get; init; }

    public static ConnectionV3Message Of(ConnectionMessage connection) =>
        new()
        {
            Id = connection.Id,
            UserId = connection.UserId,
            ProviderId = connection.ProviderId,
            Name = connection.Name,
            Status = connection.Status,
            CreationDate = connection.CreationDate,
            AutoSync = connection.AutoSync,
            ConsentPerAccount = connection.ConsentPerAccount,
            ProviderLogoUrl = connection.LogoUrl,
            Owner = connection.Owner,
            Constraints = connection.Constraints,
            Channels = [.. connection.Channels.Select(ChannelV3Message.Of)],
        };
}

/// <summary>A channel of a connection in v3. Times are UTC seconds.</summary>
internal sealed record ChannelV3Message
{
    /// <summary>The channel definition of the provider.</summary>
    public required ChannelDefinitionId ChannelDefinitionId { get; init; }

    /// <summary>DEDICATED_INTERFACE: the bank's PSD2 interface; DIRECT_ACCESS: its web site, with credentials.</summary>
    public required ChannelModeV3 Mode { get; init; }

    /// <summary>What the channel came to last, or what it waits for; EMPTY when it is not used.</summary>
    public required ChannelStatus Status { get; init; }

    /// <summary>What the bank itself says about the status, in its own words; absent when it says nothing useful.</summary>
    public string? Message { get; init; }

    /// <summary>Why it is not well; absent when it is, or when the status says it all.</summary>
    public ChannelReason? Reason { get; init; }

    /// <summary>When the user's authorization at the bank ends; only on DEDICATED_INTERFACE.</summary>
    public long? Expires { get; init; }

    /// <summary>End of the last synchronization that went well; absent before the first.</summary>
    public long? LastSuccessDate { get; init; }

    /// <summary>End of the last synchronization, however it went; absent before the first.</summary>
    public long? LastEndDate { get; init; }

    /// <summary>The fields whose values are stored, never the values; absent on a channel that is not used.</summary>
    public IReadOnlyList<StoredCredentialMessage>? Credentials { get; init; }

    /// <summary>Kinds of account that the channel can bring.</summary>
    public required IReadOnlyList<BankAccountType> AccountTypes { get; init; }

    /// <summary>On a channel that is not used: whether it is known to bring further accounts.</summary>
    public bool? EligibleAccounts { get; init; }

    /// <summary>Whether the channel is out of service for everybody.</summary>
    public required bool ChannelDefinitionUnavailable { get; init; }

    /// <summary>The family of banks that it speaks to, and so where its data comes from; absent where this installation has the channel no longer.</summary>
    public string? Connector { get; init; }

    /// <summary>The licensed aggregator through which it is read; absent: the bank is read directly.</summary>
    public string? Upstream { get; init; }

    public static ChannelV3Message Of(ChannelMessage channel) =>
        new()
        {
            ChannelDefinitionId = channel.ChannelDefinitionId,
            Mode = channel.Mode switch
            {
                ChannelMode.Redirect => ChannelModeV3.DedicatedInterface,
                ChannelMode.Embedded => ChannelModeV3.DirectAccess,
            },
            Connector = channel.Connector,
            Upstream = channel.Upstream,
            Status = channel.Status,
            Message = channel.Message,
            Reason = channel.Reason,
            Expires = channel.Expires,
            LastSuccessDate = channel.LastSuccessDate,
            LastEndDate = channel.LastEndDate,
            Credentials = channel.Credentials,
            AccountTypes = channel.AccountTypes,
            EligibleAccounts = channel.EligibleAccounts,
            ChannelDefinitionUnavailable = channel.ChannelDefinitionUnavailable,
        };
}

/// <summary>The words of v3 for the modes of channels.</summary>
[JsonConverter(typeof(WordConverter<ChannelModeV3>))]
internal enum ChannelModeV3
{
    /// <summary>REDIRECT in v2.1.</summary>
    DedicatedInterface,

    /// <summary>EMBEDDED in v2.1.</summary>
    DirectAccess,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<BankAccountType>)]
)]
[JsonSerializable(typeof(ConnectionsV3Message))]
internal sealed partial class ConnectionsV3Json : JsonSerializerContext;
