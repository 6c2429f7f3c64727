using System.Net;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>What authorization must ask of the users' side, which gives it at start.</summary>
/// <param name="ClientOf">The client that a user belongs to; null: no such user.</param>
/// <param name="SignIn">Checks a name and password at a client.</param>
internal sealed record UserDirectory(
    Func<DbWork, UserId, Task<ClientId?>> ClientOf,
    Func<SignIn, CancellationToken, Task<SignInOutcome>> SignIn
);

/// <summary>A user's attempt to sign in with a password.</summary>
/// <param name="Address">Where it came from; null: not known.</param>
internal sealed record SignIn(ClientId ClientId, string UserName, Secret Password, IPAddress? Address);

/// <summary>How it ended.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome() { }

    /// <summary>Name and password belong together.</summary>
    public sealed record Welcome(UserId UserId) : SignInOutcome;

    /// <summary>
    /// They do not, or wrong ones were tried too often: the answer is the same, so that nobody learns which names exist.
    /// </summary>
    /// <param name="RetryAfter">Seconds for which every further attempt is refused; null: none.</param>
    public sealed record Refused(long? RetryAfter) : SignInOutcome;

    /// <summary>Not looked at: there are more attempts than the limits allow.</summary>
    /// <param name="RetryAfter">Seconds after which to come again.</param>
    public sealed record Excess(long RetryAfter) : SignInOutcome;
}
