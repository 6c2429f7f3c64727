using Affluent.Connectors.Contract;
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
        long userId,
        long connectionId,
        IReadOnlyCollection<long> accountIds,
        PresentUser user,
        long now
    )
    {
        var clientId = await RequestStore.LockClient(db, userId, connectionId);
        var accounts = await AccountSelectionStore.Of(db, userId, connectionId);
        if (clientId == 0 || accountIds.Any(id => accounts.All(a => a.Id != id)))
        {
            return false;
        }
        var shared = accounts.Where(a => !a.Selected && accountIds.Contains(a.Id)).Select(a => a.Id).ToArray();
        var withheld = accounts.Where(a => a.Selected && !accountIds.Contains(a.Id)).Select(a => a.Id).ToArray();
        await AccountSelectionStore.Mark(db, userId, shared, selected: true);
        await AccountSelectionStore.Mark(db, userId, withheld, selected: false);
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

/// <summary>An account and whether it is shared.</summary>
internal sealed record SelectableAccount
{
    public long Id { get; init; }
    public bool Selected { get; init; }
}

/// <summary>The statements of the selection.</summary>
internal static class AccountSelectionStore
{
    public static Task<IReadOnlyList<SelectableAccount>> Of(DbWork db, long userId, long connectionId) =>
        db.Query<SelectableAccount>(
            """
            select id, selected from accounts
            where user_id = @UserId and connection_id = @ConnectionId and deleted_at is null order by id
            """,
            new { UserId = userId, ConnectionId = connectionId }
        );

    public static Task Mark(DbWork db, long userId, IReadOnlyCollection<long> accountIds, bool selected) =>
        accountIds.Count == 0
            ? Task.CompletedTask
            : db.Execute(
                """
                update accounts set selected = @Selected,
                    status = case when not @Selected then 'PENDING_CONSENT'
                        when status = 'PENDING_CONSENT' then 'ACTIVE' else status end
                where user_id = @UserId and id {in @ids}
                """,
                new
                {
                    UserId = userId,
                    Selected = selected,
                    ids = db.List(accountIds),
                }
            );

    public static Task Chosen(DbWork db, long userId, long connectionId) =>
        db.Execute(
            "update connections set select_accounts = false where user_id = @UserId and id = @ConnectionId",
            new { UserId = userId, ConnectionId = connectionId }
        );
}
