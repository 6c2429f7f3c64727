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
    public static Task EndFamily(DbWork db, long authorizationId) =>
        db.Execute("update authorizations set status = 'revoked' where id = @Id", new { Id = authorizationId });

    /// <summary>
    /// Takes away at most <paramref name="batch"/> rows of each kind that have served their time, and says how many of the
    /// largest kind. A used refresh token stays until it expires: that it comes back must be noticed.
    /// </summary>
    public static async Task<int> DeleteExpired(DbWork db, long now, int batch)
    {
        var families = await db.Query<long?>(
            """
            delete from tokens where id in (
                select id from tokens where expires_at <= @Now order by expires_at limit @Batch {skip locked}
            ) returning authorization_id
            """,
            new { Now = now, Batch = batch }
        );
        await db.Execute(
            """
            delete from authorizations where id {in @ids}
                and not exists (select 1 from tokens where tokens.authorization_id = authorizations.id)
            """,
            new { ids = db.List(families.OfType<long>().Distinct()) }
        );
        var revocations = await db.Execute(
            "delete from revocations where id in (select id from revocations where revoked_at < @Before limit @Batch)",
            new { Before = now - Revocations.KeptFor, Batch = batch }
        );
        var failures = await db.Execute(
            """
            delete from sign_in_failures where (client_id, name_hash) in (
                select client_id, name_hash from sign_in_failures where last_at < @Before limit @Batch
            )
            """,
            new { Before = now - 24 * 3600, Batch = batch }
        );
        return Math.Max(families.Count, Math.Max(revocations, failures));
    }
}
