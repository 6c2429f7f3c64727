using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Affluent.Server.Transactions;

namespace Affluent.Server.Connections;

/// <summary>Deleting an account. It stands here and not with the accounts because it may end the channel and the connection too.</summary>
internal static class AccountDeletion
{
    public static void MapAccountDeletion(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v2.1/accounts")
            .WithTags("Accounts")
            .MapDelete("/{id}", Delete)
            .Needs(Scopes.AccountsManage)
            .OwnedBy("id", AccountsStore.OwnerOf)
            .Describe(
                "deleteAccount",
                "Delete an account",
                """
                The account is no longer shown nor refreshed, and its transactions are erased. The last account of a channel takes the
                channel and its stored credentials with it; the last channel takes the connection. A synchronization of the type
                LIST_ACCOUNTS brings a deleted account back, under the same id.
                """
            )
            .Answers(204, 404);

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        Database database,
        Ids ids,
        TimeProvider time,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<AccountId>(id, out var key)
        && await database.Write(db => DeleteAccount(db, ids, user, key, time.Seconds()), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("account");

    private static async Task<bool> DeleteAccount(DbWork db, Ids ids, ActingUser user, AccountId id, long now)
    {
        if (await AccountsStore.Find(db, user.UserId, id) is not { } account)
        {
            return false;
        }
        var (connectionId, definitionId) = (account.ConnectionId, account.LastDefinitionId);
        // A run that writes this account holds the same lock: it is over, or it will find the account deleted.
        await RequestStore.LockClient(db, user.UserId, connectionId);
        await AccountsStore.Erase(db, user.UserId, id, now);
        await TransactionsStore.EraseOf(db, user.UserId, id);
        List<NewEvent> events = [NewEvent.OfAccount(EventName.AccountDeleted, connectionId, id, definitionId)];
        if (
            !await AccountsStore.AnyOf(db, user.UserId, connectionId, definitionId)
            && await ConnectionsStore.DeleteChannel(db, user.UserId, connectionId, definitionId)
        )
        {
            events.Add(ConnectionEvents.Deleted(connectionId));
        }
        await EventLog.Append(db, ids, user.UserId, user.ClientId, events, now);
        return true;
    }
}
