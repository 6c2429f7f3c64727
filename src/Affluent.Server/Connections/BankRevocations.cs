using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>
/// Asks for the end of authorizations at their banks, in the transaction that deletes or replaces what used them. What that takes is sealed anew, with a key of its own: the
/// user's may go with the same transaction. Nobody waits for the bank.
/// </summary>
internal sealed class BankRevocations(Banks banks, Vault vault, Ids ids, TimeProvider time)
{
    /// <summary>The topic of <see cref="Signals"/> that wakes who asks the banks.</summary>
    public const string Due = "bank-revocations";

    /// <summary>Of all of a user's connections.</summary>
    public Task OfUser(DbWork db, UserId userId) => Request(db, userId, _ => true);

    /// <summary>Of a connection.</summary>
    public Task OfConnection(DbWork db, UserId userId, ConnectionId connectionId) =>
        Request(db, userId, session => session.ConnectionId == connectionId);

    /// <summary>Of a channel of a connection.</summary>
    public Task OfChannel(DbWork db, UserId userId, ConnectionId connectionId, ChannelDefinitionId definitionId) =>
        Request(db, userId, session => session.ConnectionId == connectionId && session.DefinitionId == definitionId);

    /// <summary>
    /// Of a session that a bank handed over when its channel had just been deleted: the token that is being given back may be worth nothing since. Nothing
    /// while the channel is there.
    /// </summary>
    public async Task OfLate(DbWork db, UserKey key, UserId userId, StoredSession late)
    {
        var channels = await ChannelStore.InUse(db, userId, late.ConnectionId);
        if (channels.All(channel => channel.DefinitionId != late.DefinitionId))
        {
            await Request(db, key, [late], await ChannelStore.Sessions(db, userId));
        }
    }

    /// <summary>Of a session that its channel has used, and uses no longer.</summary>
    public async Task OfUnused(DbWork db, UserKey key, UserId userId, StoredSession unused) =>
        await Request(db, key, [unused], await ChannelStore.Sessions(db, userId));

    private async Task Request(DbWork db, UserId userId, Func<StoredSession, bool> isForgotten)
    {
        var sessions = await ChannelStore.Sessions(db, userId);
        if (sessions.Any(isForgotten) && await vault.OpenKey(db, userId) is { } key)
        {
            await Request(db, key, sessions.Where(isForgotten), sessions.Where(session => !isForgotten(session)));
        }
    }

    private async Task Request(
        DbWork db,
        UserKey key,
        IEnumerable<StoredSession> forgotten,
        IEnumerable<StoredSession> living
    )
    {
        var used = living.Select(session => (session.DefinitionId, ConsentOf(key, session)?.Consent)).ToHashSet();
        var now = time.Seconds();
        foreach (var session in forgotten)
        {
            // One authorization may be behind two connections: it ends with the last, and once.
            if (ConsentOf(key, session) is { } consent && used.Add((session.DefinitionId, consent.Consent)))
            {
                var secret = vault.SealAlone(
                    consent.Session,
                    Sealed.Revocation(session.ConnectionId, session.DefinitionId)
                );
                await BankRevocationStore.Put(
                    db,
                    new BankRevocation
                    {
                        Id = ids.Next<BankRevocationId>(),
                        ConnectionId = session.ConnectionId,
                        DefinitionId = session.DefinitionId,
                        WrappedKey = secret.WrappedKey,
                        Session = secret.Content,
                        AskedAt = now,
                        GiveUpAt = BankRevocation.GivenUpAt(session.ExpiresAt, now),
                    }
                );
                db.AfterCommit(() => db.Database.Signals.Raise(Due));
            }
        }
    }

    private RevocableConsent? ConsentOf(UserKey key, StoredSession session) =>
        banks.Channel(session.DefinitionId) is { Connector: IConsentRevocation connector } bank
        && Open(key, session) is { } text
            ? connector.Revocable(bank.Definition, text)
            : null;

    // A value that nobody can read any more keeps nobody from deleting it.
    private static string? Open(UserKey key, StoredSession session)
    {
        try
        {
            return key.Open(session.Session, Sealed.Session(session.ConnectionId, session.DefinitionId));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
