using Affluent.Server.Authorization;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Checks a user's name and password for the password grant.</summary>
internal sealed class PasswordSignIn(Database database, Passwords passwords)
{
    public async Task<SignInOutcome> Try(SignIn attempt, CancellationToken cancellation)
    {
        var user = await database.Read(
            db => UserStore.FindByEmail(db, attempt.ClientId, Email.Key(attempt.UserName)),
            cancellation
        );
        return await passwords.Verify(attempt.Password, user?.PasswordHash, cancellation)
            ? new SignInOutcome.Welcome(user!.Id)
            : new SignInOutcome.Refused();
    }
}
