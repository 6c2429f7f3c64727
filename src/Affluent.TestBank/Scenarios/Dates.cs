using System.Globalization;

namespace Affluent.TestBank.Scenarios;

/// <summary>Dates as scenario files write them.</summary>
internal static class Dates
{
    /// <summary>Reads <c>21/08/26</c> (always 20xx), <c>21/08/2026</c> or <c>2026-08-21</c>.</summary>
    public static bool TryParse(string text, out DateOnly day)
    {
        if (text.LastIndexOf('/') is > 0 and var slash && text.Length - slash == 3)
        {
            text = text[..(slash + 1)] + "20" + text[(slash + 1)..];
        }

        return DateOnly.TryParseExact(
            text,
            ["d/M/yyyy", "yyyy-MM-dd"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out day
        );
    }
}
