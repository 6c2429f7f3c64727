using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.Connections;

/// <summary>What is needed to make a connection.</summary>
internal sealed record ConnectionDraft
{
    public required Provider Provider { get; init; }

    /// <summary>
    /// The channel to begin with. Others can be added with <see cref="ConnectionEdits.SetCredentials"/> and
    /// <see cref="ConnectionEdits.Reauthorize"/>.
    /// </summary>
    public required ChannelDefinition Channel { get; init; }

    /// <summary>By field id, as <see cref="CredentialsForm.Read"/> gave them; empty on REDIRECT.</summary>
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

/// <summary>Makes connections and changes how the bank lets us in. Every change asks for a run at once.</summary>
internal static class ConnectionEdits
{
    /// <summary>Makes the connection and asks for its first run.</summary>
    public static async Task<ConnectionId> Create(UserWork work, ConnectionDraft draft)
    {
        var id = work.Ids.Next<ConnectionId>();
        var connection = new ConnectionRow
        {
            UserId = work.UserId,
            Id = id,
            ClientId = work.ClientId,
            ProviderId = draft.Provider.Id,
            Name = draft.Provider.Name,
            // Its first run is asked for in this very transaction.
            Status = ConnectionStatus.Running,
            CreatedAt = work.Now,
            // Nothing can be read before the user brings a file.
            AutoSync = draft.AutoSync && !draft.Channel.Capabilities.Contains(Capability.StatementFiles),
            ConsentPerAccount = draft.ConsentPerAccount,
            SelectAccounts = draft.SelectAccounts,
            RedirectUrl = draft.RedirectUrl?.AbsoluteUri,
        };
        var credentials = await Seal(work, id, draft.Channel, draft.Credentials);
        await ConnectionsStore.Insert(work.Db, connection);
        // All channels of the bank show; the unused ones are empty and can be filled later.
        await ChannelStore.Insert(
            work.Db,
            [
                .. draft.Provider.Channels.Select(channel =>
                {
                    var used = channel.Id == draft.Channel.Id;
                    return new NewChannel(work.UserId, id, channel.Id, channel.Mode, used, used ? credentials : null);
                }),
            ]
        );
        await ConnectionJobs.Create(work, id, draft.Provider.Id, draft.User);
        await EventLog.Append(
            work,
            NewEvent.OfConnection(EventName.ConnectionCreated, id, draft.Channel.Id),
            NewEvent.OfConnection(EventName.SynchronizationRequested, id)
        );
        return id;
    }

    /// <summary>
    /// New credentials for an EMBEDDED channel, one not used so far included. What stopped is tried again, at once. False: the
    /// user has no such connection, or the connection no such channel.
    /// </summary>
    public static async Task<bool> SetCredentials(
        UserWork work,
        ConnectionId connectionId,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        PresentUser user,
        Ways ways
    ) =>
        await Renew(
            work,
            ways,
            connectionId,
            channel,
            await Seal(work, connectionId, channel, credentials),
            EventName.CredentialsUpdated,
            user
        );

    /// <summary>
    /// Renews the authorization of a REDIRECT channel, or begins one that was not used so far: the run that follows sends the
    /// user to the bank. The one before, and another way of the same mode, hold until the new one works. Accounts and transactions keep their ids. False: there is no such channel.
    /// </summary>
    public static Task<bool> Reauthorize(
        UserWork work,
        ConnectionId connectionId,
        ChannelDefinition channel,
        PresentUser user,
        Ways ways
    ) => Renew(work, ways, connectionId, channel, credentials: null, EventName.SynchronizationRequested, user);

    /// <summary>
    /// Asks for a run, due at once. For a user who is there, what has ended is renewed by the way that stands in its place, where its own cannot be used now. False: the
    /// user has no such connection, or it is closed.
    /// </summary>
    /// <param name="user">The user, when present; null: the run must not ask questions.</param>
    public static async Task<bool> Synchronize(
        UserWork work,
        ConnectionId connectionId,
        JobRequest what,
        PresentUser? user,
        Ways ways
    ) =>
        user is not null && what == JobRequest.All && await ways.FallBack(work, connectionId) is { } other
            ? await Reauthorize(work, connectionId, other, user, ways)
            : await Synchronizations.Request(work, connectionId, what, user);

