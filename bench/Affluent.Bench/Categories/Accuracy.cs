using System.Globalization;
using Affluent.Ledger;

namespace Affluent.Bench.Categories;

/// <summary>How decisions compare with the truth.</summary>
internal sealed class Accuracy
{
    private readonly List<(LabelledMovement Label, CategoryDecision Decision)> _all = [];

    public void Add(LabelledMovement label, CategoryDecision decision) => _all.Add((label, decision));

    public int Count => _all.Count;

    /// <summary>Share of labels whose category is right; of one that has none, to give none is right.</summary>
    public double Lower => Share(x => x.Decision.Id == x.Label.Category);

    /// <summary>Share of labels whose upper category is right.</summary>
    public double Upper =>
        Share(x => Ledger.Categories.Upper(x.Decision.Id) == Ledger.Categories.Upper(x.Label.Category));

    /// <summary>Share of labels that were given a category.</summary>
    public double Coverage => Share(x => x.Decision.Id != Ledger.Categories.Uncategorized);

    /// <summary>Of those that were given a category, the share that is right; to name the upper category alone is right, if it is that.</summary>
    public double Precision =>
        (double)_all.Count(x => x.Decision.Id != Ledger.Categories.Uncategorized && IsRight(x.Label, x.Decision))
        / Math.Max(1, _all.Count(x => x.Decision.Id != Ledger.Categories.Uncategorized));

    /// <summary>Mean square of what confidence and truth differ by, over those that were given a category (Brier).</summary>
    public double Brier =>
        _all.Where(x => x.Decision.Id != Ledger.Categories.Uncategorized)
            .Select(x => (x.Decision.Confidence / 100.0) - (IsRight(x.Label, x.Decision) ? 1 : 0))
            .Average(off => off * off);

    /// <summary>Of what decided, how often, and how often rightly.</summary>
    public IEnumerable<string> ByWhy() =>
        _all.GroupBy(x => x.Decision.Why)
            .OrderByDescending(g => g.Count())
            .Select(g =>
                Line(
                    $"{g.Key}",
                    g.Count(),
                    g.Average(x => x.Decision.Confidence),
                    g.Average(x => IsRight(x.Label, x.Decision) ? 100.0 : 0)
                )
            );

    /// <summary>Of the labels with a confidence in each tenth, how sure and how often right.</summary>
    public IEnumerable<string> ByTenth() =>
        _all.Where(x => x.Decision.Id != Ledger.Categories.Uncategorized)
            .GroupBy(x => Math.Min(9, x.Decision.Confidence / 10))
            .OrderBy(g => g.Key)
            .Select(g =>
                Line(
                    $"{g.Key}0 to {g.Key}9",
                    g.Count(),
                    g.Average(x => x.Decision.Confidence),
                    g.Average(x => IsRight(x.Label, x.Decision) ? 100.0 : 0)
                )
            );

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Count, 5} labels  first level {100 * Upper:0.0} %  second level {100 * Lower:0.0} %  covered {100 * Coverage:0.0} %  right of the covered {100 * Precision:0.0} %"
        );

    private static string Line(string what, int count, double sure, double right) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"    {what, -14} {count, 5} labels  said {sure:0} %  right {right:0} %"
        );

    private static bool IsRight(LabelledMovement label, CategoryDecision decision) =>
        decision.Id == label.Category || decision.Id == Ledger.Categories.Upper(label.Category);

    private double Share(Func<(LabelledMovement Label, CategoryDecision Decision), bool> right) =>
        (double)_all.Count(right) / Math.Max(1, _all.Count);
}
