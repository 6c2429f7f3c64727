using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Gates;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Gates;

/// <summary>When a bank's entry says that it is closed.</summary>
public sealed class ClosedHoursTests
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    [Theory]
    // Paris is two hours ahead of UTC in summer, one in winter. 2026-07-04 is a Saturday.
    [InlineData("23:30", "01:15", "", "2026-07-04T21:29:59Z", null)]
    [InlineData("23:30", "01:15", "", "2026-07-04T21:30:00Z", "2026-07-04T23:15:00Z")]
    [InlineData("23:30", "01:15", "", "2026-07-04T22:10:00Z", "2026-07-04T23:15:00Z")]
    [InlineData("23:30", "01:15", "", "2026-07-04T23:15:00Z", null)]
    [InlineData("02:00", "04:00", "", "2026-12-01T01:30:00Z", "2026-12-01T03:00:00Z")]
    [InlineData("23:30", "01:15", "Saturday", "2026-07-04T22:10:00Z", "2026-07-04T23:15:00Z")]
    [InlineData("23:30", "01:15", "Sunday", "2026-07-04T22:10:00Z", null)]
    // They end by the clock that is in force then: in this night an hour is skipped.
    [InlineData("01:00", "05:00", "", "2026-03-29T00:30:00Z", "2026-03-29T03:00:00Z")]
    public void Quiet_hours_are_those_of_the_banks_clock(
        string from,
        string until,
        string day,
        string now,
        string? expected
    )
    {
        DayOfWeek[] days = day == "" ? [] : [Enum.Parse<DayOfWeek>(day)];
        var bank = new FakeBank().Provider with { QuietHours = [new(Time(from), Time(until), days)] };

        Assert.Equal(expected is null ? null : Moment(expected), ClosedHours.QuietUntil(bank, Paris, Moment(now)));
    }

    [Fact]
    public void Of_several_that_overlap_the_last_end_counts()
    {
        var bank = new FakeBank().Provider with
        {
            QuietHours = [new(Time("01:00"), Time("03:00"), []), new(Time("02:00"), Time("06:00"), [])],
        };

        Assert.Equal(
            Moment("2026-07-04T04:00:00Z"),
            ClosedHours.QuietUntil(bank, Paris, Moment("2026-07-04T00:30:00Z"))
        );
    }

    [Fact]
    public void A_maintenance_lasts_from_its_begin_to_its_end()
    {
        var window = new MaintenanceWindow(Moment("2026-07-04T20:00:00Z"), Moment("2026-07-05T04:00:00Z"));
        var bank = new FakeBank().Provider with { Maintenance = [window] };

        Assert.Null(ClosedHours.MaintenanceUntil(bank, window.From.AddSeconds(-1)));
        Assert.Equal(window.Until, ClosedHours.MaintenanceUntil(bank, window.From));
        Assert.Null(ClosedHours.MaintenanceUntil(bank, window.Until));
    }

    private static TimeOnly Time(string text) => TimeOnly.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
