using System.Security.Cryptography;

namespace Affluent.Server.Platform;

/// <summary>
/// The installation's master key: 32 bytes in a file of their own, base64, readable by its owner alone. Back it up apart from the
/// database: without it nothing that the vault holds can be read again.
/// </summary>
internal sealed class MasterKey
{
    private MasterKey(byte[] bytes, bool created)
    {
        Bytes = bytes;
        WasCreated = created;
    }

    internal byte[] Bytes { get; }

    /// <summary>True when there was no file and this start made one.</summary>
    public bool WasCreated { get; }

    /// <summary>Reads the file, or makes it (mode 0600) when there is none and <paramref name="mayCreate"/> allows it.</summary>
    /// <exception cref="KeyFileException">Others can read the file, it does not hold a key, or it is missing.</exception>
    public static MasterKey Load(string path, bool mayCreate)
    {
        var (text, created) = KeyFile.Read(
            path,
            "master key",
            "openssl rand -base64 32",
            mayCreate,
            () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))
        );
        var bytes = new byte[33];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var length) && length == 32
            ? new MasterKey(bytes[..32], created)
            : throw new KeyFileException($"The master key file {path} must hold 32 bytes in base64.");
    }

    /// <summary>A key of its own for one purpose, always the same for the same master key.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes, 32, info: System.Text.Encoding.UTF8.GetBytes(purpose));

    public override string ToString() => "***";
}
