using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>What is done to tokens beside OpenIddict.</summary>
internal static class TokenStore
{
    /// <summary>Erases all tokens of a user; refresh tokens are worth nothing from now on.</summary>
    public static async Task DeleteOfUser(DbWork db, UserId userId)
    {
        var subject = new { Subject = userId.ToString() };
        await db.Execute("delete from tokens where subject = @Subject", subject);
        await db.Execute("delete from authorizations where subject = @Subject", subject);
    }

    /// <summary>Ends what came from one sign-in: no refresh token of it works any more, a later one included.</summary>
    public static Task EndFamily(DbWork db, AuthorizationId family) =>
        db.Execute("update authorizations set status = 'revoked' where id = @Id", new { Id = family });

    /// <summary>
    /// Takes away at most so many tokens that have served their time, with the families that they leave empty, and says how many. A used
    /// refresh token stays until it expires: that it comes back must be noticed.
    /// </summary>
    public static async Task<int> Prune(DbWork db, long now, int atMost)
    {
        var families = await db.Query<AuthorizationId?>(
            """
            delete from tokens where id in (
                select id from tokens where expires_at <= @Now order by expires_at limit @AtMost {skip locked}
            ) returning authorization_id
            """,
            new { Now = now, AtMost = atMost }
        );
        await db.Execute(
            """
            delete from authorizations where id {in @ids}
                and not exists (select 1 from tokens where tokens.authorization_id = authorizations.id)
            """,
            new { ids = db.List(families.OfType<AuthorizationId>().Distinct()) }
        );
        return families.Count;
    }
}
