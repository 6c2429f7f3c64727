using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Affluent.TestBank;
using NetArchTest.Rules;
using Xunit;

namespace Affluent.Server.Tests;

/// <summary>Who may know whom, as ARCHITECTURE.md says it; a failing rule names the types to look at.</summary>
public sealed partial class ArchitectureTests
{
    private const string Root = "Affluent.Server";
    private const int LongestFile = 400;

    // Platform and Storage are the ground on which features stand; Commands puts everything together from above.
    private static readonly string[] NoFeatures = ["Platform", "Storage", "Commands"];

    // What must commit together with another feature's change: asking for a run, answering a question, ending tokens …
    private static readonly HashSet<string> ForOthers =
    [
        "RequestStore",
        "QuestionStore",
        "TokenStore",
        "ClientStore",
        "ConnectionsStore",
        "AccountsStore",
        "TransactionsStore",
    ];

    private static readonly Assembly Server = typeof(App).Assembly;
    private static readonly string[] Folders =
    [
        .. Server
            .GetTypes()
            .Select(t => t.Namespace ?? "")
            .Where(n => n.StartsWith(Root + ".", StringComparison.Ordinal))
            .Select(n => n[(Root.Length + 1)..].Split('.')[0])
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [InlineData("Storage")]
    [InlineData("Platform")]
    public void The_ground_knows_no_feature(string ground)
    {
        string[] allowed = ["Platform", "Storage"];

        AssertNone(Folders.Except(allowed).SelectMany(above => Dependents(ground, above)));
    }

    [Fact]
    public void Storage_knows_nothing_else_of_the_server() =>
        AssertNone(Folders.Except(["Storage"]).SelectMany(above => Dependents("Storage", above)));

    [Fact]
    public void Folders_know_each_other_without_cycles()
    {
        var edges = Folders.ToDictionary(
            f => f,
            f => Folders.Where(other => other != f && Dependents(f, other).Any()).ToArray()
        );

        var cycle = FindCycle(edges);

        Assert.True(cycle is null, cycle is null ? "" : Explain(cycle));
    }

    [Fact]
    public void A_feature_calls_anothers_store_only_where_that_one_is_meant_for_others()
    {
        var stores = Server
            .GetTypes()
            .Where(t =>
                t.Name.EndsWith("Store", StringComparison.Ordinal)
                && t.Namespace!.StartsWith(Root + ".", StringComparison.Ordinal)
                && !ForOthers.Contains(t.Name)
            );

        AssertNone(
            from store in stores
            from folder in Folders.Except(NoFeatures)
            where FolderOf(store) != folder
            from name in DependentsOn(folder, store.FullName!)
            select $"{name} uses {store.FullName}: if that is meant for other features, say so in ForOthers"
        );
    }

    [Fact]
    public void Projects_know_only_whom_they_may_know()
    {
        Assert.Equal([], OurReferences(typeof(IConnector).Assembly));
        Assert.Equal([], OurReferences(typeof(TestBankApp).Assembly));
        Assert.Equal(["Affluent.Connectors.Contract"], OurReferences(Assembly.Load("Affluent.Ledger")));
        Assert.Equal(["Affluent.Connectors.Contract"], OurReferences(Assembly.Load("Affluent.Connectors")));
        Assert.Equal(["Affluent.Connectors.Contract"], OurReferences(typeof(StepConnector).Assembly));
    }

    [Fact]
    public void The_server_ships_without_the_test_kit_of_connectors()
    {
        Assert.Contains("Affluent.Connectors.Contract", Shipped("Affluent.Server"));
        Assert.Contains("Affluent.Connectors.Testing", Shipped("Affluent.Server.Tests"));
        Assert.DoesNotContain("Affluent.Connectors.Testing", Shipped("Affluent.Server"));

        // The libraries that the build puts beside a program, packages and projects alike.
        static string[] Shipped(string program)
        {
            using var dependencies = JsonDocument.Parse(
                File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{program}.deps.json"))
            );
            return
            [
                .. dependencies
                    .RootElement.GetProperty("libraries")
                    .EnumerateObject()
                    .Select(library => library.Name.Split('/')[0]),
            ];
        }
    }

    [Fact]
    public void No_source_file_is_longer_than_one_can_read_at_a_sitting() =>
        AssertNone(
            from file in Repository.Files("src")
            where
                file.Path.EndsWith(".cs", StringComparison.Ordinal)
                || file.Path.EndsWith(".razor", StringComparison.Ordinal)
            let lines = File.ReadLines(file.FullPath).Count()
            where lines > LongestFile
            select $"{file.Path} has {lines} lines, more than {LongestFile}: split it by what it does"
        );

    [Fact]
    public void No_file_speaks_of_the_machine_it_was_written_on() =>
        AssertNone(
            from file in Repository.Files()
            where !Path.GetFileName(file.Path).StartsWith('.') && new FileInfo(file.FullPath).Length < 1_000_000
            from line in File.ReadLines(file.FullPath).Select((text, index) => (text, number: index + 1))
            where MachinePath().IsMatch(line.text)
            select $"{file.Path}:{line.number}: {line.text.Trim()}"
        );

    private static void AssertNone(IEnumerable<string> offences)
    {
        var all = offences.Distinct().ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static IEnumerable<string> Dependents(string folder, string on) => DependentsOn(folder, $"{Root}.{on}");

    private static IEnumerable<string> DependentsOn(string folder, string target) =>
        Types
            .InAssembly(Server)
            .That()
            .ResideInNamespaceMatching($@"^{Regex.Escape(Root)}\.{folder}(\.|$)")
            .And()
            .HaveDependencyOn(target)
            .GetTypes()
            .Select(t => t.FullName!);

    private static string FolderOf(Type type) => type.Namespace![(Root.Length + 1)..].Split('.')[0];

    private static string[] OurReferences(Assembly assembly) =>
        [
            .. assembly
                .GetReferencedAssemblies()
                .Select(a => a.Name!)
                .Where(name => name.StartsWith("Affluent", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static string Explain(IReadOnlyList<string> cycle) =>
        $"Folders know each other in a circle: {string.Join(" -> ", cycle)}\n"
        + string.Join(
            '\n',
            cycle
                .Zip(cycle.Skip(1))
                .Select(e => $"  {e.First} knows {e.Second} by {string.Join(", ", Dependents(e.First, e.Second))}")
        );

    private static IReadOnlyList<string>? FindCycle(Dictionary<string, string[]> edges)
    {
        HashSet<string> done = [];
        List<string> path = [];
        return edges.Keys.Select(Visit).FirstOrDefault(cycle => cycle is not null);

        IReadOnlyList<string>? Visit(string folder)
        {
            if (path.IndexOf(folder) is >= 0 and var start)
            {
                return [.. path[start..], folder];
            }
            if (!done.Add(folder))
            {
                return null;
            }
            path.Add(folder);
            var cycle = edges[folder].Select(Visit).FirstOrDefault(found => found is not null);
            path.RemoveAt(path.Count - 1);
            return cycle;
        }
    }

    // Homes, temporary worktrees and the like; a path on a user's machine in the documentation starts with /etc, /var, /srv or /run.
    [GeneratedRegex(
        @"(^|[^\w./])/(work|tmp/wt|home|root|Users)/|[A-Z]:\\Users\\",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex MachinePath();
}
