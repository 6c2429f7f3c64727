using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>What is done to tokens beside OpenIddict.</summary>
internal static class TokenStore
{
    /// <summary>Erases all tokens of a user; refresh tokens are worth nothing from now on.</summary>
    public static async Task DeleteOfUser(DbWork db, long userId)
    {
        var subject = new { Subject = Ids.Text(userId) };
        await db.Execute("delete from tokens where subject = @Subject", subject);
        await db.Execute("delete from authorizations where subject = @Subject", subject);
    }
}
