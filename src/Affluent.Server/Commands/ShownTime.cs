using System.Globalization;

namespace Affluent.Server.Commands;

/// <summary>Times as commands print them: UTC, to the second.</summary>
internal static class ShownTime
{
    /// <param name="seconds">UTC seconds.</param>
    public static string Of(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        + " UTC";
}
