using Affluent.Server.Jobs;
using Affluent.Server.Platform;

namespace Affluent.Server.Connections;

/// <summary>
/// The link that leads a user's browser to the bank, for clients that connect banks by the API. A connection has at most one: the same as
/// long as the user has not come back from the bank, and another one when the authorization is renewed later. It is good for the first
/// browser that follows it (<see cref="Questions.LeaveByLink"/>). The widget's host serves it.
/// </summary>
internal static class AuthorizeLink
{
    public static string Address(Addresses addresses, ApiVersion version, Secret secret) =>
        $"{addresses.Embed}{version.Path}/authorize/{secret.Value}";

    /// <summary>The secret of the connection's link, made now if there is none.</summary>
    public static async Task<Secret> Open(UserWork work, ConnectionId id)
    {
        var key = await work.Key();
        var purpose = Sealed.Authorization(id);
        if (key.Open(await ConnectionsStore.FindAuthorization(work.Db, work.UserId, id), purpose) is { } known)
        {
            return new Secret(known);
        }
        var made = Secret.Generate();
        await ConnectionsStore.SetAuthorization(work.Db, work.UserId, id, made.Hash(), key.Seal(made.Value, purpose));
        return made;
    }

    /// <summary>The user is back from the bank: the link leads nowhere any more.</summary>
    public static Task Close(UserWork work, ConnectionId id) =>
        ConnectionsStore.SetAuthorization(work.Db, work.UserId, id, hash: null, sealedSecret: null);
}
