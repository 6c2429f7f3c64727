using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Makes users.</summary>
internal sealed class NewUsers(Vault vault, UserDatabase users, Ids ids, TimeProvider time)
{
    /// <summary>Stores a user with a key of the vault; null: the client has one with this e-mail already.</summary>
    /// <param name="email">One that is <see cref="Email.IsPlausible"/>.</param>
    /// <param name="passwordHash">Of a password that has no <see cref="Passwords.Weakness"/>.</param>
    public async Task<UserId?> Insert(DbWork db, ClientId clientId, string email, string passwordHash)
    {
        var user = new UserRow
        {
            Id = ids.Next<UserId>(),
            ClientId = clientId,
            Email = email.Trim(),
            EmailKey = Email.Key(email),
            PasswordHash = passwordHash,
            CreatedAt = time.Seconds(),
        };
        if (!await UserStore.Insert(db, user))
        {
            return null;
        }
        await vault.CreateKey(db, user.Id);
        await EventLog.Append(users.For(db, user.Id, user.ClientId), NewEvent.OfUser(EventName.UserCreated, user.Id));
        return user.Id;
    }
}
