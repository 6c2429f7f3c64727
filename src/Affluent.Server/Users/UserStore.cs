using Affluent.Server.Authorization;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Users in the database.</summary>
internal static class UserStore
{
    /// <summary>Stores a user; false when the client already has one with this e-mail.</summary>
    public static async Task<bool> Insert(DbWork db, UserRow user) =>
        await db.Execute(
            """
            insert into users (id, client_id, email, email_key, email_verified, password_hash, created_at)
            values (@Id, @ClientId, @Email, @EmailKey, @EmailVerified, @PasswordHash, @CreatedAt)
            on conflict (client_id, email_key) do nothing
            """,
            user
        ) == 1;

    public static Task<UserRow?> Find(DbWork db, long userId) =>
        db.Find<UserRow>("select * from users where id = @Id", new { Id = userId });

    public static Task<UserRow?> FindByEmail(DbWork db, long clientId, string emailKey) =>
        db.Find<UserRow>(
            "select * from users where client_id = @ClientId and email_key = @EmailKey",
            new { ClientId = clientId, EmailKey = emailKey }
        );

    /// <summary>The client that a user belongs to; null: no such user.</summary>
    public static Task<long?> ClientOf(DbWork db, long userId) =>
        db.Scalar<long?>("select client_id from users where id = @Id", new { Id = userId });

    /// <summary>Writes what a user may change; false when another user of the client has the new e-mail.</summary>
    public static async Task<bool> Update(DbWork db, UserRow user) =>
        await db.Execute(
            """
            update users set email = @Email, email_key = @EmailKey, email_verified = @EmailVerified,
                password_hash = @PasswordHash, first_name = @FirstName, last_name = @LastName
            where id = @Id and not exists (
                select 1 from users other
                where other.client_id = @ClientId and other.email_key = @EmailKey and other.id <> @Id
            )
            """,
            user
        ) == 1;

    /// <summary>Erases a user and, by cascade, all that is theirs: connections, accounts, transactions, events, the vault's key.</summary>
    public static async Task Delete(DbWork db, long userId)
    {
        await TokenStore.DeleteOfUser(db, userId);
        // In the order in which everybody locks: a session, its connection, and the user last. The other way round, a deletion
        // and a run that is just writing events wait for each other.
        var whose = new { UserId = userId };
        await db.Query<long>(
            "select 1 from widget_sessions where user_id = @UserId order by id_hash {for update}",
            whose
        );
        await db.Query<long>("select id from connections where user_id = @UserId order by id {for update}", whose);
        await db.Execute("delete from users where id = @Id", new { Id = userId });
    }
}

/// <summary>A user as stored.</summary>
internal sealed record UserRow
{
    public long Id { get; init; }
    public long ClientId { get; init; }
    public string Email { get; init; } = "";

    /// <summary>The e-mail as compared: trimmed, in lower case.</summary>
    public string EmailKey { get; init; } = "";
    public bool EmailVerified { get; init; }

    /// <summary>Argon2id, in its own text form.</summary>
    public string PasswordHash { get; init; } = "";
    public string? FirstName { get; init; }
    public string? LastName { get; init; }

    /// <summary>UTC seconds.</summary>
    public long CreatedAt { get; init; }
}
