using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Recordings;
using Affluent.Server.Transactions;

namespace Affluent.Server.Connections;

/// <summary>Deleting an account. It stands here and not with the accounts because it may end the channel and the connection too.</summary>
internal static class AccountDeletion
{
    public static void MapAccountDeletion(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v2.1/accounts")
            .WithTags("Accounts")
            .MapDelete("/{id}", Delete)
            .Needs(Scope.AccountsManage)
            .OwnedBy<AccountId>("id", AccountsStore.OwnerOf)
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
        UserDatabase users,
        BankRevocations revocations,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<AccountId>(id, out var key)
        && await users.Write(user.UserId, user.ClientId, work => Erase(work, revocations, key), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("account");

    private static async Task<bool> Erase(UserWork work, BankRevocations revocations, AccountId id)
    {
        if (await AccountsStore.Find(work.Db, work.UserId, id) is not { } account)
        {
            return false;
        }
        var (connectionId, definitionId) = (account.ConnectionId, account.LastDefinitionId);
        // A run that writes this account holds the same lock: it is over, or it will find the account deleted.
        await ConnectionJobs.Lock(work, connectionId);
        await AccountsStore.Erase(work.Db, work.UserId, id, work.Now);
        await TransactionsStore.EraseOf(work.Db, work.UserId, id);
        await RecordingStore.EraseOf(work.Db, work.UserId, id);
        await ChangeLog.AppendErased(work, id);
        await EventLog.Append(work, NewEvent.OfAccount(EventName.AccountDeleted, connectionId, id, definitionId));
        if (await AccountsStore.AnyOf(work.Db, work.UserId, connectionId, definitionId))
        {
            return true;
        }
        await revocations.OfChannel(work.Db, work.UserId, connectionId, definitionId);
        if (await ChannelStore.Delete(work.Db, work.UserId, connectionId, definitionId))
        {
            await ConnectionEdits.Delete(work, revocations, connectionId);
        }
        return true;
    }
}
