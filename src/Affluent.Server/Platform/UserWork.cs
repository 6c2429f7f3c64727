using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>
/// What is done for one user in one go: a request, or a transaction of a run. Carries whose data it is about, the database work, the
/// time that counts for all of it, and the user's key, opened at most once.
/// </summary>
internal sealed class UserWork(
    DbWork db,
    UserId userId,
    ClientId clientId,
    Vault vault,
    Ids ids,
    long now,
    UserKey? key = null
)
{
    private UserKey? _key = key;

    public DbWork Db => db;

    public UserId UserId => userId;

    /// <summary>The client that the user belongs to.</summary>
    public ClientId ClientId => clientId;

    public Ids Ids => ids;

    /// <summary>UTC seconds.</summary>
    public long Now => now;

    /// <summary>The user's key, to seal and open with.</summary>
    /// <exception cref="InvalidOperationException">The user is gone.</exception>
    public async ValueTask<UserKey> Key() =>
        _key ??=
            await vault.OpenKey(db, userId) ?? throw new InvalidOperationException("The user is gone, with their key.");
}

/// <summary>The database as one user's: begins each <see cref="UserWork"/>.</summary>
internal sealed class UserDatabase(Database database, Vault vault, Ids ids, TimeProvider time)
{
    /// <inheritdoc cref="Database.Read{T}"/>
    public Task<T> Read<T>(
        UserId userId,
        ClientId clientId,
        Func<UserWork, Task<T>> work,
        CancellationToken cancellation
    ) => database.Read(db => work(For(db, userId, clientId)), cancellation);

    /// <inheritdoc cref="Database.Write{T}"/>
    public Task<T> Write<T>(
        UserId userId,
        ClientId clientId,
        Func<UserWork, Task<T>> work,
        CancellationToken cancellation
    ) => database.Write(db => work(For(db, userId, clientId)), cancellation);

    /// <summary>For a user who is found in the transaction that is already open.</summary>
    public UserWork For(DbWork db, UserId userId, ClientId clientId) =>
        new(db, userId, clientId, vault, ids, time.Seconds());
}
