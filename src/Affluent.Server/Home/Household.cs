using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Home;

/// <summary>The household of an installation at home, as stored. Times are UTC seconds.</summary>
internal sealed record Household
{
    /// <summary>How many wrong setup codes are looked at; after that only a new start makes a new one.</summary>
    public const int MostGuesses = 10;

    /// <summary>The client whose users are the household's members.</summary>
    public ClientId ClientId { get; init; }

    /// <summary>Of the setup code; null: there is none.</summary>
    public string? SetupHash { get; init; }
    public long? SetupExpiresAt { get; init; }

    /// <summary>How many wrong codes were tried since it was made.</summary>
    public int SetupGuesses { get; init; }

    /// <summary>The client as it is made at the first start. Nobody knows its secret.</summary>
    public static Client NewClient { get; } =
        new()
        {
            Name = "Household",
            Grants = [GrantType.ClientCredentials],
            Scopes =
            [
                Scope.Profile,
                Scope.ProfileEdit,
                Scope.AccountsRead,
                Scope.AccountsManage,
                Scope.ConnectionsManage,
                Scope.ConnectionsSync,
                Scope.TransactionsRead,
            ],
        };

    /// <summary>Why a code makes no user at a time; null: it does.</summary>
    public SetupFault? FaultOf(string hash, long now) =>
        SetupHash is not { } known ? SetupFault.NotOpen
        : SetupGuesses >= MostGuesses ? SetupFault.TooManyGuesses
        : SetupExpiresAt <= now ? SetupFault.SetupExpired
        : CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known), Encoding.ASCII.GetBytes(hash)) ? null
        : SetupFault.WrongCode;
}

/// <summary>Why a setup code makes no user.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum SetupFault
{
    /// <summary>There is none: it was used, or this process has not made one yet.</summary>
    NotOpen,
    SetupExpired,
    TooManyGuesses,
    WrongCode,
}

/// <summary>The code by which the first user is made, told on the machine itself.</summary>
internal static class SetupCode
{
    /// <summary>For how long it is good, in seconds.</summary>
    public const long Lifetime = 86_400;

    /// <summary>Longer than anything that is a code, however it is typed.</summary>
    public const int LongestTyped = 64;

    // Without letters and digits that are taken for one another; 60 bits.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Groups = 3;
    private const int GroupLength = 4;

    /// <summary>A new one, in groups.</summary>
    public static Secret Generate() =>
        new(
            string.Join(
                '-',
                Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Alphabet, GroupLength))
            )
        );

    /// <summary>What is stored of a code, and compared: capitals, blanks and dashes make no difference.</summary>
    public static string Hash(byte[] key, Secret typed) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(
                key,
                Encoding.UTF8.GetBytes(string.Concat(typed.Value.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant())
            )
        );
}

/// <summary>A member of the household who is signed in.</summary>
/// <param name="TokenId">What widget sessions stand on that are opened from here.</param>
/// <param name="IdHash">Names the session in the database.</param>
internal sealed record HouseholdMember(UserId UserId, ClientId ClientId, TokenId TokenId, string IdHash);

/// <summary>The session of a member, as stored. Times are UTC seconds.</summary>
internal sealed record HouseholdSession
{
    /// <summary>How long a session lives, in seconds.</summary>
    public const long Lifetime = 12 * 3_600;

    public string IdHash { get; init; } = "";
    public UserId UserId { get; init; }
    public ClientId ClientId { get; init; }
    public TokenId TokenId { get; init; }
    public long CreatedAt { get; init; }
    public long ExpiresAt { get; init; }
}
