using System.Xml.Linq;
using Affluent.Architecture.Tests.Model;
using Affluent.Architecture.Tests.Rules;

namespace Affluent.Architecture.Tests;

/// <summary>Each rule finds a violation that is planted for it, also where the compiled program would hide it.</summary>
public sealed class PlantedTests
{
    private static readonly Dictionary<string, string> Owners = new(StringComparer.Ordinal)
    {
        ["accounts"] = "Accounts",
        ["users"] = "Users",
    };

    // A room that nobody else may enter.
    private static readonly (string Path, string Text) Widget = (
        "Widget/WidgetStore.cs",
        """
        namespace Affluent.Server.Widget;
        public sealed class MarkAttribute(System.Type type, string name = "") : System.Attribute;
        public static class WidgetStore
        {
            public const int Most = 7;
            public static Task<int> Prune(long now) => Task.FromResult((int)now);
            public static Task<int> Count() => Task.FromResult(0);
        }
        """
    );

    [Theory]
    [InlineData("public static int Most => Widget.WidgetStore.Most;")]
    [InlineData("public static string Name => nameof(Widget.WidgetStore.Prune);")]
    [InlineData("[Widget.Mark(typeof(int))] public static void Check() { }")]
    [InlineData("public static Type Type => typeof(List<Widget.MarkAttribute[]>);")]
    [InlineData(
        "public static Func<Task> Nested => async () => { await Task.Run(async () => await Widget.WidgetStore.Prune(1)); };"
    )]
    public void The_ground_that_knows_a_feature(string member)
    {
        var sources = Sources.Planted(Widget, ("Platform/Health.cs", Class("Platform", "Health", member)));

        Assert.Equal("Platform/Health.cs", Assert.Single(Layers.Offences(sources).DistinctBy(o => o.File)).File);
    }

