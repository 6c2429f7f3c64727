using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// The commands of the how-to pages print what the pages say. Each page waits for banks, so the pages are dealt out to several classes, which
/// run side by side.
/// </summary>
public abstract class HowToTests
{
    /// <summary>Starts an installation of its own, in the place of the one with which all others begin.</summary>
    private const string ByItself = "docs/how-to/at-home.md";

    private static readonly ShellPage Begins = new("docs/how-to/README.md");

    /// <summary>Every third page, from this one on.</summary>
    protected static TheoryData<string> From(int first) =>
        new(DocsTests.HowTos.Where((_, index) => index % 3 == first));

    /// <summary>Runs a page after the one with which all begin.</summary>
    protected static async Task PrintsWhatItSays(string path)
    {
        var page = new ShellPage(path);
        Assert.True(page.Promises > 0, $"{path} never says what its commands print.");
        await page.Run(path == ByItself ? null : Begins);
    }
}

/// <inheritdoc/>
public sealed class FirstHowToTests : HowToTests
{
    public static TheoryData<string> Pages { get; } = From(0);

    [Theory, MemberData(nameof(Pages))]
    public Task The_commands_of_a_page_print_what_it_says(string path) => PrintsWhatItSays(path);
}

/// <inheritdoc/>
public sealed class SecondHowToTests : HowToTests
{
    public static TheoryData<string> Pages { get; } = From(1);

    [Theory, MemberData(nameof(Pages))]
    public Task The_commands_of_a_page_print_what_it_says(string path) => PrintsWhatItSays(path);
}

/// <inheritdoc/>
public sealed class ThirdHowToTests : HowToTests
{
    public static TheoryData<string> Pages { get; } = From(2);

    [Theory, MemberData(nameof(Pages))]
    public Task The_commands_of_a_page_print_what_it_says(string path) => PrintsWhatItSays(path);
}
