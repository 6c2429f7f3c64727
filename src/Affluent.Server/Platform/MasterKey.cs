using System.Security.Cryptography;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>
/// The installation's master key: 32 bytes in a file of their own, base64, readable by its owner alone. Back it up apart from the
/// database: without it nothing that the vault holds can be read again.
/// </summary>
/// <remarks>While keys are changed, there are others beside it: they open what they wrapped, and wrap nothing new.</remarks>
internal sealed class MasterKey
{
    private readonly IReadOnlyList<MasterKey> _others;

    private MasterKey(byte[] bytes, bool created, IReadOnlyList<MasterKey> others)
    {
        Bytes = bytes;
        WasCreated = created;
        _others = others;
    }

    internal byte[] Bytes { get; }

    /// <summary>The keys with which something may have been wrapped, this one first.</summary>
    public IEnumerable<MasterKey> All => [this, .. _others];

    /// <summary>True when there was no file and this start made one.</summary>
    public bool WasCreated { get; }

    /// <summary>Reads the files of an installation.</summary>
    /// <exception cref="KeyFileException">Others can read a file, it does not hold a key, or it is missing.</exception>
    public static MasterKey Load(Settings settings) =>
        Load(settings, mayCreate: settings.Environment != InstallationKind.Production);

    /// <inheritdoc cref="Load(Settings)"/>
    public static MasterKey Load(Settings settings, bool mayCreate)
    {
        var key = mayCreate
            ? Load(settings.MasterKeyFile, mayCreate, KeyFile.MarkOf(settings.Environment))
            : Load(settings.MasterKeyFile, mayCreate);
        return new MasterKey(
            key.Bytes,
            key.WasCreated,
            [.. settings.OtherMasterKeyFiles.Select(path => Load(path, mayCreate: false))]
        );
    }

    /// <summary>Reads the file, or makes it (mode 0600) when there is none and <paramref name="mayCreate"/> allows it.</summary>
    /// <param name="mark">First line of a new file.</param>
    /// <exception cref="KeyFileException">Others can read the file, it does not hold a key, or it is missing.</exception>
    public static MasterKey Load(string path, bool mayCreate, string mark = KeyFile.MadeBySandbox)
    {
        var (text, created) = KeyFile.Read(
            path,
            "master key",
            "openssl rand -base64 32",
            mayCreate,
            () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            mark
        );
        var bytes = new byte[33];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var length) || length != 32)
        {
            throw new KeyFileException($"The master key file {path} must hold 32 bytes in base64.");
        }
        // All zero, all 'A': a key that somebody meant to replace.
        return bytes[..32].Distinct().Count() > 1
            ? new MasterKey(bytes[..32], created, others: [])
            : throw new KeyFileException(
                $"The master key file {path} holds one byte again and again: make a key with openssl rand -base64 32"
            );
    }

    /// <summary>Whether the database was begun with a key, whichever; one that was never migrated was not.</summary>
    public static async Task<bool> IsTaken(DbWork db) =>
        await db.Database.HasTable(db, "master_keys") && await db.Scalar<long>("select count(*) from master_keys") > 0;

    /// <summary>Makes it the key of the database, if that has none yet.</summary>
    public Task Begin(DbWork db) =>
        db.Execute(
            "insert into master_keys (id, check_value) values (1, @CheckValue) on conflict (id) do nothing",
            new { CheckValue = CheckValue() }
        );

    /// <summary>Whether it, or one of the others, is the key with which this database was begun.</summary>
    public async Task<bool> Fits(DbWork db)
    {
        var stored = await db.Scalar<byte[]>("select check_value from master_keys where id = 1");
        return All.Any(key => CryptographicOperations.FixedTimeEquals(key.CheckValue(), stored));
    }

    /// <summary>Makes it the key of this database: no start without it is allowed any more.</summary>
    public Task TakeOver(DbWork db) =>
        db.Execute("update master_keys set check_value = @CheckValue where id = 1", new { CheckValue = CheckValue() });

    private byte[] CheckValue() => Derive("key check value");

    /// <summary>A key of its own for one purpose, always the same for the same master key.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes, 32, info: System.Text.Encoding.UTF8.GetBytes(purpose));

    public override string ToString() => "***";
}
