using System.Reflection;
using System.Text.RegularExpressions;
using Affluent.Server.Tests.Harness;
using Xunit;
using Xunit.v3;

namespace Affluent.Server.Tests;

/// <summary>
/// Every test that starts the platform, or opens a database, runs on both (docs/adr/0001): it takes the kind of database as its
/// first parameter, for the harness starts nothing without one, and both kinds come from <see cref="OnBothDatabasesAttribute"/>.
/// </summary>
public sealed partial class BothDatabasesTests
{
    /// <summary>The tests that are about the file of SQLite; each says at itself why.</summary>
    private static readonly string[] AboutTheFile =
    [
        "CommandLineTests.A_database_file_is_made_in_the_data_directory_and_closed_to_others",
        "CommandLineTests.A_second_process_does_not_serve_the_same_file_and_commands_work_beside_the_first",
        "CrashTests.A_full_disk_stops_the_run_and_the_data_stays_whole",
        "DatabaseKeyTests.A_look_at_a_file_leaves_it_and_what_lies_beside_it_as_they_were",
        "DatabaseTests.What_a_killed_process_left_in_the_log_goes_with_the_first_write_of_the_next",
        "DatabaseTests.What_cannot_be_had_again_is_on_the_disk_before_anybody_hears_of_it",
        "DatabaseWatchTests.It_is_ready_only_when_something_was_written",
        "ErasureTests.A_reader_who_is_at_it_only_puts_that_off",
        "ErasureTests.An_erased_user_is_in_no_byte_of_the_files",
        "ErasureTests.One_erasure_right_after_another_leaves_the_files_as_soon",
        "SimulationTests.A_seed_plays_the_same_again",
    ];

    /// <summary>The tests that are about the server of PostgreSQL; each says at itself why.</summary>
    private static readonly string[] AboutTheServer =
    [
        "DatabaseTests.A_parameter_that_is_missing_is_of_the_same_type_as_one_that_is_there",
        "DatabaseTests.A_process_that_stands_still_in_a_transaction_keeps_what_it_locked_for_seconds_only",
        "EventTailTests.A_node_hears_again_when_its_connection_was_cut",
        "EventTailTests.Another_nodes_event_wakes_at_once",
        "FeedTests.What_commits_late_is_never_passed_by",
    ];

    /// <summary>What may open a database, or might, outside of the harness.</summary>
    private static readonly HashSet<string> MayOpen =
    [
        // The program itself, on a database of the harness.
        "Commands/ServeTests.cs: Process.Start(",
        // Clients in another language, which know the platform by HTTP only.
        "Authorization/OpenIdClientTests.cs: Process.Start(",
        "EnableBankingFacade/FacadeClientTests.cs: Process.Start(",
        // Receivers in other languages.
        "Webhooks/WebhookProgramTests.cs: Process.Start(",
        // Programs that make and judge certificates.
        "Certificates/Tools.cs: Process.Start(",
        "Synchronization/TlsFaultTests.cs: Process.Start(",
        // Further processes on a database of the harness.
        "Storage/MigrationTests.cs: Database.Open(",
        // Addresses that are refused.
        "Storage/DatabaseTests.cs: Database.Open(",
        // For the statements of both kinds; neither is opened.
        "Storage/UpgradeTests.cs: Database.Open(",
    ];

    [Fact]
    public void Every_test_that_takes_a_database_runs_on_both() =>
        Assert.Equal(
            AboutTheFile.Concat(AboutTheServer).Order(StringComparer.Ordinal),
            OnOne(typeof(BothDatabasesTests).Assembly.GetTypes().Where(t => t != typeof(Planted)))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void No_test_chooses_a_database_or_opens_one_by_itself() =>
        Assert.Empty(
            from file in Repository.Files("tests/Affluent.Server.Tests")
            where file.Path.EndsWith(".cs", StringComparison.Ordinal)
            let name = file.Path["tests/Affluent.Server.Tests/".Length..]
            where !name.StartsWith("Harness/", StringComparison.Ordinal) && name != "BothDatabasesTests.cs"
            from opening in Openings(File.ReadAllText(file.FullPath))
            select $"{name}: {opening}" into found
            where !MayOpen.Contains(found)
            select found
        );

    [Fact]
    public void A_test_on_one_database_would_be_seen()
    {
        Assert.Equal(
            ["Planted.On_one_by_hand", "Planted.On_one_by_name", "Planted.On_one_by_exception"],
            OnOne([typeof(Planted)])
        );
        foreach (
            var planted in new[]
            {
                "await using var app = await TestApp.Start(DatabaseKind.Sqlite);",
                "await using var app = await TestApp.Start(default(DatabaseKind));",
                "await using var app = await TestApp.Start((DatabaseKind)0);",
                "var code = await CommandLine.Run(args, output, errors);",
                "var database = Database.Open(path);",
                "var app = App.Build(settings, database, key, 1, time);",
                "using var process = Process.Start(start);",
            }
        )
        {
            Assert.Single(Openings(planted));
        }
    }

    private static IEnumerable<string> OnOne(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.GetParameters().Any(p => p.ParameterType == typeof(DatabaseKind))
        let rows = method.GetCustomAttributes<DataAttribute>().ToArray()
        where rows.Length > 0 && !rows.All(r => r is OnBothDatabasesAttribute)
        select $"{type.Name}.{method.Name}";

    private static IEnumerable<string> Openings(string source) => Opening().Matches(source).Select(m => m.Value);

    [GeneratedRegex(
        @"\bDatabaseKind\s*[.)]|\b(CommandLine\.Run|App\.Build|Database\.Open|new (Sqlite|Postgres)Database|Process\.Start)\(",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Opening();

#pragma warning disable xUnit1000, xUnit1010 // These are no tests: they are violations for the rule to find.
    private sealed class Planted
    {
        [Theory]
        [InlineData(0)]
        public void On_one_by_hand(DatabaseKind kind) => Assert.Equal(0, (int)kind);

        [Theory]
        [InlineData("Sqlite")]
        public void On_one_by_name(DatabaseKind kind) => Assert.Equal(0, (int)kind);

        [Theory, OnSqliteOnly("It is planted.")]
        public void On_one_by_exception(DatabaseKind kind) => Assert.Equal(0, (int)kind);

        [Theory, OnBothDatabases]
        public void On_both(DatabaseKind kind) => Assert.Equal(0, (int)kind % 1);
    }
#pragma warning restore xUnit1000, xUnit1010
}
