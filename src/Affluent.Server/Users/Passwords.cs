using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Platform;
using NSec.Cryptography;

namespace Affluent.Server.Users;

/// <summary>What one hash costs. The standard is the OWASP minimum for argon2id: 19 MiB, two passes.</summary>
internal sealed record PasswordCost(int MemoryKiB = 19 * 1024, int Passes = 2);

/// <summary>
/// Users' passwords as argon2id (RFC 9106), in the usual text form <c>$argon2id$v=19$m=…,t=…,p=1$salt$hash</c>. As many at once as
/// there are processors, clients in turn: a burst of one client's sign-ins takes neither all memory nor another client's time.
/// </summary>
internal sealed class Passwords(PasswordCost cost)
{
    public const int MinimumLength = 6;
    public const int MaximumLength = 128;

    /// <summary>How many passwords of a client may wait: some seconds' work of one processor.</summary>
    public const int MostWaiting = 100;

    private readonly FairQueue _queue = new(Environment.ProcessorCount, MostWaiting);

    /// <summary>What is wrong with a new password; null: nothing.</summary>
    public static string? Weakness(string password) =>
        password.Length < MinimumLength ? $"must have at least {MinimumLength} characters"
        : password.Length > MaximumLength ? $"must have at most {MaximumLength} characters"
        : !password.Any(char.IsLetter) || !password.Any(char.IsAsciiDigit) ? "must have a letter and a digit"
        : CommonPasswords.Contain(password) ? "is one of those that attackers try first: choose another"
        : null;

    /// <summary>Waits for the client's turn to hash; null: too many of it wait.</summary>
    public async Task<PasswordTurn?> Turn(ClientId clientId, CancellationToken cancellation)
    {
        var place = await _queue.Enter(clientId, cancellation);
        if (place is null)
        {
            LimitMetrics.RefusedQueue();
        }
        return place is null ? null : new PasswordTurn(cost, place);
    }
}

/// <summary>A turn to hash passwords; another waits until it is over.</summary>
internal sealed class PasswordTurn(PasswordCost cost, IDisposable place) : IDisposable
{
    private const int SaltSize = 16;
    private const int HashSize = 32;

    /// <summary>What to store of a password.</summary>
    public async Task<string> Hash(Secret password, CancellationToken cancellation)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return Text(cost, salt, await Derive(password, cost, salt, cancellation));
    }

    /// <summary>Whether it is the password of the stored hash; a null hash takes the same time and says no.</summary>
    public async Task<bool> Verify(Secret password, string? stored, CancellationToken cancellation)
    {
        var (storedCost, salt, hash) = Parse(stored ?? Text(cost, new byte[SaltSize], new byte[HashSize]));
        var derived = await Derive(password, storedCost, salt, cancellation);
        return CryptographicOperations.FixedTimeEquals(derived, hash) && stored is not null;
    }

    public void Dispose() => place.Dispose();

    private static Task<byte[]> Derive(
        Secret password,
        PasswordCost with,
        byte[] salt,
        CancellationToken cancellation
    ) =>
        Task.Run(
            () =>
                PasswordBasedKeyDerivationAlgorithm
                    .Argon2id(
                        new Argon2Parameters
                        {
                            DegreeOfParallelism = 1,
                            MemorySize = with.MemoryKiB,
                            NumberOfPasses = with.Passes,
                        }
                    )
                    .DeriveBytes(Encoding.UTF8.GetBytes(ComposedText.Of(password.Value)), salt, HashSize),
            cancellation
        );

    private static string Text(PasswordCost cost, byte[] salt, byte[] hash) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"$argon2id$v=19$m={cost.MemoryKiB},t={cost.Passes},p=1${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}"
        );

    /// <summary>Reads what <see cref="Hash"/> made.</summary>
    /// <exception cref="FormatException">It did not make this.</exception>
    internal static (PasswordCost Cost, byte[] Salt, byte[] Hash) Parse(string text)
    {
        if (
            text.Split('$') is ["", "argon2id", "v=19", var parameters, var salt, var hash]
            && parameters.Split(',') is [['m', '=', .. var memory], ['t', '=', .. var passes], "p=1"]
            && Number(memory) is { } memoryKiB
            && Number(passes) is { } count
        )
        {
            return (new PasswordCost(memoryKiB, count), Convert.FromBase64String(salt), Convert.FromBase64String(hash));
        }
        throw new FormatException("A stored password hash is not in the form that this program writes.");

        static int? Number(string digits) =>
            digits.All(char.IsAsciiDigit)
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }
}
