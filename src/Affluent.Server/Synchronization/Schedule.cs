using System.Runtime.InteropServices;
using Affluent.Connectors.Contract;
using Affluent.Server.Providers;

namespace Affluent.Server.Synchronization;

/// <summary>How often a bank is read by itself, and in whose night.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Rhythm(TimeZoneInfo Zone, int ReadingsADay = 1)
{
    /// <summary>Of a bank; of one that is in the catalogue no longer, as of any.</summary>
    public static Rhythm Of(Banks banks, ProviderId bank) =>
        new(banks.ZoneOf(bank), banks.Provider(bank)?.ReadingsADay ?? 1);
}

/// <summary>When a connection is read next. Pure: the same question has the same answer on every node.</summary>
internal static class Schedule
{
    /// <summary>Banks are read between these hours of their own night, spread evenly.</summary>
    private static readonly TimeSpan NightBegins = TimeSpan.FromHours(1);
    private static readonly TimeSpan NightLasts = TimeSpan.FromHours(5);

    /// <summary>A slot nearer than this to the last reading is left out: it would spend one of the day's four readings on nothing.</summary>
    private static readonly TimeSpan LeastDistance = TimeSpan.FromHours(6);

    /// <summary>A run that brought nothing spends none: the next slot is kept, unless it is the one just used.</summary>
    private static readonly TimeSpan LeastAfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>By how much a connection's slot moves from night to night, so that a bank sees no fixed pattern.</summary>
    private static readonly TimeSpan Jitter = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The connection's next slot of the schedule: in the next night of the bank's zone, or as many hours after it as share the day evenly
    /// among its readings; only in every third night after three days of failures, once a week after two weeks.
    /// </summary>
    /// <param name="failingSince">Since when every run has failed, in UTC seconds; null: the last brought something.</param>
    /// <param name="spared">Until when the bank wants to be left alone: it has not been read for a day, so it is read then, if that is before the slot and no nearer than slots are.</param>
    public static DateTimeOffset NextSlot(
        long connectionId,
        Rhythm rhythm,
        DateTimeOffset now,
        long? failingSince = null,
        DateTimeOffset? spared = null
    )
    {
        var failing = failingSince is { } since ? now - DateTimeOffset.FromUnixTimeSeconds(since) : TimeSpan.Zero;
        var nights =
            failing >= TimeSpan.FromDays(14) ? 7
            : failing >= TimeSpan.FromDays(3) ? 3
            : 1;
        var readings = nights == 1 ? rhythm.ReadingsADay : 1;
        var between = TimeSpan.FromDays(1) / readings;
        // Between four a day lie six hours, more or less.
        var most = between * 0.75;
        var least =
            failingSince is not null ? LeastAfterFailure
            : most < LeastDistance ? most
            : LeastDistance;
        var earliest = now + TimeSpan.FromDays(nights - 1) + least;
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(earliest, rhythm.Zone).DateTime);
        for (var day = today.AddDays(-1); ; day = day.AddDays(1))
        {
            var slot = SlotOf(connectionId, day, rhythm.Zone);
            for (var reading = 0; reading < readings; reading++, slot += between)
            {
                if (slot >= earliest)
                {
                    return nights == 1 && spared is { } until
                        ? Earlier(slot, Later(until, now + LeastDistance) + (Jitter * Fraction(connectionId, 0)))
                        : slot;
                }
            }
        }
    }

    /// <summary>
    /// How long to wait before attempt number <paramref name="attempt"/> (from 1): doubling from <paramref name="first"/> up to
    /// <paramref name="longest"/> (an hour), spread by a quarter so that those who failed together do not come back together.
    /// </summary>
    public static TimeSpan Backoff(int attempt, TimeSpan first, long seed, TimeSpan? longest = null)
    {
        var most = longest ?? TimeSpan.FromHours(1);
        var doubled = first * Math.Pow(2, Math.Clamp(attempt - 1, 0, 20));
        var bounded = doubled < most ? doubled : most;
        return bounded * (1 + (0.25 * Fraction(seed, attempt)));
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset SlotOf(long connectionId, DateOnly day, TimeZoneInfo zone)
    {
        var offset =
            (NightLasts * Fraction(connectionId, 0)) + (Jitter * ((2 * Fraction(connectionId, day.DayNumber)) - 1));
        var local = day.ToDateTime(TimeOnly.MinValue) + NightBegins + (offset < TimeSpan.Zero ? TimeSpan.Zero : offset);
        // In the hour that spring skips the offset is that of winter, so such a slot comes an hour later by the clock.
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }

    // Evenly spread over [0, 1): the finalizer of splitmix64, unlike GetHashCode the same in every process.
    internal static double Fraction(long seed, long salt)
    {
        var x = (ulong)seed + (0x9E3779B97F4A7C15 * (ulong)(salt + 1));
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        x ^= x >> 31;
        return (x >> 11) * (1.0 / (1UL << 53));
    }
}
