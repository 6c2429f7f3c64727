using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The commands of the documentation do what the pages say.</summary>
public sealed class DocsTests
{
    // These set up a real machine or show a part of one (tests of their own do what they say).
    private static readonly string[] ByHand =
    [
        "docs/advanced/operations.md",
        "docs/advanced/connectors.md",
        "docs/advanced/monitoring.md",
        "docs/advanced/privacy.md",
        "docs/advanced/reconciliation.md",
        "docs/advanced/replay.md",
        "docs/advanced/security.md",
        "docs/how-to/deploy.md",
        "docs/how-to/several-nodes.md",
        "CONTRIBUTING.md",
    ];

    /// <summary>The how-to pages with commands.</summary>
    internal static IReadOnlyList<string> HowTos { get; } =
    [
        .. Directory
            .EnumerateFiles(Repository.Path("docs/how-to"), "*.md")
            .Select(Named)
            .Except([.. ByHand, "docs/how-to/README.md"], StringComparer.Ordinal)
            .Where(page => new ShellPage(page).Blocks.Count > 0)
            // The one that waits for minutes begins while others work.
            .OrderBy(page => page != "docs/how-to/testing-with-the-test-bank.md")
            .ThenBy(page => page, StringComparer.Ordinal),
    ];

    [Fact]
    public async Task The_quick_start_leads_from_nothing_to_a_users_transactions()
    {
        var outputs = await new ShellPage("docs/quickstart/README.md").Run();
        Assert.Contains(outputs, o => o.Contains("201 Created", StringComparison.Ordinal));
        Assert.Contains(outputs, o => o.Contains("\"iban\":\"FR", StringComparison.Ordinal));
        Assert.Contains(outputs, o => o.Contains("\"remittance_information\"", StringComparison.Ordinal));
        Assert.Contains("204 No Content", outputs[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commands_of_the_first_page_show_the_demo_start_the_platform_and_make_a_client()
    {
        var outputs = await new ShellPage("README.md").Run();
        Assert.Contains("Channel REDIRECT", outputs[0], StringComparison.Ordinal);
        Assert.Matches("client_id=[0-9a-f-]{36}\nclient_secret=[A-Za-z0-9_-]{20,}", outputs[^1]);
    }

    [Fact]
    public async Task The_commands_of_the_reference_of_the_command_line_work()
    {
        var outputs = await new ShellPage("docs/reference/command-line.md").Run();
        Assert.Contains(outputs, o => o.Contains("client_secret=", StringComparison.Ordinal));
    }

    [Fact]
    public void Pages_whose_commands_nothing_runs_are_known()
    {
        string[] run =
        [
            "README.md",
            "docs/quickstart/README.md",
            "docs/reference/command-line.md",
            "docs/how-to/README.md",
        ];
        var pages = Directory
            .EnumerateFiles(Repository.Path("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Select(Named)
            .Where(page => new ShellPage(page).Blocks.Count > 0);
        Assert.Empty(pages.Except([.. run, .. ByHand, .. HowTos], StringComparer.Ordinal));
    }

    private static string Named(string file) => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
}
