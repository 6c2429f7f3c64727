using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.SimpleFin;

/// <summary>Every statement about accesses over SimpleFIN.</summary>
internal static class SimpleFinStore
{
    private const string Columns = """
        id, user_id, client_id, name, code_hash, code_expires_at, secret_hash, created_at, claimed_at, used_at,
        requests_day, requests
        """;

    /// <summary>A new one, that waits for its claim; false when the user has as many as a user may have.</summary>
    public static async Task<bool> Insert(DbWork db, SimpleFinAccess access)
    {
        // Its code is told once.
        db.MustLast();
        return await db.Execute(
                """
                insert into simplefin_accesses (id, user_id, client_id, name, code_hash, code_expires_at, created_at)
                select @Id, @UserId, @ClientId, @Name, @CodeHash, @CodeExpiresAt, @CreatedAt
                where (select count(*) from simplefin_accesses where user_id = @UserId) < @Most
                """,
                new
                {
                    access.Id,
                    access.UserId,
                    access.ClientId,
                    access.Name,
                    access.CodeHash,
                    access.CodeExpiresAt,
                    access.CreatedAt,
                    SimpleFinAccess.Most,
                }
            ) == 1;
    }

    /// <summary>The user's accesses, oldest first.</summary>
    public static Task<IReadOnlyList<SimpleFinAccess>> List(DbWork db, UserId userId) =>
        db.Query<SimpleFinAccess>(
            $"select {Columns} from simplefin_accesses where user_id = @UserId order by id",
            new { UserId = userId }
        );

    /// <summary>One of the user's accesses; null when the user has no such.</summary>
    public static Task<SimpleFinAccess?> Find(DbWork db, UserId userId, SimpleFinAccessId id) =>
        db.Find<SimpleFinAccess>(
            $"select {Columns} from simplefin_accesses where user_id = @UserId and id = @Id",
            new { UserId = userId, Id = id }
        );

    /// <summary>The access that credentials name, of any user: who asks is not known before.</summary>
    public static Task<SimpleFinAccess?> FindByName(DbWork db, SimpleFinAccessId id) =>
        db.Find<SimpleFinAccess>($"select {Columns} from simplefin_accesses where id = @Id", new { Id = id });

    /// <summary>The access that a setup token names.</summary>
    public static Task<SimpleFinAccess?> FindByCode(DbWork db, string codeHash) =>
        db.Find<SimpleFinAccess>(
            $"select {Columns} from simplefin_accesses where code_hash = @CodeHash",
            new { CodeHash = codeHash }
        );

    /// <summary>Whose access it is; null when there is none.</summary>
    public static Task<UserId?> OwnerOf(DbWork db, SimpleFinAccessId id) =>
        db.Scalar<UserId?>("select user_id from simplefin_accesses where id = @Id", new { Id = id });

    /// <summary>Gives the access to who brought its code; false: another one was faster, or it is gone.</summary>
    public static async Task<bool> Claim(DbWork db, UserId userId, SimpleFinAccessId id, string secretHash, long now)
    {
        // The password is told once.
        db.MustLast();
        return await db.Execute(
                """
                update simplefin_accesses set secret_hash = @SecretHash, claimed_at = @Now
                where user_id = @UserId and id = @Id and claimed_at is null
                """,
                new
                {
                    UserId = userId,
                    Id = id,
                    SecretHash = secretHash,
                    Now = now,
                }
            ) == 1;
    }

    /// <summary>Writes down requests, the last of them sent now.</summary>
    public static Task Count(DbWork db, UserId userId, SimpleFinAccessId id, int requests, long now) =>
        db.Execute(
            """
            update simplefin_accesses set used_at = @Now, requests_day = @Day,
                requests = case when requests_day = @Day then requests + @Requests else @Requests end
            where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                Id = id,
                Day = SimpleFinDay.At(now),
                Requests = requests,
                Now = now,
            }
        );

    /// <summary>Ends an access; false when the user has no such.</summary>
    public static async Task<bool> Delete(DbWork db, UserId userId, SimpleFinAccessId id)
    {
        db.Erases();
        return await db.Execute(
                "delete from simplefin_accesses where user_id = @UserId and id = @Id",
                new { UserId = userId, Id = id }
            ) == 1;
    }

    /// <summary>Forgets setup tokens that nobody has claimed in their time, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from simplefin_accesses where id in
                (select id from simplefin_accesses where claimed_at is null and code_expires_at <= @Now limit @AtMost)
            """,
            new { Now = now, AtMost = atMost }
        );
}
