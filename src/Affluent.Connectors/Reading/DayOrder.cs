using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Days in numbers, of which only all together show whether the day or the month stands first. Pure.</summary>
internal static partial class DayOrder
{
    /// <summary>Years of two digits from here on are of the last century.</summary>
    private const int FirstYearOfLastCentury = 70;

    /// <summary>
    /// Whether the day stands first. Null: the dates can be read both ways and nobody says which, or they contradict what was said.
    /// </summary>
    public static bool? Decide(IEnumerable<string> days, bool? said)
    {
        var (day, month, either) = (false, false, false);
        foreach (var match in days.Select(text => Numbers().Match(text.Trim())).Where(m => m.Success))
        {
            var (first, second) = (Number(match, "a"), Number(match, "b"));
            day |= first is > 12 and <= 31 && second is >= 1 and <= 12;
            month |= second is > 12 and <= 31 && first is >= 1 and <= 12;
            either |= first is >= 1 and <= 12 && second is >= 1 and <= 12 && first != second;
        }
        return (day, month) switch
        {
            (true, false) => said == false ? null : true,
            (false, true) => said == true ? null : false,
            (true, true) => said,
            // Where day and month are always the same number, either way is right.
            (false, false) => said ?? (either ? null : true),
        };
    }

    /// <summary>The day; null: it is none.</summary>
    public static DateOnly? Read(string text, bool dayFirst)
    {
        var plain = text.Trim();
        if (YearFirst().Match(plain) is { Success: true } iso)
        {
            return Day(Number(iso, "y"), Number(iso, "m"), Number(iso, "d"));
        }
        if (Numbers().Match(plain) is not { Success: true } match)
        {
            // "26 Jan 2026" is read but one way.
            return plain.Any(char.IsLetter) && !plain.Contains('/', StringComparison.Ordinal)
                ? Dates.ReadPrinted(plain, TimeZoneInfo.Utc)
                : null;
        }
        var (first, second) = (Number(match, "a"), Number(match, "b"));
        var year = Number(match, "y");
        if (match.Groups["y"].Length <= 2)
        {
            // Quicken marks the years from 2000 on by an apostrophe.
            year += match.Groups["mark"].Value == "'" || year < FirstYearOfLastCentury ? 2000 : 1900;
        }
        return dayFirst ? Day(year, second, first) : Day(year, first, second);
    }

    private static DateOnly? Day(int year, int month, int day) =>
        year is >= 1900 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day)
            : null;

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<a>[0-9]{1,2})\ ?[-/.]\ ?(?<b>[0-9]{1,2})\ ?(?<mark>[-/.'])\ ?(?<y>[0-9]{4}|[0-9]{1,2})(?:[ T,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Numbers();

    [GeneratedRegex(
        "^(?<y>[0-9]{4})(?<sep>[-/.]?)(?<m>[0-9]{2})\\k<sep>(?<d>[0-9]{2})(?:[ T].{1,30})?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex YearFirst();
}
