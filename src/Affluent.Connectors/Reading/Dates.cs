using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Reads the days of banks: ISO dates and date-times in their many spellings, and the day-first forms of France.</summary>
internal static partial class Dates
{
    /// <summary>
    /// The day that a text speaks of; null when it is none. With a time in UTC ("Z", "+00:00") the day is the one in the bank's
    /// zone, because 2024-02-13T23:00:00Z is the 14th in Paris. Any other offset is the bank's own: the day stands as written.
    /// </summary>
    public static DateOnly? Read(string? text, TimeZoneInfo zone)
    {
        if (text is null || Form().Match(text.Trim()) is not { Success: true } match)
        {
            return null;
        }
        var yearFirst = match.Groups["y4"].Success;
        var day = Day(
            yearFirst ? Number(match, "y4") : FullYear(match.Groups["y"].Value),
            Number(match, yearFirst ? "m" : "mm"),
            Number(match, yearFirst ? "d" : "dd")
        );
        if (day is null || !match.Groups["utc"].Success)
        {
            return day;
        }
        var hour = Number(match, "hour");
        var minute = Number(match, "minute");
        if (hour > 23 || minute > 59)
        {
            return null;
        }
        var moment = new DateTimeOffset(day.Value, new TimeOnly(hour, minute), TimeSpan.Zero);
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);
    }

    /// <summary>
    /// The day that a page prints: as <see cref="Read(string?, TimeZoneInfo)"/>, or with the month in French or English words ("12 févr. 2024",
    /// "1er mars 2024", "Feb 12, 2024").
    /// </summary>
    public static DateOnly? ReadPrinted(string? text, TimeZoneInfo zone)
    {
        if (Read(text, zone) is { } day)
        {
            return day;
        }
        if (text is null || WrittenForm().Match(PageText.Plain(text)) is not { Success: true } match)
        {
            return null;
        }
        var month = Array.FindIndex(
            Months,
            names => names.Any(n => n.StartsWith(match.Groups["month"].Value, StringComparison.Ordinal))
        );
        return month < 0 ? null : Day(Number(match, "y"), month + 1, Number(match, "d"));
    }

    /// <summary>The moment that a date-time speaks of, in the bank's zone where it names none; null when it is none, or only a day.</summary>
    public static DateTimeOffset? ReadMoment(string? text, TimeZoneInfo zone)
    {
        const DateTimeStyles Style = DateTimeStyles.RoundtripKind;
        if (
            text?.Contains('T', StringComparison.Ordinal) != true
            || !DateTime.TryParse(text, CultureInfo.InvariantCulture, Style, out var local)
            || local.Year is < 1900 or > 9998
        )
        {
            return null;
        }
        return local.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(local, zone.GetUtcOffset(local))
            : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>The day on which a moment falls in the bank's zone.</summary>
    public static DateOnly Of(DateTimeOffset moment, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);

    private static readonly string[][] Months =
    [
        ["janvier", "january"],
        ["fevrier", "february"],
        ["mars", "march"],
        ["avril", "april"],
        ["mai", "may"],
        ["juin", "june"],
        ["juillet", "july"],
        ["aout", "august"],
        ["septembre", "september"],
        ["octobre", "october"],
        ["novembre", "november"],
        ["decembre", "december"],
    ];

    /// <inheritdoc cref="Read(string?, TimeZoneInfo)"/>
    public static DateOnly? Read(JsonElement? item, TimeZoneInfo zone) =>
        item is { ValueKind: JsonValueKind.String } text && IsoDay(Json.Raw(text)) is { } number
            ? Day(number / 10_000, number / 100 % 100, number % 100)
            : Read(item?.AsText(), zone);

    // yyyymmdd of yyyy-mm-dd, as nearly all banks write it; null when something else stands there.
    private static int? IsoDay(ReadOnlySpan<byte> text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-')
        {
            return null;
        }
        var number = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i is 4 or 7)
            {
                continue;
            }
            if (!char.IsAsciiDigit((char)text[i]))
            {
                return null;
            }
            number = (number * 10) + (text[i] - '0');
        }
        return number;
    }

    private static DateOnly? Day(int year, int month, int day) =>
        year is >= 1900 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day)
            : null;

    private static int FullYear(string text) =>
        int.Parse(text, CultureInfo.InvariantCulture) is var year && text.Length == 2 ? 2000 + year : year;

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        """
            ^(?: (?<y4>[0-9]{4}) (?<sep>[-/.]?) (?<m>[0-9]{2}) \k<sep> (?<d>[0-9]{2})
               | (?<dd>[0-9]{1,2}) (?<sep>[-/.]) (?<mm>[0-9]{1,2}) \k<sep> (?<y>[0-9]{4}|[0-9]{2}) )
             (?: [Tt\s] (?<hour>[0-9]{2}) :? (?<minute>[0-9]{2}) (?: :?[0-9]{2} (?:[.,][0-9]+)? )?
                 (?: (?<utc> [Zz] | \s?(?:UTC|GMT) | \s?[+-]00(?::?00)? ) | \s?[+-][0-9]{2}(?::?[0-9]{2})? )? (?: \[[A-Za-z0-9_/+-]{1,40}\] )?
               | [Zz] | [+-][0-9]{2}:?[0-9]{2} )?$
            """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Form();

    [GeneratedRegex(
        """
            ^(?: (?<d>[0-9]{1,2})(?:er|st|nd|rd|th)? \s (?<month>[a-z]{3,9})\.? ,? \s (?<y>[0-9]{4})
               | (?<month>[a-z]{3,9})\.? \s (?<d>[0-9]{1,2})(?:st|nd|rd|th)? ,? \s (?<y>[0-9]{4}) )$
            """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex WrittenForm();
}
