using System.Globalization;

namespace Affluent.Ledger.Tests;

/// <summary>The test-bank files beside the repository, as a corpus of real-looking labels.</summary>
internal static class SharedFiles
{
    public static IReadOnlyList<(string File, long Amount, string Label)> Labels()
    {
        var directory = Directory();
        Assert.SkipWhen(directory is null, "the folder ../shared/testbank-files is not here");
        return
        [
            .. from file in System.IO.Directory.GetFiles(directory!, "*.txt")
            from line in File.ReadLines(file)
            let fields = line.Split('|')
            where fields is ["TRANSACTION", _, _, _, ..]
            select (
                Path.GetFileName(file),
                (long)(100 * decimal.Parse(fields[1], CultureInfo.InvariantCulture)),
                fields[3]
            ),
        ];
    }

    private static string? Directory()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Affluent.slnx")))
        {
            root = root.Parent;
        }
        var directory = Path.Combine(root?.Parent?.FullName ?? "", "shared", "testbank-files");
        return System.IO.Directory.Exists(directory) ? directory : null;
    }
}
