namespace Affluent.Connectors.Contract;

/// <summary>Hours of a bank's day in which nothing is read for which nobody waits, in the bank's zone.</summary>
/// <param name="From">Begin; after <paramref name="Until"/>: they last over midnight.</param>
/// <param name="Until">End, no longer within.</param>
/// <param name="Days">The days on which they begin; empty: every day.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly Until, IReadOnlyList<DayOfWeek> Days);

/// <summary>A time in which the bank has said to be closed: it is asked nothing.</summary>
/// <param name="From">Begin.</param>
/// <param name="Until">End, no longer within.</param>
public sealed record MaintenanceWindow(DateTimeOffset From, DateTimeOffset Until);

/// <summary>When a bank is taken to be down, and how it is tried again.</summary>
public sealed record OutageSettings
{
    /// <summary>So many connections in a row, each another than the one before, had no answer: the bank is down.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>For how long it is asked nothing then. One run tries afterwards; if that fails, twice as long, and so on.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest such pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(15);
}
