using System.Globalization;

namespace Affluent.TestBank.Scenarios;

/// <summary>Days as scenario files write them.</summary>
internal static class Days
{
    /// <summary>Reads <c>21/08/26</c> (always 20xx), <c>21/08/2026</c> or <c>2026-08-21</c>.</summary>
    public static bool TryParse(string text, out DateOnly day)
    {
        if (text is [_, _, '/', _, _, '/', _, _])
        {
            text = text[..6] + "20" + text[6..];
        }

        return DateOnly.TryParseExact(
            text,
            ["dd/MM/yyyy", "yyyy-MM-dd"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out day
        );
    }
}
