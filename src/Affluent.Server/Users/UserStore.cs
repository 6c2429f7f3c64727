using Affluent.Server.Platform;
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

    public static Task<UserRow?> Find(DbWork db, UserId userId) =>
        db.Find<UserRow>("select * from users where id = @Id", new { Id = userId });

    public static Task<UserRow?> FindByEmail(DbWork db, ClientId clientId, string emailKey) =>
        db.Find<UserRow>(
            "select * from users where client_id = @ClientId and email_key = @EmailKey",
            new { ClientId = clientId, EmailKey = emailKey }
        );

    /// <summary>The client that a user belongs to; null: no such user.</summary>
    public static Task<ClientId?> ClientOf(DbWork db, UserId userId) =>
        db.Scalar<ClientId?>("select client_id from users where id = @Id", new { Id = userId });

    /// <summary>Writes what a user may change; false when another user of the client has the new e-mail.</summary>
    public static async Task<bool> Update(DbWork db, UserRow user)
    {
        db.Erases();
        return await db.Execute(
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
    }

    /// <summary>Users of a client, oldest first, behind <paramref name="after"/>.</summary>
    public static Task<IReadOnlyList<UserRow>> List(DbWork db, ClientId clientId, UserId after, int limit) =>
        db.Query<UserRow>(
            "select * from users where client_id = @ClientId and id > @After order by id limit @Limit",
            new
            {
                ClientId = clientId,
                After = after,
                Limit = limit,
            }
        );

    /// <summary>The first user of a client from an id on whose id is less than another; null: there is none.</summary>
    public static Task<UserId?> Next(DbWork db, ClientId clientId, UserId from, UserId before) =>
        db.Scalar<UserId?>(
            """
            select id from users where client_id = @ClientId and id >= @From and id < @Before order by client_id, id limit 1
            """,
            new
            {
                ClientId = clientId,
                From = from,
                Before = before,
            }
        );

    /// <summary>How many users a client has.</summary>
    public static Task<long> CountOf(DbWork db, ClientId clientId) =>
        db.Scalar<long>("select count(*) from users where client_id = @ClientId", new { ClientId = clientId });

    /// <summary>One user of a client; null when it has none.</summary>
    public static Task<UserId?> AnyOf(DbWork db, ClientId clientId) =>
        db.Scalar<UserId?>("select id from users where client_id = @ClientId limit 1", new { ClientId = clientId });

    /// <summary>
    /// Erases a user and, by cascade, all that is theirs: connections, accounts, transactions, events, the vault's key. See
    /// <see cref="UserErasure"/> for what must be locked before. Gives their client; null: they were gone.
    /// </summary>
    public static Task<ClientId?> Delete(DbWork db, UserId userId)
    {
        db.Erases();
        return db.Scalar<ClientId?>("delete from users where id = @Id returning client_id", new { Id = userId });
    }
}

/// <summary>A user as stored.</summary>
internal sealed record UserRow
{
    public UserId Id { get; init; }
    public ClientId ClientId { get; init; }
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
