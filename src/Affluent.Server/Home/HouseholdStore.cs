using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Home;

/// <summary>Every statement about the household and its members' sessions.</summary>
internal static class HouseholdStore
{
    /// <summary>The household; null before the first start at home.</summary>
    public static Task<Household?> Find(DbWork db) =>
        db.Find<Household>(
            "select client_id, setup_hash, setup_expires_at, setup_guesses from households where id = 1"
        );

    /// <summary>Makes a client the household's. There is one: a second start at the same moment fails here.</summary>
    public static Task Insert(DbWork db, ClientId clientId) =>
        db.Execute("insert into households (id, client_id) values (1, @ClientId)", new { ClientId = clientId });

    /// <summary>Makes a code the one that is good, and forgets the guesses; null: none is.</summary>
    public static Task SetCode(DbWork db, string? hash, long? expiresAt) =>
        db.Execute(
            """
            update households set setup_hash = @Hash, setup_expires_at = @ExpiresAt, setup_guesses = 0 where id = 1
            """,
            new { Hash = hash, ExpiresAt = expiresAt }
        );

    /// <summary>Writes down a wrong guess.</summary>
    public static Task CountGuess(DbWork db) =>
        db.Execute("update households set setup_guesses = setup_guesses + 1 where id = 1");

    /// <summary>Uses the code up; false: it is not good, any more or at all. Of two at once one changes the row.</summary>
    public static async Task<bool> TakeCode(DbWork db, string hash, long now) =>
        await db.Execute(
            """
            update households set setup_hash = null, setup_expires_at = null
            where id = 1 and setup_hash = @Hash and setup_expires_at > @Now and setup_guesses < @MostGuesses
            """,
            new
            {
                Hash = hash,
                Now = now,
                Household.MostGuesses,
            }
        ) == 1;

    /// <summary>A member signs in.</summary>
    public static Task InsertSession(DbWork db, HouseholdSession session) =>
        db.Execute(
            """
            insert into household_sessions (id_hash, user_id, client_id, token_id, created_at, expires_at)
            values (@IdHash, @UserId, @ClientId, @TokenId, @CreatedAt, @ExpiresAt)
            """,
            session
        );

    /// <summary>A session that has not expired.</summary>
    public static Task<HouseholdSession?> FindSession(DbWork db, string idHash, long now) =>
        db.Find<HouseholdSession>(
            """
            select id_hash, user_id, client_id, token_id, created_at, expires_at from household_sessions
            where id_hash = @IdHash and expires_at > @Now
            """,
            new { IdHash = idHash, Now = now }
        );

    /// <summary>A member signs out.</summary>
    public static Task DeleteSession(DbWork db, string idHash) =>
        db.Execute("delete from household_sessions where id_hash = @IdHash", new { IdHash = idHash });

    /// <summary>Ends all sessions of a member.</summary>
    public static Task DeleteSessionsOf(DbWork db, UserId userId) =>
        db.Execute("delete from household_sessions where user_id = @UserId", new { UserId = userId });

    /// <summary>Removes at most so many sessions that have expired, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from household_sessions where id_hash in
                (select id_hash from household_sessions where expires_at <= @Now order by expires_at limit @AtMost)
            """,
            new { Now = now, AtMost = atMost }
        );
}
