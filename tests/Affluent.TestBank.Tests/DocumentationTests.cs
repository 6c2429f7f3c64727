using System.Text.RegularExpressions;
using Affluent.TestBank.Scenarios;

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

    [GeneratedRegex("```[a-z]*\\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();
}
