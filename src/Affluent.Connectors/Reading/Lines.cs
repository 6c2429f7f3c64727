using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Lines of text as banks give them: with HTML breaks, fixed-width padding, empty lines in between.</summary>
internal static partial class Lines
{
    /// <summary>The lines that say something, blanks joined to one, in their order.</summary>
    public static string[] Clean(params IEnumerable<string?> lines)
    {
        List<string> clean = [];
        foreach (var line in lines)
        {
            clean.AddLines(line);
        }
        return [.. clean];
    }

    /// <summary>Adds the lines of a text that say something, blanks joined to one.</summary>
    public static void AddLines(this List<string> clean, string? text)
    {
        if (text is not null && IsClean(text))
        {
            clean.Add(text);
        }
        else if (text is not null)
        {
            clean.AddRange(Break().Split(text).Select(Join).OfType<string>());
        }
    }

    // Nothing to split, to join or to trim.
    private static bool IsClean(string line)
    {
        if (line is [not ' ', .., not ' '] && !line.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return !line.Contains('<', StringComparison.Ordinal) && !line.Contains("  ", StringComparison.Ordinal);
        }
        var blank = true;
        foreach (var c in line)
        {
            if (c == '<' || (char.IsWhiteSpace(c) && (blank || c != ' ')))
            {
                return false;
            }
            blank = c == ' ';
        }
        return !blank;
    }

    /// <summary>The text as one line; null when it says nothing.</summary>
    public static string? Join(string? text) =>
        Blanks().Replace(text ?? "", " ").Trim() is { Length: > 0 } line ? line : null;

    [GeneratedRegex(@"<br\s*/?>|[\r\n]+", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Break();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Blanks();
}
