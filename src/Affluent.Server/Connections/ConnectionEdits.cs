using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Connections;

/// <summary>What is needed to make a connection.</summary>
internal sealed record ConnectionWish
{
    public required long ClientId { get; init; }
    public required long UserId { get; init; }
    public required Provider Provider { get; init; }

    /// <summary>The channel to begin with. Others can be added with <see cref="ConnectionEdits.SetCredentials"/> and <see cref="ConnectionEdits.Reauthorize"/>.</summary>
    public required ChannelDefinition Channel { get; init; }

    /// <summary>By field id, as <see cref="CredentialsForm.Check"/> gave them; empty on REDIRECT.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the schedule reads it every night.</summary>
    public bool AutoSync { get; init; } = true;

    /// <summary>New accounts wait for the user's consent, each by itself, for ever.</summary>
    public bool ConsentPerAccount { get; init; }

    /// <summary>The first accounts wait for the user's choice (<see cref="AccountSelection"/>).</summary>
    public bool SelectAccounts { get; init; }

    /// <summary>Where the browser goes after the bank, for connections made by the API; checked to be one of the client's.</summary>
    public Uri? RedirectUrl { get; init; }

    /// <summary>The user, who is there and waits.</summary>
    public required PresentUser User { get; init; }
}

/// <summary>A connection just made.</summary>
/// <param name="Authorize">
/// Opens /v2.1/authorize/{…} on the widget's host, which sends the user on to the bank; on REDIRECT only. Good until the user is
/// back.
/// </param>
internal sealed record NewConnection(long Id, Secret? Authorize);

/// <summary>Makes connections and changes how the bank lets us in. Every change asks for a run at once.</summary>
internal sealed class ConnectionEdits(Ids ids, Vault vault, Synchronizations synchronizations)
{
    /// <summary>Makes the connection and asks for its first run.</summary>
    public async Task<NewConnection> Create(DbWork db, ConnectionWish wish, long now)
    {
        var id = ids.Next();
        Secret? authorize = wish.Channel.Mode == ChannelMode.Redirect ? Secret.Generate() : null;
        await ConnectionEditStore.Insert(db, id, wish, authorize?.Hash(), now);
        var sealedCredentials = await Seal(db, wish.UserId, id, wish.Channel, wish.Credentials);
        // All channels of the bank show; the unused ones are empty and can be filled later.
        foreach (var channel in wish.Provider.Channels)
        {
            var used = channel.Id == wish.Channel.Id;
            await ConnectionEditStore.InsertChannel(
                db,
                wish.UserId,
                id,
                channel,
                used,
                used ? sealedCredentials : null
            );
        }
        await synchronizations.Schedule(db, wish.UserId, id, SyncType.All, wish.User, now, followUp: false);
        await EventLog.Append(
            db,
            ids,
            wish.UserId,
            wish.ClientId,
            [NewEvent.OfConnection(EventName.ConnectionCreated, id, wish.Channel.Id), Synchronizations.Requested(id)],
            now
        );
        return new NewConnection(id, authorize);
    }

    /// <summary>
    /// New credentials for an EMBEDDED channel, one not used so far included. What stopped is tried again, at once. False: the
    /// user has no such connection, or the connection no such channel.
    /// </summary>
    public async Task<bool> SetCredentials(
        DbWork db,
        long userId,
        long connectionId,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        PresentUser user,
        long now
    ) =>
        await Renew(
            db,
            userId,
            connectionId,
            channel,
            await Seal(db, userId, connectionId, channel, credentials),
            EventName.CredentialsUpdated,
            user,
            now
        );

    /// <summary>
    /// Forgets the authorization of a REDIRECT channel, or begins one that was not used so far: the run that follows sends the
    /// user to the bank. Accounts and transactions keep their ids. False: there is no such channel.
    /// </summary>
    public Task<bool> Reauthorize(
        DbWork db,
        long userId,
        long connectionId,
        ChannelDefinition channel,
        PresentUser user,
        long now
    ) =>
        Renew(
            db,
            userId,
            connectionId,
            channel,
            sealedCredentials: null,
            EventName.SynchronizationRequested,
            user,
            now
        );

    private async Task<bool> Renew(
        DbWork db,
        long userId,
        long connectionId,
        ChannelDefinition channel,
        byte[]? sealedCredentials,
        EventName eventName,
        PresentUser user,
        long now
    )
    {
        var clientId = await RequestStore.LockClient(db, userId, connectionId);
        if (
            clientId == 0
            || !await ConnectionEditStore.ResetChannel(db, userId, connectionId, channel.Id, sealedCredentials)
        )
        {
            return false;
        }
        await ConnectionEditStore.AbandonWaitingRun(db, userId, connectionId);
        await synchronizations.Schedule(db, userId, connectionId, SyncType.All, user, now, followUp: true);
        await EventLog.Append(
            db,
            ids,
            userId,
            clientId,
            [NewEvent.OfConnection(eventName, connectionId, channel.Id) with { Type = EventType.Login }],
            now
        );
        return true;
    }

    private async Task<byte[]?> Seal(
        DbWork db,
        long userId,
        long connectionId,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials
    )
    {
        if (credentials.Count == 0)
        {
            return null;
        }
        var key = await vault.OpenKey(db, userId);
        return key?.Seal(
            JsonSerializer.Serialize(credentials, SealedJson.Default.IReadOnlyDictionaryStringString),
            Sealed.Credentials(connectionId, channel.Id)
        );
    }
}

/// <summary>What the writing side of connections brings to the platform.</summary>
internal static class ConnectionEditServices
{
    public static IServiceCollection AddConnectionEdits(this IServiceCollection services) =>
        services.AddSingleton<ConnectionEdits>().AddSingleton<AccountSelection>();
}
