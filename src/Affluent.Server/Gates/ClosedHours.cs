using Affluent.Connectors.Contract;

namespace Affluent.Server.Gates;

/// <summary>When a bank is closed by what its entry says. Pure.</summary>
internal static class ClosedHours
{
    /// <summary>The end of the maintenance that is under way; null: none is.</summary>
    public static DateTimeOffset? MaintenanceUntil(Provider bank, DateTimeOffset now) =>
        bank
            .Maintenance.Where(window => window.From <= now && now < window.Until)
            .Select(window => (DateTimeOffset?)window.Until)
            .Max();

    /// <summary>The end of the quiet hours that it is now; null: it is none.</summary>
    public static DateTimeOffset? QuietUntil(Provider bank, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (bank.QuietHours.Count == 0)
        {
            return null;
        }
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var today = DateOnly.FromDateTime(local);
        DateTime? latest = null;
        foreach (var hours in bank.QuietHours)
        {
            // Those that began yesterday may last.
            foreach (var day in (DateOnly[])[today.AddDays(-1), today])
            {
                var (begin, end) = (day.ToDateTime(hours.From), EndOf(hours, day));
                var begins = hours.Days.Count == 0 || hours.Days.Contains(day.DayOfWeek);
                if (begins && begin <= local && local < end && !(latest >= end))
                {
                    latest = end;
                }
            }
        }
        return latest is { } until ? new DateTimeOffset(until, zone.GetUtcOffset(until)).ToUniversalTime() : null;
    }

    private static DateTime EndOf(QuietHours hours, DateOnly day) =>
        (hours.Until > hours.From ? day : day.AddDays(1)).ToDateTime(hours.Until);
}
