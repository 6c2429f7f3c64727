using System.Text.Json;
using EndToEnd.Tests.Harness;
using Microsoft.Playwright;
using Xunit;
using static EndToEnd.Tests.WidgetInBrowserTests;

namespace EndToEnd.Tests;

/// <summary>The package for clients' pages (clients/typescript) in a real browser: page, popup and frame, and what they are told.</summary>
public sealed class ConnectPackageTests(Browser browser, ConnectPackageTests.Running running)
    : IClassFixture<Browser>,
        IClassFixture<ConnectPackageTests.Running>
{
    private static readonly string Package = Repository.Path("clients", "typescript");

    private Platform Platform => running.Platform;

    [Fact]
    public async Task The_types_of_the_package_are_those_of_the_documented_API()
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Package, "node_modules")), $"Run npm ci in {Package}.");

        var (code, output, errors) = await OtherProgram.Run(
            "npm",
            ["run", "check"],
            Package,
            new Dictionary<string, string>()
        );

        Assert.True(code == 0, $"Run npm run generate in {Package}.\n{output}{errors}");
    }

    [Fact]
    public async Task Only_the_window_of_the_widget_at_the_widgets_origin_is_heard()
    {
        var page = await Open();
        await page.EvaluateAsync("window.widget = connect.openFrame(options())");
        await Seen(page, "step", "running", "bank_list");
        const string Forged =
            "{ eventName: 'redirect_to', redirect_url: '/success', status: 'success', result: 'created' }";

        // The page itself; another window of the widget's origin; the widget's window, once another origin is in it.
        await page.EvaluateAsync($"postMessage({Forged}, '*')");
        await page.EvaluateAsync(
            "address => document.body.append(Object.assign(document.createElement('iframe'), { id: 'other', src: address }))",
            $"{Platform.Http.BaseAddress}embed/v2.1/success"
        );
        var other = await (await page.WaitForSelectorAsync("#other"))!.ContentFrameAsync();
        await other!.WaitForSelectorAsync("h1");
        await other.EvaluateAsync($"parent.postMessage({Forged}, '*')");
        await page.EvaluateAsync(
            "address => document.querySelector('#place iframe').src = address",
            $"{Platform.Site}back"
        );
        await page.FrameLocator("#place iframe")
            .Locator("h1:has-text('Back at the client')")
            .EvaluateAsync($"() => parent.postMessage({Forged}, '*')");
        // A message that all of them came before.
        await page.EvaluateAsync("new Promise(done => { onmessage = done; postMessage('last', '*'); })");

        Assert.DoesNotContain(await All(page), message => message.Kind is "result" or "success");
        await page.EvaluateAsync("widget.close()");
        Assert.Equal("closed", await page.EvaluateAsync<string>("widget.finished.then(result => result.status)"));
        Assert.Equal(0, await page.Locator("#place iframe").CountAsync());
    }

    [Fact]
    public async Task A_frame_tells_its_steps_what_went_wrong_and_why_the_user_gave_up()
    {
        var page = await Open();
        await page.EvaluateAsync(
            "address => connect.openFrame(options({ parameters: { cancel_url: address } }))",
            $"{Platform.Site}back"
        );
        var widget = await Frame(page);
        await ChooseBank(widget, WithoutCurrentAccount);
        await LogIn(widget, "dev", "nonsense");
        await Seen(page, "step", "error", "wrong_credentials");
        await widget.ClickAsync("button:has-text('Leave')");
        await Seen(page, "error", "error", "wrong_credentials");

        Assert.Equal(
            ["bank_list", "consent", "credentials"],
            (await All(page))
                .Where(m => m is { Kind: "step", Status: "running", Result: not "working" })
                .Select(m => m.Result)
        );
        Assert.Null((await All(page)).Single(m => m.Kind == "result").ConnectionId);

        await page.EvaluateAsync(
            "address => connect.openFrame(options({ parameters: { cancel_url: address } }))",
            $"{Platform.Site}back"
        );
        await (await Frame(page)).ClickAsync("button.quiet");
        await Seen(page, "cancel", "cancelled", "cancelled");
        Assert.Equal(0, await page.Locator("#place iframe").CountAsync());
    }

    [Fact]
    public async Task A_frame_goes_to_the_bank_and_is_made_again()
    {
        var page = await Open();
        await page.EvaluateAsync(
            "address => connect.openFrame(options({ resumeUrl: address }))",
            $"{Platform.Site}connect?from=bank"
        );
        var widget = await Frame(page);
        await ChooseBank(widget);
        await AuthorizeAtBank(page, widget);
        await page.WaitForURLAsync("**/connect?from=bank");
        await page.WaitForFunctionAsync("window.connect");
        await page.EvaluateAsync("connect.resumeFrame(options())");
        widget = await Frame(page);
        await widget.ClickAsync("[data-e2e=skip-button]");
        await Seen(page, "success", "success", "created");

        Assert.True(await page.EvaluateAsync<bool>("connect.resumeFrame(options()) === undefined"));
    }

    [Fact]
    public async Task A_popup_links_a_bank_and_then_renews_its_credentials()
    {
        var page = await Open(out var links);
        var popup = await page.RunAndWaitForPopupAsync(() => page.ClickAsync("#open"));
        await ChooseBank(popup.MainFrame, WithoutCurrentAccount);
        await LogIn(popup.MainFrame, "dev");
        var created = await Seen(page, "success", "success", "created");
        Assert.Matches("^[0-9]+$", created.ConnectionId);
        await Until(() => popup.IsClosed);

        links.Page = $"edit_credentials&connection_id={created.ConnectionId}";
        popup = await page.RunAndWaitForPopupAsync(() => page.ClickAsync("#open"));
        await popup.ClickAsync(Submit);
        await LogIn(popup.MainFrame, "dev");
        var updated = await Seen(page, "success", "success", "updated");
        Assert.Equal(created.ConnectionId, updated.ConnectionId);
    }

    [Fact]
    public async Task A_popup_that_the_browser_blocks_opens_by_the_button_that_stands_in_its_place()
    {
        var page = await Open(hash: "#at-once");
        await page.WaitForSelectorAsync("#place button");
        Assert.Single(page.Context.Pages);

        var popup = await page.RunAndWaitForPopupAsync(() => page.ClickAsync("#place button"));
        await popup.WaitForSelectorAsync("#bank-search-input");
        // Else its last page, which tells how it ended, could be left out.
        Assert.Contains("display=popup", popup.Url, StringComparison.Ordinal);
        await Seen(page, "step", "running", "bank_list");
        Assert.Equal(0, await page.Locator("#place button").CountAsync());
        await popup.CloseAsync();
        await Seen(page, "cancel", "closed", "closed");
    }

    [Fact]
    public async Task A_page_comes_back_with_its_result()
    {
        var page = await Open(out var links);
        links.Page = "terms";
        await page.EvaluateAsync(
            "address => { connect.openPage(options({ parameters: { redirect_url: address, congrats_bypass_delay: 0 } })) }",
            $"{Platform.Site}connect"
        );
        await page.ClickAsync(Submit);
        await page.WaitForURLAsync("**/connect?**");
        await page.WaitForFunctionAsync("window.connect");

        var result = await page.EvaluateAsync<JsonElement>("connect.readResult()");
        Assert.Equal("success", result.GetProperty("status").GetString());
        Assert.Equal("accepted", result.GetProperty("result").GetString());
    }

    [Fact]
    public async Task A_session_is_prolonged_before_it_ends_and_followed_by_another_once_it_has()
    {
        var page = await Open(out var links);
        await page.Clock.InstallAsync();
        await page.EvaluateAsync("connect.openFrame(options())");
        await Seen(page, "step", "running", "bank_list");
        await page.Clock.FastForwardAsync("57:00");
        Assert.Equal(0, links.Renewed);
        await page.Clock.FastForwardAsync("01:30");
        await Until(() => links.Renewed == 1);
        // An hour later again, and the user is still where they were.
        await page.Clock.FastForwardAsync("58:30");
        await Until(() => links.Renewed == 2);
        Assert.Single(await All(page));

        await page.EvaluateAsync(
            "address => { document.querySelector('#place iframe').src = address; }",
            $"{Platform.Http.BaseAddress}embed/v2.1/widget/add_connection?session_id=over"
        );
        await page.WaitForFunctionAsync("seen.length === 2");
        await Seen(page, "step", "running", "bank_list");
        Assert.Equal(2, links.Opened);
    }

    private Task<IPage> Open(string hash = "") => Open(new Links(), hash);

    private Task<IPage> Open(out Links links) => Open(links = new Links(), "");

    /// <summary>The client's page, whose server opens and prolongs sessions of a new user.</summary>
    private async Task<IPage> Open(Links links, string hash)
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Package, "dist")), $"Run npm ci in {Package}.");
        var page = await browser.Open();
        var (_, token) = await Platform.OpenWidget();
        var sessionId = "";
        await page.ExposeFunctionAsync(
            "link",
            async () =>
            {
                links.Opened++;
                var pages = await Platform.OpenWidget(token);
                sessionId = pages("terms")[^32..];
                var (name, rest) = links.Page.Split('&', 2) is [var first, var more]
                    ? (first, $"&{more}")
                    : (links.Page, "");
                return pages(name) + rest;
            }
        );
        await page.ExposeFunctionAsync(
            "renew",
            async () =>
            {
                await Platform.OpenWidget(token, sessionId);
                links.Renewed++;
            }
        );
        await page.GotoAsync($"{Platform.Site}connect{hash}");
        await page.WaitForFunctionAsync("window.connect");
        return page;
    }

    private static async Task<IFrame> Frame(IPage page)
    {
        var element = await page.WaitForSelectorAsync("#place iframe");
        var frame = await element!.ContentFrameAsync();
        await frame!.WaitForSelectorAsync("h1");
        return frame;
    }

    /// <summary>Waits until the page was told that.</summary>
    private static async Task<Message> Seen(IPage page, string kind, string status, string result)
    {
        await page.WaitForFunctionAsync(
            "([kind, status, result]) => seen.some(s => s.kind === kind && s.status === status && s.result === result)",
            new[] { kind, status, result }
        );
        return (await All(page)).Last(m => m.Kind == kind && m.Status == status && m.Result == result);
    }

    private static async Task<IReadOnlyList<Message>> All(IPage page) =>
        JsonSerializer.Deserialize<Message[]>(
            await page.EvaluateAsync<string>("JSON.stringify(seen)"),
            JsonSerializerOptions.Web
        )!;

    private static async Task Until(Func<bool> reached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(ServerProcess.Patience);
        while (!reached())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>What the client's server is asked.</summary>
    private sealed class Links
    {
        /// <summary>The page that is opened, and parameters of it.</summary>
        public string Page { get; set; } = "add_connection";
        public int Opened { get; set; }
        public int Renewed { get; set; }
    }

    private sealed record Message(string Kind, string? Status, string? Result, string? ConnectionId);

    /// <summary>One platform for all of them.</summary>
    public sealed class Running : IAsyncLifetime
    {
        internal Platform Platform { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Platform = await Platform.Start();

        public ValueTask DisposeAsync() => Platform.DisposeAsync();
    }
}
