namespace Affluent.Connectors.Tests.Support;

/// <summary>Material beside the repository that is not part of it: recordings of banks' sandboxes, account files.</summary>
internal static class Shared
{
    /// <summary>The folder of that name; skips the test, and says so, where the material is missing.</summary>
    public static string Folder(params ReadOnlySpan<string> path)
    {
        var folder = Path.Combine([Root, .. path]);
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} is not there");
        return folder;
    }

    private static string Root
    {
        get
        {
            var repository = new DirectoryInfo(AppContext.BaseDirectory);
            while (repository is not null && !File.Exists(Path.Combine(repository.FullName, "Affluent.slnx")))
            {
                repository = repository.Parent;
            }
            return Path.Combine(repository?.Parent?.FullName ?? AppContext.BaseDirectory, "shared");
        }
    }
}
