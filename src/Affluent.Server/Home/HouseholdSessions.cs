using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Users;

namespace Affluent.Server.Home;

/// <summary>Who of the household is signed in with a browser: a cookie names the session, of which the database holds a hash.</summary>
internal sealed class HouseholdSessions(
    Database database,
    Revocations revocations,
    Ids ids,
    Addresses addresses,
    TimeProvider time
)
{
    private const int LongestId = 64;

    private bool IsSecure => addresses.Household.StartsWith("https:", StringComparison.Ordinal);

    // The prefix keeps other hosts of the domain from setting it (RFC 6265bis); browsers take it on secure connections only.
    private string Cookie => IsSecure ? "__Host-affluent_household" : "affluent_household";

    /// <summary>Who is signed in with this browser; null: nobody, or no longer.</summary>
    public async Task<HouseholdMember?> Find(HttpContext context)
    {
        if (IdHashOf(context) is not { } idHash)
        {
            return null;
        }
        var now = time.Seconds();
        return await database.Read(
            async db =>
                await HouseholdStore.FindSession(db, idHash, now) is { } session
                // It ends with the user's password and with the client.
                && !revocations.Covers(session.TokenId, authorization: null, session.UserId, session.ClientId)
                && await ClientStore.Find(db, session.ClientId) is { Disabled: false }
                    ? new HouseholdMember(session.UserId, session.ClientId, session.TokenId, session.IdHash)
                    : null,
            context.RequestAborted
        );
    }

    /// <summary>Signs a user in with this browser; whoever was before is signed out.</summary>
    public async Task Start(HttpContext context, UserId userId, ClientId clientId)
    {
        var id = Secret.Generate();
        var now = time.Seconds();
        var before = IdHashOf(context);
        await database.Write(
            async db =>
            {
                if (before is not null)
                {
                    await HouseholdStore.DeleteSession(db, before);
                }
                await HouseholdStore.InsertSession(
                    db,
                    new HouseholdSession
                    {
                        IdHash = id.Hash(),
                        UserId = userId,
                        ClientId = clientId,
                        TokenId = ids.Next<TokenId>(),
                        CreatedAt = now,
                        ExpiresAt = now + HouseholdSession.Lifetime,
                    }
                );
            },
            context.RequestAborted
        );
        context.Response.Cookies.Append(Cookie, id.Value, Options);
    }

    /// <summary>Signs out, and ends the widget's sessions that were opened from here.</summary>
    public async Task End(HttpContext context, HouseholdMember member)
    {
        await database.Write(
            async db =>
            {
                await HouseholdStore.DeleteSession(db, member.IdHash);
                await revocations.Add(db, member.TokenId);
            },
            context.RequestAborted
        );
        context.Response.Cookies.Delete(Cookie, Options);
    }

    /// <summary>
    /// Ends all sessions of a member whose password changes, in that transaction. That the user is revoked would end them, too, but is forgotten
    /// (<see cref="Revocations.LongestDelegation"/>) before they would end by themselves.
    /// </summary>
    public static Task EndOf(DbWork db, UserId userId) => HouseholdStore.DeleteSessionsOf(db, userId);

    /// <summary><see cref="PasswordReset.Set"/>, for a user who may be a member.</summary>
    public static async Task<ClientId?> ResetPassword(
        DbWork db,
        UserId userId,
        string passwordHash,
        Revocations revocations
    )
    {
        await EndOf(db, userId);
        return await PasswordReset.Set(db, userId, passwordHash, revocations);
    }

    private CookieOptions Options =>
        new()
        {
            HttpOnly = true,
            Secure = IsSecure,
            // The bank sends people back by a link of another site: strict would hold the cookie back.
            SameSite = SameSiteMode.Lax,
            Path = "/",
        };

    private string? IdHashOf(HttpContext context) =>
        context.Request.Cookies[Cookie] is { Length: > 0 and <= LongestId } id ? new Secret(id).Hash() : null;
}
