using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>
/// The sessions of a run's channels, sealed, as this node has read or written them last. Another node may have had the job in between, or may have it now:
/// what each of them got from the bank is compared with what is stored before it is kept.
/// </summary>
internal sealed class StoredSessions(
    UserId userId,
    ConnectionId connectionId,
    IReadOnlyList<ChannelAccess> channels,
    BankRevocations revocations,
    UserKey userKey
)
{
    private readonly Dictionary<ChannelDefinitionId, byte[]?> _known = channels.ToDictionary(
        c => c.DefinitionId,
        c => c.Session
    );

    /// <summary>What this node takes to be stored.</summary>
    public byte[]? Known(ChannelDefinitionId channel) => _known[channel];

    /// <summary>This node has stored it.</summary>
    public void Wrote(ChannelDefinitionId channel, byte[] session) => _known[channel] = session;

    /// <summary>A session that another node has stored since, which is to be gone on with; null: there is none.</summary>
    public async Task<byte[]?> TakeNewer(DbWork db, ChannelAccess channel)
    {
        if (await Stored(db, channel) is not { Session: { } newer } || IsKnown(channel, newer))
        {
            return null;
        }
        _known[channel.DefinitionId] = newer;
        return newer;
    }

    /// <summary>
    /// Keeps what a bank handed over to a node that had lost the job by then: it stood still in the middle of the exchange. The token that it exchanged is
    /// worth nothing any more. Where that is still what is stored, or another node has found the consent at its end with it, this is the one way to the
    /// bank that is left.
    /// </summary>
    public async Task KeepLate(UserWork work, ChannelAccess channel, byte[] session)
    {
        if (
            await ConnectionJobs.Lock(work, connectionId) is not { } job
            || await Stored(work.Db, channel) is not { } stored
        )
        {
            await KeepApart(work.Db, channel.DefinitionId, session);
            return;
        }
        var key = new ChannelKey(userId, connectionId, channel.DefinitionId, channel.Epoch);
        var kept = new ChannelChange { Session = session, IsHandedOver = true };
        if (IsKnown(channel, stored.Session))
        {
            await ChannelStore.Save(work.Db, key, kept);
        }
        else if (stored is { Status: ChannelStatus.TokenExpired, Reason: ChannelReason.ConsentExpired })
        {
            await ChannelStore.Save(work.Db, key, kept with { Status = ChannelStatus.Running });
            if (await ConnectionsStore.SetRunning(work.Db, userId, connectionId))
            {
                await ConnectionJobs.Request(work, job, JobRequest.All, user: null);
            }
        }
    }

    /// <summary>
    /// Keeps what a bank handed over for a channel whose user has begun to renew it meanwhile, and has it given back for one that was deleted.
    /// </summary>
    public async Task KeepApart(DbWork db, ChannelDefinitionId channel, byte[] session)
    {
        var late = new StoredSession
        {
            ConnectionId = connectionId,
            DefinitionId = channel,
            Session = session,
            ExpiresAt = channels.Single(c => c.DefinitionId == channel).ExpiresAt,
        };
        if (_known[channel] is not { } before || !await ChannelStore.KeepReplaced(db, userId, late, before))
        {
            await revocations.OfLate(db, userKey, userId, late);
        }
    }

    /// <summary>Has an authorization ended at the bank that the channel uses no longer.</summary>
    public Task End(DbWork db, ChannelDefinitionId channel, byte[] unused)
    {
        var before = channels.Single(c => c.DefinitionId == channel);
        return revocations.OfUnused(
            db,
            userKey,
            userId,
            new StoredSession
            {
                ConnectionId = connectionId,
                DefinitionId = channel,
                Session = unused,
                ExpiresAt = unused == before.ReplacedSession ? before.ReplacedExpiresAt : before.ExpiresAt,
            }
        );
    }

    /// <summary>The channel as it is stored; null: it is gone, or its user has started over.</summary>
    private async Task<ChannelAccess?> Stored(DbWork db, ChannelAccess channel) =>
        (await ChannelStore.InUse(db, userId, connectionId)).SingleOrDefault(c =>
            c.DefinitionId == channel.DefinitionId && c.Epoch == channel.Epoch
        );

    // Each is sealed anew, so that no two are the same by chance.
    private bool IsKnown(ChannelAccess channel, byte[]? stored) =>
        stored.AsSpan().SequenceEqual(_known[channel.DefinitionId]);
}
