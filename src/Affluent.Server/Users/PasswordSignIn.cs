using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>
/// Checks a user's name and password. Whether somebody has the name shows neither in the answer nor in its time: an unknown name is
/// counted and hashed like a known one.
/// </summary>
internal sealed class PasswordSignIn(
    Database database,
    Passwords passwords,
    RequestLimits limits,
    ThrottleKeys keys,
    Settings settings,
    SecurityLog security,
    TimeProvider time
)
{
    private readonly NameTurns _names = new();

    public async Task<SignInOutcome> Try(SignIn attempt, CancellationToken cancellation)
    {
        var name = Email.Key(attempt.UserName);
        if (limits.Take(LimitedAction.SignIn, attempt.ClientId, name, attempt.Address) is { } seconds)
        {
            return new SignInOutcome.Excess(seconds);
        }
        // A burst of guesses for one name sees the count of those before it.
        using var only = await _names.Enter((attempt.ClientId, name), cancellation);
        if (only is null)
        {
            return new SignInOutcome.Excess(RetryAfter: 1);
        }
        // Asked only now how many failed before: no more guesses than there are turns miss each other.
        using var turn = await passwords.Turn(attempt.ClientId, cancellation);
        return turn is null ? new SignInOutcome.Excess(RetryAfter: 1) : await TryNow(attempt, name, turn, cancellation);
    }

    private async Task<SignInOutcome> TryNow(
        SignIn attempt,
        string name,
        PasswordTurn turn,
        CancellationToken cancellation
    )
    {
        var counts = Counts(attempt, name);
        var (user, waits, mayForget) = await database.Read(
            async db =>
            {
                var now = time.Seconds();
                List<(ThrottleKind Kind, long Wait)> found = [];
                var failures = 0;
                foreach (var (key, _) in counts)
                {
                    var throttle = await ThrottleStore.Find(db, key);
                    failures = key.Kind == ThrottleKind.SignInName ? throttle.Failures : failures;
                    if (throttle.Wait(now) is { } wait)
                    {
                        found.Add((key.Kind, wait));
                    }
                }
                return (await UserStore.FindByEmail(db, attempt.ClientId, name), found, failures > 0);
            },
            cancellation
        );
        var about = new SecuritySubject(attempt.ClientId, user?.Id);
        if (waits.Count > 0)
        {
            security.SignInBlocked(about, waits[0].Kind);
            LimitMetrics.Refused(waits[0].Kind);
            return new SignInOutcome.Refused(waits.Max(w => w.Wait));
        }
        if (!await turn.Verify(attempt.Password, user?.PasswordHash, cancellation))
        {
            var now = time.Seconds();
            var after = await database.Write(
                async db =>
                {
                    List<long?> all = [];
                    foreach (var (key, rule) in counts)
                    {
                        all.Add((await ThrottleStore.AddFailure(db, key, rule, now)).Wait(now));
                    }
                    return all.Max();
                },
                cancellation
            );
            security.SignInFailed(about);
            return new SignInOutcome.Refused(after);
        }
        if (mayForget)
        {
            await database.Write(db => ThrottleStore.Forget(db, counts[0].Key), cancellation);
        }
        security.SignInSucceeded(about);
        return new SignInOutcome.Welcome(user!.Id);
    }

    /// <summary>What a wrong password counts for; the name first. In the order in which everybody locks.</summary>
    private List<(ThrottleKey Key, ThrottleRule Rule)> Counts(SignIn attempt, string name)
    {
        var client = attempt.ClientId.ToString();
        List<(ThrottleKey, ThrottleRule)> counts =
        [
            (keys.Of(ThrottleKind.SignInName, client, name), ThrottleRule.SignInName),
        ];
        if (settings.WrongPasswords.Address is { } ofAddress && RequestLimits.Key(attempt.Address) is { } address)
        {
            counts.Add((keys.Of(ThrottleKind.SignInAddress, address), ThrottleRule.Sprayed(ofAddress)));
        }
        if (settings.WrongPasswords.Client is { } ofClient)
        {
            counts.Add((keys.Of(ThrottleKind.SignInClient, client), ThrottleRule.Sprayed(ofClient)));
        }
        return counts;
    }

    /// <summary>Attempts for one name go one after the other on a node; different names never wait for each other.</summary>
    private sealed class NameTurns
    {
        private const int MostWaiting = 20;

        private readonly Dictionary<(ClientId, string), Line> _lines = [];

        /// <summary>The name's turn, to be given back; null: too many wait for it.</summary>
        public async Task<IDisposable?> Enter((ClientId, string) name, CancellationToken cancellation)
        {
            Line? line;
            lock (_lines)
            {
                if (!_lines.TryGetValue(name, out line))
                {
                    _lines[name] = line = new Line();
                }
                if (line.Length > MostWaiting)
                {
                    return null;
                }
                line.Length++;
            }
            try
            {
                await line.Turn.WaitAsync(cancellation);
                return new Entry(this, name, line);
            }
            catch (OperationCanceledException)
            {
                Shorten(name, line);
                throw;
            }
        }

        private void Shorten((ClientId, string) name, Line line)
        {
            lock (_lines)
            {
                if (--line.Length == 0)
                {
                    _lines.Remove(name);
                }
            }
        }

        private sealed class Line
        {
            public SemaphoreSlim Turn { get; } = new(1);

            public int Length { get; set; }
        }

        private sealed class Entry(NameTurns turns, (ClientId, string) name, Line line) : IDisposable
        {
            public void Dispose()
            {
                line.Turn.Release();
                turns.Shorten(name, line);
            }
        }
    }
}
