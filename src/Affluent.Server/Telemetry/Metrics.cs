using System.Diagnostics.Metrics;

namespace Affluent.Server.Telemetry;

/// <summary>
/// What the platform counts and measures of itself. Each instrument stands beside what it measures; docs/advanced/monitoring.md lists
/// them. Attributes have few values each: never an id of a user or of anything that is theirs.
/// </summary>
internal static class Metrics
{
    /// <summary>What a collector of measurements listens to.</summary>
    public const string Name = "Affluent";

    public static Meter Meter { get; } = new(Name);

    // From a statement on a local file to a bank that takes minutes.
    private static readonly InstrumentAdvice<double> Bounds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180],
    };

    /// <summary>How long something takes, in seconds.</summary>
    public static Histogram<double> Duration(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, Bounds);
}
