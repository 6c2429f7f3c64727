using System.Runtime.CompilerServices;

namespace Affluent.Server.Tests.Harness;

/// <summary>The files of this repository, for tests that look at them.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotOurs =
    [
        "artifacts",
        "node_modules",
        ".git",
        "bin",
        "obj",
        "data",
        "TestResults",
    ];

    /// <summary>Its folder.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    /// <summary>All files written by people, with their paths from the root, '/' between folders.</summary>
    public static IEnumerable<(string Path, string FullPath)> Files(string folder = "")
    {
        var full = Path.Combine(Root, folder);
        foreach (var file in Directory.EnumerateFiles(full))
        {
            yield return (Path.GetRelativePath(Root, file).Replace('\\', '/'), file);
        }
        foreach (var inner in Directory.EnumerateDirectories(full).Where(d => !NotOurs.Contains(Path.GetFileName(d))))
        {
            foreach (var file in Files(inner))
            {
                yield return file;
            }
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
