using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors;

/// <summary>Reads when a bank may be asked.</summary>
internal static class CatalogueHours
{
    private static readonly DayOfWeek[] Week = Enum.GetValues<DayOfWeek>();

    public static QuietHours Quiet(CatalogueEntry entry)
    {
        var hours = new QuietHours(Time(entry, "from"), Time(entry, "until"), entry.Choices<DayOfWeek>("days"));
        if (hours.From == hours.Until)
        {
            entry.Fault("until", "is where they begin: they would last for ever, or not at all");
        }
        entry.NoMore(CatalogueObject.QuietHours);
        // Every day, and each day, are the same.
        return hours.Days.Count == Week.Length ? hours with { Days = [] } : hours;
    }

    public static MaintenanceWindow Maintenance(CatalogueEntry entry)
    {
        var window = new MaintenanceWindow(Moment(entry, "from"), Moment(entry, "until"));
        if (window.Until <= window.From && window.From != default)
        {
            entry.Fault("until", "is not after the begin");
        }
        entry.NoMore(CatalogueObject.Maintenance);
        return window;
    }

    public static OutageSettings Outage(CatalogueEntry entry)
    {
        var unlessSaid = new OutageSettings();
        var settings = new OutageSettings
        {
            Failures = entry.Number("failures", unlessSaid.Failures, 1, 1_000),
            FirstPause = Seconds(entry, "first_pause_seconds", unlessSaid.FirstPause),
            LongestPause = Seconds(entry, "longest_pause_seconds", unlessSaid.LongestPause),
        };
        if (settings.LongestPause < settings.FirstPause)
        {
            entry.Fault("longest_pause_seconds", "is less than the first pause");
        }
        entry.NoMore(CatalogueObject.Outage);
        return settings;
    }

    private static TimeSpan Seconds(CatalogueEntry entry, string name, TimeSpan unlessSaid) =>
        TimeSpan.FromSeconds(entry.Number(name, (int)unlessSaid.TotalSeconds, 1, 86_400));

    private static TimeOnly Time(CatalogueEntry entry, string name)
    {
        var text = entry.Text(name, required: true);
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time;
        }
        if (text != "")
        {
            entry.Fault(name, "is not a time of the day (23:30)");
        }
        return default;
    }

    private static DateTimeOffset Moment(CatalogueEntry entry, string name)
    {
        var text = entry.Text(name, required: true);
        if (
            DateTimeOffset.TryParseExact(
                text,
                ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var moment
            ) && (text[^1] == 'Z' || text[^6] is '+' or '-')
        )
        {
            return moment;
        }
        if (text != "")
        {
            entry.Fault(name, "is not a moment with its offset (2026-12-01T22:00+01:00)");
        }
        return default;
    }
}
