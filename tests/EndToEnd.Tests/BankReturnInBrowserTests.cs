using Microsoft.Playwright;
using Xunit;
using static EndToEnd.Tests.WidgetInBrowserTests;

namespace EndToEnd.Tests;

/// <summary>
/// One person begins, copies the link to the bank, and another person opens it in a browser of their own and agrees there: in no way of
/// showing the widget does that deliver the one's accounts to the other. Who began goes on unhindered.
/// </summary>
public sealed class BankReturnInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Refused = "This did not begin in this browser";

    [Fact]
    public async Task As_a_page()
    {
        var (page, other) = (await browser.Open(), await browser.Open());
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        await page.GotoAsync($"{link}&redirect_url={Back(platform)}");
        await ChooseBank(page.MainFrame);
        var button = await ButtonOf(page.MainFrame);
        var bank = BankAddress(page);
        await page.ClickAsync("a.primary");
        await page.WaitForURLAsync("**/stettestbank/**");

        await ExpectRefused(other, button, await bank);

        Assert.Equal(0, (await platform.Accounts(token)).GetArrayLength());
        await SignInAtBank(page);
        await page.ClickAsync("[data-e2e=skip-button]");
        await page.WaitForURLAsync("**/back?**");
        Assert.Equal(2, (await platform.Accounts(token)).GetArrayLength());
    }

    [Fact]
    public async Task In_a_window_that_the_client_opens()
    {
        var (page, other) = (await browser.Open(), await browser.Open());
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        await page.GotoAsync(platform.FramePage("about:blank"));
        var window = await page.RunAndWaitForPopupAsync(() =>
            page.EvaluateAsync("link => { window.open(link, 'bank', 'width=408,height=600'); }", link)
        );
        await ChooseBank(window.MainFrame);
        var button = await ButtonOf(window.MainFrame);
        var bank = BankAddress(window);
        await window.ClickAsync("a.primary");
        await window.WaitForURLAsync("**/stettestbank/**");

        await ExpectRefused(other, button, await bank);

        Assert.Equal(0, (await platform.Accounts(token)).GetArrayLength());
        await SignInAtBank(window);
        await window.ClickAsync("[data-e2e=skip-button]");
        var message = await Message(page);
        Assert.Equal("created", message.Data.GetProperty("result").GetString());
        // Without a place of the client's, a web view sees by the address that it is over.
        await window.WaitForURLAsync("**/embed/v2.1/success?status=success&result=created&**");
    }

    [Theory]
    // The client's page makes the frame again, and passes nothing on.
    [InlineData(true)]
    // The bank opens in a tab of its own.
    [InlineData(false)]
    public async Task In_a_frame(bool isMadeAgain)
    {
        var (page, other) = (await browser.Open(), await browser.Open());
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        var resume = isMadeAgain ? $"&aspsp_callback_uri={Uri.EscapeDataString($"{platform.Site}resume")}" : "";
        await page.GotoAsync(platform.FramePage(link + resume));
        var frame = await WidgetFrame(page);
        await ChooseBank(frame);
        var button = await ButtonOf(frame);
        var (atBank, bank) = (page, BankAddress(page));
        if (isMadeAgain)
        {
            await frame.ClickAsync("a.primary");
        }
        else
        {
            atBank = await page.RunAndWaitForPopupAsync(() => frame.ClickAsync("a.primary"));
        }
        await atBank.WaitForURLAsync("**/stettestbank/**");

        await ExpectRefused(other, button, await bank);

        Assert.Equal(0, (await platform.Accounts(token)).GetArrayLength());
        await SignInAtBank(atBank);
        if (isMadeAgain)
        {
            await page.WaitForURLAsync("**/resume");
            frame = await WidgetFrame(page);
        }
        await frame.ClickAsync("[data-e2e=skip-button]");
        Assert.Equal("created", (await Message(page)).Data.GetProperty("result").GetString());
    }

    /// <summary>The link to the bank, as any user can read it in the browser when it leaves.</summary>
    private static Task<string> BankAddress(IPage page)
    {
        var address = new TaskCompletionSource<string>();
        page.Context.Request += (_, request) =>
        {
            if (request.Url.Contains("/stettestbank/authorize?", StringComparison.Ordinal))
            {
                address.TrySetResult(request.Url);
            }
        };
        return address.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task<string> ButtonOf(IFrame widget)
    {
        await widget.WaitForSelectorAsync("a.primary");
        return await widget.EvaluateAsync<string>("document.querySelector('a.primary').href");
    }

    /// <summary>Neither the widget's button nor the bank's address works for another person, who is told why.</summary>
    private static async Task ExpectRefused(IPage other, string button, string bank)
    {
        await other.GotoAsync(button);
        Assert.Equal(Refused, await other.TextContentAsync("h1"));
        await other.GotoAsync(bank);
        await SignInAtBank(other);
        Assert.Equal(Refused, await other.TextContentAsync("h1"));
        Assert.Contains("/widget/bank_callback/8701?", other.Url, StringComparison.Ordinal);
        Assert.DoesNotContain("session_id", await other.ContentAsync(), StringComparison.Ordinal);
        await Accessibility.Check(other);
        // An answer behind the number sign comes to the server all the same.
        await other.GotoAsync("about:blank");
        await other.GotoAsync(BackOf(bank) + "#code=1&id_token=a.b.c&state=of-nobody");
        await other.WaitForURLAsync("**/widget/bank_callback/8701?code=1&id_token=a.b.c&state=of-nobody");
    }

    private static string BackOf(string bank) =>
        System.Web.HttpUtility.ParseQueryString(new Uri(bank).Query)["redirect_uri"]!;
}