    [Fact]
    public void Storage_that_knows_the_platform_and_a_feature_that_knows_the_commands()
    {
        var sources = Sources.Planted(
            ("Platform/Clock.cs", Class("Platform", "Clock", "public const int Tick = 1;")),
            ("Storage/Rows.cs", Class("Storage", "Rows", "public const int Tick = Platform.Clock.Tick;")),
            ("Commands/Serve.cs", Class("Commands", "Serve", "public const int Port = App.Port;")),
            ("App.cs", "namespace Affluent.Server; public static class App { public const int Port = 1; }"),
            ("Users/Users.cs", Class("Users", "Users", "public const int Ports = Commands.Serve.Port + App.Port;"))
        );

        Assert.Equal(
            [
                "Storage/Rows.cs: must not know Platform.Clock",
                "Users/Users.cs: must not know App",
                "Users/Users.cs: must not know Commands.Serve",
            ],
            Layers.Offences(sources).Select(o => o.Key).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("public const int Two = Accounts.Accounts.One + 1;")]
    [InlineData("public static string Name => nameof(Accounts.Accounts);")]
    [InlineData("public static Func<Func<int>> Nested => () => () => Accounts.Accounts.One;")]
    [InlineData("public static Accounts.Row New() => new();")]
    public void Two_folders_that_know_each_other(string member)
    {
        var sources = Sources.Planted(
            ("Accounts/Accounts.cs", Class("Accounts", "Accounts", "public const int One = Users.Users.Zero + 1;")),
            ("Accounts/Row.cs", "namespace Affluent.Server.Accounts; public sealed record Row;"),
            ("Users/Users.cs", Class("Users", "Users", "public const int Zero = 0; " + member))
        );

        Assert.Equal("Accounts -> Users", Assert.Single(Circles.Offences(sources)).File);
    }

    [Fact]
    public void Every_circle_that_a_folder_is_part_of()
    {
        var sources = Sources.Planted(
            Knows("A", "B"),
            Knows("B", "A", "C"),
            Knows("C", "D"),
            Knows("D", "B", "E"),
            Knows("E")
        );

        Assert.Equal(
            ["A -> B", "B -> C -> D"],
            Circles.Offences(sources).Select(o => o.File).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_store_that_is_called_from_another_folder()
    {
        var caller = Class(
            "Users",
            "Users",
            """
            public static async Task Delete() =>
                await Task.Run(async () =>
                {
                    await Widget.WidgetStore.Count();
                    await Task.Run(async () => await Widget.WidgetStore.Prune(Widget.WidgetStore.Most));
                });
            """
        );
        var sources = Sources.Planted(Widget, ("Users/Users.cs", caller));
        Dictionary<string, string[]> forOthers = new() { ["WidgetStore"] = ["Count", "Most", "Gone"] };

        Assert.Equal(
            ["Users/Users.cs: calls WidgetStore.Prune of Widget"],
            Stores.Offences(sources, forOthers).Select(o => o.Key)
        );
        Assert.Equal(["WidgetStore.Gone"], Stores.Unused(sources, forOthers));
    }

    [Theory]
    [InlineData("reads", "public static string Sql => \"select id from accounts where id = @Id\";")]
    [InlineData("reads", "public static string Sql => \"select 1 from users u, accounts a\";")]
    [InlineData(
        "reads",
        "public static string Sql => \"\"\"\n    select 1 from users u\n        join accounts a on a.id = u.id\n    \"\"\";"
    )]
    [InlineData(
        "reads",
        "const string Table = \"accounts\"; public static string Sql(int n) => $\"select {n} from {Table}\";"
    )]
    [InlineData("reads", "public static string Sql => \"where id in (select id from accounts)\";")]
    [InlineData("writes", "public static string Sql => \"update accounts set id = 1\";")]
    [InlineData(
        "writes",
        "public static Func<Task<string>> Sql => async () => { await Task.Yield(); return \"delete from accounts\"; };"
    )]
    [InlineData("writes", "public static string Sql => \"insert into accounts (id) values (1)\";")]
    [InlineData("writes", "public static Storage.BulkTable<int> Bulk => new(\"accounts\", []);")]
    public void Sql_that_names_another_folders_table(string how, string member)
    {
        var sources = Sources.Planted(
            (
                "Storage/BulkTable.cs",
                "namespace Affluent.Server.Storage; public sealed record BulkTable<T>(string Name, T[] Columns);"
            ),
            ("Users/UserStore.cs", Class("Users", "UserStore", member))
        );

        Assert.Equal(
            $"Users/UserStore.cs: {how} accounts of Accounts",
            Assert.Single(Tables.Offences(sources, Owners)).Key
        );
    }

    [Fact]
    public void A_mapping_of_another_folders_table()
    {
        const string Mapping = """
            using Microsoft.EntityFrameworkCore;
            namespace Affluent.Server.Users;
            public sealed class Row { public long Id { get; set; } }
            public sealed class Mapping : DbContext
            {
                protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Row>().ToTable("accounts");
            }
            """;

        var sources = Sources.Planted(("Users/Mapping.cs", Mapping));

        Assert.Equal(
            "Users/Mapping.cs: writes accounts of Accounts",
            Assert.Single(Tables.Offences(sources, Owners)).Key
        );
    }

    [Theory]
    [InlineData("$\"select 1 from {table}\"")]
    [InlineData("\"select 1 from \" + table")]
    [InlineData("\"insert into \" + table + \" (id) values (1)\"")]
    public void Sql_that_hides_its_table(string sql)
    {
        var member = $"public static string Sql(string table) => {sql};";

        Assert.NotEmpty(
            Tables.Offences(Sources.Planted(("Users/UserStore.cs", Class("Users", "UserStore", member))), Owners)
        );
        Assert.Empty(
            Tables.Offences(Sources.Planted(("Storage/Sqlite.cs", Class("Storage", "Sqlite", member))), Owners)
        );
    }

    [Fact]
    public void Words_that_are_no_sql_name_no_table()
    {
        const string Member = """
            public static string[] Words(string x) => ["accounts", "select accounts", "the accounts of users", $"Taken from {x}.", "select 1 for update", "update"];
            """;

        Assert.Empty(Tables.Offences(Sources.Planted(("Widget/Texts.cs", Class("Widget", "Texts", Member))), Owners));
    }

    [Fact]
    public void Tables_that_somebody_makes()
    {
        Assert.Equal(
            ["one", "two"],
            Tables.MadeBy("create table one (id int); create table if not exists two (id int);")
        );
        Assert.Equal(
            ["three"],
            Tables.MadeBy(
                Sources.Planted(
                    ("A/A.cs", Class("A", "A", "public static string Sql => \"create table three (id int)\";"))
                )
            )
        );
    }

    [Theory]
    [InlineData("static int F(Color c) => c switch { Color.Red => 1, Color.Blue => 2, _ => throw new Exception() };")]
    [InlineData("static int F(Color? c) => c switch { Color.Red => 1, null => 2, _ => throw new Exception() };")]
    [InlineData(
        "static int F(Color c, bool b) => (c, b) switch { (Color.Red, true) => 1, _ => throw new Exception() };"
    )]
    [InlineData("static int F(Color c) { switch (c) { case Color.Red: return 1; default: throw new Exception(); } }")]
    public void A_switch_over_an_enum_that_throws_for_the_rest(string member) =>
        Assert.Single(
            Switches.Offences(Sources.Planted(("A/A.cs", Class("A", "A", "enum Color { Red, Blue } " + member))))
        );

    [Theory]
    [InlineData("static int F(object o) => o switch { string => 1, _ => throw new Exception() };")]
    [InlineData("static int F(int n) => n switch { 1 => 1, _ => throw new Exception() };")]
    [InlineData("static int F(Color c) => c switch { Color.Red => 1, Color.Blue => throw new Exception() };")]
    public void A_switch_that_may_throw(string member) =>
        Assert.Empty(
            Switches.Offences(Sources.Planted(("A/A.cs", Class("A", "A", "enum Color { Red, Blue } " + member))))
        );

    [Fact]
    public void A_function_of_many_longs()
    {
        const string Members = """
            public static void Three(long a, string s, long b, long? c) { }
            public static void Two(long a, long b, string s) { }
            private static void Own(long a, long b, long c) { }
            """;

        var offence = Assert.Single(Parameters.BareLongs(Sources.Planted(("A/A.cs", Class("A", "A", Members)))));

        Assert.Equal("A/A.cs: A.Three takes 3 bare longs", offence.Key);
    }

    [Fact]
    public void A_token_of_cancellation_of_another_name()
    {
        const string Text = """
            namespace Affluent.Server.A;
            public interface IOurs { void Ours(CancellationToken ct); }
            public sealed class Reader(CancellationToken stop) : System.IO.StringReader(""), IProgress<CancellationToken>, IOurs
            {
                public CancellationToken Stop => stop;
                public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) => default;
                void IProgress<CancellationToken>.Report(CancellationToken value) { }
                public void Ours(CancellationToken ct) => Local(ct);
                public static void Good(CancellationToken cancellation) => Call(_ => { });
                private static void Call(Action<CancellationToken> action) { }
                private static void Local(CancellationToken cancellation) => Call(token => { });
            }
            """;

        Assert.Equal(
            [
                "IOurs.Ours calls its token of cancellation 'ct'",
                "Reader..ctor calls its token of cancellation 'stop'",
                "Reader.Ours calls its token of cancellation 'ct'",
                "a lambda calls its token of cancellation 'token'",
            ],
            Parameters
                .CancellationNames(Sources.Planted(("A/A.cs", Text)))
                .Select(o => o.What)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_name_of_two_types()
    {
        var sources = Sources.Planted(
            (
                "A/A.cs",
                "namespace Affluent.Server.A; public record Row; public record Row<T>; public record Left { record Case; }"
            ),
            ("B/B.cs", "namespace Affluent.Server.B; public partial record Row; public record Right { record Case; }"),
            ("B/C.cs", "namespace Affluent.Server.B; public partial record Row;")
        );

        Assert.Equal(
            ["A/A.cs: Row is the name of 2 types", "B/B.cs: Row is the name of 2 types"],
            Names.TypesOfOneName(sources).Select(o => o.Key)
        );
    }

    [Fact]
    public void A_name_of_private_idiom()
    {
        const string Members = """
            public static void Go() { }
            public static void GoBack(int wishes, int theWish) { var told = wishes + theWish; _ = told; }
            public const int Indoors = 1;
            """;

        Assert.Equal(
            ["the name Go is private idiom", "the name theWish is private idiom", "the name told is private idiom"],
            Names.PrivateIdiom(Sources.Planted(("A/A.cs", Class("A", "A", Members)))).Select(o => o.What)
        );
    }

    [Fact]
    public void A_quoted_word_of_a_closed_list()
    {
        const string Members = """
            public enum Status { PartialSuccess, Gone }
            public enum Roles { Api }
            [System.ComponentModel.Description("LowerSnake")] public enum Order { Name }
            public static string[] Words => ["PARTIAL_SUCCESS", "GONE", "API", "NAME", "HTTP", "update x set status = 'GONE'"];
            """;

        Assert.Equal(
            ["quotes PARTIAL_SUCCESS, the word of an enum", "quotes GONE, the word of an enum"],
            VocabularyWords
                .Offences(Sources.Planted(("A/A.cs", Class("A", "A", Members))), ["Roles"])
                .Select(o => o.What)
        );
    }

    [Fact]
    public void A_file_that_is_too_long()
    {
        (string, string)[] files =
        [
            ("src/Long.cs", string.Concat(Enumerable.Repeat("x\n", 401))),
            ("src/Long.sql", string.Concat(Enumerable.Repeat("x\n", 401))),
            ("src/Fits.razor", string.Concat(Enumerable.Repeat("x\n", 400))),
        ];

        Assert.Equal("src/Long.cs", Assert.Single(Files.TooLong(files)).File);
    }

    [Fact]
    public void A_page_that_does_not_name_the_folders()
    {
        const string Page = """
            The house, with Elsewhere/ outside:
            ```
            src/
              Affluent.Server/     knows Nothing/Else
                Users/ Gone/       people
            ```
            """;

        Assert.Equal(
            ["does not name Jobs", "names Gone, which is not there"],
            Files.OffThePage(Page, ["Affluent.Server", "Users", "Jobs"]).Select(o => o.What)
        );
    }

    [Fact]
    public void A_file_that_speaks_of_a_machine()
    {
        const string Home = "/ho" + "me/somebody";

        Assert.Equal(
            [2],
            Files
                .MachinePaths([("README.md", $"affluent lives in /srv/affluent\nand not in {Home}\n")])
                .Select(o => o.Line)
        );
    }

    [Fact]
    public void A_project_that_knows_whom_it_must_not_know()
    {
        Assert.Equal(
            [
                "Affluent.TestBank: must not know Affluent.Server",
                "Affluent.Ledger: must not use Dapper",
                "Affluent.Other: nobody has said whom it may know",
            ],
            Projects
                .Offences([
                    Project(
                        "Affluent.TestBank",
                        """<ProjectReference Include="../Affluent.Server/Affluent.Server.csproj" />"""
                    ),
                    Project("Affluent.Ledger", """<PackageReference Include="Dapper" />"""),
                    Project("Affluent.Connectors", """<PackageReference Include="AngleSharp" />"""),
                    Project("Affluent.Other", ""),
                ])
                .Select(o => o.Key)
        );

        static (string, XDocument) Project(string name, string items) =>
            (name, XDocument.Parse($"<Project><ItemGroup>{items}</ItemGroup></Project>"));
    }

    [Fact]
    public void A_source_that_the_compiler_does_not_understand_is_no_source_without_offences() =>
        Assert.ThrowsAny<Exception>(() => Sources.Planted(("A/A.cs", Class("A", "A", "static Missing F() => null;"))));

    private static string Class(string folder, string name, string members) =>
        $"namespace Affluent.Server.{folder}; public static class {name} {{ {members} }}";

    private static (string Path, string Text) Knows(string folder, params string[] others) =>
        (
            $"{folder}/X.cs",
            Class(
                folder,
                "X",
                string.Concat(
                    others.Select(other => $"public static string {other} => nameof(Affluent.Server.{other}.X); ")
                )
            )
        );
}
