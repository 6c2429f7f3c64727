using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Failed sign-ins in the database, so that all nodes count together. Names are hashed: they may be anybody's typing.</summary>
internal static class ThrottleStore
{
    public static async Task<Throttle> Find(DbWork db, ClientId clientId, string name) =>
        await db.Find<Throttle>(
            "select failures, last_at, blocked_until from sign_in_failures where client_id = @ClientId and name_hash = @Name",
            Key(clientId, name)
        ) ?? new Throttle();

    public static async Task<Throttle> AddFailure(DbWork db, ClientId clientId, string name, long now)
    {
        var key = Key(clientId, name);
        // The row is made first, so that there is one to lock.
        await db.Execute(
            """
            insert into sign_in_failures (client_id, name_hash, failures, last_at, blocked_until)
            values (@ClientId, @Name, 0, 0, 0)
            on conflict (client_id, name_hash) do nothing
            """,
            key
        );
        var before = await db.Find<Throttle>(
            """
            select failures, last_at, blocked_until from sign_in_failures
            where client_id = @ClientId and name_hash = @Name {for update}
            """,
            key
        );
        var after = before!.Failed(now);
        await db.Execute(
            """
            update sign_in_failures set failures = @Failures, last_at = @LastAt, blocked_until = @BlockedUntil
            where client_id = @ClientId and name_hash = @Name
            """,
            new
            {
                key.ClientId,
                key.Name,
                after.Failures,
                after.LastAt,
                after.BlockedUntil,
            }
        );
        return after;
    }

    public static Task Forget(DbWork db, ClientId clientId, string name) =>
        db.Execute(
            "delete from sign_in_failures where client_id = @ClientId and name_hash = @Name",
            Key(clientId, name)
        );

    /// <summary>Takes away at most so many counts that are too old to matter, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from sign_in_failures where (client_id, name_hash) in (
                select client_id, name_hash from sign_in_failures where last_at < @Before limit @AtMost
            )
            """,
            new { Before = now - Throttle.KeptFor, AtMost = atMost }
        );

    private static NameKey Key(ClientId clientId, string name) => new(clientId, new Secret(name).Hash());

    private sealed record NameKey(ClientId ClientId, string Name);
}
