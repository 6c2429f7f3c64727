namespace Affluent.Server.Platform;

/// <summary>Files that hold a key: readable by their owner alone, from the moment they are made.</summary>
internal static class KeyFile
{
    /// <summary>The text of the file; when there is none and <paramref name="mayCreate"/> allows it, of a new one.</summary>
    /// <param name="what">What the file holds, for messages: "master key".</param>
    /// <param name="recipe">The command that makes such a file by hand.</param>
    /// <param name="generate">The text of a new key.</param>
    /// <exception cref="KeyFileException">Others can read the file, or it is missing.</exception>
    public static (string Text, bool Created) Read(
        string path,
        string what,
        string recipe,
        bool mayCreate,
        Func<string> generate
    )
    {
        if (!File.Exists(path))
        {
            return mayCreate
                ? (Create(path, generate()), true)
                : throw new KeyFileException(
                    $"The {what} file {path} does not exist. Make one with: {recipe} > {path} && chmod 600 {path}"
                );
        }
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw new KeyFileException($"Others can read the {what} file {path}. Close it with: chmod 600 {path}");
        }
        return (File.ReadAllText(path), false);
    }

    private static string Create(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // The mode is set as the file is made, so that there is no moment at which others could read it.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var file = new StreamWriter(path, options);
        file.WriteLine(text);
        return text;
    }
}

/// <summary>A key file cannot be used; the message says why and what to do.</summary>
internal sealed class KeyFileException(string message) : Exception(message);
