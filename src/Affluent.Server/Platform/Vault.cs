using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>
/// Keeps secrets by envelope encryption: each user has a data key, wrapped by the installation's master key; both by AES-256-GCM.
/// What a key protects can be read by nobody who has only the database; a backup of it holds the wrapped keys as well (decision 10).
/// </summary>
internal sealed class Vault(MasterKey master)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Makes the user's data key; called once, in the transaction that creates the user.</summary>
    public async Task CreateKey(DbWork db, UserId userId)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await db.Execute(
            "insert into user_keys (user_id, wrapped_key) values (@UserId, @Wrapped)",
            new { UserId = userId, Wrapped = Seal(master.Bytes, key, Context("user-key", userId)) }
        );
    }

    /// <summary>The user's key, to seal and open with; null when the user is gone.</summary>
    public async Task<UserKey?> OpenKey(DbWork db, UserId userId)
    {
        var wrapped = await db.Scalar<byte[]>(
            "select wrapped_key from user_keys where user_id = @UserId",
            new { UserId = userId }
        );
        return wrapped is null ? null : new UserKey(userId, Unwrap(wrapped, userId).Key);
    }

    /// <summary>
    /// Wraps data keys that another master key has wrapped by the present one; to be called for one page after the other, until there
    /// is none. What the keys protect stays as it is.
    /// </summary>
    /// <param name="after">The last user of the page before.</param>
    public async Task<RewrappedPage> Rewrap(DbWork db, UserId after, int pageSize)
    {
        var rows = await db.Query<WrappedKey>(
            "select user_id, wrapped_key as wrapped from user_keys where user_id > @After order by user_id limit @Limit {for update}",
            new { After = after, Limit = pageSize }
        );
        var changed = 0;
        foreach (var row in rows)
        {
            var (key, wrapper) = Unwrap(row.Wrapped, row.UserId);
            if (wrapper != master)
            {
                await db.Execute(
                    "update user_keys set wrapped_key = @Wrapped where user_id = @UserId",
                    new { row.UserId, Wrapped = Seal(master.Bytes, key, Context("user-key", row.UserId)) }
                );
                changed++;
            }
        }
        return new RewrappedPage(rows is [.., var last] ? last.UserId : null, changed);
    }

    /// <summary>Seals what outlives its user, with a key of its own, to be kept beside it and to go with it.</summary>
    public SealedAlone SealAlone(string plain, string purpose)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        return new(
            Seal(master.Bytes, key, KeyContext(purpose)),
            Seal(key, Encoding.UTF8.GetBytes(plain), Encoding.UTF8.GetBytes(purpose))
        );
    }

    /// <summary>Opens what <see cref="SealAlone"/> made.</summary>
    /// <exception cref="CryptographicException">A value was changed, or belongs elsewhere.</exception>
    public string OpenAlone(SealedAlone value, string purpose) =>
        Encoding.UTF8.GetString(
            Open(Unwrap(value.WrappedKey, KeyContext(purpose)).Key, value.Content, Encoding.UTF8.GetBytes(purpose))
        );

    /// <summary>The key that stands beside a value, wrapped by the present master key; null: it is already.</summary>
    public byte[]? RewrapAlone(byte[] wrapped, string purpose)
    {
        var (key, wrapper) = Unwrap(wrapped, KeyContext(purpose));
        return wrapper == master ? null : Seal(master.Bytes, key, KeyContext(purpose));
    }

    private static byte[] KeyContext(string purpose) => Encoding.UTF8.GetBytes($"key:{purpose}");

    private (byte[] Key, MasterKey Master) Unwrap(byte[] wrapped, UserId userId) =>
        Unwrap(wrapped, Context("user-key", userId));

    private (byte[] Key, MasterKey Master) Unwrap(byte[] wrapped, byte[] context)
    {
        foreach (var candidate in master.All)
        {
            try
            {
                return (Open(candidate.Bytes, wrapped, context), candidate);
            }
            catch (AuthenticationTagMismatchException)
            {
                // Another one wrapped it.
            }
        }
        throw new CryptographicException("A key was wrapped by a master key that is not here.");
    }

    private sealed record WrappedKey
    {
        public UserId UserId { get; init; }
        public byte[] Wrapped { get; init; } = [];
    }

    internal static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain, byte[] context)
    {
        // version | nonce | ciphertext | tag
        var sealedBytes = new byte[1 + NonceSize + plain.Length + TagSize];
        sealedBytes[0] = 1;
        var nonce = sealedBytes.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(
            nonce,
            plain,
            sealedBytes.AsSpan(1 + NonceSize, plain.Length),
            sealedBytes.AsSpan(^TagSize..),
            context
        );
        return sealedBytes;
    }

    internal static byte[] Open(byte[] key, byte[] sealedBytes, byte[] context)
    {
        if (sealedBytes.Length < 1 + NonceSize + TagSize || sealedBytes[0] != 1)
        {
            throw new CryptographicException("Not a sealed value of a known version.");
        }
        var plain = new byte[sealedBytes.Length - 1 - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(
            sealedBytes.AsSpan(1, NonceSize),
            sealedBytes.AsSpan(1 + NonceSize, plain.Length),
            sealedBytes.AsSpan(^TagSize..),
            plain,
            context
        );
        return plain;
    }

    // Bound to what it is for and whose it is, so that a value moved to another row or column does not open.
    internal static byte[] Context(string purpose, UserId owner) => Encoding.UTF8.GetBytes($"{purpose}:{owner}");
}

/// <summary>What a call to <see cref="Vault.Rewrap"/> did.</summary>
/// <param name="Last">The last user that it looked at; null: there was none left.</param>
/// <param name="Changed">How many keys it wrapped anew.</param>
internal sealed record RewrappedPage(UserId? Last, int Changed);

/// <summary>A value sealed with a key of its own.</summary>
/// <param name="WrappedKey">The key, wrapped by the master key.</param>
/// <param name="Content">The value, sealed with it.</param>
internal sealed record SealedAlone(byte[] WrappedKey, byte[] Content);

/// <summary>A user's data key in memory.</summary>
internal sealed class UserKey(UserId userId, byte[] key)
{
    /// <summary>Seals a text for one purpose ("session:8700 of connection 12"); only the same purpose opens it.</summary>
    public byte[] Seal(string plain, string purpose) =>
        Vault.Seal(key, Encoding.UTF8.GetBytes(plain), Vault.Context(purpose, userId));

    /// <summary>Opens what <see cref="Seal"/> made; null stays null.</summary>
    /// <exception cref="CryptographicException">The value was changed, or belongs elsewhere.</exception>
    public string? Open(byte[]? sealedBytes, string purpose) =>
        sealedBytes is null
            ? null
            : Encoding.UTF8.GetString(Vault.Open(key, sealedBytes, Vault.Context(purpose, userId)));

    public override string ToString() => "***";
}
