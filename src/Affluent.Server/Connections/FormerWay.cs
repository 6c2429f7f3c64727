using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Ends the use of a way to the bank in whose place another one stands.</summary>
internal static class FormerWay
{
    /// <summary>
    /// Nothing is read that way any more, and its authorization is ended at the bank. Accounts that it alone brought stay as they were read last, as those do that a
    /// bank lists no longer.
    /// </summary>
    public static async Task End(
        UserWork work,
        BankRevocations revocations,
        ConnectionId connectionId,
        ChannelDefinitionId former
    )
    {
        var left = (await AccountImports.Of(work.Db, work.UserId, connectionId))
            .Where(account =>
                account.DeletedAt is null
                && account.LastDefinitionId == former
                && account.Status is not (AccountStatus.NotFound or AccountStatus.Closed)
            )
            .Select(account => account with { Status = AccountStatus.NotFound })
            .ToArray();
        await AccountImports.SaveListing(work.Db, [], left);
        await Forget(work, revocations, connectionId, former);
        await EventLog.Append(
            work,
            [
                .. left.Select(account =>
                    NewEvent.OfAccount(EventName.AccountNotFound, connectionId, account.Id, former) with
                    {
                        Status = account.Status.Word(),
                    }
                ),
                NewEvent.OfConnection(EventName.ConnectionUpdated, connectionId, former),
            ]
        );
    }

    /// <summary>Takes back the use of a way that was to take the place of another, and did not.</summary>
    public static async Task Forget(
        UserWork work,
        BankRevocations revocations,
        ConnectionId connectionId,
        ChannelDefinitionId attempt
    )
    {
        await revocations.OfChannel(work.Db, work.UserId, connectionId, attempt);
        await ChannelStore.Empty(work.Db, work.UserId, connectionId, attempt);
    }
}
