using Affluent.Server.Commands.Demo;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>An end user without a screen who links the test bank, by whatever pages come.</summary>
internal sealed record WidgetWalk(string Login, string Password, string File = "", string Code = "")
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Goes from an address to the end of the way: the client's site, or the widget's last page (null).</summary>
    public async Task<Uri?> From(Uri address, Uri clientSite)
    {
        using var browser = new TextBrowser(clientSite);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(ServerProcess.Patience);
        await browser.Open(address, Stop);
        while (browser.LeftTo is null && browser.Page.QuerySelector("#outcome") is null)
        {
            Assert.False(limit.IsCancellationRequested, $"Stuck at \"{browser.Heading}\"");
            await Step(browser);
        }
        var wentWell = browser.LeftTo is not null || browser.Page.QuerySelector("#outcome .mark.good") is not null;
        Assert.True(wentWell, $"It ends with \"{browser.Heading}\"");
        // The client's site need not be up: a link that leads there is the end.
        if (browser.LeftTo is null && browser.Page.QuerySelector("a[data-e2e=submit-button]") is { } link)
        {
            browser.Leave(new Uri(link.GetAttribute("href")!));
        }
        return browser.LeftTo;
    }

    private async Task Step(TextBrowser browser)
    {
        var page = browser.Page;
        if (page.QuerySelector("#bank-search-input") is not null)
        {
            await browser.Press(
                b => b.TextContent.Contains("With a current account", StringComparison.Ordinal),
                fields: null,
                Stop
            );
        }
        else if (page.QuerySelector("#login") is not null)
        {
            await browser.Press(
                which: null,
                new Dictionary<string, string>
                {
                    ["login"] = Login,
                    ["password"] = Password,
                    ["file_url"] = File,
                },
                Stop
            );
        }
        else if (page.QuerySelector("input[name=otp]") is { Id: { } id })
        {
            await browser.Press(which: null, new Dictionary<string, string> { [id] = Code }, Stop);
        }
        else if (page.QuerySelector("[data-e2e=skip-button]") is not null)
        {
            await browser.Press(b => b.GetAttribute("data-e2e") == "skip-button", fields: null, Stop);
        }
        else if (page.QuerySelector("[data-e2e=submit-button]") is not null)
        {
            var boxes = page.QuerySelectorAll("input[type=checkbox][id]");
            await browser.Press(
                which: null,
                boxes.ToDictionary(box => box.Id!, _ => "on", StringComparer.Ordinal),
                Stop
            );
        }
        else
        {
            await Task.Delay(300, Stop);
            await browser.LookAgain(Stop);
        }
    }
}
