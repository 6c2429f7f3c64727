namespace EndToEnd.Tests.Harness;

/// <summary>The working copy that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of Affluent.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder in it.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Affluent.slnx")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"No Affluent.slnx above {AppContext.BaseDirectory}.");
    }
}
