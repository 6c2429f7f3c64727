using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Connections;

/// <summary>
/// An authorization that is to be ended at its bank: what used it is deleted, or uses another one. It knows no user and no client, which may be gone. Times are UTC seconds.
/// </summary>
internal sealed record BankRevocation
{
    /// <summary>
    /// A token of somebody who is gone is kept for no longer. No bank is out of order for a month; what is our own fault can be mended within it; and it is the
    /// life of backups, from which the token goes no sooner.
    /// </summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(30);

    public BankRevocationId Id { get; init; }

    /// <summary>The connection that had it: the log tells of both by this id.</summary>
    public ConnectionId ConnectionId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }
    public byte[] WrappedKey { get; init; } = [];
    public byte[] Session { get; init; } = [];
    public long AskedAt { get; init; }

    /// <summary>When the token is destroyed, whatever the bank has said by then.</summary>
    public long GiveUpAt { get; init; }

    /// <summary>Grows with each claim: what a node found that was away for too long is not written.</summary>
    public long Fence { get; init; }

    /// <summary>How often the bank was asked in vain.</summary>
    public int Attempts { get; init; }

    public SealedAlone Secret => new(WrappedKey, Session);

    public string Purpose => Sealed.Revocation(ConnectionId, DefinitionId);

    /// <summary>At the end of the authorization there is nothing to end any more.</summary>
    /// <param name="expiresAt">That end; null: nobody knows.</param>
    public static long GivenUpAt(long? expiresAt, long now)
    {
        var longest = now + (long)LongestLife.TotalSeconds;
        // One that should be over may have been prolonged at the bank: it is tried all the same.
        return expiresAt > now ? Math.Min(expiresAt.Value, longest) : longest;
    }
}

/// <summary>How many authorizations are still to be ended over a channel.</summary>
internal sealed record WaitingRevocations
{
    public ChannelDefinitionId DefinitionId { get; init; }
    public long Count { get; init; }

    /// <summary>When the first of them was asked for, in UTC seconds.</summary>
    public long OldestAskedAt { get; init; }
}
