using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Connections;

/// <summary>Which accounts of a connection the user shares.</summary>
internal sealed class AccountSelection(Ids ids, Synchronizations synchronizations)
{
    /// <summary>
    /// Shares exactly these accounts of the connection; the others wait for consent (PENDING_CONSENT) and are not read. Then
    /// asks for a run. False: the user has no such connection, or an id is none of its accounts: nothing was changed.
    /// </summary>
    public async Task<bool> Set(
        DbWork db,
        UserId userId,
        ConnectionId connectionId,
        IReadOnlyCollection<AccountId> accountIds,
        PresentUser user,
        long now
    )
    {
        var clientId = await RequestStore.LockClient(db, userId, connectionId);
        var accounts = await AccountsStore.List(db, userId, new AccountFilter { ConnectionId = connectionId });
        if (clientId == 0 || accountIds.Any(id => accounts.All(a => a.Id != id)))
        {
            return false;
        }
        var shared = accounts.Where(a => !a.Selected && accountIds.Contains(a.Id)).Select(a => a.Id).ToArray();
        var withheld = accounts.Where(a => a.Selected && !accountIds.Contains(a.Id)).Select(a => a.Id).ToArray();
        await AccountsStore.Select(db, userId, connectionId, accountIds);
        await AccountSelectionStore.Chosen(db, userId, connectionId);
        await synchronizations.Schedule(db, userId, connectionId, SyncType.All, user, now, followUp: true);
        await EventLog.Append(
            db,
            ids,
            userId,
            clientId,
            [
                .. shared.Select(id => NewEvent.OfAccount(EventName.AccountSelected, connectionId, id)),
                .. withheld.Select(id => NewEvent.OfAccount(EventName.AccountDeselected, connectionId, id)),
                Synchronizations.Requested(connectionId),
            ],
            now
        );
        return true;
    }
}

/// <summary>The statements of the selection.</summary>
internal static class AccountSelectionStore
{
    public static Task Chosen(DbWork db, UserId userId, ConnectionId connectionId) =>
        db.Execute(
            "update connections set select_accounts = false where user_id = @UserId and id = @ConnectionId",
            new { UserId = userId, ConnectionId = connectionId }
        );
}
