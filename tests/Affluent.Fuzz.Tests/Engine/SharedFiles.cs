namespace Affluent.Fuzz.Tests.Engine;

/// <summary>Files beside the repository: real-looking inputs, where they are present.</summary>
internal static class SharedFiles
{
    /// <summary>The root of the repository, or the folder of this program outside of one.</summary>
    public static string Root { get; } = Find();

    /// <summary>A folder of the shared ones; null when it is not here.</summary>
    public static string? Folder(string name)
    {
        var path = Path.Combine(Path.GetDirectoryName(Root) ?? "", "shared", name);
        return Directory.Exists(path) ? path : null;
    }

    public static IEnumerable<byte[]> Read(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".json" or ".txt")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Affluent.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
