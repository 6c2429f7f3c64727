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

    /// <summary>Nothing speaks of the machine it was written on.</summary>
    public static IEnumerable<Offence> MachinePaths(IEnumerable<(string Path, string Text)> files) =>
        from file in files
        from line in file.Text.Split('\n').Index()
        where MachinePath().IsMatch(line.Item)
        select new Offence(file.Path, line.Item.Trim(), line.Index + 1);

    // Homes, temporary worktrees and the like; a path on a user's machine in the documentation starts with /etc, /var, /srv or /run.
    [GeneratedRegex(
        @"(^|[^\w./])/(work|tmp/wt|home|root|Users)/|[A-Z]:\\Users\\",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex MachinePath();
}
