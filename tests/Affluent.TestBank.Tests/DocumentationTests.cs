using System.Text.RegularExpressions;
using Affluent.TestBank.Scenarios;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.TestBank.Tests;

public sealed partial class DocumentationTests
{
    [Fact]
    public async Task The_examples_of_the_reference_page_load_without_a_remark()
    {
        var page = await Reference();
        var examples = Fenced().Matches(page).Select(m => m.Groups["text"].Value).ToList();
        Assert.Contains(examples, e => e.StartsWith("CREDENTIALS|", StringComparison.Ordinal));
        Assert.Contains(examples, e => e.StartsWith('{'));
        foreach (var example in examples.Where(e => !e.Contains("TestBankApp.Build", StringComparison.Ordinal)))
        {
            var loaded = ScenarioFiles.Parse("example", example, new DateOnly(2026, 11, 22));
            Assert.Empty(Assert.IsType<ScenarioFile.Loaded>(loaded).Warnings);
        }
    }

    [Fact]
    public async Task The_reference_page_names_every_fault_and_every_record()
    {
        var page = await Reference();
        Assert.All(FaultNames.All.Keys, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
        Assert.All(PipeFile.Known, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_reference_page_lists_the_customers_with_their_passwords_and_codes()
    {
        var clock = new BankClock(new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)));
        using var fetch = new FileFetch([]);
        var files = new ScenarioFiles(new TestBankOptions { Urls = "" }, clock, fetch);
        var read = await files.Read(null, TestContext.Current.CancellationToken);
        Assert.Equal(
            Assert
                .IsType<ScenarioFile.Loaded>(read)
                .Scenario.People.SelectMany(
                    person => person.Credentials,
                    (person, pair) => (pair.Login, pair.Password, (person.Challenge as Challenge.Code)?.Value ?? "")
                )
                .Order(),
            Customer()
                .Matches(await Reference())
                .Select(m => (m.Groups["login"].Value, m.Groups["password"].Value, m.Groups["code"].Value))
                .Order()
        );
    }

    private static async Task<string> Reference()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Affluent.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository is not around the tests.");
        }

        var path = Path.Combine(folder.FullName, "docs", "reference", "test-bank.md");
        return await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(
        "^\\| `(?<login>[a-z]+)` \\| `(?<password>[a-z]+)` \\| (`(?<code>[0-9]+)`)? ?\\|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Customer();

    [GeneratedRegex("```[a-z]*\\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();
}
