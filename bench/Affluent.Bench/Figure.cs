using System.Globalization;

namespace Affluent.Bench;

/// <summary>What was measured, beside what it was measured against in the same run, and the bar it has to reach.</summary>
internal sealed record Figure(string What, string Ours, string Peer, double Value, string Bar, bool Reached)
{
    /// <summary>A rate as a share of a floor's rate.</summary>
    public static Figure Share(string what, string unit, double ours, double floor, double atLeast) =>
        new(
            what,
            Rate(ours, unit),
            "floor " + Rate(floor, unit),
            ours / floor,
            $"≥ {atLeast.ToString("0.00", CultureInfo.InvariantCulture)}",
            ours / floor >= atLeast
        );

    /// <summary>A quantity that must stay below a bound.</summary>
    public static Figure Below(string what, string unit, double ours, double bound) =>
        new(what, Rate(ours, unit), $"bound {Rate(bound, unit)}", ours / bound, "< 1.00", ours < bound);

    /// <summary>Faults, of which there must be none, beside those of others.</summary>
    public static Figure None(string what, int ours, string peers) =>
        new(what, Rate(ours, "faults"), peers, ours, "0", ours == 0);

    /// <summary>How many times a peer's rate.</summary>
    public static Figure Times(string what, string unit, double ours, double peer, double atLeast) =>
        new(
            what,
            Rate(ours, unit),
            "peer " + Rate(peer, unit),
            ours / peer,
            string.Create(CultureInfo.InvariantCulture, $"≥ {atLeast:0}"),
            ours / peer >= atLeast
        );

    /// <summary>A rate that must be reached.</summary>
    public static Figure AtLeast(string what, string unit, double ours, double bound) =>
        new(what, Rate(ours, unit), $"bound {Rate(bound, unit)}", ours / bound, "≥ 1.00", ours >= bound);

    /// <summary>The middle one, so that a single slow round says nothing.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Reached ? "reached" : "MISSED ")}  {What}: {Ours}, {Peer}, ratio {Value:0.00} ({Bar})"
        );

    private static string Rate(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:#,0.##} {unit}");
}
