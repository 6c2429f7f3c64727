using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>
/// Erases a client: closes it, erases its users one after the other in bounded steps, and then itself. Each step is a transaction;
/// stopped in between, the client stays closed and a second call goes on.
/// </summary>
internal sealed class ClientErasure(Database database, UserErasure users, Revocations revocations)
{
    /// <param name="tell">Told after each user who is gone, and how many of how many.</param>
    /// <returns>False: no such client.</returns>
    public async Task<bool> Erase(string clientId, Func<UserId, long, long, Task> tell, CancellationToken cancellation)
    {
        // Closed, it gets no token any more, and so no new users.
        if (
            !await database.Write(
                db => ClientStore.SetDisabled(db, clientId, disabled: true, revocations),
                cancellation
            ) || await database.Read(db => ClientStore.FindByClientId(db, clientId), cancellation) is not { } client
        )
        {
            return false;
        }
        var all = await database.Read(db => UserStore.CountOf(db, client.Id), cancellation);
        var gone = 0L;
        do
        {
            while (await database.Read(db => UserStore.AnyOf(db, client.Id), cancellation) is { } userId)
            {
                await users.EraseBySteps(database, userId, cancellation);
                await tell(userId, ++gone, Math.Max(gone, all));
            }
        } while (!await database.Write(db => EraseEmpty(db, client), cancellation));
        return true;
    }

    /// <summary>
    /// False: a request that was under way when the client was closed has made one more user, or more is left of what tells of their end.
    /// </summary>
    private async Task<bool> EraseEmpty(DbWork db, Client client)
    {
        if (await UserStore.AnyOf(db, client.Id) is not null)
        {
            return false;
        }
        if (await Events.EventLog.EraseSome(db, client.Id, UserErasure.Step) >= UserErasure.Step)
        {
            return false;
        }
        await ClientStore.Delete(db, client.Id);
        await revocations.Add(db, client.Id);
        return true;
    }
}
