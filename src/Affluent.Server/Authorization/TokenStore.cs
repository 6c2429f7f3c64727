using Affluent.Server.Platform;
using Affluent.Server.Storage;
using OpenIddict.Abstractions;

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
    /// Uses a refresh token up; false when it was used before and that cannot be the repetition of a request whose answer was lost: it is too long ago, or a
    /// token that was given for it has been used since. The first use of one of several that repetitions brought uses up the others.
    /// </summary>
    public static async Task<bool> UseRefreshToken(DbWork db, AuthorizationId family, TokenId token, long now)
    {
        var values = new
        {
            Family = family,
            Token = token,
            Type = OpenIddictConstants.TokenTypeIdentifiers.RefreshToken,
            Valid = OpenIddictConstants.Statuses.Valid,
            Used = OpenIddictConstants.Statuses.Redeemed,
            Now = now,
            GraceBegan = now - (long)AuthorizationServer.RefreshGrace.TotalSeconds,
            Version = $"{Guid.NewGuid()}",
        };
        // Uses of one family, one after the other.
        await db.Scalar<AuthorizationId?>("select id from authorizations where id = @Family {for update}", values);
        var first = await db.Execute(
            """
            update tokens set status = @Used, redeemed_at = @Now, version = @Version
            where id = @Token and status = @Valid
            """,
            values
        );
        if (first == 0)
        {
            return await db.Scalar<TokenId?>(
                """
                select id from tokens where id = @Token and status = @Used and redeemed_at > @GraceBegan
                    and not exists (
                        select 1 from tokens later
                        where later.authorization_id = @Family and later.type = @Type and later.status = @Used and later.id > @Token
                    )
                """,
                values
            )
                is not null;
        }
        // As if long ago: for them there is no grace.
        await db.Execute(
            """
            update tokens set status = @Used, redeemed_at = 0, version = @Version
            where authorization_id = @Family and type = @Type and status = @Valid
            """,
            values
        );
        return true;
    }

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
