using Affluent.TestBank.Tests;
using Microsoft.Playwright;
using Xunit;
using static EndToEnd.Tests.WidgetInBrowserTests;

namespace EndToEnd.Tests;

/// <summary>
/// Whatever page of the widget opens, in the frame of a client's page or on a small phone: the button that leads on is in sight, nothing
/// covers it, and the page stays accessible. With AFFLUENT_TEST_SCREENSHOTS (a folder) a picture of each is kept.
/// </summary>
public sealed class WidgetLayoutInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("AFFLUENT_TEST_SCREENSHOTS");

    private const string InSight = """
        (selector) => {
          const [first] = [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
          if (!first) return `no ${selector}`;
          const box = first.getBoundingClientRect();
          if (scrollY !== 0) return `scrolled by ${scrollY}`;
          if (box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth)
            return `${selector} from ${box.top} to ${box.bottom} of ${innerHeight}, from ${box.left} to ${box.right} of ${innerWidth}`;
          const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return first.contains(seen) ? "" : `${selector} is behind ${seen?.outerHTML.slice(0, 80)}`;
        }
        """;

    [Theory]
    [InlineData(320, 640, "fr-FR")]
    [InlineData(408, 600, "en-GB")]
    [InlineData(1280, 800, "en-GB")]
    public async Task The_primary_button_of_every_page_is_in_sight(int width, int height, string locale)
    {
        var page = await browser.Open(width, height, locale);
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        var seen = new Seen(page, $"{width}x{height}");
        var more =
            $"&select_accounts=true&congrats_bypass_delay=600&redirect_url={Back(platform)}&cancel_url={Back(platform)}";

        // Both channels of the bank, the second one with a file that it cannot use.
        await page.GotoAsync(link + more);
        await seen.Look("BankList", ".banks button");
        await page.ClickAsync(".banks button");
        await seen.Look("Consent");
        await page.ClickAsync(Submit);
        await seen.Look("Handoff");
        await AuthorizeAtBank(page, page.MainFrame);
        await seen.Look("Accounts");
        await page.ClickAsync(Submit);
        await seen.Look("Accounts", picture: "Accounts-error");
        await page.CheckAsync("#account-0");
        await page.ClickAsync(Submit);
        await seen.Look("OtherAccounts");
        await seen.Look("OtherAccounts", "#countdown-stop");
        await seen.Look("OtherAccounts", "[data-e2e=skip-button]");
        await page.ClickAsync("#countdown-stop");
        await seen.Look("OtherAccounts", picture: "OtherAccounts-stopped");
        await page.ClickAsync(Submit);
        await seen.Look("Credentials");
        await page.ClickAsync(Submit);
        await seen.Look("Credentials", picture: "Credentials-error");
        await page.FillAsync("#file_url", $"{platform.Site}back");
        await LogIn(page.MainFrame, "dev");
        await seen.Look("Failed", picture: "Failed-file");
        await page.ClickAsync("button.secondary");
        await seen.Look("Ended");

        // The same bank again, and a code.
        var pages = await platform.OpenWidget(token);
        await page.GotoAsync($"{pages("add_connection")}&provider_id=87{more}");
        await seen.Look("AlreadyLinked");
        await page.CheckAsync("#another");
        await page.ClickAsync(Submit);
        await seen.Look("Consent", picture: "Consent-back");
        await page.ClickAsync(Submit);
        await seen.Look("ChannelChoice");
        await page.CheckAsync("#channel-embedded");
        await page.ClickAsync(Submit);
        await LogIn(page.MainFrame, "otp");
        await seen.Look("Code");
        await page.FillAsync("#otp", "000000");
        await page.ClickAsync(Submit);
        await page.WaitForSelectorAsync("#otp-error");
        await seen.Look("Code", picture: "Code-error");
        await page.FillAsync("#otp", "246810");
        await page.ClickAsync(Submit);
        await seen.Look("Accounts", picture: "Accounts-all");

        // What can go wrong, and what there is besides.
        foreach (var (login, password) in new[] { ("dev", "nonsense"), ("locked", "dev"), ("empty", "dev") })
        {
            var (failing, _) = await platform.OpenWidget();
            await page.GotoAsync($"{failing}&provider_id=87&channel=EMBEDDED{more}");
            await page.ClickAsync(Submit);
            await LogIn(page.MainFrame, login, password);
            await seen.Look("Failed", picture: $"Failed-{login}");
        }
        var connections = (await platform.Accounts(token))
            .EnumerateArray()
            .Select(account => account.GetProperty("connection_id").GetString())
            .Distinct()
            .Order()
            .ToArray();
        await platform.LetRead(token, "Actual");
        await page.GotoAsync(pages("manage_accounts"));
        await seen.Look("Accounts", picture: "Accounts-manage");
        await page.ClickAsync(".applications button");
        await seen.Look("Removal");
        await page.ClickAsync(Submit);
        await seen.Look("Accounts", picture: "Accounts-removed");
        await page.GotoAsync($"{pages("user_input")}&connection_id={connections[0]}");
        await seen.Look("AskAgain");
        await page.GotoAsync($"{pages("user_input")}&connection_id={connections[1]}");
        await seen.Look("NothingToAnswer");
        await page.GotoAsync($"{pages("edit_credentials")}&connection_id={connections[0]}&provider_id=87");
        await seen.Look("Consent", picture: "Consent-renew");
        await page.GotoAsync($"{pages("edit_credentials")}&connection_id=1&provider_id=87");
        await seen.Look("UnknownConnection");
        await page.GotoAsync(pages("terms"));
        await seen.Look("Consent", picture: "Consent-terms");
    }

    [Theory]
    [InlineData("white", "white")]
    [InlineData("rgba(255, 255, 0, 0.4)", "hsl(60, 100%, 50%)")]
    [InlineData("%23ffffff10", "black")]
    public async Task Colors_that_would_hide_the_words_are_not_obeyed(string text, string elements)
    {
        var page = await browser.Open(408, 600);
        await using var platform = await Platform.Start(OneEntry);
        var (link, _) = await platform.OpenWidget();
        var seen = new Seen(page, text.Trim('%'));

        await page.GotoAsync($"{link}&font_color={text}&elements_color={elements}");
        await seen.Look("BankList", ".banks button");
        await page.HoverAsync(".banks button");
        await Accessibility.Check(page);
        await page.ClickAsync(".banks button");
        await seen.Look("Consent");
        await page.ClickAsync(Submit);
        await seen.Look("ChannelChoice");
    }

    [Fact]
    public async Task A_method_is_chosen_and_a_code_is_read_from_an_image_on_any_screen()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (link, token) = await platform.OpenWidget();
        async Task Look(string showing, string picture)
        {
            foreach (var (width, height) in new[] { (320, 640), (1280, 800) })
            {
                await page.SetViewportSizeAsync(width, height);
                await new Seen(page, $"{width}x{height}").Look(showing, picture: picture);
            }
        }
        async Task<string> Image() =>
            (await page.GetAttributeAsync(".question-image", "src"))!.Split("data:image/png;base64,")[^1];
        async Task Give(string image)
        {
            await page.FillAsync("#otp", QrReader.CodeOf(Convert.FromBase64String(image)));
            await page.ClickAsync(Submit);
        }

        await page.GotoAsync($"{link}&provider_id=87&channel=EMBEDDED&redirect_url={Back(platform)}");
        await page.ClickAsync(Submit);
        await LogIn(page.MainFrame, "choice");
        await Look("Method", "Method");
        await page.ClickAsync("label:has-text('photoTAN')");
        await page.ClickAsync(Submit);
        await Look("Code", "Code-image");

        // The API tells the same, and each image its own code.
        var first = await Image();
        var connection = (await platform.Get(token, "/api/v2.1/connections"))[0].GetProperty("id").GetString();
        var asked = await platform.Get(token, $"/api/v2.1/connections/{connection}/user_input");
        Assert.Equal(first, asked.GetProperty("image").GetProperty("data").GetString());
        await page.FillAsync("#otp", "0000000");
        await page.ClickAsync(Submit);
        await page.WaitForFunctionAsync(
            "first => document.querySelector('.question-image')?.src.endsWith(first) === false",
            first
        );
        await Give(await Image());
        await page.WaitForURLAsync("**/back?**");

        Assert.Equal(1, (await platform.Accounts(token)).GetArrayLength());
    }

    private sealed class Seen(IPage page, string size)
    {
        /// <summary>Waits for a page of that name, and looks at its button that leads on.</summary>
        public async Task Look(string showing, string selector = Submit, string? picture = null)
        {
            await page.WaitForSelectorAsync($"body[data-showing^={showing}]");
            var name = $"{size}-{picture ?? showing}";
            if (Pictures is not null)
            {
                var path = Path.Combine(Pictures, $"{name}.png");
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
            }
            var fault = await page.EvaluateAsync<string>(InSight, selector);
            Assert.True(fault.Length == 0, $"{name}: {fault}");
            await Accessibility.Check(page);
        }
    }
}
