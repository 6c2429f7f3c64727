using Affluent.Server.Synchronization;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    private static readonly Rhythm ByNight = new(Paris);

    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 10L * 365 * 86400]
        .Select(s => new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(s));

    [Fact]
    public void The_next_slot_lies_in_the_banks_night_within_a_day_and_a_quarter() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Times)
            .Sample(
                (id, now) =>
                {
                    var slot = Schedule.NextSlot(id, ByNight, now);
                    var hour = TimeZoneInfo.ConvertTime(slot, Paris).TimeOfDay;
                    Assert.InRange(slot - now, TimeSpan.FromHours(6), TimeSpan.FromHours(31));
                    Assert.InRange(hour, TimeSpan.FromHours(1), TimeSpan.FromHours(7.2));
                }
            );

    [Fact]
    public void Connections_are_spread_over_the_whole_night()
    {
        var now = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        var slots = SlotsAfter(now);
        var hours = slots.CountBy(slot => slot.Hours).ToDictionary();

        Assert.All(slots, slot => Assert.InRange(slot, TimeSpan.FromHours(1), new TimeSpan(6, 10, 0)));
        Assert.All(Enumerable.Range(1, 5), hour => Assert.InRange(hours[hour], 850, 1150));
    }

    [Fact]
    public void The_slots_of_the_hour_that_spring_skips_come_an_hour_later()
    {
        var hours = SlotsAfter(new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero))
            .CountBy(slot => slot.Hours)
            .ToDictionary();

        Assert.InRange(hours[3], 1800, 2200);
        Assert.InRange(hours[4], 850, 1150);
    }

    [Fact]
    public void A_slot_six_hours_away_counts_and_a_nearer_one_is_left_out() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Times)
            .Sample(
                (id, now) =>
                {
                    var slot = Schedule.NextSlot(id, ByNight, now);
                    Assert.Equal(slot, Schedule.NextSlot(id, ByNight, slot.AddHours(-6)));
                    Assert.True(Schedule.NextSlot(id, ByNight, slot.AddHours(-6).AddTicks(1)) > slot);
                }
            );

    [Fact]
    public void Several_readings_a_day_share_it_evenly_and_one_of_them_is_by_night() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Times, Gen.Int[2, 4])
            .Sample(
                (id, start, readings) =>
                {
                    List<DateTimeOffset> slots = [];
                    for (var now = start; slots.Count < 3 * readings; now = slots[^1])
                    {
                        slots.Add(Schedule.NextSlot(id, new Rhythm(Paris, readings), now));
                    }
                    // The clock may change its hour, and a slot moves by ten minutes each way.
                    var even = TimeSpan.FromDays(1) / readings;
                    Assert.All(
                        slots.Zip(slots.Skip(1), (one, next) => next - one),
                        apart => Assert.InRange(apart, even - TimeSpan.FromHours(1.4), even + TimeSpan.FromHours(1.4))
                    );
                    Assert.InRange(
                        slots[^1] - slots[0],
                        (3 - (1.0 / readings)) * TimeSpan.FromDays(0.9),
                        TimeSpan.FromDays(3)
                    );
                    Assert.InRange(
                        slots.Count(slot => slot == Schedule.NextSlot(id, ByNight, slot.AddHours(-6))),
                        3,
                        3
                    );
                }
            );

    [Fact]
    public void A_bank_that_wanted_to_be_spared_is_read_soon_after_and_no_earlier_than_six_hours_from_now() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Times, Gen.Int[0, 40])
            .Sample(
                (id, now, hours) =>
                {
                    var slot = Schedule.NextSlot(id, ByNight, now);
                    var until = now.AddHours(hours);

                    var next = Schedule.NextSlot(id, ByNight, now, spared: until);

                    var least = TimeSpan.FromHours(Math.Max(6, hours));
                    Assert.True(next == slot || next < slot);
                    Assert.True(
                        next == slot || (next - now >= least && next - now <= least + TimeSpan.FromMinutes(10))
                    );
                    Assert.True(next < slot || slot - now <= least + TimeSpan.FromMinutes(10));
                }
            );

    /// <summary>A user who tries in vain an hour before it would else wait for a day longer.</summary>
    [Fact]
    public void A_run_that_brought_nothing_takes_no_slot_away_but_its_own() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Times)
            .Sample(
                (id, now) =>
                {
                    var slot = Schedule.NextSlot(id, ByNight, now);
                    Assert.Equal(slot, Failed(slot.AddHours(-1)));
                    Assert.InRange(Failed(slot) - slot, TimeSpan.FromHours(22.5), TimeSpan.FromHours(25.5));

                    DateTimeOffset Failed(DateTimeOffset at) =>
                        Schedule.NextSlot(id, ByNight, at, at.AddDays(-1).ToUnixTimeSeconds());
                }
            );

    [Fact]
    public void What_fails_for_days_is_tried_by_night_alone() =>
        Assert.Equal(
            Schedule.NextSlot(7, ByNight, Noon, Noon.AddDays(-4).ToUnixTimeSeconds()),
            Schedule.NextSlot(7, new Rhythm(Paris, 4), Noon, Noon.AddDays(-4).ToUnixTimeSeconds())
        );

    private static DateTimeOffset Noon => new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_connections_slot_moves_by_minutes_from_night_to_night() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Gen.Int[0, 60])
            .Sample(
                (id, day) =>
                {
                    var noon = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero).AddDays(day);
                    var first = Schedule.NextSlot(id, ByNight, noon);
                    var second = Schedule.NextSlot(id, ByNight, noon.AddDays(1));
                    // Whoever stands at the very beginning of the night cannot move to before it.
                    Assert.True(
                        second - first != TimeSpan.FromDays(1)
                            || TimeZoneInfo.ConvertTime(first, Paris).TimeOfDay == TimeSpan.FromHours(1)
                    );
                    Assert.InRange(second - first, new TimeSpan(23, 40, 0), new TimeSpan(24, 20, 0));
                }
            );

    // The first numbers of splitmix64 for this seed, as published with it.
    [Theory]
    [InlineData(0, 6457827717110365317)]
    [InlineData(1, 3203168211198807973)]
    [InlineData(2, 9817491932198370423)]
    public void Chance_is_the_same_on_every_node(long salt, ulong published) =>
        Assert.Equal((published >> 11) / (double)(1UL << 53), Schedule.Fraction(1234567, salt));

    [Fact]
    public void A_backoff_doubles_from_the_first_to_an_hour_and_a_quarter_of_it_is_left_to_chance() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 20], Gen.Long)
            .Sample(
                (attempt, seconds, seed) =>
                {
                    var least = Math.Min(seconds << (attempt - 1), 3600);
                    var wait = Schedule.Backoff(attempt, TimeSpan.FromSeconds(seconds), seed).TotalSeconds;
                    Assert.InRange(wait, least, least * 1.25);
                }
            );

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

    // The times of day in Paris at which five thousand connections are read.
    private static List<TimeSpan> SlotsAfter(DateTimeOffset now) =>
        [
            .. Enumerable
                .Range(1, 5000)
                .Select(i => TimeZoneInfo.ConvertTime(Schedule.NextSlot(i * 4096L, ByNight, now), Paris).TimeOfDay),
        ];
}
