using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Lines of text as banks give them: with HTML breaks, fixed-width padding, empty lines in between.</summary>
internal static partial class Lines
{
    /// <summary>The lines that say something, blanks joined to one, in their order.</summary>
    public static string[] Clean(IEnumerable<string?> lines) =>
        [
            .. lines
                .SelectMany(line => Break().Split(line ?? ""))
                .Select(line => Blanks().Replace(line, " ").Trim())
                .Where(line => line != ""),
        ];

    /// <summary>The text as one line; null when it says nothing.</summary>
    public static string? Join(string? text) =>
        Blanks().Replace(text ?? "", " ").Trim() is { Length: > 0 } line ? line : null;

    [GeneratedRegex(@"<br\s*/?>|[\r\n]+", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Break();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Blanks();
}
