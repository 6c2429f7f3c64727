using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.SimpleFin;

/// <summary>An application's access to a user's shared accounts, as stored. Times are UTC seconds.</summary>
internal sealed record SimpleFinAccess
{
    /// <summary>For how long a setup token can be claimed, in seconds.</summary>
    public const long CodeLifetime = 86_400;

    /// <summary>How many a user may have, those that wait for their claim among them.</summary>
    public const int Most = 50;

    /// <summary>Of <see cref="Name"/>.</summary>
    public const int LongestName = 100;

    public SimpleFinAccessId Id { get; init; }
    public UserId UserId { get; init; }
    public ClientId ClientId { get; init; }

    /// <summary>For which application it is, as the user calls it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of the code in the setup token.</summary>
    public string CodeHash { get; init; } = "";
    public long CodeExpiresAt { get; init; }

    /// <summary>Of the password in the access URL; null: nobody has claimed it.</summary>
    public string? SecretHash { get; init; }
    public long CreatedAt { get; init; }
    public long? ClaimedAt { get; init; }

    /// <summary>When it was used last, as far as that is written down: up to <see cref="SimpleFinUses.Pause"/> before.</summary>
    public long? UsedAt { get; init; }

    /// <summary>The day of <see cref="Requests"/>, counted from 1970-01-01.</summary>
    public int RequestsDay { get; init; }

    /// <summary>How many requests of that day are written down.</summary>
    public int Requests { get; init; }

    /// <summary>Why the code of this access cannot be claimed at a time; null: it can.</summary>
    public SimpleFinFault? ClaimFault(long now) =>
        ClaimedAt is not null ? SimpleFinFault.CodeUsed
        : CodeExpiresAt <= now ? SimpleFinFault.CodeExpired
        : null;

    /// <summary>Whether this is the access's password. Takes as long for a wrong one as for the right one.</summary>
    public bool Knows(Secret password) =>
        SecretHash is { } known
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(known),
            Encoding.ASCII.GetBytes(password.Hash())
        );
}

/// <summary>Why an application got nothing.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum SimpleFinFault
{
    UnknownCode,

    /// <summary>The code was claimed before: somebody else may have had it.</summary>
    CodeUsed,
    CodeExpired,

    /// <summary>No such access (any more), or another password.</summary>
    WrongCredentials,

    /// <summary>The client of the user is closed, or may no longer read accounts and transactions.</summary>
    ClientRefused,
    TooManyRequests,
}

/// <summary>
/// Codes, tokens and credentials of the SimpleFIN protocol (https://www.simplefin.org/protocol.html). They consist of letters and digits alone:
/// applications take access URLs apart without decoding them.
/// </summary>
internal static class SimpleFinSecrets
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // 62^43 is more than 2^256.
    private const int Length = 43;

    // Far longer than what we give out.
    private const int LongestHeader = 512;

    public static Secret Generate() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>The setup token that users hand to an application: where to claim, in base64.</summary>
    public static string SetupToken(string root, Secret code) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{root}/claim/{code.Value}"));

    /// <summary>The root with the credentials in it, as the application keeps it.</summary>
    public static string AccessUrl(string root, SimpleFinAccessId id, Secret password)
    {
        var authority = root.IndexOf("//", StringComparison.Ordinal) + 2;
        return $"{root[..authority]}{id}:{password.Value}@{root[authority..]}";
    }

    /// <summary>What a request brings as HTTP Basic (RFC 7617); null: nothing that could be ours.</summary>
    public static (SimpleFinAccessId Id, Secret Password)? Read(string? header)
    {
        if (
            header is not { Length: < LongestHeader }
            || !AuthenticationHeaderValue.TryParse(header, out var given)
            || !given.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || given.Parameter is not { } parameter
        )
        {
            return null;
        }
        var bytes = new byte[LongestHeader];
        return
            Convert.TryFromBase64String(parameter, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var user, { Length: > 0 } password]
            && Ids.TryRead<SimpleFinAccessId>(user, out var id)
            ? (id, new Secret(password))
            : null;
    }
}
