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

    // Over HTTP everything is reached somehow: that does not count.
    private static readonly FuzzTarget[] Targets =
    [
        .. AllTargets.List.Where(t => !t.Name.StartsWith("http-", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Every_parser_is_reached_by_a_target_or_has_a_reason_not_to_be()
    {
        var open = NotReached(Targets).Where(name => !Exempt.Keys.Any(exempt => Covers(exempt, name)));

        Assert.Equal([], open);
    }

    [Fact]
    public void No_reason_is_given_for_what_is_reached_or_gone()
    {
        var names = NotReached(Targets);

        Assert.Equal([], Exempt.Keys.Where(exempt => !names.Any(name => Covers(exempt, name))));
    }

    [Fact]
    public void A_parser_without_a_target_is_noticed()
    {
        const string Parser = "Affluent.Server.Widget.Theme.TryColor";

        Assert.DoesNotContain(Parser, NotReached(Targets));
        Assert.Contains(
            Parser,
            NotReached(Targets.Where(t => !t.Name.StartsWith("widget-", StringComparison.Ordinal)))
        );
        Assert.Contains("Affluent.Connectors.Reading.Amounts.Read", NotReached([]));
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
