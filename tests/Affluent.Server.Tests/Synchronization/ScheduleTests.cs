using Affluent.Server.Synchronization;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 10L * 365 * 86400]
        .Select(s => new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(s));

    [Fact]
    public void The_next_slot_lies_in_the_banks_night_within_a_day_and_a_quarter() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Times)
            .Sample(
                (id, now) =>
                {
                    var slot = Schedule.NextSlot(id, Paris, now);
                    var hour = TimeZoneInfo.ConvertTime(slot, Paris).TimeOfDay;
                    Assert.InRange(slot - now, TimeSpan.FromHours(6), TimeSpan.FromHours(31));
                    Assert.InRange(hour, TimeSpan.FromHours(1), TimeSpan.FromHours(7.2));
                }
            );

    [Fact]
    public void Connections_are_spread_over_the_whole_night()
    {
        var now = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        var hours = Enumerable
            .Range(1, 5000)
            .GroupBy(i => TimeZoneInfo.ConvertTime(Schedule.NextSlot(i * 4096L, Paris, now), Paris).Hour)
            .ToDictionary(g => g.Key, g => g.Count());

        Assert.All(Enumerable.Range(1, 5), hour => Assert.InRange(hours[hour], 850, 1150));
    }

    [Fact]
    public void A_backoff_grows_and_stays_bounded() =>
        Gen.Select(Gen.Int[1, 40], Gen.Long)
            .Sample(
                (attempt, seed) =>
                {
                    var wait = Schedule.Backoff(attempt, TimeSpan.FromSeconds(2), seed);
                    Assert.InRange(wait, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1.25));
                    Assert.True(Schedule.Backoff(attempt + 2, TimeSpan.FromSeconds(2), seed) >= wait || attempt > 9);
                }
            );
}
