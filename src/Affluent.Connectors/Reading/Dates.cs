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
        return Of(moment, zone);
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
    public static DateOnly? Read(JsonSlice item, TimeZoneInfo zone)
    {
        var text = item.Kind == JsonTokenType.String ? item.Raw : [];
        if (text.Length < DayLength || text[4] != '-' || text[7] != '-')
        {
            return Read(item.AsText(), zone);
        }
        var (year, month, number) = (Number(text[..4]), Number(text[5..7]), Number(text[8..DayLength]));
        return (year, month, number) is not ({ } y, { } m, { } d) ? Read(item.AsText(), zone)
            : text.Length == DayLength ? Day(y, m, d)
            : Read(text[DayLength..], Day(y, m, d), zone, out var day) ? day
            : Read(item.AsText(), zone);
    }

    private const int DayLength = 10;
    private const int TimeLength = 9;

    // Behind the day: "T10:43:07Z" and "T10:43:07.123+00:00", as nearly all banks write it. False when something else stands there.
    private static bool Read(ReadOnlySpan<byte> time, DateOnly? written, TimeZoneInfo zone, out DateOnly? day)
    {
        day = written;
        if (
            time.Length < TimeLength
            || (time[0], time[3], time[6]) is not ((byte)'T', (byte)':', (byte)':')
            || Number(time[1..3]) is not { } hour
            || Number(time[4..6]) is not { } minute
            || Number(time[7..TimeLength]) is null
            || hour > 23
            || minute > 59
        )
        {
            return false;
        }
        var offset = time[TimeLength..];
        if (offset is [(byte)'.', _, ..])
        {
            var digits = offset[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits == 0)
            {
                return false;
            }
            offset = digits < 0 ? [] : offset[(digits + 1)..];
        }
        if (offset.SequenceEqual("Z"u8) || offset.SequenceEqual("+00:00"u8))
        {
            day = written is { } date
                ? Of(new DateTimeOffset(date, new TimeOnly(hour, minute), TimeSpan.Zero), zone)
                : null;
            return true;
        }
        return offset.IsEmpty
            || (
                offset.Length == 6
                && offset[0] is (byte)'+' or (byte)'-'
                && offset[3] == ':'
                && Number(offset[1..3]) is > 0
                && Number(offset[4..]) is not null
            );
    }

    private static int? Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return null;
            }
            number = (number * 10) + (digit - '0');
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
