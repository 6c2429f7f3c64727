using System.Reflection;
using SharpFuzz;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>A copy of this program whose product writes down the branches that it takes.</summary>
internal static class Instrumentation
{
    /// <summary>The assemblies whose branches count.</summary>
    public static IReadOnlyList<string> Products { get; } =
    [
        "Affluent.Connectors",
        "Affluent.Connectors.Contract",
        "Affluent.Connectors.Testing",
        "Affluent.Ledger",
        "Affluent.Server",
        "Affluent.TestBank",
    ];

    /// <summary>Makes the copy, unless there is one of this build, and gives the path of its program.</summary>
    public static string Make(string folder)
    {
        var program = Path.Combine(folder, $"{typeof(Instrumentation).Assembly.GetName().Name}.dll");
        var mark = Path.Combine(folder, "instrumented");
        var build = string.Join('\n', Products.Append(Path.GetFileNameWithoutExtension(program)).Select(Version));
        if (File.Exists(mark) && File.ReadAllText(mark) == build)
        {
            return program;
        }
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        foreach (var product in Products)
        {
            Fuzzer.Instrument(Path.Combine(folder, $"{product}.dll"), static _ => true, Options.Value);
        }
        File.WriteAllText(mark, build);
        return program;
    }

    // A compiler writes another one into each build.
    private static string Version(string assembly) => $"{Assembly.Load(assembly).ManifestModule.ModuleVersionId}";
}
