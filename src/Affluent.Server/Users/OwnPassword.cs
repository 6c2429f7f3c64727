using System.Net;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>A user who is signed in and types the own password once more.</summary>
/// <param name="Address">Where it came from; null: not known.</param>
internal sealed record PasswordOnceMore(ActingUser User, Secret Password, IPAddress? Address);

/// <summary>Asks users who are signed in for their password, and changes it. A wrong one counts like one at the sign-in.</summary>
internal sealed class OwnPassword(
    Database database,
    PasswordSignIn signIn,
    Passwords passwords,
    Revocations revocations,
    SecurityLog security
)
{
    /// <summary>Whether it is the user's password.</summary>
    public async Task<SignInOutcome> Confirm(PasswordOnceMore typed, CancellationToken cancellation) =>
        await database.Read(db => UserStore.Find(db, typed.User.UserId), cancellation) is { } user
            ? await signIn.Try(new SignIn(user.ClientId, user.Email, typed.Password, typed.Address), cancellation)
            // Gone meanwhile.
            : new SignInOutcome.Refused(RetryAfter: null);

    /// <summary>Where it is the user's password, sets another one, and ends all that stands on the old one.</summary>
    /// <param name="next">One that has no <see cref="Passwords.Weakness"/>.</param>
    /// <param name="endOthers">Ends what else stands on the old one, in the same transaction.</param>
    public async Task<SignInOutcome> Change(
        PasswordOnceMore typed,
        Secret next,
        Func<DbWork, Task> endOthers,
        CancellationToken cancellation
    )
    {
        var (userId, clientId) = (typed.User.UserId, typed.User.ClientId);
        var confirmed = await Confirm(typed, cancellation);
        if (confirmed is not SignInOutcome.Welcome)
        {
            return confirmed;
        }
        string hash;
        using (var turn = await passwords.Turn(clientId, cancellation))
        {
            if (turn is null)
            {
                return new SignInOutcome.Excess(RetryAfter: 1);
            }
            hash = await turn.Hash(next, cancellation);
        }
        await database.Write(
            async db =>
            {
                await PasswordReset.Set(db, userId, hash, revocations);
                await endOthers(db);
            },
            cancellation
        );
        security.PasswordChanged(new(clientId, userId));
        return confirmed;
    }
}
