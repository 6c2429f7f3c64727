using System.Reflection;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Every test that starts the program runs on both databases (docs/adr/0001), but for those that say here why not.</summary>
public sealed class BothDatabasesTests
{
    private static readonly Dictionary<string, string> OnOneAlone = new(StringComparer.Ordinal)
    {
        ["BankReturnInBrowserTests"] = "is about the browser: BankReturnTests brings the same returns on both",
        ["BothDatabasesTests"] = "starts nothing",
        ["CrashTests.Two_nodes_on_one_database_share_the_work_and_outlive_each_other"] = "SQLite has one node",
        ["ConnectPackageTests"] =
            "is about the browser: WidgetFlowTests and WidgetSessionTests walk the same ways on both",
        ["DemoTests"] = "the demo lives on an SQLite file of its own",
        ["DocsInBrowserTests"] = "is about what a browser shows of pages that no database holds",
        ["DocsTests"] = "the documentation starts the platform without a word about a database",
        ["EmbedPageTests"] = "is about the browser and a program in it: the calls that it makes are tested on both",
        ["FirstHowToTests"] = "the documentation starts the platform without a word about a database",
        ["SecondHowToTests"] = "the documentation starts the platform without a word about a database",
        ["ThirdHowToTests"] = "the documentation starts the platform without a word about a database",
        ["HomeInBrowserTests"] = "is about the browser: SetupTests and HouseholdTests walk the same ways on both",
        ["SignInInBrowserTests"] = "is about the browser: SignInTests walks the same ways on both",
        ["StatementFileInBrowserTests"] = "is about the browser: StatementFileTests brings the same files on both",
        ["ThreeNodesTests"] = "SQLite has one node",
        ["WidgetChoicesInBrowserTests"] = "is about the browser: WidgetChoicesTests walks the same ways on both",
        ["WidgetInBrowserTests"] = "is about the browser: WidgetFlowTests walks the same ways on both",
        ["WidgetLayoutInBrowserTests"] = "is about what a browser shows",
    };

    [Fact]
    public void Every_test_runs_on_both_or_says_why_not() =>
        Assert.DoesNotContain(
            OnOne(typeof(BothDatabasesTests).Assembly.GetTypes().Where(t => t != typeof(Planted))),
            test => !OnOneAlone.ContainsKey(test) && !OnOneAlone.ContainsKey(test.Split('.')[0])
        );

    [Fact]
    public void A_test_on_one_database_would_be_seen() =>
        Assert.Equal(["Planted.On_one", "Planted.On_SQLite"], OnOne([typeof(Planted)]));

    private static IEnumerable<string> OnOne(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.GetCustomAttributes<FactAttribute>().Any()
        where !method.GetCustomAttributes<OnBothDatabasesAttribute>().Any()
        select $"{type.Name}.{method.Name}";

#pragma warning disable xUnit1000 // These are no tests: they are violations for the rule to find.
    private sealed class Planted
    {
        [Fact]
        public void On_one() => Assert.NotNull(this);

        [Theory, OnSqliteOnly("It is planted.")]
        public void On_SQLite(DatabaseKind kind) => Assert.Equal(0, (int)kind);

        [Theory, OnBothDatabases]
        public void On_both(DatabaseKind kind) => Assert.Equal(0, (int)kind % 1);
    }
#pragma warning restore xUnit1000
}
