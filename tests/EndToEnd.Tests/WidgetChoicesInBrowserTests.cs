using System.Diagnostics;
using Microsoft.Playwright;
using Xunit;
using static EndToEnd.Tests.WidgetInBrowserTests;

namespace EndToEnd.Tests;

/// <summary>What only a browser shows of the choices on the way: clients' own tests, time limits, the keyboard of a phone.</summary>
public sealed class WidgetChoicesInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string AnySubmit = "//button[@type='submit']";
    private const string FirstAccount = "//label[@for='account-0']/span[1]";

    /// <summary>By what public browser tests of clients look for, in their order (docs/reference/widget.md, "For tests").</summary>
    [Fact]
    public async Task A_client_s_own_browser_test_finds_its_way()
    {
        var page = await browser.Open(locale: "fr-FR");
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();

        await page.GotoAsync($"{link}&select_accounts=true&redirect_url={Back(platform)}");
        await page.FillAsync("//input[@id='bank-search-input']", "Linxo");
        await page.ClickAsync("//*[contains(text(),'Linxo Test Bank')]");
        await page.ClickAsync(AnySubmit);
        await page.ClickAsync("//*[@data-e2e='submit-button']");
        await page.FillAsync("//input[@id='login']", "dev");
        await page.FillAsync("//input[@id='password']", "dev");
        await page.FillAsync("//input[@id='file_url']", "default");
        await page.Keyboard.PressAsync("Enter");
        // At the bank, and then in the widget.
        await page.ClickAsync(FirstAccount);
        await page.ClickAsync(AnySubmit);
        await page.WaitForSelectorAsync("body[data-showing=Accounts]");
        await page.ClickAsync(FirstAccount);
        await page.ClickAsync(AnySubmit);
        await page.WaitForURLAsync("**/back?**");

        Assert.Contains("status=success&result=created", page.Url, StringComparison.Ordinal);
        Assert.Equal(1, (await platform.Accounts(token)).GetArrayLength());
    }

    [Fact]
    public async Task The_offer_of_the_second_channel_moves_on_by_itself_unless_it_is_stopped()
    {
        var page = await browser.Open(408, 600);
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        await page.GotoAsync($"{link}&redirect_url={Back(platform)}");
        await ChooseBank(page.MainFrame);
        await AuthorizeAtBank(page, page.MainFrame);
        await page.WaitForSelectorAsync("#countdown-stop");
        var watch = Stopwatch.StartNew();
        await page.WaitForFunctionAsync("document.querySelector('#countdown-text').textContent.includes('8 seconds')");
        Assert.Equal("status", await page.GetAttributeAsync("#countdown-text", "role"));
        await page.WaitForURLAsync("**/back?**");
        Assert.InRange(watch.Elapsed.TotalSeconds, 5, 15);

        var pages = await platform.OpenWidget(token);
        await page.GotoAsync(
            $"{pages("edit_credentials")}&connection_id={Connection(page)}&redirect_url={Back(platform)}"
        );
        await page.ClickAsync(Submit);
        await AuthorizeAtBank(page, page.MainFrame);
        await page.WaitForURLAsync("**/back?**");

        var (another, _) = await platform.OpenWidget();
        await page.GotoAsync($"{another}&redirect_url={Back(platform)}");
        await ChooseBank(page.MainFrame);
        await AuthorizeAtBank(page, page.MainFrame);
        await page.WaitForSelectorAsync("#countdown-stop");
        await page.FocusAsync("#countdown-stop");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForTimeoutAsync(10_000);

        Assert.Equal("The page waits for you now. Take your time.", await page.TextContentAsync("#countdown-text"));
        Assert.Equal("OtherAccounts", await page.GetAttributeAsync("body", "data-showing"));
        await page.ClickAsync("[data-e2e=skip-button]");
        await page.WaitForURLAsync("**/back?**");
    }

    [Fact]
    public async Task Enter_on_the_keyboard_of_a_phone_keeps_the_search_working()
    {
        var page = await browser.Open(408, 600, touch: true);
        await using var platform = await Platform.Start();
        var (link, _) = await platform.OpenWidget();
        ILocator Found() => page.Locator(".banks li:visible");
        await page.GotoAsync(link);
        Assert.NotEqual(0, await Found().CountAsync());

        await page.FillAsync("#bank-search-input", "no bank of this name");
        await page.PressAsync("#bank-search-input", "Enter");
        Assert.Equal(0, await Found().CountAsync());
        Assert.Equal("BODY", await page.EvaluateAsync<string>("document.activeElement.tagName"));
        await page.FillAsync("#bank-search-input", "linxo");
        await page.PressAsync("#bank-search-input", "Enter");

        Assert.Equal(2, await Found().CountAsync());
        Assert.Equal("2 banks", (await page.TextContentAsync("#bank-count"))?.Trim());
        await Found().First.ClickAsync();
        await page.WaitForSelectorAsync(".terms");
    }

    /// <summary>Without script the server searches; with it, an address that searches already can be searched further.</summary>
    [Fact]
    public async Task A_search_that_the_address_brings_can_be_changed()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, _) = await platform.OpenWidget();

        await page.GotoAsync($"{link}&search=nowhere");
        Assert.Equal(0, await page.Locator(".banks li:visible").CountAsync());
        await page.FillAsync("#bank-search-input", "");

        Assert.NotEqual(0, await page.Locator(".banks li:visible").CountAsync());
    }

    private static string Connection(IPage page) =>
        System.Web.HttpUtility.ParseQueryString(new Uri(page.Url).Query)["connection_id"]!;
}
