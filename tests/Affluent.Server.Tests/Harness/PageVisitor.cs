using System.Diagnostics;
using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>
/// A browser without script: opens pages, fills in and sends their forms as they stand, follows redirects within the platform and
/// notes where they lead out of it. It keeps cookies, but not in a frame: that is of another site.
/// </summary>
/// <param name="work">Lets the platform's background work happen; called between two looks at a page that waits.</param>
internal sealed class PageVisitor(HttpClient http, Func<Task> work, params (string Name, string Value)[] headers)
{
    private static readonly HtmlParser Parser = new();

    private readonly CookieContainer _cookies = new();
    private readonly bool _framed = headers.Contains(("Sec-Fetch-Dest", "iframe"));

    /// <summary>The page shown now.</summary>
    public IHtmlDocument Page { get; private set; } = Parser.ParseDocument("");

    public Uri Address { get; private set; } = http.BaseAddress!;

    public HttpStatusCode Status { get; private set; }

    /// <summary>The last answer's headers.</summary>
    public HttpResponseMessage Answer { get; private set; } = new();

    /// <summary>The address outside of the platform that the browser was last sent to; null as long as it stays.</summary>
    public Uri? SentTo { get; private set; }

    public string Heading => Page.QuerySelector("h1")?.TextContent.Trim() ?? "";

    /// <summary>What the page shows, by the name that its script watches.</summary>
    public string Showing => Page.Body?.GetAttribute("data-showing") ?? "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task Open(string address) => Send(HttpMethod.Get, new Uri(Address, address), content: null);

    /// <summary>Sends a form that is on no page.</summary>
    public Task Post(string address, IEnumerable<KeyValuePair<string, string>> fields) =>
        Send(HttpMethod.Post, new Uri(Address, address), new FormUrlEncodedContent(fields));

    public IElement Find(string selector) =>
        Page.QuerySelector(selector)
        ?? throw new InvalidOperationException(
            $"No {selector} on the page '{Heading}' ({Showing}): {Page.Body?.TextContent}"
        );

    public void Fill(string id, string value) => ((IHtmlInputElement)Find($"#{id}")).Value = value;

    public void Tick(string id) => ((IHtmlInputElement)Find($"#{id}")).IsChecked = true;

    /// <summary>Chooses one of several radio buttons.</summary>
    public void Choose(string id)
    {
        var chosen = (IHtmlInputElement)Find($"#{id}");
        foreach (
            var radio in Page.QuerySelectorAll($"input[type=radio][name='{chosen.Name}']").OfType<IHtmlInputElement>()
        )
        {
            radio.IsChecked = radio == chosen;
        }
    }

    /// <summary>Clicks the primary button.</summary>
    public Task Submit() => Click("[data-e2e=submit-button]");

    /// <summary>Clicks a link, or a button, which sends its form.</summary>
    public Task Click(string selector)
    {
        var element = Find(selector);
        if (element is IHtmlAnchorElement link)
        {
            return Open(link.GetAttribute("href")!);
        }
        var form = (IHtmlFormElement)element.Closest("form")!;
        var fields = Fields(form);
        if (element.GetAttribute("name") is { } name)
        {
            fields.Add(KeyValuePair.Create(name, element.GetAttribute("value") ?? ""));
        }
        return SendForm(form, fields);
    }

    /// <summary>Goes to the bank by the page's button: the state that the bank is to bring back.</summary>
    public async Task<string> LeaveForBank()
    {
        await Click("a.primary");
        Assert.True(SentTo is not null, $"Not sent to the bank, but to \"{Heading}\"");
        var state = System.Web.HttpUtility.ParseQueryString(SentTo.Query)["state"]!;
        SentTo = null;
        return state;
    }

    /// <summary>Sends the form of a step, by its name.</summary>
    public Task Do(string step)
    {
        var form = (IHtmlFormElement)Find($"form:has(input[name=do][value={step}])");
        return SendForm(form, Fields(form));
    }

    /// <summary>Sends the form of a step with a file, and with what was typed.</summary>
    public async Task Upload(byte[] file, string step = "answer")
    {
        var form = (IHtmlFormElement)Find($"form:has(input[name=do][value={step}])");
        await Send(
            HttpMethod.Post,
            new Uri(Address, form.GetAttribute("action") ?? ""),
            FileBank.Form(
                file,
                Fields(form).Where(field => field.Key != "file").Select(field => (field.Key, field.Value))
            )
        );
    }

    /// <summary>Reloads, as the page's script would, until it shows something of this kind.</summary>
    public async Task WaitFor(string showing)
    {
        var watch = Stopwatch.StartNew();
        while (!Showing.StartsWith(showing, StringComparison.Ordinal))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(20))
            {
                Assert.Fail($"Waited for {showing}, but the page shows {Showing}: {Page.Body?.TextContent}");
            }
            await LookAgain();
        }
    }

    /// <summary>Lets the platform work, then reloads.</summary>
    public async Task LookAgain()
    {
        await work();
        await Open(Address.PathAndQuery);
    }

    private static List<KeyValuePair<string, string>> Fields(IHtmlFormElement form) =>
        [
            .. form.QuerySelectorAll("input")
                .Cast<IHtmlInputElement>()
                .Where(input => input.Type is not ("checkbox" or "radio") || input.IsChecked)
                .Where(input => !string.IsNullOrEmpty(input.Name))
                .Select(input => KeyValuePair.Create(input.Name!, input.Value)),
        ];

    private Task SendForm(IHtmlFormElement form, List<KeyValuePair<string, string>> fields)
    {
        var target = new Uri(Address, form.GetAttribute("action") ?? "");
        if (form.Method == "get")
        {
            var query = string.Join('&', fields.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));
            return Send(HttpMethod.Get, new Uri(target, $"?{query}"), content: null);
        }
        return Send(HttpMethod.Post, target, new FormUrlEncodedContent(fields));
    }

    private async Task Send(HttpMethod method, Uri address, HttpContent? content)
    {
        for (var hop = 0; hop < 10; hop++)
        {
            if (address.GetLeftPart(UriPartial.Authority) != http.BaseAddress!.GetLeftPart(UriPartial.Authority))
            {
                SentTo = address;
                return;
            }
            using var request = new HttpRequestMessage(method, address) { Content = content };
            // Asks before it sends much, so that a refusal is read and not cut off.
            request.Headers.ExpectContinue = content is MultipartFormDataContent;
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
            if (!_framed && _cookies.GetCookieHeader(address) is { Length: > 0 } cookies)
            {
                request.Headers.TryAddWithoutValidation("Cookie", cookies);
            }
            Answer = await http.SendAsync(request, Stop);
            if (Answer.Headers.TryGetValues("Set-Cookie", out var given))
            {
                foreach (var cookie in given)
                {
                    _cookies.SetCookies(address, cookie);
                }
            }
            if (
                Answer.StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.Found
                && Answer.Headers.Location is { } next
            )
            {
                (method, content, address) = (HttpMethod.Get, null, new Uri(address, next));
                continue;
            }
            (Status, Address) = (Answer.StatusCode, address);
            Page = Parser.ParseDocument(await Answer.Content.ReadAsStringAsync(Stop));
            return;
        }
        throw new InvalidOperationException($"The redirects do not end: {address}");
    }
}
