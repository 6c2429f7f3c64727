using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Locks a room's rows of a user.</summary>
internal delegate Task LockRows(DbWork db, UserId userId);

/// <summary>Erases at most so many of a room's rows of a user, and says how many.</summary>
internal delegate Task<int> EraseRows(DbWork db, UserId userId, int atMost);

/// <summary>Asks for the end of what a user authorized elsewhere, while it is still known.</summary>
internal delegate Task EndAccess(DbWork db, UserId userId);

/// <summary>Says that a user has gone, in the transaction in which they went.</summary>
internal delegate Task SayGone(DbWork db, UserId userId, ClientId clientId);

/// <summary>
/// Erases users. What other rooms hold of a user goes with the user's row by cascade; App names the rooms that must do more.
/// </summary>
/// <param name="locks">
/// Rows to lock before the user's, in the order in which everybody locks. The other way round, a deletion and a run that is just writing
/// events wait for each other.
/// </param>
/// <param name="large">What one user can have very many rows of.</param>
/// <param name="endAccess">Comes last before the user goes, with the key.</param>
/// <param name="sayGone">Comes when the user has gone.</param>
internal sealed class UserErasure(
    IReadOnlyList<LockRows> locks,
    IReadOnlyList<EraseRows> large,
    EndAccess endAccess,
    SayGone sayGone
)
{
    /// <summary>How many rows of the large tables go in one step.</summary>
    public const int Step = 1000;

    /// <summary>
    /// Erases the user with the vault's key, refresh tokens, and all data. The caller revokes the access tokens that are out.
    /// </summary>
    public async Task Erase(DbWork db, UserId userId)
    {
        await Lock(db, userId);
        await EraseLocked(db, userId);
    }

    /// <summary><see cref="Erase"/> in bounded steps, each a transaction of its own: stopped in between, a second call goes on.</summary>
    public async Task EraseBySteps(Database database, UserId userId, CancellationToken cancellation)
    {
        while (!await database.Write(db => EraseSome(db, userId), cancellation))
        {
            // More of this user is left.
        }
    }

    private async Task<bool> EraseSome(DbWork db, UserId userId)
    {
        await Lock(db, userId);
        var left = Step;
        foreach (var erase in large)
        {
            left -= await erase(db, userId, left);
            if (left <= 0)
            {
                return false;
            }
        }
        await EraseLocked(db, userId);
        return true;
    }

    private async Task Lock(DbWork db, UserId userId)
    {
        foreach (var lockRows in locks)
        {
            await lockRows(db, userId);
        }
    }

    private async Task EraseLocked(DbWork db, UserId userId)
    {
        await endAccess(db, userId);
        await TokenStore.DeleteOfUser(db, userId);
        if (await UserStore.Delete(db, userId) is { } clientId)
        {
            await sayGone(db, userId, clientId);
        }
    }
}
