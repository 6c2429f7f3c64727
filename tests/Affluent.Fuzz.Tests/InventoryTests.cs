using System.Reflection;
using Affluent.Fuzz.Tests.Inventory;
using Affluent.Fuzz.Tests.Targets;

namespace Affluent.Fuzz.Tests;

/// <summary>No parser without a target.</summary>
public sealed class InventoryTests
{
    /// <summary>Parsers that no target reaches, each with the reason; a name stands for all below it.</summary>
    private static readonly Dictionary<string, string> Exempt = new(StringComparer.Ordinal) { };

    private static readonly Assembly[] Product = [.. Instrumentation.Products.Select(Assembly.Load)];

    private static readonly CallGraph Calls = new([.. Product, typeof(AllTargets).Assembly]);

    [Fact]
    public void Every_parser_is_reached_by_a_target_or_has_a_reason_not_to_be()
    {
        var open = NotReached(AllTargets.List).Where(name => !Exempt.Keys.Any(exempt => Covers(exempt, name)));

        Assert.Equal([], open);
    }

    [Fact]
    public void No_reason_is_given_for_what_is_reached_or_gone()
    {
        var names = NotReached(AllTargets.List);

        Assert.Equal([], Exempt.Keys.Where(exempt => !names.Any(name => Covers(exempt, name))));
    }

    [Fact]
    public void A_parser_without_a_target_is_noticed()
    {
        var without = AllTargets.List.Where(target =>
            target.Name != "stet-return-address" && target.Name != "stet-token-answer"
        );

        Assert.Contains("Affluent.Connectors.Reading.Amounts.Read", NotReached([]));
        Assert.Contains(
            "Affluent.Server.Widget.Theme.TryColor",
            NotReached(without.Where(t => !t.Name.StartsWith("widget-", StringComparison.Ordinal)))
        );
        Assert.DoesNotContain("Affluent.Server.Widget.Theme.TryColor", NotReached(without));
    }

    private static string[] NotReached(IEnumerable<FuzzTarget> targets)
    {
        var reached = Calls.ReachedFrom(targets.Select(target => target.Root.Method));
        return
        [
            .. Product
                .SelectMany(CallGraph.MethodsOf)
                .Where(method => !reached.Contains(method) && Parsers.IsParser(method, Calls.UsesOf(method)))
                .Select(Parsers.NameOf)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool Covers(string exempt, string name) =>
        name == exempt || name.StartsWith($"{exempt}.", StringComparison.Ordinal);
}
