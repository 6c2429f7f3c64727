using System.Text;
using Microsoft.Playwright;
using Xunit;
using static EndToEnd.Tests.WidgetInBrowserTests;

namespace EndToEnd.Tests;

/// <summary>A user sends a file in the widget.</summary>
public sealed class StatementFileInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Qif = "!Type:Bank\nD03/04/2026\nT-12.50\nPCafé\n^\n";

    [Fact]
    public async Task A_file_is_asked_for_and_so_is_what_it_does_not_say()
    {
        var page = await browser.Open(408, 600, touch: true);
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        await page.GotoAsync($"{link}&provider_id=90&redirect_url={Back(platform)}");
        await page.ClickAsync(Submit);
        await page.WaitForSelectorAsync("#file");
        await Accessibility.Check(page);

        await page.ClickAsync(Submit);
        await page.WaitForSelectorAsync("#file-error");
        await Send(page);
        await page.WaitForSelectorAsync("#currency");
        // Not even sent.
        await ChooseTooLarge(page);
        Assert.True(await page.IsVisibleAsync("#file-too-large"));
        Assert.Equal("", await page.InputValueAsync("#file"));
        await page.FillAsync("#currency", "EUR");
        await Send(page);
        await page.FillAsync("#account", "Mine");
        await Send(page);
        await page.WaitForSelectorAsync("#date_order");
        await Accessibility.Check(page);
        await page.SelectOptionAsync("#date_order", "day_first");
        await Send(page);
        await page.WaitForURLAsync("**/back?**");

        Assert.Contains("status=success&result=created", page.Url, StringComparison.Ordinal);
        Assert.Equal(1, (await platform.Accounts(token)).GetArrayLength());
    }

    private static async Task Send(IPage page)
    {
        await Choose(page, Encoding.UTF8.GetBytes(Qif));
        await page.ClickAsync(Submit);
    }

    /// <summary>One byte more than the page takes. By its path: as bytes it would travel to the browser as 22 MB of text, for half a minute where all processors are busy.</summary>
    private static async Task ChooseTooLarge(IPage page)
    {
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.OpenWrite(path))
            {
                file.SetLength((16 * 1024 * 1024) + 1);
            }
            await page.SetInputFilesAsync("#file", path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task Choose(IPage page, byte[] file) =>
        await page.SetInputFilesAsync(
            "#file",
            new FilePayload
            {
                Name = "statement.qif",
                MimeType = "application/octet-stream",
                Buffer = file,
            }
        );
}
