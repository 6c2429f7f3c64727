using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>A household from the first start to an application that reads its accounts: the program itself, in a real browser.</summary>
public sealed partial class HomeInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Email = "ada@home.example";
    private const string Password = "tea-at-f0ur";

    private const string Scenario = """
        CREDENTIALS|dev|dev
        CREDENTIALS_OWNER|ROSE TREMOLET
        ACCOUNT|household-1|00010|01/08/26|812.40|Checkings||false|ROSE TREMOLET|Compte courant|||FR7630099000120004127653080|EUR
        TRANSACTION|-12.60|31/07/26|CB LIBRAIRIE DES QUAIS
        TRANSACTION|1500|28/07/26|VIR SALAIRE
        TRANSACTION|-675|03/07/26|VIR LOYER JUILLET
        ACCOUNT|household-2|00011|01/08/26|3000.05|Savings||false|ROSE TREMOLET|Livret||||EUR
        TRANSACTION|100.01|02/07/26|VIR EPARGNE
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(390, 844, "en-GB", "Your banks", "Without a current account", "Your setup token")]
    [InlineData(1100, 800, "fr-FR", "Vos banques", "Sans compte courant", "Votre jeton de configuration")]
    public async Task From_the_first_start_to_an_application_that_reads_the_accounts_to_the_cent(
        int width,
        int height,
        string locale,
        string banks,
        string without,
        string tokenTitle
    )
    {
        var page = await browser.Open(width, height, locale, touch: width < 500);
        await using var home = await Household.Start();
        var errors = Errors(page);

        // The first user, by keyboard alone.
        await page.GotoAsync(home.Invitation);
        await Look(page, "setup", width);
        await page.FocusAsync("#username");
        await page.Keyboard.TypeAsync(Email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(Password);
        await page.FocusAsync("#password_again");
        await page.Keyboard.TypeAsync("tea-at-f1ve");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#errors");
        Assert.Equal("errors", await page.EvaluateAsync<string>("document.activeElement.id"));
        await Look(page, "setup-wrong", width);
        await page.FillAsync("#password", Password);
        await page.FillAsync("#password_again", Password);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await Shows(page, banks);
        await Look(page, "start-empty", width);

        // A bank.
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await page.WaitForURLAsync("**/embed/v2.1/widget/add_connection?**");
        await WidgetInBrowserTests.ChooseBank(page.MainFrame, without);
        await WidgetInBrowserTests.LogIn(page.MainFrame, "dev");
        await page.WaitForURLAsync("**/household?**");
        await Shows(page, banks);
        await page.WaitForSelectorAsync(".entries li");
        await Look(page, "start", width);
        await page.ClickAsync("[data-e2e=manage-button]");
        await page.WaitForSelectorAsync("#account-0");
        await page.GotoAsync($"{home.Address}household");

        // An application.
        await page.ClickAsync("a[href='/simplefin/create']");
        await Look(page, "connect-app", width);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await Shows(page, tokenTitle);
        await Look(page, "setup-token", width);
        var token = (await page.InputValueAsync("#setup-token")).Trim();
        await page.ClickAsync("[data-copy]");
        await page.WaitForFunctionAsync("document.getElementById('copy-status').textContent !== ''");
        var accounts = await home.Read(token);
        Assert.Equal(
            ["Compte courant 812.40 EUR: -675.00 1500.00 -12.60", "Livret 3000.05 EUR: 100.01"],
            accounts.Order(StringComparer.Ordinal)
        );
        await page.GotoAsync($"{home.Address}simplefin/create");
        await page.ClickAsync("summary");
        await Look(page, "connect-app-list", width);

        // Another person.
        await page.GotoAsync($"{home.Address}household");
        await page.ClickAsync("a[href='/household/people']");
        await Look(page, "people", width);
        await page.FillAsync("#username", "bob@home.example");
        await page.FillAsync("#password", Password);
        await page.FillAsync("#password_again", Password);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await Assertions.Expect(page.Locator(".entries li")).ToHaveCountAsync(2);

        // Out, a forgotten password, and in again.
        await page.GotoAsync($"{home.Address}household");
        await page.ClickAsync("[data-e2e=sign-out]");
        await page.WaitForURLAsync("**/household/sign-in");
        await Look(page, "sign-in", width);
        await home.SetPassword("c0ffee-at-ten");
        await SignIn(page, Password);
        await page.WaitForSelectorAsync("#errors");
        await SignIn(page, "c0ffee-at-ten");
        await Shows(page, banks);
        // Wrong forms are answered 422, which browsers note.
        Assert.All(errors, error => Assert.Contains("422", error, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, home.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(token, home.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(390, 844, "en-GB", "Your banks", "Up to date", "Without a current account")]
    [InlineData(1100, 800, "fr-FR", "Vos banques", "À jour", "Sans compte courant")]
    public async Task A_bank_is_read_now_a_password_changed_and_people_go(
        int width,
        int height,
        string locale,
        string banks,
        string upToDate,
        string without
    )
    {
        var page = await browser.Open(width, height, locale, touch: width < 500);
        await using var home = await Household.Start();
        var errors = Errors(page);
        await page.GotoAsync(home.Invitation);
        await page.FillAsync("#username", Email);
        await page.FillAsync("#password", Password);
        await page.FillAsync("#password_again", Password);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await Shows(page, banks);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await WidgetInBrowserTests.ChooseBank(page.MainFrame, without);
        await WidgetInBrowserTests.LogIn(page.MainFrame, "dev");
        await page.WaitForURLAsync("**/household?**");
        await ReadTo(page, upToDate);

        // By keyboard; the page looks again by itself until it is read.
        var looked = new TaskCompletionSource();
        await page.RouteAsync(
            "**/household/progress",
            async route =>
            {
                await looked.Task;
                await route.ContinueAsync();
            }
        );
        await page.FocusAsync(".entries button");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/household");
        await Look(page, "start-reading", width);
        looked.SetResult();
        await ReadTo(page, upToDate);
        await Look(page, "start-read", width);

        // Another password: the other browser is signed out, this one is not.
        var other = await browser.Open(width, height, locale);
        await other.GotoAsync($"{home.Address}household");
        await SignIn(other, Password);
        await Shows(other, banks);
        await page.ClickAsync("a[href='/household/password']");
        await Look(page, "password", width);
        await ChangePassword(page, "wr0ng-guess");
        await page.WaitForSelectorAsync("#errors");
        Assert.Equal("errors", await page.EvaluateAsync<string>("document.activeElement.id"));
        await Look(page, "password-wrong", width);
        await ChangePassword(page, Password);
        await page.WaitForSelectorAsync(".done");
        await Shows(page, banks);
        await Look(page, "password-changed", width);
        await other.ReloadAsync();
        await other.WaitForURLAsync("**/household/sign-in");

        // A person who is removed, and one who goes.
        await page.ClickAsync("a[href='/household/people']");
        foreach (var person in new[] { "bob@home.example", "eve@home.example" })
        {
            await page.FillAsync("#username", person);
            await page.FillAsync("#password", Password);
            await page.FillAsync("#password_again", Password);
            await page.ClickAsync(WidgetInBrowserTests.Submit);
            await Assertions.Expect(page.Locator($".entries li:has-text('{person}')")).ToHaveCountAsync(1);
        }
        await SignIn(other, Password, "bob@home.example");
        await Shows(other, banks);
        await page.ClickAsync(".entries li:has-text('bob') a");
        await Look(page, "remove", width);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
        await page.WaitForSelectorAsync(".done");
        await Look(page, "people-removed", width);
        await other.ReloadAsync();
        await other.WaitForURLAsync("**/household/sign-in");
        await SignIn(other, Password, "eve@home.example");
        await Shows(other, banks);
        await other.ClickAsync("a[href='/household/password']");
        await Look(other, "password-of-another", width);
        await other.ClickAsync("a[href='/household/remove']");
        await Look(other, "delete-own", width);
        await other.FillAsync("#current_password", Password);
        await other.ClickAsync(WidgetInBrowserTests.Submit);
        await other.WaitForSelectorAsync(".done");
        await Look(other, "deleted-own", width);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".entries li")).ToHaveCountAsync(1);
        await page.GotoAsync($"{home.Address}household/remove");
        await Look(page, "first-stays", width);
        Assert.All(errors, error => Assert.Contains("422", error, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, home.Log, StringComparison.Ordinal);
    }

    private static async Task ChangePassword(IPage page, string current)
    {
        await page.FillAsync("#current_password", current);
        await page.FillAsync("#password", "c0ffee-at-ten");
        await page.FillAsync("#password_again", "c0ffee-at-ten");
        await page.ClickAsync(WidgetInBrowserTests.Submit);
    }

    private static Task ReadTo(IPage page, string state) =>
        Assertions.Expect(page.Locator(".entries small").First).ToHaveTextAsync(state, new() { Timeout = 60_000 });

    private static async Task SignIn(IPage page, string password, string email = Email)
    {
        await page.FillAsync("#username", email);
        await page.FillAsync("#password", password);
        await page.ClickAsync(WidgetInBrowserTests.Submit);
    }

    private static Task Shows(IPage page, string heading) =>
        Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(heading, new() { Timeout = 60_000 });

    /// <summary>Checks the page as it stands; a picture of it is kept where somebody asks for it.</summary>
    private static async Task Look(IPage page, string name, int width)
    {
        await Accessibility.Check(page);
        if (Environment.GetEnvironmentVariable("AFFLUENT_TEST_PICTURES") is { Length: > 0 } folder)
        {
            var file = string.Create(CultureInfo.InvariantCulture, $"home-{name}-{width}.png");
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, file), FullPage = true });
        }
    }

    private static List<string> Errors(IPage page)
    {
        List<string> errors = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Location.Contains("testbank", StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
        return errors;
    }
}
