using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>What a run is to do.</summary>
internal enum SyncType
{
    /// <summary>ALL: balances and transactions of the known accounts.</summary>
    All,

    /// <summary>LIST_ACCOUNTS: lists the accounts anew, adds new and formerly deleted ones; a run of type ALL follows by itself.</summary>
    ListAccounts,
}

/// <summary>Asks for runs. The worker takes them from the connection's row.</summary>
internal sealed class Synchronizations(Ids ids, Vault vault)
{
    /// <summary>How long a user who asked or answered is taken to be still there.</summary>
    public static readonly TimeSpan Presence = TimeSpan.FromMinutes(15);

    /// <summary>The topic of <see cref="Signals"/> that wakes the worker.</summary>
    public const string Work = "synchronization";

    /// <summary>
    /// Asks for a run, due at once. During a run it widens that one. False: the user has no such connection, or it is closed.
    /// </summary>
    /// <param name="user">The user, when present; null: the run must not ask questions.</param>
    public async Task<bool> Request(
        DbWork db,
        long userId,
        long connectionId,
        SyncType type,
        PresentUser? user,
        long now
    )
    {
        if (!await Schedule(db, userId, connectionId, type, user, now, followUp: false))
        {
            return false;
        }
        var clientId = await RequestStore.LockClient(db, userId, connectionId);
        await EventLog.Append(db, ids, userId, clientId, [Requested(connectionId)], now);
        return true;
    }

    /// <summary>Asks for a run without an event.</summary>
    /// <param name="followUp">What was changed just now may be too late for a run under way: another one must follow it.</param>
    public async Task<bool> Schedule(
        DbWork db,
        long userId,
        long connectionId,
        SyncType type,
        PresentUser? user,
        long now,
        bool followUp
    )
    {
        var sealedUser = await SealUser(db, userId, connectionId, user);
        var until = user is null ? (long?)null : now + (long)Presence.TotalSeconds;
        if (!await RequestStore.Request(db, userId, connectionId, type, sealedUser, until, now, followUp))
        {
            return false;
        }
        db.AfterCommit(() => db.Database.Signals.Raise(Work));
        return true;
    }

    internal static NewEvent Requested(long connectionId) =>
        NewEvent.OfConnection(EventName.SynchronizationRequested, connectionId);

    internal async Task<byte[]?> SealUser(DbWork db, long userId, long connectionId, PresentUser? user) =>
        user is null
            ? null
            : (await vault.OpenKey(db, userId))?.Seal(
                JsonSerializer.Serialize(user, SealedJson.Default.PresentUser),
                Sealed.PresentUser(connectionId)
            );
}

/// <summary>How the values that the vault seals are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(PresentUser))]
[JsonSerializable(typeof(QuestionContent))]
internal sealed partial class SealedJson : JsonSerializerContext;
