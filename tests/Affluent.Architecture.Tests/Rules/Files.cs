using System.Text.RegularExpressions;
using Affluent.Architecture.Tests.Model;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>What any file must keep to.</summary>
internal static partial class Files
{
    private const int Longest = 400;

    /// <summary>A file is read at one sitting.</summary>
    public static IEnumerable<Offence> TooLong(IEnumerable<(string Path, string Text)> files) =>
        from file in files
        where Path.GetExtension(file.Path) is ".cs" or ".razor"
        let lines = file.Text.AsSpan().TrimEnd('\n').Count('\n') + 1
        where lines > Longest
        select new Offence(file.Path, $"longer than {Longest} lines: split it by what it does", lines);

    /// <summary>The page about the architecture names every folder, and none that is gone.</summary>
    public static IEnumerable<Offence> OffThePage(string page, IReadOnlyCollection<string> folders)
    {
        var house = page.Split("```").ElementAtOrDefault(1) ?? "";
        var named = FolderName().Matches(house).Select(m => m.Groups["name"].Value).ToArray();
        return
        [
            .. folders.Except(named).Select(f => new Offence("ARCHITECTURE.md", $"does not name {f}", 0)),
            .. named.Except(folders).Select(f => new Offence("ARCHITECTURE.md", $"names {f}, which is not there", 0)),
        ];
    }

    /// <summary>Nothing speaks of the machine it was written on.</summary>
    public static IEnumerable<Offence> MachinePaths(IEnumerable<(string Path, string Text)> files) =>
        from file in files
        from line in file.Text.Split('\n').Index()
        where MachinePath().IsMatch(line.Item)
        select new Offence(file.Path, line.Item.Trim(), line.Index + 1);

    [GeneratedRegex(@"(?<!\S)(?<name>[A-Z][\w.]*)/(?!\S)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FolderName();

    // Homes, temporary worktrees and the like; a path on a user's machine in the documentation starts with /etc, /var, /srv or /run.
    [GeneratedRegex(
        @"(^|[^\w./])/(work|tmp/wt|home|root|Users)/|[A-Z]:\\Users\\",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex MachinePath();
}
