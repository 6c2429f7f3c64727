namespace Affluent.Server.Platform;

/// <summary>Files that hold a key: readable by their owner alone, from the moment they are made.</summary>
internal static class KeyFile
{
    /// <summary>First line of a key that a start at home made by itself.</summary>
    public const string MadeAtHome =
        "# Made by Affluent at its first start. Keep a copy of it apart from the database.";

    /// <summary>First line of a key that a sandbox made by itself, so that others can tell it from one that is meant to last.</summary>
    public const string MadeBySandbox = "# Made by a sandbox at its first start. Not for production.";

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The text of the file; when there is none and <paramref name="mayCreate"/> allows it, of a new one.</summary>
    /// <param name="what">What the file holds, for messages: "master key".</param>
    /// <param name="recipe">The command that makes such a file by hand.</param>
    /// <param name="generate">The text of a new key.</param>
    /// <param name="mark">First line of a new file.</param>
    /// <exception cref="KeyFileException">Others can read the file, or it is missing.</exception>
    public static (string Text, bool Created) Read(
        string path,
        string what,
        string recipe,
        bool mayCreate,
        Func<string> generate,
        string mark = MadeBySandbox
    )
    {
        if (!File.Exists(path))
        {
            return mayCreate
                ? (Create(path, mark, generate()), true)
                : throw new KeyFileException(
                    $"The {what} file {path} does not exist. Make one with: {recipe} > {path} && chmod 600 {path}"
                );
        }
        if (OthersCanRead(path))
        {
            throw new KeyFileException($"Others can read the {what} file {path}. Close it with: chmod 600 {path}");
        }
        return (string.Join('\n', File.ReadLines(path).Where(line => !line.StartsWith('#'))), false);
    }

    /// <summary>Whether the group or the world may read or change the file.</summary>
    public static bool OthersCanRead(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    /// <summary>Whether the group or the world may change the file or folder.</summary>
    public static bool OthersCanChange(string path) =>
        !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None;

    /// <summary>
    /// The folder, of all above the file, in which the group or the world may put something else in its place or in that of a folder that leads to
    /// it; null: none. A link is looked at with what it leads to.
    /// </summary>
    public static string? WhereOthersCanReplace(string path)
    {
        var full = Path.GetFullPath(path);
        var target = Path.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName : null;
        return FoldersAbove(full).Concat(target is null ? [] : FoldersAbove(target)).FirstOrDefault(IsOpen);

        // Where the sticky bit is set (/tmp), only the owner of a file may replace it.
        static bool IsOpen(string folder) =>
            Directory.Exists(folder)
            && OthersCanChange(folder)
            && !OperatingSystem.IsWindows()
            && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.StickyBit);
    }

    private static IEnumerable<string> FoldersAbove(string full)
    {
        for (var folder = Path.GetDirectoryName(full); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }

    /// <summary>Whether a sandbox made it by itself.</summary>
    public static bool WasMadeOnTheSpot(string path) => File.ReadLines(path).FirstOrDefault() == MadeBySandbox;

    /// <summary>The first line of keys that an installation makes by itself.</summary>
    public static string MarkOf(InstallationKind environment) =>
        environment switch
        {
            InstallationKind.Sandbox => MadeBySandbox,
            InstallationKind.Home => MadeAtHome,
            InstallationKind.Production => throw new InvalidOperationException("Production makes no keys."),
        };

    /// <summary>Makes an empty file that only its owner can read, and its folder, unless they are there.</summary>
    public static void Reserve(string path)
    {
        if (!File.Exists(path))
        {
            CreateFolder(path);
            using var file = new FileStream(path, Owned(FileMode.OpenOrCreate));
        }
    }

    /// <summary>Makes a file that its owner alone may read.</summary>
    /// <exception cref="IOException">There is one already.</exception>
    public static async Task Write(string path, string text, CancellationToken cancellation)
    {
        await using var file = new StreamWriter(path, Owned(FileMode.CreateNew));
        await file.WriteAsync(text.AsMemory(), cancellation);
    }

    private static string Create(string path, string mark, string text)
    {
        CreateFolder(path);
        using var file = new StreamWriter(path, Owned(FileMode.CreateNew));
        file.WriteLine(mark);
        file.WriteLine(text);
        return text;
    }

    // The mode is set as the file is made, so that there is no moment at which others could read it.
    private static FileStreamOptions Owned(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return options;
    }

    /// <summary>Makes the folder of a file so that its owner alone may look into it, where there is none.</summary>
    public static void CreateFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }
    }
}

/// <summary>A key file cannot be used; the message says why and what to do.</summary>
internal sealed class KeyFileException(string message) : Exception(message);
