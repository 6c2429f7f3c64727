using Affluent.Server.Authorization;
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

/// <summary>Gives users another password without the one that they have: an operator's, at the machine.</summary>
internal static class PasswordReset
{
    /// <summary>Sets it and ends all that stands on the old one; null: no such user, else the client.</summary>
    public static async Task<ClientId?> Set(DbWork db, UserId userId, string passwordHash, Revocations revocations)
    {
        if (await UserStore.Find(db, userId) is not { } before)
        {
            return null;
        }
        await UserStore.Update(db, before with { PasswordHash = passwordHash });
        await TokenStore.DeleteOfUser(db, userId);
        await revocations.Add(db, userId);
        return before.ClientId;
    }
}
