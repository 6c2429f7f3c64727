using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;

namespace Affluent.Server.Connections;

/// <summary>Which accounts of a connection the user shares.</summary>
internal static class AccountSelection
{
    /// <summary>
    /// Shares exactly these accounts of the connection; the others wait for consent (PENDING_CONSENT) and are not read. Then
    /// asks for a run. False: the user has no such connection, or an id is none of its accounts: nothing was changed.
    /// </summary>
    public static async Task<bool> Set(
        UserWork work,
        ConnectionId connectionId,
        IReadOnlyCollection<AccountId> accountIds,
        PresentUser user
    )
    {
        var (db, userId) = (work.Db, work.UserId);
        if (await ConnectionJobs.Lock(work, connectionId) is not { } job)
        {
            return false;
        }
        var accounts = await AccountsStore.List(db, userId, new AccountFilter { ConnectionId = connectionId });
        if (accountIds.Any(id => accounts.All(a => a.Id != id)))
        {
            return false;
        }
        var shared = accounts.Where(a => !a.Selected && accountIds.Contains(a.Id)).Select(a => a.Id).ToArray();
        var withheld = accounts.Where(a => a.Selected && !accountIds.Contains(a.Id)).Select(a => a.Id).ToArray();
        await AccountsStore.Select(db, userId, connectionId, accountIds);
        await ConnectionsStore.SetAccountsChosen(db, userId, connectionId);
        if (await ConnectionsStore.SetRunning(db, userId, connectionId))
        {
            await ConnectionJobs.Request(work, job, JobRequest.All, user);
        }
        await EventLog.Append(
            work,
            [
                .. shared.Select(id => NewEvent.OfAccount(EventName.AccountSelected, connectionId, id)),
                .. withheld.Select(id => NewEvent.OfAccount(EventName.AccountDeselected, connectionId, id)),
                NewEvent.OfConnection(EventName.SynchronizationRequested, connectionId),
            ]
        );
        return true;
    }
}
