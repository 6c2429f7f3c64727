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
    /// <exception cref="MasterKeyException">Others can read the file, it does not hold a key, or it is missing.</exception>
    public static MasterKey Load(string path, bool mayCreate)
    {
        if (!File.Exists(path))
        {
            if (!mayCreate)
            {
                throw new MasterKeyException(
                    $"The master key file {path} does not exist. Make one with: openssl rand -base64 32 > {path} && chmod 600 {path}"
                );
            }
            return Create(path);
        }
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw new MasterKeyException(
                $"Others can read the master key file {path}. Close it with: chmod 600 {path}"
            );
        }
        try
        {
            var bytes = Convert.FromBase64String(File.ReadAllText(path).Trim());
            return bytes.Length == 32
                ? new MasterKey(bytes, created: false)
                : throw new MasterKeyException($"The master key file {path} must hold 32 bytes in base64.");
        }
        catch (FormatException)
        {
            throw new MasterKeyException($"The master key file {path} must hold 32 bytes in base64.");
        }
    }

    public override string ToString() => "***";

    private static MasterKey Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var bytes = RandomNumberGenerator.GetBytes(32);
        // The mode is set as the file is made, so that there is no moment at which others could read it.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var file = new StreamWriter(path, options);
        file.WriteLine(Convert.ToBase64String(bytes));
        return new MasterKey(bytes, created: true);
    }
}

/// <summary>The master key cannot be used; the message says why and what to do.</summary>
internal sealed class MasterKeyException(string message) : Exception(message);
