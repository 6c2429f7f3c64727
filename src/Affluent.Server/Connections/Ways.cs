using Affluent.Connectors.Contract;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Connections;

/// <summary>The ways to the bank of a connection: of each mode one is used, and another may take its place.</summary>
internal sealed class Ways(Banks banks, BankRevocations revocations)
{
    /// <summary>
    /// Whether the connection has the channel. One that its bank was given since it was made is added to it.
    /// </summary>
    public async Task<bool> Hold(UserWork work, ConnectionId connectionId, ChannelDefinition channel)
    {
        if (await ConnectionsStore.Find(work.Db, work.UserId, connectionId) is not { } connection)
        {
            return false;
        }
        var held = await ChannelStore.List(work.Db, [new(work.UserId, connectionId)]);
        if (held.Any(one => one.DefinitionId == channel.Id))
        {
            return true;
        }
        if (banks.Provider(connection.ProviderId)?.Channels.Any(one => one.Id == channel.Id) != true)
        {
            return false;
        }
        await ChannelStore.Insert(
            work.Db,
            [new NewChannel(work.UserId, connectionId, channel.Id, channel.Mode, Used: false, Credentials: null)]
        );
        return true;
    }

    /// <summary>
    /// The way by which a user who is there renews what has ended, where that way itself cannot be used now: it is out of service, does not answer, or is none of the
    /// bank's any more. Null: nothing is to be renewed, or nothing stands in its place.
    /// </summary>
    public async Task<ChannelDefinition?> FallBack(UserWork work, ConnectionId connectionId)
    {
        var used = await ChannelStore.InUse(work.Db, work.UserId, connectionId);
        // Who is on the other way just now is not sent anew.
        if (
            used.Any(channel =>
                channel is { Replaces: not null, Status: ChannelStatus.Running or ChannelStatus.Failed }
            )
        )
        {
            return null;
        }
        var ended = used.Where(channel =>
                channel is { Mode: ChannelMode.Redirect, Replaces: null } && IsAtItsEnd(channel, work.Now)
            )
            .Select(channel => channel.DefinitionId)
            .ToArray();
        if (
            ended.Length == 0
            || await ConnectionsStore.Find(work.Db, work.UserId, connectionId) is not { } connection
            || banks.Provider(connection.ProviderId) is not { } bank
        )
        {
            return null;
        }
        var down = (await WaysDown.Of(work.Db, bank, work.Now)).ToHashSet();
        down.UnionWith(used.Where(Failed).Select(channel => channel.DefinitionId));
        return ended
            .Select(way => BankWays.InPlaceOf(way, ChannelMode.Redirect, bank, down))
            .FirstOrDefault(way => way is not null);
    }

    private bool IsAtItsEnd(ChannelAccess channel, long now) =>
        channel.Status == ChannelStatus.TokenExpired
        // A renewal of it was tried, and came to nothing.
        || (Failed(channel) && channel.ExpiresAt <= now)
        || banks.Channel(channel.DefinitionId) is not { Definition.Unavailable: false };

    /// <summary>Whether the bank, or what stands between, gave nothing to this very user: it need not be known as an outage.</summary>
    private static bool Failed(ChannelAccess channel) =>
        channel
            is {
                Status: ChannelStatus.Failed,
                Reason: ChannelReason.BankUnavailable or ChannelReason.OperatorFault or ChannelReason.BankNotUnderstood
            };

    /// <summary>The way of the same mode whose place the channel is to take; null: there is none in use.</summary>
    /// <param name="used">The channels in use. Attempts of others to take a place are over.</param>
    public async Task<ChannelDefinitionId?> BeginInPlaceOf(
        UserWork work,
        ConnectionId connectionId,
        ChannelDefinition channel,
        IReadOnlyList<ChannelAccess> used
    )
    {
        var others = used.Where(one => one.Mode == channel.Mode && one.DefinitionId != channel.Id).ToArray();
        foreach (var attempt in others.Where(one => one.Replaces is not null))
        {
            await FormerWay.Forget(work, revocations, connectionId, attempt.DefinitionId);
        }
        return others.FirstOrDefault(one => one.Replaces is null)?.DefinitionId;
    }
}
