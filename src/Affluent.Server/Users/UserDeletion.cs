using Affluent.Server.Authorization;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Deletes a user at once, as the user or the client wants it: what is theirs, and what they are signed in with.</summary>
internal sealed class UserDeletion(
    Database database,
    UserErasure erasure,
    Revocations revocations,
    SecurityLog security
)
{
    public async Task Delete(ActingUser user, CancellationToken cancellation)
    {
        await database.Write(
            async db =>
            {
                await erasure.Erase(db, user.UserId);
                await revocations.Add(db, user.UserId);
            },
            cancellation
        );
        security.UserDeleted(new(user.ClientId, user.UserId));
    }
}
