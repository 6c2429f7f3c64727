using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Gives users another password, whoever has seen to it that they may have one.</summary>
internal static class PasswordReset
{
    /// <summary>Sets it and ends all that stands on the old one; null: no such user, else the client.</summary>
    public static async Task<ClientId?> Set(DbWork db, UserId userId, string passwordHash, Revocations revocations)
    {
        if (await UserStore.Find(db, userId) is not { } before)
        {
            return null;
        }
        await UserStore.Update(db, before with { PasswordHash = passwordHash });
        await TokenStore.DeleteOfUser(db, userId);
        await revocations.Add(db, userId);
        return before.ClientId;
    }
}