    /// <summary>Erases a connection with all that it brought; false when the user has no such.</summary>
    public static async Task<bool> Delete(UserWork work, BankRevocations revocations, ConnectionId connectionId)
    {
        // The job first, as everybody locks: a run that writes is over, or finds its job gone.
        if (!await JobStore.Delete(work.Db, work.UserId, JobKind.Synchronization, connectionId.Value))
        {
            return false;
        }
        await revocations.OfConnection(work.Db, work.UserId, connectionId);
        var accounts = await AccountsStore.IdsOf(work.Db, work.UserId, connectionId, type: null);
        await ConnectionsStore.Delete(work.Db, work.UserId, connectionId);
        foreach (var account in accounts)
        {
            await ChangeLog.AppendErased(work, account);
        }
        await EventLog.Append(work, NewEvent.OfConnection(EventName.ConnectionDeleted, connectionId));
        return true;
    }

    /// <summary>Erases a connection that brought no account; false: there is none such.</summary>
    public static async Task<bool> DeleteUnused(
        UserWork work,
        BankRevocations revocations,
        ConnectionId connectionId
    ) =>
        await ConnectionJobs.Lock(work, connectionId) is not null
        && !await AccountsStore.AnyOf(work.Db, work.UserId, connectionId)
        && await Delete(work, revocations, connectionId);

    private static async Task<bool> Renew(
        UserWork work,
        Ways ways,
        ConnectionId connectionId,
        ChannelDefinition channel,
        byte[]? credentials,
        EventName eventName,
        PresentUser user
    )
    {
        if (
            await ConnectionJobs.Lock(work, connectionId) is not { } job
            || await ChannelStore.InUse(work.Db, work.UserId, connectionId) is not { } used
            || !await ways.Hold(work, connectionId, channel)
        )
        {
            return false;
        }
        var former = await ways.BeginInPlaceOf(work, connectionId, channel, used);
        await ChannelStore.Reset(work.Db, work.UserId, connectionId, channel.Id, credentials, former, work.Now);
        var idle = await ConnectionJobs.AbandonWaiting(work, job);
        if (await ConnectionsStore.SetRunning(work.Db, work.UserId, connectionId))
        {
            await ConnectionJobs.Request(work, idle, JobRequest.All, user);
        }
        if (idle != job)
        {
            // What has begun ends, before the next begins.
            await RunRecordStore.Insert(
                work.Db,
                RunRecord.Of(job, ConnectionStatus.Failed, new RunContent(), work.Now)
            );
            await EventLog.Append(
                work,
                NewEvent.OfConnection(EventName.SynchronizationEnded, connectionId) with
                {
                    Status = ConnectionStatus.Failed.Word(),
                    Changes = WrittenChanges.Of(job),
                }
            );
        }
        await EventLog.Append(
            work,
            [
                .. used.All(c => c.DefinitionId != channel.Id)
                    ? [NewEvent.OfConnection(EventName.ConnectionUpdated, connectionId, channel.Id)]
                    : Array.Empty<NewEvent>(),
                NewEvent.OfConnection(eventName, connectionId, channel.Id) with
                {
                    Type = EventType.Login,
                },
            ]
        );
        return true;
    }

    private static async Task<byte[]?> Seal(
        UserWork work,
        ConnectionId connectionId,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials
    ) =>
        credentials.Count == 0
            ? null
            : (await work.Key()).Seal(
                StoredCredentials.Write(credentials),
                Sealed.Credentials(connectionId, channel.Id)
            );
}

/// <summary>The user's credentials as they are sealed: by field id.</summary>
internal static class StoredCredentials
{
    public static string Write(IReadOnlyDictionary<string, string> values) =>
        JsonSerializer.Serialize(values, StoredCredentialsJson.Default.IReadOnlyDictionaryStringString);

    public static IReadOnlyDictionary<string, string> Read(string? text) =>
        text is null
            ? new Dictionary<string, string>()
            : JsonSerializer.Deserialize(text, StoredCredentialsJson.Default.IReadOnlyDictionaryStringString)!;
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class StoredCredentialsJson : JsonSerializerContext;
