using System.Text.RegularExpressions;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests;

/// <summary>
/// Tests ask the API, or the harness by intent, and name no column: a change of the schema then touches the harness alone. The tests
/// of the storage, whose subject is SQL, are apart.
/// </summary>
public sealed partial class SqlTests
{
    private static readonly HashSet<string> AboutTheDatabase =
    [
        // The checks of the table are what it is about.
        "Jobs/JobStoreTests.cs",
        "SqlTests.cs",
    ];

    [Fact]
    public void Only_the_harness_and_the_tests_of_the_storage_hold_SQL() =>
        Assert.Empty(
            from file in Repository.Files("tests/Affluent.Server.Tests")
            let name = file.Path["tests/Affluent.Server.Tests/".Length..]
            where name.EndsWith(".cs", StringComparison.Ordinal) && !AboutTheDatabase.Contains(name)
            where !name.StartsWith("Harness/", StringComparison.Ordinal)
            where !name.StartsWith("Storage/", StringComparison.Ordinal)
            from statement in Statement().Matches(File.ReadAllText(file.FullPath))
            select $"{name}: {statement.Value}"
        );

    [Theory]
    [InlineData("var left = await db.Scalar<long>(\"select count(*) from events\");")]
    [InlineData("await db.Execute($\"update jobs set due_at = {now}\");")]
    [InlineData("var rows = db.Query<Row>(\n    \"\"\"\n    select id\n    from connections\n    \"\"\"\n);")]
    [InlineData("const string Sql = \"insert into counters values (1)\";")]
    [InlineData("const string Sql = \"Delete  from users\";")]
    public void SQL_in_a_test_would_be_seen(string planted) => Assert.NotEmpty(Statement().Matches(planted));

    [GeneratedRegex(
        """"\bdb\.(Query|Find|Scalar|Execute)\b|"\s*(select\s[^"]+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|(create|drop)\s+table)\s"""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Statement();
}
