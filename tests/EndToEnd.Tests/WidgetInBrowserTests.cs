using System.Text.Json;
using Affluent.Server.Platform;
using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Users link a bank in a real browser: both channels, as a page and in a frame on another origin.</summary>
public sealed class WidgetInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    internal const string Submit = "[data-e2e=submit-button]";
    internal const string WithCurrentAccount = "With a current account";
    internal const string WithoutCurrentAccount = "Without a current account";

    [Fact]
    public async Task Credentials_typed_on_a_page_link_every_account()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();

        await page.GotoAsync($"{link}&redirect_url={Back(platform)}&select_accounts=true&wait_sync_end=true");
        await ChooseBank(page.MainFrame, WithoutCurrentAccount);
        await LogIn(page.MainFrame, "dev");
        await page.WaitForSelectorAsync("#account-0");
        foreach (var label in await page.Locator("label[for^=account-]").AllAsync())
        {
            await label.ClickAsync();
        }
        await page.ClickAsync(Submit);
        await page.WaitForURLAsync("**/back?**");

        Assert.Contains("status=success&result=created&connection_id=", page.Url, StringComparison.Ordinal);
        var accounts = await platform.Accounts(token);
        Assert.Equal(4, accounts.GetArrayLength());
        Assert.All(accounts.EnumerateArray(), a => Assert.Equal("ACTIVE", a.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task The_bank_s_own_site_leads_back_to_the_page_which_offers_the_other_accounts()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();

        await page.GotoAsync($"{link}&redirect_url={Back(platform)}");
        await ChooseBank(page.MainFrame);
        await AuthorizeAtBank(page, page.MainFrame);
        await page.ClickAsync("button:has-text('Add savings and loans')");
        await LogIn(page.MainFrame, "dev");
        await page.WaitForURLAsync("**/back?**");

        Assert.Contains("status=success&result=created", page.Url, StringComparison.Ordinal);
        var accounts = await platform.Accounts(token);
        // The current account and the card come over both channels and stay one account each.
        Assert.Equal(4, accounts.GetArrayLength());
    }

    [Fact]
    public async Task A_frame_on_another_origin_tells_its_page_how_it_ended()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();

        await page.GotoAsync(platform.FramePage($"{link}&wait_sync_end=true"));
        var frame = await WidgetFrame(page);
        await ChooseBank(frame, WithoutCurrentAccount);
        await LogIn(frame, "otp");
        await frame.FillAsync("#otp", "246810");
        await frame.ClickAsync(Submit);
        var message = await Message(page);

        Assert.Equal(platform.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), message.Origin);
        Assert.Equal("redirect_to", message.Data.GetProperty("eventName").GetString());
        Assert.Equal("/success", message.Data.GetProperty("redirect_url").GetString());
        Assert.Equal("success", message.Data.GetProperty("status").GetString());
        Assert.Equal("created", message.Data.GetProperty("result").GetString());
        var accounts = await platform.Accounts(token);
        Assert.All(
            accounts.EnumerateArray(),
            a =>
                Assert.Equal(
                    message.Data.GetProperty("connection_id").GetString(),
                    a.GetProperty("connection_id").GetString()
                )
        );
        Assert.Empty(await page.Context.CookiesAsync());
    }

    [Fact]
    public async Task A_frame_leaves_for_the_bank_and_is_made_again_by_the_client_s_page()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        var resume = Uri.EscapeDataString($"{platform.Site}resume?from=bank");

        await page.GotoAsync(platform.FramePage($"{link}&aspsp_callback_uri={resume}"));
        var frame = await WidgetFrame(page);
        await ChooseBank(frame);
        await AuthorizeAtBank(page, frame);
        await page.WaitForURLAsync("**/resume?from=bank");
        frame = await WidgetFrame(page);
        await frame.ClickAsync("[data-e2e=skip-button]");
        var message = await Message(page);

        Assert.Equal("created", message.Data.GetProperty("result").GetString());
        var accounts = await platform.Accounts(token);
        Assert.Equal(
            ["CHECKINGS", "CREDIT_CARD"],
            accounts.EnumerateArray().Select(a => a.GetProperty("type").GetString()!).Order()
        );
    }

    [Fact]
    public async Task A_frame_that_cannot_be_made_again_sends_the_bank_to_a_new_tab_and_goes_on_by_itself()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, _) = await platform.OpenWidget();

        await page.GotoAsync(platform.FramePage(link));
        var frame = await WidgetFrame(page);
        await ChooseBank(frame);
        await frame.WaitForSelectorAsync("a.primary");
        var tab = await page.RunAndWaitForPopupAsync(() => frame.ClickAsync("a.primary"));
        await SignInAtBank(tab);

        Assert.Equal("Thank you", await tab.Locator("h1").TextContentAsync());
        await frame.WaitForSelectorAsync("[data-e2e=skip-button]");
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(408, 600)]
    public async Task Every_page_fits_a_phone_and_passes_the_accessibility_checks(int width, int height)
    {
        var page = await browser.Open(width, height);
        await using var platform = await Platform.Start(OneEntry);
        var (link, _) = await platform.OpenWidget();
        Task Check() => Accessibility.Check(page);

        await page.GotoAsync($"{link}&select_accounts=true&congrats_bypass_delay=600&cancel_url={Back(platform)}");
        await Check();
        await page.ClickAsync(".banks button");
        await Check();
        await page.ClickAsync(Submit);
        await Check();
        await page.CheckAsync("#channel-embedded");
        await page.ClickAsync(Submit);
        await Check();
        await page.ClickAsync(Submit);
        Assert.Equal("errors", await page.EvaluateAsync<string>("document.activeElement.id"));
        await Check();
        await LogIn(page.MainFrame, "otp");
        await page.WaitForSelectorAsync("#otp");
        await Check();
        await page.FillAsync("#otp", "246810");
        await page.ClickAsync(Submit);
        await page.WaitForSelectorAsync("#account-0");
        await Check();
        await page.CheckAsync("#account-0");
        await page.ClickAsync(Submit);
        await page.WaitForSelectorAsync("#outcome");
        await Check();

        var (wrong, _) = await platform.OpenWidget();
        await page.GotoAsync($"{wrong}&provider_id=87");
        await page.ClickAsync(Submit);
        await page.CheckAsync("#channel-embedded");
        await page.ClickAsync(Submit);
        await LogIn(page.MainFrame, "dev", "nonsense");
        await page.WaitForSelectorAsync(".notice.bad");
        await Check();
    }

    [Fact]
    public async Task The_whole_way_can_be_gone_by_keyboard_and_in_french()
    {
        var page = await browser.Open(locale: "fr-FR");
        await using var platform = await Platform.Start(OneEntry);
        var (link, _) = await platform.OpenWidget();

        async Task Reach(string selector)
        {
            for (var i = 0; i < 30; i++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<bool>("s => document.activeElement.matches(s)", selector))
                {
                    var outline = await page.EvaluateAsync<string>(
                        "getComputedStyle(document.activeElement).outlineStyle"
                    );
                    Assert.NotEqual("none", outline);
                    return;
                }
            }
            Assert.Fail($"The tabulator does not reach {selector}.");
        }

        await page.GotoAsync($"{link}&redirect_url={Back(platform)}");
        Assert.Equal("fr", await page.GetAttributeAsync("html", "lang"));
        Assert.Equal("Choisissez votre banque", await page.TextContentAsync("h1"));
        await Reach("#bank-search-input");
        await page.Keyboard.TypeAsync("linxo test");
        await Reach(".banks button");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("text=Connecter Linxo Test Bank");
        await Reach(Submit);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#channel-embedded");
        await Reach("#channel-redirect");
        await page.Keyboard.PressAsync("ArrowDown");
        await Reach(Submit);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#login");
        await Reach("#login");
        await page.Keyboard.TypeAsync("dev");
        await Reach("#password");
        await page.Keyboard.TypeAsync("dev");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/back?**");
    }

    /// <summary>The test bank has one entry in the list, so that the channel is asked for on a page of its own.</summary>
    internal static Settings OneEntry(Settings settings) => settings with { TestBankEntries = TestBankEntries.Bank };

    internal static string Back(Platform platform) => Uri.EscapeDataString($"{platform.Site}back");

    internal static async Task<IFrame> WidgetFrame(IPage page)
    {
        var element = await page.WaitForSelectorAsync("#widget");
        var frame = await element!.ContentFrameAsync();
        await frame!.WaitForSelectorAsync("h1");
        return frame;
    }

    /// <summary>Chooses the test bank by one of its entries, and agrees.</summary>
    internal static async Task ChooseBank(IFrame frame, string entry = WithCurrentAccount)
    {
        await frame.FillAsync("#bank-search-input", "test");
        await frame.ClickAsync($".banks button:has-text('Linxo Test Bank'):has-text('{entry}')");
        await frame.WaitForSelectorAsync(".terms");
        await frame.ClickAsync(Submit);
    }

    internal static async Task LogIn(IFrame frame, string login, string password = "dev")
    {
        await frame.FillAsync("#login", login);
        await frame.FillAsync("#password", password);
        await frame.PressAsync("#password", "Enter");
    }

    internal static async Task AuthorizeAtBank(IPage page, IFrame widget)
    {
        await widget.WaitForSelectorAsync("a.primary");
        await widget.ClickAsync("a.primary");
        // Filling waits for the field: the page need not have loaded whole.
        await page.WaitForURLAsync("**/stettestbank/**", new() { WaitUntil = WaitUntilState.Commit });
        await SignInAtBank(page);
    }

    internal static async Task SignInAtBank(IPage page)
    {
        await page.FillAsync("#login", "dev");
        await page.FillAsync("#password", "dev");
        await page.ClickAsync(Submit);
        await page.ClickAsync("button[value=accept]");
        await page.WaitForURLAsync(url => !url.Contains("stettestbank", StringComparison.Ordinal));
    }

    internal static async Task<(string Origin, JsonElement Data)> Message(IPage page)
    {
        // Pages on the way tell their steps.
        const string End = "window.messages.find(message => message.data.eventName !== 'step')";
        await page.WaitForFunctionAsync(End);
        var message = await page.EvaluateAsync<JsonElement>(End);
        return (message.GetProperty("origin").GetString()!, message.GetProperty("data"));
    }
}
