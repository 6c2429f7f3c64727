using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>A user's access to one bank. Times are UTC seconds.</summary>
internal sealed record ConnectionMessage
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
    public required string LogoUrl { get; init; }

    /// <summary>The holder, as the bank names it; absent while unknown.</summary>
    public OwnerMessage? Owner { get; init; }

    /// <summary>When and how often the bank may be read.</summary>
    public required ConstraintsMessage Constraints { get; init; }

    /// <summary>Each channel that the bank offers; one that this connection does not use has the status EMPTY.</summary>
    public required IReadOnlyList<ChannelMessage> Channels { get; init; }
}

/// <summary>A channel of a connection. Times are UTC seconds.</summary>
internal sealed record ChannelMessage
{
    /// <summary>The channel definition of the provider.</summary>
    public required ChannelDefinitionId ChannelDefinitionId { get; init; }

    /// <summary>REDIRECT: the bank's PSD2 interface; EMBEDDED: its web site, with credentials.</summary>
    public required ChannelMode Mode { get; init; }

    /// <summary>What the channel came to last, or what it waits for; EMPTY when it is not used.</summary>
    public required ChannelStatus Status { get; init; }

    /// <summary>What the bank itself says about the status, in its own words; absent when it says nothing useful.</summary>
    public string? Message { get; init; }

    /// <summary>Why it is not well; absent when it is, or when the status says it all.</summary>
    public ChannelReason? Reason { get; init; }

    /// <summary>What the reason means, and whose move it is, in English, for those who look into it; absent with it.</summary>
    public string? Explanation { get; init; }

    /// <summary>When the user's authorization at the bank ends; only on REDIRECT.</summary>
    public long? Expires { get; init; }

    /// <summary>End of the last synchronization that went well; absent before the first.</summary>
    public long? LastSuccessDate { get; init; }

    /// <summary>End of the last synchronization, however it went; absent before the first.</summary>
    public long? LastEndDate { get; init; }

    /// <summary>The fields whose values are stored, never the values; empty on REDIRECT, absent on a channel that is not used.</summary>
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
}

/// <summary>A field of a credentials form for which a value is stored.</summary>
internal sealed record StoredCredentialMessage
{
    /// <summary>Id of the field in the provider's channel definition.</summary>
    public required string Id { get; init; }
}

/// <summary>When and how often the bank may be read. Times are UTC seconds.</summary>
internal sealed record ConstraintsMessage
{
    /// <summary>When it is read next by itself; absent when it is not, before somebody asks.</summary>
    public long? NextRun { get; init; }

    /// <summary>The bank does not answer, or is closed: it is asked nothing before this time. Absent when it may be asked.</summary>
    public long? BankDownUntil { get; init; }

    /// <summary>The bank is in its quiet hours: it is asked nothing before this time unless somebody asks for it. Absent when it is not.</summary>
    public long? BankQuietUntil { get; init; }

    /// <summary>Since when every run has failed: it is tried less often, the longer that lasts. Absent when the last one brought something.</summary>
    public long? FailingSince { get; init; }

    /// <summary>Readings without the user; absent when they are not limited.</summary>
    public UnattendedMessage? Unattended { get; init; }
}

/// <summary>How often the bank may be read without the user, within any 24 hours. With the user it may always be read.</summary>
internal sealed record UnattendedMessage
{
    /// <summary>The channel that has this limit.</summary>
    public required ChannelDefinitionId ChannelDefinitionId { get; init; }

    /// <summary>How many in 24 hours; absent when the bank has only asked for a pause.</summary>
    public int? Limit { get; init; }

    /// <summary>How many are left now.</summary>
    public required int Remaining { get; init; }

    /// <summary>When there is one more, in UTC seconds; absent when none is used.</summary>
    public long? ResetsAt { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<ChannelMode>), typeof(WordConverter<BankAccountType>)]
)]
[JsonSerializable(typeof(ConnectionMessage))]
[JsonSerializable(typeof(IReadOnlyList<ConnectionMessage>))]
internal sealed partial class ConnectionsJson : JsonSerializerContext;
