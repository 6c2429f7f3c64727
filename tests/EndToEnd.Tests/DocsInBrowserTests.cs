using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The documentation and the API reference in a real browser.</summary>
public sealed partial class DocsInBrowserTests(Browser browser) : IClassFixture<Browser>
{
    [Theory]
    [InlineData(390)]
    [InlineData(1100)]
    public async Task Axe_finds_nothing_serious_on_any_page(int width)
    {
        var page = await browser.Open(width);
        await using var platform = await Platform.Start();
        var start = new Uri(platform.Http.BaseAddress!, "/docs/");
        await page.GotoAsync(start.AbsoluteUri);
        string[] pages =
        [
            start.AbsoluteUri,
            .. (
                await page.Locator("main a[href]").EvaluateAllAsync<string[]>("links => links.map(link => link.href)")
            ).Distinct(),
        ];

        Assert.True(pages.Length > 20);
        Assert.Contains(pages, address => address.EndsWith("/docs/api", StringComparison.Ordinal));
        foreach (var address in pages)
        {
            await page.GotoAsync(address);
            await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(d => { d.open = true; })");
            await Axe.Check(page);
            Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        }
    }

    [Fact]
    public async Task Axe_finds_what_is_planted()
    {
        var page = await browser.Open();
        await using var platform = await Platform.Start();
        await page.GotoAsync(new Uri(platform.Http.BaseAddress!, "/docs/api").AbsoluteUri);
        await page.EvaluateAsync(
            """
            () => {
              document.querySelector("label[for=token]").remove();
              document.querySelector("main button").textContent = "";
              document.querySelector("main details").open = true;
            }
            """
        );

        var found = string.Join('\n', await Axe.Violations(page));

        Assert.Contains("label: ", found, StringComparison.Ordinal);
        Assert.Contains("button-name: ", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_can_be_tried_where_each_role_has_a_host_of_its_own()
    {
        var page = await browser.Open();
        var port = ServerProcess.FreePort();
        Uri Host(string role) => new($"http://{role}.localhost:{port}");
        await using var platform = await Platform.Start(settings =>
            settings with
            {
                Listen = $"http://127.0.0.1:{port}",
                ApiUrl = Host("api"),
                AuthUrl = Host("auth"),
                EmbedUrl = Host("embed"),
                DocsUrl = Host("docs"),
            }
        );
        List<string> blocked = [];
        page.Console += (_, message) =>
        {
            if (Blocked().IsMatch(message.Text))
            {
                blocked.Add(message.Text);
            }
        };
        await page.GotoAsync($"{Host("docs")}api");

        var (id, secret) = platform.Client;
        var tokens = await Try(
            "createToken",
            new
            {
                grant_type = "client_credentials",
                client_id = id,
                client_secret = secret,
                scope = "users_create",
            }
        );
        Assert.StartsWith("200", tokens, StringComparison.Ordinal);
        await page.FillAsync("#token", Token().Match(tokens).Groups["token"].Value);
        var made = await Try("createUser", new { email = "reader@example.com", password = "m0rning-walk" });
        Assert.Contains($"location: {Host("api")}v2.1/users/", made, StringComparison.Ordinal);
        Assert.Contains("\"FUEL\"", await Try("listCategories"), StringComparison.Ordinal);
        Assert.Contains("insufficient_scope", await Try("listAccountsV3"), StringComparison.Ordinal);
        Assert.Contains("www-authenticate:", await Try("introspectToken"), StringComparison.Ordinal);
        Assert.Contains("P-256", await Try("getKeys"), StringComparison.Ordinal);
        Assert.Contains("invalid_body", await Try("createWidgetSession"), StringComparison.Ordinal);
        await page.Locator("#getCategory details").EvaluateAsync("details => { details.open = true; }");
        await page.FillAsync("#getCategory-id", "FUEL");
        Assert.Contains("\"id\": \"FUEL\"", await Try("getCategory"), StringComparison.Ordinal);
        Assert.Empty(blocked);

        async Task<string> Try(string operation, object? body = null)
        {
            var form = page.Locator($"#{operation}");
            await form.Locator("details").EvaluateAsync("details => { details.open = true; }");
            if (body is not null)
            {
                await form.Locator("textarea").FillAsync(JsonSerializer.Serialize(body));
            }
            await form.Locator("button").ClickAsync();
            var answer = form.Locator("form pre");
            await Assertions.Expect(answer).ToContainTextAsync(Answered(), new() { Timeout = 30_000 });
            return await answer.InnerTextAsync();
        }
    }

    [Fact]
    public async Task A_request_whose_answer_the_browser_withholds_says_where_it_can_be_tried()
    {
        var page = await browser.Open();
        var port = ServerProcess.FreePort();
        await using var platform = await Platform.Start(settings =>
            settings with
            {
                Listen = $"http://127.0.0.1:{port}",
                ApiUrl = new Uri($"http://api.localhost:{port}"),
                AuthUrl = new Uri($"http://auth.localhost:{port}"),
            }
        );
        await page.GotoAsync($"http://127.0.0.1:{port}/docs/api");
        var keys = page.Locator("#getKeys");
        await keys.Locator("details").EvaluateAsync("details => { details.open = true; }");
        await keys.Locator("button").ClickAsync();

        await Assertions
            .Expect(keys.Locator("form pre"))
            .ToContainTextAsync(
                $"This page is open at http://127.0.0.1:{port}, and http://auth.localhost:{port} lets browsers show its answers at "
                    + $"http://api.localhost:{port}/docs/api alone (CORS)",
                new() { Timeout = 30_000 }
            );

        await page.GotoAsync($"http://api.localhost:{port}/docs/api");
        await keys.Locator("details").EvaluateAsync("details => { details.open = true; }");
        await keys.Locator("button").ClickAsync();
        await Assertions.Expect(keys.Locator("form pre")).ToContainTextAsync("P-256", new() { Timeout = 30_000 });
    }

    [GeneratedRegex("^[0-9N]", RegexOptions.None, 1000)]
    private static partial Regex Answered();

    [GeneratedRegex("Content Security Policy|CORS", RegexOptions.NonBacktracking)]
    private static partial Regex Blocked();

    [GeneratedRegex(
        "\"access_token\": \"(?<token>[^\"]+)\"",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Token();
}
