using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>
/// Checks a user's name and password. Whether somebody has the name shows neither in the answer nor in its time: an unknown name is
/// counted and hashed like a known one.
/// </summary>
internal sealed class PasswordSignIn(Database database, Passwords passwords, TimeProvider time) : IDisposable
{
    // Attempts for one name go one after the other on a node: a burst of guesses sees the count of those before it.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    public async Task<SignInOutcome> Try(SignIn attempt, CancellationToken cancellation)
    {
        var name = Email.Key(attempt.UserName);
        var turn = _turns[(uint)HashCode.Combine(attempt.ClientId, name) % _turns.Length];
        await turn.WaitAsync(cancellation);
        try
        {
            return await TryNow(attempt, name, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => Array.ForEach(_turns, turn => turn.Dispose());

    private async Task<SignInOutcome> TryNow(SignIn attempt, string name, CancellationToken cancellation)
    {
        var clientId = attempt.ClientId;
        var (user, throttle) = await database.Read(
            async db => (await UserStore.FindByEmail(db, clientId, name), await ThrottleStore.Find(db, clientId, name)),
            cancellation
        );
        if (throttle.Wait(time.Seconds()) is { } wait)
        {
            return new SignInOutcome.Refused(wait);
        }
        if (!await passwords.Verify(attempt.Password, user?.PasswordHash, cancellation))
        {
            var now = time.Seconds();
            var after = await database.Write(db => ThrottleStore.AddFailure(db, clientId, name, now), cancellation);
            return new SignInOutcome.Refused(after.Wait(now));
        }
        if (throttle.Failures > 0)
        {
            await database.Write(db => ThrottleStore.Forget(db, clientId, name), cancellation);
        }
        return new SignInOutcome.Welcome(user!.Id);
    }
}
