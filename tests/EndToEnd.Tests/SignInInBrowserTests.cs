using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Users sign in to an application on our page, in a real browser.</summary>
public sealed class SignInInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Verifier = "a-verifier-of-more-than-forty-three-characters-0123456789";

    private static readonly string Challenge = Base64Url.EncodeToString(
        SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))
    );

    [Fact]
    public async Task By_keyboard_alone_a_user_signs_in_and_the_application_gets_a_token()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        var (address, email, password) = await platform.SignIn(Challenge);
        var errors = Errors(page, platform);

        await page.GotoAsync(address);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/back?signed=in&**");
        var answer = HttpUtility.ParseQueryString(new Uri(page.Url).Query);
        var token = await platform.Redeem(answer["code"]!, Verifier);

        Assert.Equal("where-we-were", answer["state"]);
        Assert.Equal(0, (await platform.Accounts(token)).GetArrayLength());
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData(320, "en-GB", "There is a problem")]
    [InlineData(408, "fr-FR", "Un point est à corriger")]
    [InlineData(1024, "en-GB", "There is a problem")]
    public async Task The_page_can_be_used_by_everybody_and_says_what_is_wrong(int width, string locale, string problem)
    {
        var page = await browser.Open(width, height: 640, locale);
        await using var platform = await Platform.Start();
        var (address, email, password) = await platform.SignIn(Challenge);
        var errors = Errors(page, platform);
        await page.GotoAsync(address);
        await Accessibility.Check(page);
        var button = (await page.Locator("[data-e2e=submit-button]").BoundingBoxAsync())!;
        Assert.True(button.Y + button.Height <= 640, $"The button ends at {button.Y + button.Height}.");

        await page.FillAsync("#username", email);
        await page.FillAsync("#password", "wr0ng-guess");
        await page.ClickAsync("[data-e2e=submit-button]");
        await page.WaitForSelectorAsync("#errors");

        // Screen readers begin with what is wrong; the fields say so, too.
        Assert.Equal("errors", await page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.Equal(problem, await page.InnerTextAsync("#errors-title"));
        Assert.Equal("true", await page.GetAttributeAsync("#password", "aria-invalid"));
        Assert.Equal(email, await page.InputValueAsync("#username"));
        await Accessibility.Check(page);
        await page.FillAsync("#password", password);
        await page.ClickAsync("[data-e2e=submit-button]");
        await page.WaitForURLAsync("**/back?signed=in&**", new() { WaitUntil = WaitUntilState.Commit });
        // The wrong form is answered 422, which browsers note.
        Assert.All(errors, error => Assert.Contains("422", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelling_leads_back_without_a_code()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        await page.GotoAsync((await platform.SignIn(Challenge)).Address);

        await page.ClickAsync("button[value=cancel]");
        await page.WaitForURLAsync("**/back?signed=in&**");

        Assert.Contains("error=access_denied", page.Url, StringComparison.Ordinal);
    }

    /// <summary>What the browser complains of on our pages: what the content security policy blocks among it.</summary>
    private static List<string> Errors(IPage page, Platform platform)
    {
        List<string> errors = [];
        var ours = platform.Http.BaseAddress!.AbsoluteUri;
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && message.Location.StartsWith(ours, StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
        return errors;
    }
}
