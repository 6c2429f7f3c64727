using System.Diagnostics;
using EndToEnd.Tests.Harness;
using Xunit;
using static EndToEnd.Tests.WidgetInBrowserTests;

namespace EndToEnd.Tests;

/// <summary>The program of the page about embedding the widget, as it is printed there.</summary>
public sealed class EmbedPageTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string Package = Repository.Path("clients", "typescript");
    private static readonly string Program = Path.Combine(Package, "example", "server.mjs");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_shows_the_program()
    {
        var path = Repository.Path("docs", "how-to", "embed-the-widget.md");
        var page = await File.ReadAllTextAsync(path, Stop);
        var program = await File.ReadAllTextAsync(Program, Stop);
        const string Begins = "<!-- server.mjs -->\n```js\n";
        var from = page.IndexOf(Begins, StringComparison.Ordinal) + Begins.Length;
        var until = page.IndexOf("```\n", from, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("AFFLUENT_UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, page[..from] + program + page[until..], Stop);
            return;
        }
        Assert.True(page[from..until] == program, "The page shows another: run this class with AFFLUENT_UPDATE_DOCS=1");
    }

    [Fact]
    public async Task The_program_embeds_the_widget_and_follows_the_bank_by_its_queue()
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Package, "dist")), $"Run npm ci in {Package}.");
        var page = await browser.Open();
        var port = ServerProcess.FreePort();
        await using var platform = await Platform.Start(origins: [$"http://localhost:{port}"]);
        using var site = await Start(platform, port);
        try
        {
            await page.GotoAsync($"http://localhost:{port}");
            await page.ClickAsync("#add");
            var frame = await (await page.WaitForSelectorAsync("#widget iframe"))!.ContentFrameAsync();
            await ChooseBank(frame!);
            await AuthorizeAtBank(page, frame!);
            frame = await (await page.WaitForSelectorAsync("#widget iframe"))!.ContentFrameAsync();
            await frame!.ClickAsync("[data-e2e=skip-button]");
            await page.WaitForSelectorAsync("text=Done.");

            Assert.Equal(2, await page.Locator("#accounts li").CountAsync());
        }
        finally
        {
            site.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The program, once it listens.</summary>
    private static async Task<Process> Start(Platform platform, int port)
    {
        var start = new ProcessStartInfo("node", [Program]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["SERVER"] = platform.Http.BaseAddress!.AbsoluteUri;
        start.Environment["CLIENT_ID"] = platform.Client.Id;
        start.Environment["CLIENT_SECRET"] = platform.Client.Secret;
        start.Environment["PORT"] = $"{port}";
        var site = Process.Start(start)!;
        Assert.Equal($"http://localhost:{port}", await site.StandardOutput.ReadLineAsync(Stop));
        return site;
    }
}
